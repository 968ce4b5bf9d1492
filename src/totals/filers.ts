// The agencies of one year with their public reports, today or as of a past moment: what is listed agency by agency.
import { type RawBuilder, sql } from 'kysely'
import { FOR_EVER } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { below, isPublic, wasRecorded } from './as-of.ts'
import { selectElements } from './selected-elements.ts'

export interface Filers {
  year: number
  /** '' for the whole registry. */
  under: string
  level?: string | undefined
  kind?: string | undefined
  /** Only those with a report in this form. */
  form?: string | undefined
  /** A settled moment; undefined for today. */
  moment?: string | undefined
}

/** The CTE that the other functions need, for a statement `with recursive`. */
export function withFilers ({ under, moment }: Filers): RawBuilder<unknown> {
  if (moment === undefined) return sql`below as (select)`
  const scope = { by: [], under, years: undefined, level: undefined, kind: undefined, form: undefined }
  return sql`below as (${below(scope, sql`${moment}::timestamptz`)})`
}

/** Selects the figures at some positions of vectors, as `f`; `indexOf` gives the index of a position in it. */
export interface Selected {
  select: RawBuilder<unknown>
  indexOf: (position: number) => number
}

/** Selects each agency with its reporting, and the form and version of its public report, if it has one. */
export function agenciesOf (filers: Filers, positions: number[]): Selected {
  const { array, indexOf } = selectElements(sql`v.figures`, positions)
  const select = sql`
    select p.agency, p.reporting, v.form, v.version, ${array} as f
    from ${periods(filers)} p
    ${filers.form === undefined ? sql`left join` : sql`join`} report_version v
      on v.agency = p.agency and ${isPublished(filers)}
    where ${isCounted(filers)} offset 0`
  return { select, indexOf }
}

/** Selects the public reports that totals add. */
export function reportsOf (filers: Filers, positions: number[]): Selected {
  const { under, level, kind, year, moment } = filers
  const { array, indexOf } = selectElements(sql`v.figures`, positions)
  // Nearly all reports of the whole registry are added: finding the others is faster than finding these.
  const isWhole = moment === undefined && under === '' && level === undefined && kind === undefined
  const isAdded = isWhole
    ? sql`v.agency not in (select p.agency from agency_period p
        where p.reporting <> 'own' and p.since <= ${year} and p.until >= ${year})`
    : sql`v.agency in (
        select p.agency from ${periods(filers)} p where p.reporting = 'own' and ${isCounted(filers)})`
  // The vector of a report is read once; see query.ts.
  const select = sql`
    select v.agency, v.form, v.version, ${array} as f from report_version v
    where ${isPublished(filers)} and ${isAdded} offset 0`
  return { select, indexOf }
}

const periods = ({ moment }: Filers) => moment === undefined ? sql`agency_period` : sql`below`

/** The report `v` is of the year, public, and in the form. */
function isPublished ({ year, form, moment }: Filers): RawBuilder<unknown> {
  return sql.join([
    sql`v.year = ${year}`,
    moment === undefined ? sql`v.public_until = ${FOR_EVER}` : isPublic('v', sql`${moment}::timestamptz`),
    ...(form === undefined ? [] : [sql`v.form = ${form}`])
  ], sql` and `)
}

/** The agency of the period `p` is one of those asked for. */
export function isCounted ({ year, under, level, kind, moment }: Filers): RawBuilder<unknown> {
  return sql.join([
    sql`p.since <= ${year} and p.until >= ${year}`,
    ...(moment !== undefined || under === '' ? [] : [sql`p.agency in (
      select ${under} union all
      select agency from agency_ancestor where ancestor = ${under} and since <= ${year} and until >= ${year})`]),
    ...(level === undefined ? [] : [sql`p.level = ${level}`]),
    ...(kind === undefined ? [] : [sql`p.kind = ${kind}`])
  ], sql` and `)
}

/** Selects whether a report of the agency of `table` was ever public, up to the moment. */
export function wasPublished ({ year, moment }: Filers, table: string): RawBuilder<unknown> {
  const before = moment === undefined ? sql`` : sql`and w.published_at <= ${moment}::timestamptz`
  return sql`exists (
    select from report_version w where w.agency = ${sql.ref(`${table}.agency`)} and w.year = ${year} ${before})`
}

/** Selects the name that the agency of `table` has in the year. */
export function nameOf ({ moment, year }: Filers, table: string): RawBuilder<unknown> {
  const agency = sql.ref(`${table}.agency`)
  return moment === undefined
    ? sql`(select n.name from agency_period n where n.agency = ${agency} and n.since <= ${year} and n.until >= ${year})`
    : sql`(select n.name from agency_record n
        where n.agency = ${agency} and n.since <= ${year} and n.until >= ${year}
          and ${wasRecorded('n', sql`${moment}::timestamptz`)} limit 1)`
}

/**
 * Selects the sum of a measure in one report, with `form` and `f` as selected above; null over no figure and in a form
 * that lacks the measure.
 */
export function measureIn (
  forms: Forms,
  id: string,
  indexOf: (position: number) => number
): RawBuilder<unknown> {
  const cases = forms.all.flatMap(form => {
    const positions = form.measures.get(id)?.positions
    return positions === undefined ? [] : [sql`when ${form.id} then ${sumOf(positions.map(indexOf))}`]
  })
  return sql`case form ${sql.join(cases, sql` `)} end`
}

function sumOf (indexes: number[]): RawBuilder<unknown> {
  const figures = indexes.map(i => sql`f[${sql.lit(i)}]`)
  if (figures.length === 1) return figures[0]!
  const sum = sql.join(figures.map(figure => sql`coalesce(${figure}, 0)`), sql` + `)
  return sql`case when num_nonnulls(${sql.join(figures)}) > 0 then ${sum} end`
}

// Totals as of a past moment, which must be settled. They are computed from the versions and agencies as recorded at
// that moment, so that later records do not change them.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/types.ts'
import { problem } from '../problems/problem.ts'
import { lastYearOf, limitRows, maxRows, orderOf, type SumRow } from './query.ts'
import { isWithin, selectYears } from './relations.ts'
import { isNamed, type Key, type Region, REGIONS, regionsOf, type Scope } from './scope.ts'
import { selectElements } from './selected-elements.ts'

export async function pastSumRows (
  db: Kysely<Database>,
  scope: Scope,
  positions: number[],
  moment: string
): Promise<SumRow[]> {
  const { rows } = await pastSumStatement(scope, positions, moment, false).execute(db)
  const most = maxRows(positions)
  if (rows.length > most) throw problem('too-many-groups', { most })
  return rows
}

export function pastSumStatement (
  scope: Scope,
  positions: number[],
  asOf: string,
  inOrder: boolean
): RawBuilder<SumRow> {
  const moment = sql`${asOf}::timestamptz`
  const keys = [...new Set<Key>([...scope.by, 'form'])]
  const refs = sql.join(keys.map(key => sql.ref(key)))
  const figures = selectElements(sql`v.figures`, positions)
  const each = (of: (position: RawBuilder<unknown>) => RawBuilder<unknown>) =>
    sql`array[${sql.join(positions.map(position => of(sql.lit(figures.indexOf(position)))))}]`
  const knowsExpected = scope.form === undefined && !scope.by.includes('form')
  const filers = sql.join([
    sql`b.reporting = 'own'`,
    ...(regionsOf(scope).length === 0 ? [] : [sql`b.inside`]),
    ...(scope.level === undefined ? [] : [sql`b.level = ${scope.level}`]),
    ...(scope.kind === undefined ? [] : [sql`b.kind = ${scope.kind}`])
  ], sql` and `)
  const columns = (year: RawBuilder<unknown>, form: RawBuilder<unknown>) =>
    sql.join(
      keys.map(key => sql`${key === 'year' ? year : key === 'form' ? form : sql.ref(`b.${key}`)} as ${sql.ref(key)}`)
    )
  const sums = each(i => sql`sum(f[${i}])::bigint`)
  const counts = each(i => sql`count(f[${i}])`)
  // The subquery parses the text of a vector once, however many figures the outer query selects.
  const included = sql`
    select ${refs}, count(*)::integer as included, 0 as expected, ${sums} as figures, ${counts} as present
    from (
      select ${columns(sql`v.year`, sql`v.form`)}, ${figures.array} as f
      from below b join report_version v on v.agency = b.agency and v.year between b.since and b.until
      where ${filers} and ${isPublic('v', moment)}
        ${scope.years === undefined ? sql`` : sql`and ${isWithin(sql`v.year`, scope.years)}`}
        ${scope.form === undefined ? sql`` : sql`and v.form = ${scope.form}`}
      offset 0
    ) as report group by ${refs}`
  const expected = sql`
    select ${columns(sql`y.year`, sql`''`)}, 0, count(*)::integer, null::bigint[], null::bigint[]
    from year y join below b on y.year between b.since and b.until
    where ${filers} group by ${sql.join(keys.map((_, i) => sql.lit(i + 1)))}`
  const recorded = wasRecorded('r', moment)
  const names = keys.filter(isNamed).map(key =>
    sql`,
      (select r.name from agency_record r
       where r.agency = summed.${sql.ref(key)} and ${recorded} and r.since <= ${lastYearOf(scope)}
       order by r.since desc limit 1) as ${sql.ref(`${key}_name`)}`
  )
  return sql<SumRow>`
    with recursive year as (${yearsOf(scope, moment)}), below as (${below(scope, moment)})
    select summed.*${sql.join(names, sql``)}
    from (${included} ${knowsExpected ? sql`union all ${expected}` : sql``}) as summed
    ${inOrder ? orderOf(scope) : limitRows(positions)}`
}

export const wasRecorded = (table: string, moment: RawBuilder<unknown>) =>
  sql`${sql.ref(`${table}.recorded_at`)} <= ${moment} and ${sql.ref(`${table}.recorded_until`)} > ${moment}`
export const isPublic = (table: string, moment: RawBuilder<unknown>) =>
  sql`${sql.ref(`${table}.published_at`)} <= ${moment} and ${sql.ref(`${table}.public_until`)} > ${moment}`

/**
 * Selects `under` and its descendants for the ranges of years in which they are below it, each with the child of
 * `under` whose subtree it is in.
 */
export function below ({ by, under }: Pick<Scope, 'by' | 'under'>, moment: RawBuilder<unknown>): RawBuilder<unknown> {
  if (regionsOf({ by }).length > 0) return wholeTree(under, moment)
  const isAll = under === '' && !by.includes('child')
  const isFirst = isAll ? sql`true` : under === '' ? sql`p.parent is null` : sql`p.agency = ${under}`
  const recorded = wasRecorded('p', moment)
  const first = sql`
    select p.agency, p.agency as child, p.since, p.until, p.level, p.kind, p.reporting from agency_record p
    where ${recorded} and ${isFirst}`
  if (isAll) return first
  return sql`${first}
    union all
    select p.agency, ${under === '' ? sql`b.child` : sql`case when b.agency = ${under} then p.agency else b.child end`},
           greatest(b.since, p.since), least(b.until, p.until), p.level, p.kind, p.reporting
    from below b
    join agency_record p on p.parent = b.agency and p.since <= b.until and p.until >= b.since and ${recorded}`
}

/**
 * Selects all agencies with their regions, which may be above `under`; `inside` says which of them are `under` and
 * below it.
 */
function wholeTree (under: string, moment: RawBuilder<unknown>): RawBuilder<unknown> {
  const recorded = wasRecorded('p', moment)
  const regions = (inherited: (region: Region) => RawBuilder<unknown>) =>
    sql.join(
      REGIONS.map(region =>
        sql`case when p.kind = 'government' and p.level = ${region} then p.agency else ${inherited(region)} end as ${
          sql.ref(region)
        }`
      )
    )
  return sql`
    select p.agency, p.agency as child, p.since, p.until, p.level, p.kind, p.reporting,
           ${under === '' ? sql`true` : sql`p.agency = ${under}`} as inside, ${regions(() => sql`null`)}
    from agency_record p where ${recorded} and p.parent is null
    union all
    select p.agency, ${
    under === ''
      ? sql`b.child`
      : sql`case when b.agency = ${under} then p.agency when p.agency = ${under} then p.agency else b.child end`
  },
           greatest(b.since, p.since), least(b.until, p.until), p.level, p.kind, p.reporting,
           b.inside or p.agency = ${under}, ${regions(region => sql.ref(`b.${region}`))}
    from below b
    join agency_record p on p.parent = b.agency and p.since <= b.until and p.until >= b.since and ${recorded}`
}

/** Selects the requested years, or else every year that had a report in the totals. */
function yearsOf ({ years }: Scope, moment: RawBuilder<unknown>): RawBuilder<unknown> {
  if (years !== undefined) return selectYears(years)
  const range = sql`(select min(year) from report_version), (select max(year) from report_version)`
  // `limit 1` makes PostgreSQL find the first row of each year by index instead of joining all versions of the
  // registry.
  return sql`
    select y as year from generate_series(${range}) as y
    where (
      select true from report_version v
      where v.year = y and ${isPublic('v', moment)} and (
        select true from agency_record p
        where p.agency = v.agency and v.year between p.since and p.until and p.reporting = 'own'
          and ${wasRecorded('p', moment)}
        limit 1)
      limit 1)`
}

// The one statement behind GET /v1/totals: what the maintained rows, the reports just below and the tree give, by the
// keys asked for and by form, so that each form's cells can be added by themselves.
import { sql, type CompiledQuery, type Kysely, type RawBuilder } from 'kysely'
import { FOR_EVER, type Database } from '../database/connection.ts'
import { problem } from '../problems/problem.ts'
import { picked } from './selected-elements.ts'

export const KEYS = ['year', 'child', 'agency', 'level', 'kind', 'form'] as const
export type Key = typeof KEYS[number]

export interface Scope {
  by: Key[]
  /** '' for the whole registry. */
  under: string
  years: { first: number, last: number } | undefined
  level: string | undefined
  kind: string | undefined
  form: string | undefined
}

/**
 * Sums of one form in one group, or parts of them; the row with form '' has what is expected. `figures` and `present`:
 * sum and count of figures at each position asked for.
 */
export type SumRow = Partial<Record<Key, string | number>> & {
  form: string
  included: number
  expected: number
  figures: (number | null)[] | null
  present: number[] | null
  child_name?: string
  agency_name?: string
}

/** More would fill the memory of the service; groups by agency are read in pieces. */
export const MOST_ROWS = 200_000
const PIECE = 1000

type Source = {
  columns: Record<'year' | 'form' | 'level' | 'kind' | 'child' | 'agency', RawBuilder<unknown>>
  included: RawBuilder<unknown>
  expected: RawBuilder<unknown>
  figures: RawBuilder<unknown>
  present: RawBuilder<unknown>
  from: RawBuilder<unknown>
}

/** To build and compile a statement takes longer than to run it, so those that were asked for lately are kept. */
const statements = new Map<string, CompiledQuery<SumRow>>()
const MOST_STATEMENTS = 500

export async function sumRows (db: Kysely<Database>, scope: Scope, positions: number[]): Promise<SumRow[]> {
  const key = JSON.stringify([scope, positions])
  let statement = statements.get(key)
  if (statement === undefined) {
    if (statements.size === MOST_STATEMENTS) statements.clear()
    statements.set(key, statement = sumStatement(scope, positions, false).compile(db))
  }
  const { rows } = await db.executeQuery(statement)
  if (rows.length > MOST_ROWS) throw problem('too-many-groups', { most: MOST_ROWS })
  return rows
}

/**
 * What a statement in the order of the keys gives, so that the rows of a group follow each other, a piece at a time and
 * all of one moment. Holds a connection until it is read to the end or given up.
 */
export async function* sumRowsInOrder (db: Kysely<Database>, statement: RawBuilder<SumRow>): AsyncGenerator<SumRow[]> {
  const trx = await db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute()
  try {
    await sql`declare piece no scroll cursor for ${statement}`.execute(trx)
    for (;;) {
      const { rows } = await sql<SumRow>`fetch ${sql.lit(PIECE)} from piece`.execute(trx)
      if (rows.length > 0) yield rows
      if (rows.length < PIECE) break
    }
  } finally {
    // Nothing was written; a connection that was lost meanwhile has nothing to end.
    await trx.rollback().execute().catch(() => {})
  }
}

export function sumStatement (scope: Scope, positions: number[], inOrder: boolean): RawBuilder<SumRow> {
  const keys = [...new Set<Key>([...scope.by, 'form'])]
  const names = (['child', 'agency'] as const).filter(key => keys.includes(key))
  const refs = sql.join(keys.map(key => sql.ref(key)))
  const each = (one: (position: RawBuilder<unknown>) => RawBuilder<unknown>, of: number[]) =>
    sql`array[${sql.join(of.map(i => one(sql.lit(i))))}]`
  const ofReports = picked(sql`v.figures`, positions)
  const parts = sources(scope, ofReports.array).map(({ columns, included, expected, figures, present, from }) => {
    const rows = sql`(select ${
      sql.join([
        ...keys.map(key => sql`${columns[key]} as ${sql.ref(key)}`),
        sql`${included} as included, ${expected} as expected, ${figures} as f, ${present} as n`
      ])
    } ${from} offset 0) as source`
    return figures === NONE
      ? sql`select ${refs}, 0 as included, sum(expected)::integer as expected, ${NONE} as figures, ${NONE} as present from ${rows} group by ${refs}`
      // Each subscript would read a vector anew: the source hands on one that is read, for totals by `||`.
      : present === NONE
      ? sql`select ${refs}, included, expected, ${
        each(i => sql`f[${i}]`, positions.map(ofReports.indexOf))
      } as figures, ${
        each(i => sql`(f[${i}] is not null)::integer`, positions.map(ofReports.indexOf))
      } as present from ${rows}`
      : sql`select ${refs}, included, expected, ${each(i => sql`f[${i}]`, positions)} as figures, ${
        each(i => sql`n[${i}]`, positions)
      } as present from ${rows}`
  })
  const part = sql`(${sql.join(parts, sql` union all `)}) as part`
  const places = positions.map((_, i) => i + 1)
  const summed = isFine(scope)
    ? sql`select * from ${part}`
    : sql`
      select ${refs}, sum(included)::integer as included, sum(expected)::integer as expected,
             ${each(i => sql`sum(figures[${i}])::bigint`, places)} as figures, ${
      each(i => sql`sum(present[${i}])::bigint`, places)
    } as present
      from ${part} group by ${refs}`
  return sql<SumRow>`
    with year as (${yearsOf(scope)})
    select summed.*${
    names.length === 0
      ? sql``
      : sql`, ${sql.join(names.map(key => sql`${sql.ref(`${key}_named.name`)} as ${sql.ref(`${key}_name`)}`))}`
  }
    from (${summed}) as summed ${
    sql.join(
      names.map(key =>
        sql`join agency as ${sql.ref(`${key}_named`)} on ${sql.ref(`${key}_named.code`)} = summed.${sql.ref(key)}`
      ),
      sql` `
    )
  }
    ${inOrder ? orderOf(scope) : LIMIT}`
}

/** Of all rows as `summed`. */
export const orderOf = ({ by }: Scope) =>
  sql`order by ${sql.join(by.map(key => sql`summed.${sql.ref(key)} ${key === 'year' ? sql`` : sql`collate "C"`}`))}`

/** Of those that are not read in pieces. */
export const LIMIT = sql`limit ${sql.lit(MOST_ROWS + 1)}`

/** Whether the groups are about as fine as what is stored, so that it is no use to let PostgreSQL add first. */
const isFine = ({ by, years, level, kind }: Scope) =>
  (by.includes('year') || (years !== undefined && years.first === years.last)) &&
  (by.includes('agency') ||
    (level === undefined && kind === undefined && by.every(key => key === 'year' || key === 'child' || key === 'form')))

/** The years asked for, else every year that has a published report. */
function yearsOf ({ years }: Scope): RawBuilder<unknown> {
  return years === undefined
    ? sql`select distinct year from total where agency = '' and level = '' and reports > 0`
    : sql`select generate_series(${sql.lit(years.first)}, ${sql.lit(years.last)}) as year`
}

function sources (scope: Scope, ofReports: RawBuilder<unknown>): Source[] {
  const perAgency = scope.by.includes('agency')
  const own = [
    perAgency
      ? subtree(scope)
      : scope.by.includes('child')
      ? childrenAndSelf(scope)
      : scope.under === ''
      ? undefined
      : self(scope)
  ]
    .filter(agencies => agencies !== undefined)
  return [
    ...(perAgency ? [] : [maintained(scope)]),
    ...own.map(agencies => ownReports(scope, agencies, ofReports)),
    ...(scope.form !== undefined || scope.by.includes('form')
      ? []
      : [...(perAgency ? [] : [expectedBelow(scope)]), ...own.map(agencies => expectedOf(scope, agencies))])
  ]
}

// ---- what is below, from the maintained rows ------------------------------------------------------------------------

function maintained (scope: Scope): Source {
  const byChild = scope.by.includes('child')
  const detailed = scope.level !== undefined || scope.kind !== undefined || scope.by.includes('level') ||
    scope.by.includes('kind')
  return {
    columns: {
      year: sql`t.year`,
      form: sql`t.form`,
      level: sql`t.level`,
      kind: sql`t.kind`,
      child: sql`c.agency`,
      agency: sql`null`
    },
    included: sql`t.reports`,
    expected: sql`0`,
    figures: sql`t.figures || '{}'`,
    present: sql`t.present || '{}'`,
    from: sql`
      from ${
      byChild
        ? sql`agency_period c join total t on t.agency = c.agency and t.year between c.since and c.until`
        : sql`total t`
    }
      where ${
      sql.join([
        byChild ? isChild(scope.under) : sql`t.agency = ${scope.under}`,
        detailed ? sql`t.level <> ''` : sql`t.level = ''`,
        sql`t.reports > 0`,
        ...within(scope, 't')
      ], sql` and `)
    }`
  }
}

function expectedBelow (scope: Scope): Source {
  const byChild = scope.by.includes('child')
  return {
    ...nothing,
    columns: {
      year: sql`y.year`,
      form: sql`''`,
      level: sql`e.level`,
      kind: sql`e.kind`,
      child: sql`c.agency`,
      agency: sql`null`
    },
    expected: sql`e.change`,
    from: sql`
      from year y ${
      byChild ? sql`join agency_period c on ${isChild(scope.under)} and y.year between c.since and c.until` : sql``
    }
      join expected e on e.agency = ${byChild ? sql`c.agency` : sql`${scope.under}`} and e.year <= y.year
      where ${sql.join([sql`true`, ...standing(scope, 'e')], sql` and `)}`
  }
}

const isChild = (under: string) => under === '' ? sql`c.parent is null` : sql`c.parent = ${under}`

// ---- agencies that file themselves
// ------------------------------------------------------------------------------------

/** Picks ranges `p` of agencies in a year, and tells the child that each counts under. */
interface Agencies {
  child: RawBuilder<unknown>
  join: (year: RawBuilder<unknown>) => RawBuilder<unknown>
  where: (year: RawBuilder<unknown>) => RawBuilder<unknown>
}

const self = ({ under }: Scope): Agencies => ({
  child: sql`null`,
  join: () => sql``,
  where: () => sql`p.agency = ${under}`
})

const childrenAndSelf = ({ under }: Scope): Agencies => ({
  child: sql`p.agency`,
  join: () => sql``,
  where: () => under === '' ? sql`p.parent is null` : sql`(p.parent = ${under} or p.agency = ${under})`
})

const subtree = ({ by, under }: Scope): Agencies => ({
  // The child that it is below in that year; one that is below none is itself a child, or `under`.
  child: by.includes('child') ? sql`coalesce(c.agency, p.agency)` : sql`null`,
  join: year =>
    by.includes('child')
      ? sql`left join (agency_ancestor above join agency_period c on c.agency = above.ancestor and ${isChild(under)})
          on above.agency = p.agency and ${year} between above.since and above.until and ${year} between c.since and c.until`
      : sql``,
  where: year =>
    under === ''
      ? sql`true`
      : sql`p.agency in (select ${under} union all select agency from agency_ancestor where ancestor = ${under})
        and (p.agency = ${under} or exists (
          select from agency_ancestor x where x.agency = p.agency and x.ancestor = ${under} and ${year} between x.since and x.until))`
})

function ownReports (scope: Scope, agencies: Agencies, figures: RawBuilder<unknown>): Source {
  return {
    columns: {
      year: sql`v.year`,
      form: sql`v.form`,
      level: sql`p.level`,
      kind: sql`p.kind`,
      child: agencies.child,
      agency: sql`p.agency`
    },
    included: sql`1`,
    expected: sql`0`,
    figures,
    present: NONE,
    from: sql`
      from agency_period p
      join report_version v on v.agency = p.agency and v.public_until = ${FOR_EVER} and v.year between p.since and p.until
      ${agencies.join(sql`v.year`)}
      where ${
      sql.join([
        sql`p.reporting = 'own'`,
        agencies.where(sql`v.year`),
        ...standing(scope, 'p'),
        ...within({ ...scope, level: undefined, kind: undefined }, 'v')
      ], sql` and `)
    }`
  }
}

function expectedOf (scope: Scope, agencies: Agencies): Source {
  return {
    ...nothing,
    columns: {
      year: sql`y.year`,
      form: sql`''`,
      level: sql`p.level`,
      kind: sql`p.kind`,
      child: agencies.child,
      agency: sql`p.agency`
    },
    expected: sql`1`,
    from: sql`
      from year y join agency_period p on y.year between p.since and p.until
      ${agencies.join(sql`y.year`)}
      where ${sql.join([sql`p.reporting = 'own'`, agencies.where(sql`y.year`), ...standing(scope, 'p')], sql` and `)}`
  }
}

// ---- small parts --------------------------------------------------------------------------------------------------

const NONE = sql`null::bigint[]`
const nothing = { included: sql`0`, expected: sql`0`, figures: NONE, present: NONE }

function standing ({ level, kind }: Scope, table: string): RawBuilder<unknown>[] {
  return [
    ...(level === undefined ? [] : [sql`${sql.ref(`${table}.level`)} = ${level}`]),
    ...(kind === undefined ? [] : [sql`${sql.ref(`${table}.kind`)} = ${kind}`])
  ]
}

function within (scope: Scope, table: string): RawBuilder<unknown>[] {
  return [
    ...standing(scope, table),
    ...(scope.years === undefined
      ? []
      : [sql`${sql.ref(`${table}.year`)} between ${sql.lit(scope.years.first)} and ${sql.lit(scope.years.last)}`]),
    ...(scope.form === undefined ? [] : [sql`${sql.ref(`${table}.form`)} = ${scope.form}`])
  ]
}

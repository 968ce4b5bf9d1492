// The statement behind GET /v1/totals. It combines the maintained totals, the reports of the agency itself or of its
// children, and the tree, grouped by the requested keys and by form: the cells of each form are summed separately.
import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/types.ts'
import { problem } from '../problems/problem.ts'
import { regionRelations } from './regions/region-relations.ts'
import { withParts } from './regions/regions.ts'
import { NULL_VECTOR, relations, yearsOf } from './relations.ts'
import { isNamed, type Key, type NamedKey, regionsOf, type Scope, scansReports } from './scope.ts'
import { selectElements } from './selected-elements.ts'

/**
 * Sums of one form in one group, or parts of them. The row with form '' holds the expected count. `figures` and
 * `present` are the sum and the count of the figures at each requested position.
 */
export type SumRow =
  & Partial<Record<Key, string | number | null>>
  & Partial<Record<`${NamedKey}_name`, string | null>>
  & {
    form: string
    included: number
    expected: number
    figures: (number | null)[] | null
    present: number[] | null
  }

/** Maximum numbers of rows, and of figures in them, in memory. Groups by agency are streamed instead. */
const MAX_ROWS = 200_000
const MAX_FIGURES = 10_000_000
const FETCH_ROWS = 1000

/** Cache of compiled statements: building one takes longer than running it. Without the cache, totals lose 20 %. */
const statements = new Map<string, CompiledQuery<SumRow>>()
const MAX_STATEMENTS = 500

export async function sumRows (db: Kysely<Database>, scope: Scope, positions: number[]): Promise<SumRow[]> {
  const key = JSON.stringify([scope, positions])
  let statement = statements.get(key)
  if (statement === undefined) {
    if (statements.size === MAX_STATEMENTS) statements.clear()
    statements.set(key, statement = sumStatement(scope, positions, false).compile(db))
  }
  const { rows } = await db.executeQuery(statement)
  const most = maxRows(positions)
  if (rows.length > most) throw problem('too-many-groups', { most })
  return rows
}

/**
 * Yields the rows of a statement in pieces, from one snapshot. The statement is ordered by its keys, so that the rows
 * of a group are adjacent. Holds a connection until the rows are read to the end or the generator is closed.
 */
export async function* sumRowsInOrder (db: Kysely<Database>, statement: RawBuilder<SumRow>): AsyncGenerator<SumRow[]> {
  const trx = await db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute()
  try {
    await sql`declare piece no scroll cursor for ${statement}`.execute(trx)
    for (;;) {
      const { rows } = await sql<SumRow>`fetch ${sql.lit(FETCH_ROWS)} from piece`.execute(trx)
      if (rows.length > 0) yield rows
      if (rows.length < FETCH_ROWS) break
    }
  } finally {
    // The transaction is read-only; a lost connection has nothing to roll back.
    await trx.rollback().execute().catch(() => {})
  }
}

export function sumStatement (scope: Scope, positions: number[], inOrder: boolean): RawBuilder<SumRow> {
  const keys = [...new Set<Key>([...scope.by, 'form'])]
  const names = keys.filter(isNamed)
  const [region] = scansReports(scope) ? [] : regionsOf(scope)
  const refs = sql.join(keys.map(key => sql.ref(key)))
  const each = (one: (position: RawBuilder<unknown>) => RawBuilder<unknown>, of: number[]) =>
    sql`array[${sql.join(of.map(i => one(sql.lit(i))))}]`
  const ofReports = selectElements(sql`v.figures`, positions)
  const parts = (region === undefined
    ? relations(scope, ofReports.array)
    : regionRelations(scope, region, ofReports.array)).map(source => {
      const { columns, sign, included, expected, figures, present, from } = source
      const selected = sql.join([
        ...keys.map(key => sql`${columns[key]} as ${sql.ref(key)}`),
        sql`${included} as included, ${expected} as expected, ${figures} as f, ${present} as n, ${
          sign ?? sql`1`
        } as sign`
      ])
      // Each subscript would detoast and parse the vector again; the subquery parses it once.
      const rows = sql`(select ${selected} ${from} offset 0) as source`
      if (figures === NULL_VECTOR) {
        return sql`
        select ${refs}, 0 as included, sum(expected)::integer as expected,
               ${NULL_VECTOR} as figures, ${NULL_VECTOR} as present
        from ${rows} group by ${refs}`
      }
      const isReport = present === NULL_VECTOR
      const indexes = isReport ? positions.map(ofReports.indexOf) : positions
      const times = sign === undefined ? sql`` : sql` * sign`
      const elements = each(i => sql`f[${i}]${times}`, indexes)
      const counts = each(i => sql`${isReport ? sql`(f[${i}] is not null)::integer` : sql`n[${i}]`}${times}`, indexes)
      return sql`select ${refs}, included, expected, ${elements} as figures, ${counts} as present from ${rows}`
    })
  const part = sql`(${sql.join(parts, sql` union all `)}) as part`
  const places = positions.map((_, i) => i + 1)
  const sums = each(i => sql`sum(figures[${i}])::bigint`, places)
  const counts = each(i => sql`sum(present[${i}])::bigint`, places)
  const summed = isAlreadyGrouped(scope)
    ? sql`select * from ${part}`
    : sql`
      select ${refs}, sum(included)::integer as included, sum(expected)::integer as expected,
             ${sums} as figures, ${counts} as present
      from ${part} group by ${refs}`
  const nameColumns = names.map(key => sql`${sql.ref(`${key}_named.name`)} as ${sql.ref(`${key}_name`)}`)
  const nameJoins = names.map(key => joinName(key, lastYearOf(scope)))
  return sql<SumRow>`
    with year as (${yearsOf(scope)}) ${region === undefined ? sql`` : sql`, ${withParts(scope, region)}`}
    select ${sql.join([sql`summed.*`, ...nameColumns])}
    from (${summed}) as summed ${sql.join(nameJoins, sql` `)}
    ${inOrder ? orderOf(scope) : limitRows(positions)}`
}

/** The year whose names are given: that of the group, or else the last of those asked for. */
export const lastYearOf = ({ by, years }: Scope): RawBuilder<unknown> =>
  by.includes('year')
    ? sql`summed.year`
    : years === undefined
    ? sql`(select max(year) from year)`
    : sql.lit(years.last)

/** Joins the period of an agency in that year, or its last one before. */
function joinName (key: NamedKey, year: RawBuilder<unknown>): RawBuilder<unknown> {
  const named = sql.ref(`${key}_named`)
  // Agencies that are in no region have no name.
  return sql`
    left join agency_period as ${named} on ${named}.agency = summed.${sql.ref(key)} and ${named}.since <= ${year}
      and not exists (
        select from agency_period later
        where later.agency = ${named}.agency and later.since > ${named}.since and later.since <= ${year})`
}

/** Orders the rows of `summed` by the requested keys. */
export const orderOf = ({ by }: Scope) =>
  sql`order by ${sql.join(by.map(key => sql`summed.${sql.ref(key)} ${key === 'year' ? sql`` : sql`collate "C"`}`))}`

export const maxRows = ({ length }: readonly unknown[]): number =>
  Math.min(MAX_ROWS, Math.floor(MAX_FIGURES / Math.max(1, length)))

/** LIMIT of statements that are not streamed: one more row than allowed detects too many groups. */
export const limitRows = (positions: number[]) => sql`limit ${sql.lit(maxRows(positions) + 1)}`

/** True if grouping in SQL would not reduce the rows. */
const isAlreadyGrouped = ({ by, years, level, kind }: Scope) =>
  (by.includes('year') || (years !== undefined && years.first === years.last)) &&
  (by.includes('agency') ||
    (level === undefined && kind === undefined && by.every(key => key === 'year' || key === 'child' || key === 'form')))

// Which agencies a caller acts for: its own and all below it, in the tree of the given year, or else in that of the
// agency's latest year.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../database/types.ts'
import type { Fault } from '../problems/fault.ts'
import { problem } from '../problems/problem.ts'
import { type Actor, WHOLE_REGISTRY } from './actor.ts'

export interface Target {
  agency: string
  year?: number | undefined
}

/** Returns the SQL condition that an agency is in the subtree in a year. */
export function isCovered (
  subtree: string,
  agency: RawBuilder<unknown>,
  year: RawBuilder<unknown> | null
): RawBuilder<boolean> {
  if (subtree === WHOLE_REGISTRY) return sql`true`
  const moment = year ?? latestYear(agency)
  return sql`(${agency} = ${subtree} or exists (
    select from agency_ancestor above where above.agency = ${agency} and above.ancestor = ${subtree} and above.since <= ${moment} and above.until >= ${moment}))`
}

/** Returns the year for `isCovered` if a row may have none. */
export const yearOrLatest = (agency: RawBuilder<unknown>, year: RawBuilder<unknown>): RawBuilder<number> =>
  sql`coalesce(${year}, ${latestYear(agency)})`

const latestYear = (agency: RawBuilder<unknown>) =>
  sql`(select max(until) from agency_period latest where latest.agency = ${agency})`

/** Returns whether the caller acts for the agency. */
export async function isInSubtree (db: Kysely<Database>, actor: Actor, { agency, year }: Target): Promise<boolean> {
  if (actor.agency === WHOLE_REGISTRY || actor.agency === agency) return true
  const covered = isCovered(actor.agency, sql`${agency}::text`, year === undefined ? null : sql`${year}::integer`)
  const { rows: [row] } = await sql<{ covered: boolean }>`select ${covered} as covered`.execute(db)
  return row!.covered
}

/** Returns for each of many targets whether the caller acts for it, with one query. */
export async function areInSubtree (db: Kysely<Database>, actor: Actor, asked: Target[]): Promise<boolean[]> {
  if (actor.agency === WHOLE_REGISTRY || asked.length === 0) return asked.map(() => true)
  const agencies = asked.map(({ agency }) => agency)
  const years = asked.map(({ year }) => year ?? null)
  const { rows } = await sql<{ covered: boolean }>`
    select ${isCovered(actor.agency, sql`asked.agency`, yearOrLatest(sql`asked.agency`, sql`asked.year`))} as covered
    from unnest(${agencies}::text[], ${years}::integer[]) with ordinality as asked (agency, year, number)
    order by asked.number`.execute(db)
  return rows.map(row => row.covered)
}

/** Throws `outside-subtree` unless the caller acts for all of them. Each fault carries the position of its item. */
export async function refuseOutside (
  db: Kysely<Database>,
  actor: Actor,
  asked: (Target & { at?: Omit<Fault, 'expected'> })[]
): Promise<void> {
  const covered = await areInSubtree(db, actor, asked)
  const outside = asked.filter((_, i) => !covered[i])
  if (outside.length === 0) return
  throw outsideSubtree(actor, outside[0]!, {
    errors: outside.flatMap(({ at, agency }) =>
      at === undefined
        ? []
        : [{
          ...at,
          found: agency,
          expected: { en: `${actor.agency} or an agency below it`, zh: `${actor.agency} 或其下级机关` }
        }]
    )
  })
}

export const outsideSubtree = (actor: Actor, { agency, year }: Target, more = {}) =>
  problem('outside-subtree', {
    covers: actor.agency,
    agency: agency === WHOLE_REGISTRY ? { en: 'the whole registry', zh: '整个登记库' } : agency,
    when: year === undefined ? { en: 'its latest years', zh: '最近年度' } : String(year)
  }, more)

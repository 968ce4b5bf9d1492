// The agency that took over from an abolished one. It must be there in the year after.
import { type Kysely, sql, type Transaction } from 'kysely'
import { type Database, NO_LAST_YEAR } from '../database/types.ts'
import type { Fault } from '../problems/fault.ts'
import { problem } from '../problems/problem.ts'
import { formatYears, type Period } from './periods.ts'
import type { Agency, AgencyChange } from './schemas.ts'
import { findPeriods } from './tree.ts'

type Years = Pick<Period, 'since' | 'until'>

const yearsOf = (periods: Years[]): Years => ({ since: periods[0]!.since, until: periods.at(-1)!.until })
const isThere = ({ since, until }: Years, year: number) => since <= year && year <= until

/** Returns the successor after a change: an agency that goes on has none. */
export function successorAfter (change: AgencyChange, before: Agency | undefined, periods: Period[]): string | null {
  if (change.successor !== undefined) return change.successor
  return periods.at(-1)!.until === NO_LAST_YEAR ? null : before?.successor ?? null
}

/** Returns the faults of a successor with these years; undefined if it is not registered. */
export function findSuccessorFaults (successor: string, last: number, years: Years | undefined): Fault[] {
  if (last === NO_LAST_YEAR) {
    return [{
      pointer: '/successor',
      found: successor,
      expected: { en: 'none without until, the last year of the agency', zh: '未给出最后年度 until 时不得有后继机关' }
    }]
  }
  if (years === undefined || isThere(years, last + 1)) return []
  return [{
    pointer: '/successor',
    found: successor,
    expected: {
      en: `an agency that is there in ${last + 1}; it is there in ${formatYears(years.since, years.until).en}`,
      zh: `${last + 1} 年度存在的机关；该机关的年度为 ${formatYears(years.since, years.until).zh}`
    }
  }]
}

export const unknownSuccessor = (successor: string) =>
  problem('agency-unknown', { agency: successor }, {
    errors: [{ pointer: '/successor', found: successor, expected: { en: 'a registered agency', zh: '已登记的机关' } }]
  })

/** Throws unless the successor is registered and there in the year after the last of these periods. */
export async function checkSuccessor (
  trx: Transaction<Database>,
  successor: string | null,
  periods: Period[]
): Promise<void> {
  if (successor === null) return
  const own = await findPeriods(trx, successor)
  const faults = findSuccessorFaults(successor, periods.at(-1)!.until, own.length === 0 ? undefined : yearsOf(own))
  if (faults.length > 0) throw problem('body-invalid', {}, { errors: faults })
  if (own.length === 0) throw unknownSuccessor(successor)
}

/** Throws unless the agency is still there in the year after each of its predecessors. */
export async function checkPredecessors (trx: Transaction<Database>, code: string, periods: Period[]): Promise<void> {
  const years = yearsOf(periods)
  for (const { agency, until } of (await findPredecessors(trx, [code])).get(code) ?? []) {
    if (until === null || isThere(years, until + 1)) continue
    throw problem('body-invalid', {}, {
      errors: [{
        pointer: years.since > until + 1 ? '/since' : '/until',
        found: years.since > until + 1 ? years.since : years.until,
        expected: {
          en: `that ${code} is there in ${until + 1}: it is the successor of ${agency}`,
          zh: `${code} 在 ${until + 1} 年度存在：它是 ${agency} 的后继机关`
        }
      }]
    })
  }
}

/** Returns the abolished agencies that these agencies took over from, by the code of the successor. */
export async function findPredecessors (
  db: Kysely<Database>,
  codes: string[]
): Promise<Map<string, NonNullable<Agency['predecessors']>>> {
  const { rows } = await sql<{ successor: string, agency: string, agency_name: string, until: number }>`
    select a.successor, a.code as agency, a.name as agency_name, max(p.until) as until
    from agency a join agency_period p on p.agency = a.code
    where a.successor = any(${codes}) group by a.code order by a.code`.execute(db)
  const found = new Map<string, NonNullable<Agency['predecessors']>>()
  for (const { successor, ...predecessor } of rows) {
    const known = found.get(successor)
    if (known === undefined) found.set(successor, [predecessor])
    else known.push(predecessor)
  }
  return found
}

/** Returns the codes of the agencies abolished at the end of the year before, by the code of their successor. */
export async function findAbolished (
  db: Kysely<Database>,
  successors: string[],
  year: number
): Promise<Map<string, string[]>> {
  const found = await findPredecessors(db, successors)
  return new Map(
    [...found].map((
      [successor, all]
    ) => [successor, all.filter(({ until }) => until === year - 1).map(({ agency }) => agency)])
  )
}

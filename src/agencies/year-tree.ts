// The agencies that are registered for one year.
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/types.ts'
import { problem } from '../problems/problem.ts'
import { formatYears } from './periods.ts'
import { findPeriods } from './tree.ts'

/** Throws unless `under`, or without it any agency, is registered for the year. */
export async function requireTree (db: Kysely<Database>, year: number, under: string | undefined): Promise<void> {
  if (under === undefined) {
    const { rows } = await sql`select from agency_period where since <= ${year} and until >= ${year} limit 1`.execute(
      db
    )
    if (rows.length === 0) throw problem('no-agencies-in-year', { year })
    return
  }
  const periods = await findPeriods(db, under)
  if (periods.length === 0) throw problem('agency-unknown', { agency: under })
  const [since, until] = [periods[0]!.since, periods.at(-1)!.until]
  if (year < since || year > until) {
    throw problem('agency-not-in-year', { agency: under, year, years: formatYears(since, until) })
  }
}

// Inserts many new agencies with a few statements.
import { sql, type Transaction } from 'kysely'
import type { Period } from '../../agencies/periods.ts'
import type { AgencyChange } from '../../agencies/schemas.ts'
import { replaceAncestors } from '../../agencies/tree.ts'
import { applyExpectedDeltas } from '../../aggregates/apply-deltas.ts'
import { contributedExpected } from '../../aggregates/contributions.ts'
import type { Database } from '../../database/types.ts'

export interface NewAgency {
  code: string
  change: AgencyChange
  period: Period
}

const ROWS_AT_ONCE = 5000

/**
 * Inserts all agencies in a few statements, in any order of parents. Requires the agency-tree lock and valid records.
 */
export async function insertAgencies (trx: Transaction<Database>, agencies: NewAgency[]): Promise<void> {
  for (const some of chunks(agencies)) {
    await sql`
      insert into agency (code, name, credit_code, division_code, successor)
      select * from unnest(
        ${some.map(a => a.code)}::text[],
        ${some.map(a => a.change.name!)}::text[],
        ${some.map(a => a.change.credit_code ?? null)}::text[],
        ${some.map(a => a.change.division_code ?? null)}::text[],
        ${some.map(a => a.change.successor ?? null)}::text[]
      )`.execute(trx)
  }
  for (const some of chunks(agencies)) {
    await sql`
      insert into agency_period (agency, since, until, parent, level, kind, reporting, name)
      select * from unnest(
        ${some.map(a => a.code)}::text[],
        ${some.map(a => a.period.since)}::integer[],
        ${some.map(a => a.period.until)}::integer[],
        ${some.map(a => a.period.parent)}::text[],
        ${some.map(a => a.period.level)}::text[],
        ${some.map(a => a.period.kind)}::text[],
        ${some.map(a => a.period.reporting)}::text[],
        ${some.map(a => a.period.name)}::text[]
      )`.execute(trx)
  }
  const codes = agencies.map(agency => agency.code)
  await replaceAncestors(trx, codes)
  await applyExpectedDeltas(trx, await contributedExpected(trx, codes))
}

/** Returns the first and last year of each registered agency. */
export async function findYears (
  trx: Transaction<Database>,
  codes: string[]
): Promise<Map<string, { since: number, until: number }>> {
  const rows = await trx.selectFrom('agency_period').select([
    'agency',
    eb => eb.fn.min('since').as('since'),
    eb => eb.fn.max('until').as('until')
  ])
    .where('agency', '=', sql<string>`any(${codes})`).groupBy('agency').execute()
  return new Map(rows.map(({ agency, since, until }) => [agency, { since, until }]))
}

/** Returns the owner of each credit code. */
export async function findCreditCodes (trx: Transaction<Database>, codes: string[]): Promise<Map<string, string>> {
  const rows = await trx.selectFrom('agency').select(['code', 'credit_code']).where(
    'credit_code',
    '=',
    sql<string>`any(${codes})`
  ).execute()
  return new Map(rows.map(row => [row.credit_code!, row.code]))
}

export function* chunks<T> (all: T[]): Generator<T[]> {
  for (let i = 0; i < all.length; i += ROWS_AT_ONCE) yield all.slice(i, i + ROWS_AT_ONCE)
}

// Tells why an answer about agencies is empty, where the question cannot be answered.
import { type Kysely, sql } from 'kysely'
import { wasRegistered } from '../agencies/history.ts'
import { findAgency } from '../agencies/store.ts'
import type { Database } from '../database/types.ts'
import { problem } from '../problems/problem.ts'
import { wasRecorded } from './as-of.ts'

/** Throws `agency-unknown` if the agency is not registered, or was not at the moment. */
export async function refuseUnknown (
  db: Kysely<Database>,
  agency: string | undefined,
  moment?: string
): Promise<void> {
  if (agency === undefined || agency === '') return
  const isKnown = moment === undefined ? await findAgency(db, agency) : await wasRegistered(db, agency, moment)
  if (!isKnown) throw problem('agency-unknown', { agency })
}

/** Throws `agency-unknown`, or `no-agencies-in-year` if no agency exists in that year. */
export async function refuseNothing (
  db: Kysely<Database>,
  { under, year, moment }: { under: string, year: number, moment?: string | undefined }
): Promise<void> {
  await refuseUnknown(db, under, moment)
  const periods = moment === undefined
    ? sql`agency_period p where true`
    : sql`agency_record p where ${wasRecorded('p', sql`${moment}::timestamptz`)}`
  const { rows } = await sql`select from ${periods} and p.since <= ${year} and p.until >= ${year} limit 1`.execute(db)
  if (rows.length === 0) throw problem('no-agencies-in-year', { year })
}

// The recorded history of agencies: their periods and name as they were known at each moment.
import { type Kysely, sql, type Transaction } from 'kysely'
import { TAKE_TREE_TIMESTAMP } from '../database/clock.ts'
import type { Database } from '../database/types.ts'

/**
 * Records the current state of these agencies. Call once, at the end of each transaction that changed them: it takes
 * the timestamp of the change.
 */
export async function recordHistory (trx: Transaction<Database>, codes: string[]): Promise<void> {
  await sql`
    with moment as (${TAKE_TREE_TIMESTAMP}),
    closed as (
      update agency_record r set recorded_until = moment.at from moment
      where r.agency = any(${codes}) and r.recorded_until = 'infinity' returning 1
    )
    insert into agency_record (agency, recorded_at, name, since, until, parent, level, kind, reporting, successor)
    select p.agency, moment.at, p.name, p.since, p.until, p.parent, p.level, p.kind, p.reporting, a.successor
    from moment, agency_period p join agency a on a.code = p.agency where p.agency = any(${codes})`.execute(trx)
}

export async function wasRegistered (db: Kysely<Database>, code: string, moment: string): Promise<boolean> {
  const { rows } =
    await sql`select from agency_record where agency = ${code} and recorded_at <= ${moment}::timestamptz limit 1`
      .execute(db)
  return rows.length > 0
}

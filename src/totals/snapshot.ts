import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../database/types.ts'

/** Runs queries of one snapshot, so that what they return agrees. */
export async function readSnapshot<Result> (
  db: Kysely<Database>,
  read: (trx: Transaction<Database>) => Promise<Result>
): Promise<Result> {
  return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(async trx => {
    // Compiling a statement over all reports of a year takes longer than it saves.
    await sql`set local jit = off`.execute(trx)
    return await read(trx)
  })
}

// Runs transactions, with one rule for commit, rollback and a second attempt.
import { type Kysely, sql, type Transaction } from 'kysely'
import { isRetryable } from './errors.ts'
import type { Database } from './types.ts'

/** With `commit: false` everything is rolled back and the result still returned, as in a dry run. */
export interface Outcome<Result> {
  commit: boolean
  result: Result
}

type Work<Result> = (trx: Transaction<Database>) => Promise<Result>

/**
 * Runs a transaction, or a savepoint where `db` is a transaction already. It is rolled back when `work` throws, and
 * attempted once more after a conflict with another transaction (serialization failure or deadlock).
 */
export async function inTransaction<Result> (db: Kysely<Database>, work: Work<Result>): Promise<Result> {
  return await runTransaction(db, async trx => ({ commit: true, result: await work(trx) }))
}

/** Runs a transaction like `inTransaction`; `work` decides whether to commit. */
export async function runTransaction<Result> (
  db: Kysely<Database>,
  work: Work<Outcome<Result>>
): Promise<Result> {
  const attempt = db.isTransaction
    ? async () => await inSavepoint(db as Transaction<Database>, work)
    : async () => await inOwnTransaction(db, work)
  try {
    return await attempt()
  } catch (error) {
    if (!isRetryable(error)) throw error
    return await attempt()
  }
}

async function inOwnTransaction<Result> (db: Kysely<Database>, work: Work<Outcome<Result>>): Promise<Result> {
  const trx = await db.startTransaction().execute()
  try {
    const { commit, result } = await work(trx)
    await (commit ? trx.commit() : trx.rollback()).execute()
    return result
  } catch (error) {
    // Rollback also releases the connection. A lost connection has nothing to roll back.
    if (!trx.isRolledBack) await trx.rollback().execute().catch(() => {})
    throw error
  }
}

async function inSavepoint<Result> (trx: Transaction<Database>, work: Work<Outcome<Result>>): Promise<Result> {
  await sql`savepoint part`.execute(trx)
  try {
    const { commit, result } = await work(trx)
    await (commit ? sql`release savepoint part` : sql`rollback to savepoint part`).execute(trx)
    return result
  } catch (error) {
    // A lost connection has nothing to roll back.
    await sql`rollback to savepoint part`.execute(trx).catch(() => {})
    throw error
  }
}

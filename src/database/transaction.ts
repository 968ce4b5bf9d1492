import { type Kysely, sql, type Transaction } from 'kysely'
import { AsyncLocalStorage } from 'node:async_hooks'
import { isRetryable } from './errors.ts'
import type { Database } from './types.ts'

/** Where all that a request does is one transaction, that one. */
const ofRequest = new AsyncLocalStorage<Transaction<Database>>()

/** What `work` starts takes part in the transaction, through `inTransaction`; who calls this ends it. */
export const asPartOf = (trx: Transaction<Database>, work: () => void): void => ofRequest.run(trx, work)

/**
 * A transaction, or its own part of the request's, that is tried once more when it met another one (serialization
 * failure or deadlock).
 */
export async function inTransaction<Result> (
  db: Kysely<Database>,
  work: (trx: Transaction<Database>) => Promise<Result>
): Promise<Result> {
  const whole = ofRequest.getStore()
  const attempt = async () =>
    whole === undefined ? await db.transaction().execute(work) : await inSavepoint(whole, work)
  try {
    return await attempt()
  } catch (error) {
    if (!isRetryable(error)) throw error
    return await attempt()
  }
}

async function inSavepoint<Result> (
  trx: Transaction<Database>,
  work: (trx: Transaction<Database>) => Promise<Result>
): Promise<Result> {
  await sql`savepoint part`.execute(trx)
  try {
    const result = await work(trx)
    await sql`release savepoint part`.execute(trx)
    return result
  } catch (error) {
    // On a connection that was lost nothing is left to undo.
    await sql`rollback to savepoint part`.execute(trx).catch(() => {})
    throw error
  }
}

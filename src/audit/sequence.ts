// Assigns sequence numbers, which put all events in one order for their readers. An event gets its number after it is
// committed, or together with all others of a bulk import. So no reader who has seen a number can miss a lower one, and
// single writers never wait for each other over numbers.
import { type Kysely, sql, type Transaction } from 'kysely'
import { inTransaction } from '../database/transaction.ts'
import type { Database } from '../database/types.ts'
import { EMPTY_HASH, nextRunningHash } from './hash.ts'

/** Maximum number of events in a batch; each batch sorts all events without a number. */
const MAX_BATCH = 50_000

/** A sequence number, and the running hash of all events up to it. */
export interface Checkpoint {
  seq: number
  hash: Buffer
}

/**
 * Assigns sequence numbers to all committed events. Several processes may call it at once: the table lock serializes
 * them.
 */
export async function assignSequence (db: Kysely<Database>): Promise<void> {
  for (;;) {
    const { rows: pending } = await sql`select from event where seq is null limit 1`.execute(db)
    if (pending.length === 0) return
    await inTransaction(db, async trx => await assignBatch(trx, await lockSequence(trx)))
  }
}

/** Locks the sequence until commit and returns the last checkpoint. */
async function lockSequence (trx: Transaction<Database>): Promise<Checkpoint> {
  await sql`lock table event_checkpoint in exclusive mode`.execute(trx)
  const last = await trx.selectFrom('event_checkpoint').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1)
    .executeTakeFirst()
  return last ?? { seq: 0, hash: EMPTY_HASH }
}

/** Numbers one batch of events and returns the last checkpoint, which is `last` itself if there was none to number. */
async function assignBatch (trx: Transaction<Database>, last: Checkpoint): Promise<Checkpoint> {
  const { rows } = await sql<{ chain: string, n: number, hash: Buffer }>`
    select chain, n, hash from event where seq is null order by at, chain, n limit ${MAX_BATCH}`.execute(trx)
  if (rows.length === 0) return last
  await sql`
    update event set seq = ${last.seq}::bigint + p.i
    from unnest(${rows.map(row => row.chain)}::text[], ${rows.map(row => row.n)}::bigint[])
      with ordinality as p (chain, n, i)
    where event.chain = p.chain and event.n = p.n`.execute(trx)
  const place = follow(last, rows)
  await saveCheckpoint(trx, place)
  return place
}

const follow = (place: Checkpoint, events: { hash: Buffer }[]): Checkpoint => ({
  seq: place.seq + events.length,
  hash: events.reduce((hash, event) => nextRunningHash(hash, event.hash), place.hash)
})

/**
 * Locks the sequence for a transaction that numbers its own events, and returns the checkpoint after which it may
 * continue. The transaction must hold the locks of all chains concerned, so that every earlier event of a chain already
 * has its number.
 */
export async function lockLastCheckpoint (trx: Transaction<Database>): Promise<Checkpoint> {
  for (let last = await lockSequence(trx);;) {
    const place = await assignBatch(trx, last)
    if (place === last) return last
    last = place
  }
}

/** Stores the running hash up to the last number that the transaction has assigned. */
export async function saveCheckpoint (trx: Transaction<Database>, place: Checkpoint): Promise<void> {
  await trx.insertInto('event_checkpoint').values(place).execute()
}

// The events in one order for all who follow them. An event gets its place after it is committed, so that no reader who
// has seen a place can miss a lower one, and writers never wait for each other over it.
import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { isCovered, yearOrLatest } from '../access/coverage.ts'
import { inTransaction, type Database } from '../platform/database.ts'

/** At a time; all that wait for a place are sorted for it. */
const MOST_PLACED = 50_000

/** Gives all committed events their places. Several services may do so at once: they take turns. */
export async function placeEvents (db: Kysely<Database>): Promise<void> {
  while (await placeSome(db)) { /* the next ones */ }
}

/** True when there may be more. */
async function placeSome (db: Kysely<Database>): Promise<boolean> {
  const { rows: pending } = await sql`select from event where seq is null limit 1`.execute(db)
  if (pending.length === 0) return false
  return await inTransaction(db, async trx => {
    await sql`lock table event_checkpoint in exclusive mode`.execute(trx)
    const last = await trx.selectFrom('event_checkpoint').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()
    const { rows } = await sql<{ chain: string, n: number, hash: Buffer }>`
      select chain, n, hash from event where seq is null order by at, chain, n limit ${MOST_PLACED}`.execute(trx)
    if (rows.length === 0) return false
    const first = (last?.seq ?? 0) + 1
    await sql`
      update event set seq = ${first}::bigint - 1 + p.i
      from unnest(${rows.map(row => row.chain)}::text[], ${rows.map(row => row.n)}::bigint[]) with ordinality as p (chain, n, i)
      where event.chain = p.chain and event.n = p.n`.execute(trx)
    await trx.insertInto('event_checkpoint').values({ seq: first + rows.length - 1, hash: rows.reduce((hash, row) => nextHash(hash, row.hash), last?.hash ?? EMPTY) }).execute()
    return rows.length === MOST_PLACED
  })
}

export const EMPTY = Buffer.alloc(0)

/** The running hash after one more event. */
export const nextHash = (running: Buffer, event: Buffer): Buffer => createHash('sha256').update(running).update(event).digest()

export interface StoredEvent { seq: number, n: number, at: string, body: string, previous: string, hash: string }

export interface EventFilter { agency?: string | undefined, under?: string | undefined, year?: number | undefined }

/** Those of `subtree`, in the order of the feed: of reports by the tree of their year, of agencies and keys by the latest. */
export async function listEvents (db: Kysely<Database>, subtree: string, { agency, under, year }: EventFilter, after: number, limit: number): Promise<StoredEvent[]> {
  const { rows } = await sql<StoredEvent>`
    select e.seq, e.n, event_time(e.at) as at, e.body, encode(e.hash, 'hex') as hash,
           coalesce((select encode(p.hash, 'hex') from event as p where p.chain = e.chain and p.n = e.n - 1), '') as previous
    from event as e
    where e.seq > ${after} and ${isCovered(subtree, sql`e.chain`, yearOrLatest(sql`e.chain`, sql`e.year`))}
      ${agency === undefined ? sql`` : sql`and e.chain = ${agency}`}
      ${under === undefined ? sql`` : sql`and (e.chain = ${under} or exists (select from agency_ancestor as a where a.agency = e.chain and a.ancestor = ${under}))`}
      ${year === undefined ? sql`` : sql`and e.year = ${year}`}
    order by e.seq limit ${limit}`.execute(db)
  return rows
}

// Verifies the audit log: each hash chain from its first event to its head, and the sequence over all of them.
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../../database/types.ts'
import { EMPTY_HASH, nextRunningHash } from '../hash.ts'
import { assignSequence } from '../sequence.ts'
import type { Verification } from './schemas.ts'

export type EventFault = 'changed' | 'missing' | 'reordered'

const MAX_FAULTS = 100
const PAGE = 50_000

export async function verifyEvents (db: Kysely<Database>): Promise<Verification> {
  await assignSequence(db)
  // All reads see one snapshot.
  return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(verifyPlaced)
}

/** Verifies the audit log as `verifyEvents` does, without assigning sequence numbers first. */
export async function verifyPlaced (trx: Transaction<Database>): Promise<Verification> {
  const { rows: broken } = await sql<{ chain: string, n: number, fault: EventFault }>`
    select chain, n, case when n <> previous_n + 1 then 'missing' else 'changed' end as fault
    from (
      select chain, n, hash, event_hash(coalesce(lag(hash) over w, ''), n, at, body) as computed, coalesce(lag(n) over w, 0) as previous_n,
             year is distinct from (body::json ->> 'year')::integer or chain <> coalesce(body::json ->> 'agency', '') as misfiled
      from event window w as (partition by chain order by n)
    ) as e
    where hash <> computed or n <> previous_n + 1 or misfiled
    union all
    select coalesce(c.chain, e.chain), greatest(c.n, e.n), 'missing'
    from event_chain as c full join (select distinct on (chain) chain, n, hash from event order by chain, n desc) as e on e.chain = c.chain
    where c.n is distinct from e.n or c.hash is distinct from e.hash
    limit ${MAX_FAULTS}`.execute(trx)
  const { faults, events, checkpoint } = await walkFeed(trx)
  const all = [
    ...broken.map(({ chain, n, fault }) => ({ agency: chain === '' ? null : chain, n, seq: null, fault })),
    ...faults
  ]
  return { ok: all.length === 0, events, checkpoint, faults: all }
}

/** Verifies that the sequence starts at 1 and has no gap, and the running hash at each checkpoint. */
async function walkFeed (db: Kysely<Database>): Promise<Omit<Verification, 'ok'>> {
  const checkpoints = await db.selectFrom('event_checkpoint').select(['seq', 'hash']).orderBy('seq').execute()
  const faults: Verification['faults'] = []
  const fault = (seq: number, fault: EventFault) => {
    if (faults.length < MAX_FAULTS) faults.push({ agency: null, n: null, seq, fault })
  }
  let running: Buffer = EMPTY_HASH
  let seq = 0
  let events = 0
  let next = 0
  for (;;) {
    const { rows } = await sql<
      { seq: number, hash: Buffer }
    >`select seq, hash from event where seq > ${seq} order by seq limit ${PAGE}`.execute(db)
    if (rows.length === 0) break
    for (const row of rows) {
      if (row.seq !== seq + 1) fault(seq + 1, 'missing')
      seq = row.seq
      events++
      running = nextRunningHash(running, row.hash)
      if (checkpoints[next]?.seq !== seq) continue
      if (!checkpoints[next]!.hash.equals(running)) fault(seq, 'reordered')
      // Continues from the stored hash, so that one fault is not reported for later events as well.
      running = checkpoints[next++]!.hash
    }
  }
  if (next < checkpoints.length) fault(checkpoints[next]!.seq, 'missing')
  const last = checkpoints.at(-1)
  return { events, faults, checkpoint: last === undefined ? null : { seq: last.seq, hash: last.hash.toString('hex') } }
}

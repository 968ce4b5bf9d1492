// The audit events of a bulk import: buffered in a file until all its reports are locked, then appended to their hash
// chains with a few statements. They get their sequence numbers at once, because no other transaction can assign any
// until this one ends.
import { sql, type Transaction } from 'kysely'
import type { FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { CopyRows, readCopied } from '../database/copy-rows.ts'
import { copyInto } from '../database/copy.ts'
import type { Database } from '../database/types.ts'
import { writeBehind } from '../database/write-behind.ts'
import { openTemporaryFile } from '../http/bodies/temporary-file.ts'
import { eventHash, nextRunningHash } from './hash.ts'
import { type AuditContext, type NewEvent, toEventRow } from './record.ts'
import { type Checkpoint, lockLastCheckpoint, saveCheckpoint } from './sequence.ts'

/** The head of a hash chain. `hash` is in hexadecimal; `at` is as in the hash, '' before the first event. */
interface ChainHead {
  n: number
  at: string
  hash: string
}

/** `row` holds chain, year and body in the text format of COPY. */
interface BatchedEvent {
  chain: string
  row: string
  body: string
}

/** Number of events in a part, and of chains in a statement. */
const BATCH_SIZE = 2000
/** Number of events appended before the event loop gets a turn, so that the database does not wait for this process. */
const EVENTS_PER_TURN = 25

export async function withEventBatch<Result> (work: (events: EventBatch) => Promise<Result>): Promise<Result> {
  const file = await openTemporaryFile()
  try {
    return await work(new EventBatch(file))
  } finally {
    await file.close()
  }
}

export class EventBatch {
  readonly #file: FileHandle
  #written = Promise.resolve()
  /** The columns that do not depend on earlier events: chain, year, body. */
  readonly #rows = new CopyRows()
  #staged = 0
  /** Size in bytes of each part in the file. */
  readonly #parts: number[] = []
  /** The number of pending events by chain: a few bytes each, because there are many chains. */
  readonly #waiting = new Map<string, number>()
  /** The heads of the chains in this batch. */
  readonly #heads = new Map<string, ChainHead>()

  constructor (file: FileHandle) {
    this.#file = file
  }

  /** Buffers an event. If the write to the file fails, `record` throws. */
  add (by: AuditContext, event: NewEvent): void {
    const { chain, year, body } = toEventRow(by, event)
    this.#waiting.set(chain, (this.#waiting.get(chain) ?? 0) + 1)
    this.#rows.add([chain, year, body])
    if (++this.#staged === BATCH_SIZE) this.#write()
  }

  #write (): void {
    const bytes = Buffer.from(this.#rows.bytes)
    this.#rows.clear()
    this.#staged = 0
    this.#parts.push(bytes.length)
    this.#written = this.#written.then(async () => await this.#file.appendFile(bytes))
    this.#written.catch(() => {})
  }

  /**
   * Writes the buffered events. Locks the chains in the order of their names, so that two transactions cannot deadlock.
   * Call at the point where `recordEvent` would be called.
   */
  async record (trx: Transaction<Database>): Promise<void> {
    if (this.#waiting.size === 0) return
    if (this.#staged > 0) this.#write()
    await this.#written
    const chains = [...this.#waiting.keys()].sort()
    for (let i = 0; i < chains.length; i += BATCH_SIZE) await lockChains(trx, chains.slice(i, i + BATCH_SIZE))
    let place = await lockLastCheckpoint(trx)
    const { rows: [moment] } = await sql<{ now: string }>`select event_time(clock_timestamp()) as now`.execute(trx)
    await writeBehind(async store => {
      // One buffer is stored while the other is filled.
      let [rows, other] = [new CopyRows(), new CopyRows()]
      for await (const part of this.#read(trx)) {
        const ends: [string, ChainHead][] = []
        for (const event of part) {
          place = this.#follow(place, moment!.now, event, rows, ends)
          if (place.seq % EVENTS_PER_TURN === 0) await setImmediate()
        }
        const { bytes } = rows
        await store(async () => {
          await copyInto(trx, 'event', ['chain', 'year', 'body', 'n', 'at', 'hash', 'seq'], bytes)
          if (ends.length > 0) await saveChainHeads(trx, moment!.now, ends)
        })
        ;[rows, other] = [other, rows]
        rows.clear()
      }
    })
    await saveCheckpoint(trx, place)
  }

  /** Yields the buffered events once the heads of their chains are known, prefetching the heads of the next batch. */
  async *#read (trx: Transaction<Database>): AsyncGenerator<BatchedEvent[]> {
    let ready: { part: BatchedEvent[], known: Promise<void> } | undefined
    let position = 0
    for (const length of this.#parts) {
      const part = await this.#readPart(position, length)
      position += length
      const before = ready
      await before?.known
      ready = { part, known: this.#findHeads(trx, part.map(({ chain }) => chain)) }
      // Avoids an unhandled rejection; the next `await` rethrows.
      ready.known.catch(() => {})
      if (before !== undefined) yield before.part
    }
    await ready!.known
    yield ready!.part
  }

  async #readPart (position: number, length: number): Promise<BatchedEvent[]> {
    const bytes = Buffer.allocUnsafe(length)
    for (let read = 0; read < length;) {
      read += (await this.#file.read(bytes, read, length - read, position + read)).bytesRead
    }
    return bytes.toString('utf8', 0, length - 1).split('\n').map(row => {
      const [chain, , body] = readCopied(row) as [string, string | null, string]
      return { chain, row, body }
    })
  }

  /**
   * Appends one event to its chain and to the feed. If no more events are pending for the chain, adds its head to
   * `ends`.
   */
  #follow (
    { seq, hash }: Checkpoint,
    now: string,
    { chain, row, body }: BatchedEvent,
    rows: CopyRows,
    ends: [string, ChainHead][]
  ): Checkpoint {
    const head = this.#heads.get(chain)!
    head.n++
    if (head.at < now) head.at = now
    const own = eventHash(head.hash, head.n, head.at, body)
    head.hash = own.toString('hex')
    rows.addWritten(`${row}\t${head.n}\t${head.at}\t\\\\x${head.hash}\t${seq + 1}`)
    const left = this.#waiting.get(chain)! - 1
    this.#waiting.set(chain, left)
    if (left === 0) {
      ends.push([chain, head])
      this.#heads.delete(chain)
    }
    return { seq: seq + 1, hash: nextRunningHash(hash, own) }
  }

  async #findHeads (trx: Transaction<Database>, chains: string[]): Promise<void> {
    const unknown = [...new Set(chains.filter(chain => !this.#heads.has(chain)))]
    if (unknown.length === 0) return
    // Returns all rows as one string: the driver needs three times as long to parse separate rows.
    const { rows: [row] } = await sql<{ heads: string }>`
      select string_agg(concat_ws(E'\\t', chain, n, case when n = 0 then '' else event_time(at) end, encode(hash, 'hex')), E'\\n') as heads
      from event_chain where chain = any(${unknown})`.execute(trx)
    for (const line of row!.heads.split('\n')) {
      const [chain, n, at, hash] = line.split('\t') as [string, string, string, string]
      this.#heads.set(chain, { n: Number(n), at, hash })
    }
  }
}

async function lockChains (trx: Transaction<Database>, chains: string[]): Promise<void> {
  const hold = async () => {
    const { rows: [held] } = await sql<
      { count: number }
    >`select count(*)::integer as count from (select from event_chain where chain = any(${chains}) order by chain for update) as held`
      .execute(trx)
    return held!.count
  }
  if (await hold() === chains.length) return
  await sql`
    insert into event_chain (chain, n, at, hash)
    select chain, 0, '-infinity'::timestamptz, ''::bytea from unnest(${chains}::text[]) as u (chain)
    on conflict on constraint event_chain_pkey do nothing`.execute(trx)
  // A concurrent transaction may have inserted some of them.
  await hold()
}

const saveChainHeads = (trx: Transaction<Database>, now: string, heads: [string, ChainHead][]) =>
  sql`
  update event_chain as c set n = u.n, at = greatest(c.at, ${now}::timestamptz), hash = decode(u.hash, 'hex')
  from unnest(
    ${heads.map(([chain]) => chain)}::text[],
    ${heads.map(([, head]) => head.n)}::bigint[],
    ${heads.map(([, head]) => head.hash)}::text[]
  ) as u (chain, n, hash)
  where c.chain = u.chain`.execute(trx)

// The events of a bulk import: kept in a file until all its reports are locked, then added to the chains of all of them
// with a few statements. They get their places at once: nobody else gives any until the transaction ends.
import { hash as hashOf } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { sql, type Transaction } from 'kysely'
import { inParts } from '../platform/ahead.ts'
import { copyInto, CopyRows, readCopied } from '../platform/copy.ts'
import type { Database } from '../platform/database.ts'
import { readLines } from '../platform/lines.ts'
import { openScratch, readScratch } from '../platform/upload.ts'
import { keepPlace, lastPlace, nextHash, type Place } from './places.ts'
import { written, type By, type NewEvent } from './trail.ts'

/** The end of a chain, and how many events are to follow it. Hash in hexadecimal; `at` as in the hash, '' before the first event. */
interface Head { n: number, at: string, hash: string, waiting: number }

/** Chains, or events, of one statement. */
const AT_ONCE = 2000
/** Events that are read at a time: in between the database is given what it waits for. */
const TURN = 25

export async function withStagedEvents<Result> (work: (events: StagedEvents) => Promise<Result>): Promise<Result> {
  const file = await openScratch()
  try { return await work(new StagedEvents(file)) } finally { await file.close() }
}

export class StagedEvents {
  readonly #file: FileHandle
  readonly #heads = new Map<string, Head>()
  #written = Promise.resolve()

  constructor (file: FileHandle) { this.#file = file }

  /** They are there when `record` is called; what cannot be written is told then. */
  add (by: By, events: NewEvent[]): void {
    const rows = new CopyRows()
    for (const event of events) {
      const { chain, year, body } = written(by, event)
      const head = this.#heads.get(chain)
      if (head === undefined) this.#heads.set(chain, { n: 0, at: '', hash: '', waiting: 1 })
      else head.waiting++
      rows.add([chain, year, body])
    }
    this.#written = this.#written.then(async () => await this.#file.appendFile(rows.bytes))
    this.#written.catch(() => {})
  }

  /**
   * To be called where `recordEvent` would be, by who keeps the tree of agencies in its place: nobody else holds more
   * than one chain, so that it does not matter in which order they are held.
   */
  async record (trx: Transaction<Database>): Promise<void> {
    if (this.#heads.size === 0) return
    await this.#written
    const chains = [...this.#heads.keys()]
    for (let i = 0; i < chains.length; i += AT_ONCE) await this.#hold(trx, chains.slice(i, i + AT_ONCE))
    let place = await lastPlace(trx)
    const { rows: [moment] } = await sql<{ now: string }>`select event_time(clock_timestamp()) as now`.execute(trx)
    await inParts(async store => {
      // While one is stored, the other is filled.
      let [part, other] = [new Part(), new Part()]
      for await (const lines of readLines(readScratch(this.#file), Infinity, 'utf-8')) {
        for (const { text } of lines) {
          place = this.#follow(place, moment!.now, readCopied(text!) as [string, string | null, string], part)
          if (place.seq % TURN === 0) await setImmediate()
          if (++part.events < AT_ONCE) continue
          const full = part
          await store(async () => await full.store(trx))
          ;[part, other] = [other.clear(), part]
        }
      }
      await store(async () => await part.store(trx))
    })
    await keepPlace(trx, place)
  }

  /** One event more in its chain and in the feed. */
  #follow ({ seq, hash }: Place, now: string, [chain, year, body]: [string, string | null, string], { rows, ends }: Part): Place {
    const head = this.#heads.get(chain)!
    head.n++
    if (head.at < now) head.at = now
    const own = hashOf('sha256', `${head.hash} ${head.n} ${head.at} ${body}`, 'buffer')
    head.hash = own.toString('hex')
    rows.add([chain, head.n, head.at, year, body, `\\x${head.hash}`, seq + 1])
    if (--head.waiting === 0) {
      ends.push([chain, head])
      this.#heads.delete(chain)
    }
    return { seq: seq + 1, hash: nextHash(hash, own) }
  }

  async #hold (trx: Transaction<Database>, chains: string[]): Promise<void> {
    const held = await heldHeads(trx, chains)
    const fresh = chains.filter(chain => !held.has(chain))
    if (fresh.length > 0) {
      await sql`insert into event_chain (chain, n, at, hash) select chain, 0, '-infinity'::timestamptz, ''::bytea from unnest(${fresh}::text[]) as u (chain) on conflict on constraint event_chain_pkey do nothing`.execute(trx)
      // Another may have begun some of them meanwhile.
      for (const [chain, head] of await heldHeads(trx, fresh)) held.set(chain, head)
    }
    for (const [chain, head] of held) Object.assign(this.#heads.get(chain)!, head)
  }
}

/** Events that are stored together, and the ends of chains that have no more. */
class Part {
  events = 0
  readonly rows = new CopyRows()
  ends: [string, Head][] = []

  async store (trx: Transaction<Database>): Promise<void> {
    const ends = this.ends
    await copyInto(trx, 'event', ['chain', 'n', 'at', 'year', 'body', 'hash', 'seq'], this.rows.bytes)
    if (ends.length > 0) await moveOn(trx, ends)
  }

  clear (): this {
    this.events = 0
    this.rows.clear()
    this.ends = []
    return this
  }
}

async function heldHeads (trx: Transaction<Database>, chains: string[]): Promise<Map<string, Omit<Head, 'waiting'>>> {
  // As one text: as rows of their own they would take three times as long to read.
  const { rows: [row] } = await sql<{ heads: string | null }>`
    select string_agg(concat_ws(E'\\t', chain, n, at, hash), E'\\n') as heads
    from (select chain, n, case when n = 0 then '' else event_time(at) end as at, encode(hash, 'hex') as hash from event_chain where chain = any(${chains}) for update) as held`.execute(trx)
  return new Map(row!.heads === null
    ? []
    : row!.heads.split('\n').map(line => {
      const [chain, n, at, hash] = line.split('\t') as [string, string, string, string]
      return [chain, { n: Number(n), at, hash }]
    }))
}

const moveOn = (trx: Transaction<Database>, heads: [string, Head][]) => sql`
  update event_chain as c set n = u.n, at = u.at, hash = decode(u.hash, 'hex')
  from unnest(${heads.map(([chain]) => chain)}::text[], ${heads.map(([, head]) => head.n)}::bigint[], ${heads.map(([, head]) => head.at)}::timestamptz[], ${heads.map(([, head]) => head.hash)}::text[]) as u (chain, n, at, hash)
  where c.chain = u.chain`.execute(trx)

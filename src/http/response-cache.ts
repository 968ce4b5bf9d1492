// Answers kept while nothing has changed that the public reads. Each use asks the clock of the record, which costs no
// more than `select 1`; so what was published is in the next answer, whichever process published it.
import { CompiledQuery, type Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { cachedResponse, type CachedResponse } from './cached-response.ts'

/** Of one process. */
const MAX_BYTES = 32 * 1024 * 1024
/** Larger ones would leave no room for others. */
const MAX_ENTRY_BYTES = MAX_BYTES / 8

export class ResponseCache {
  readonly #db: Kysely<Database>
  readonly #kept = new Map<string, { bytes: number, answer: Promise<CachedResponse> }>()
  #bytes = 0
  #moment = 0

  constructor (db: Kysely<Database>) {
    this.#db = db
  }

  /** The answer kept under this key, else what `make` gives: many who ask at once wait for one. */
  async get (key: string, type: string, make: () => Promise<string>): Promise<CachedResponse> {
    // Read before the answer is made, so that one is never kept under a moment later than what it tells. It may tell of
    // a later one: who finds it then has asked after that was committed.
    this.#turn(await currentMoment(this.#db))
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      this.#kept.delete(key)
      this.#kept.set(key, kept)
      return await kept.answer
    }
    const entry = { bytes: 0, answer: make().then(text => cachedResponse(type, text)) }
    this.#kept.set(key, entry)
    try {
      const answer = await entry.answer
      if (this.#kept.get(key) === entry) this.#keep(key, entry, answer.body.length + key.length)
      return answer
    } catch (error) {
      if (this.#kept.get(key) === entry) this.#kept.delete(key)
      throw error
    }
  }

  #turn (moment: number): void {
    // An earlier one was read by a request that has been overtaken; what is newer answers it, too.
    if (moment <= this.#moment) return
    this.#moment = moment
    this.#kept.clear()
    this.#bytes = 0
  }

  #keep (key: string, entry: { bytes: number }, bytes: number): void {
    if (bytes > MAX_ENTRY_BYTES) {
      this.#kept.delete(key)
      return
    }
    entry.bytes = bytes
    this.#bytes += bytes
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#bytes <= MAX_BYTES) break
      this.#kept.delete(oldest)
      this.#bytes -= bytes
    }
  }
}

const CURRENT_MOMENT = CompiledQuery.raw(
  'select (extract(epoch from at) * 1000000)::bigint as moment from clock where id = $1',
  [1]
)

/** In microseconds: the latest change to what the public reads. */
async function currentMoment (db: Kysely<Database>): Promise<number> {
  const { rows: [row] } = await db.executeQuery<{ moment: number }>(CURRENT_MOMENT as CompiledQuery<{ moment: number }>)
  return row!.moment
}

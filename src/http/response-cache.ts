// Cache of responses, invalidated whenever public data change. Each lookup reads the clock row, which costs no more
// than `select 1`, so a publication by any process is in the next response.
import { CompiledQuery, type Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { cachedResponse, type CachedResponse } from './cached-response.ts'

/** Maximum size of the cache of a process. */
const MAX_BYTES = 32 * 1024 * 1024
/** Larger responses would leave no room for others. */
const MAX_ENTRY_BYTES = MAX_BYTES / 8

/** A body, and the header Link if it is a page that another one follows. */
export interface PageText {
  text: string
  link: string | undefined
}

export class ResponseCache {
  readonly #db: Kysely<Database>
  readonly #kept = new Map<string, { bytes: number, answer: Promise<CachedResponse> }>()
  #bytes = 0
  #moment = 0

  constructor (db: Kysely<Database>) {
    this.#db = db
  }

  /** Returns the cached response, or what `make` returns. Concurrent requests for one key share one call. */
  async get (key: string, type: string, make: () => Promise<string | PageText>): Promise<CachedResponse> {
    // The timestamp is read before the response is made, so that a response is never cached under a later timestamp
    // than its content. Its content may be newer, which is harmless: whoever gets it sent the request after that
    // commit.
    this.#turn(await currentMoment(this.#db))
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      this.#kept.delete(key)
      this.#kept.set(key, kept)
      return await kept.answer
    }
    const entry = {
      bytes: 0,
      answer: make().then(made =>
        typeof made === 'string' ? cachedResponse(type, made) : cachedResponse(type, made.text, made.link)
      )
    }
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
    // A request that was overtaken has read an earlier timestamp; the newer content in the cache answers it as well.
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

/** Returns the timestamp of the latest change of public data, in microseconds. */
async function currentMoment (db: Kysely<Database>): Promise<number> {
  const { rows: [row] } = await db.executeQuery<{ moment: number }>(CURRENT_MOMENT as CompiledQuery<{ moment: number }>)
  return row!.moment
}

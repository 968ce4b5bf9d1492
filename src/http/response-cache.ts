// Cache of responses, each with the revision of the data that it is made from. Who asks reads the current revision
// first, so a publication by any process is in the next response.
import { cachedResponse, type CachedResponse } from './cached-response.ts'

/** Maximum size of the cache of a process. */
const MAX_BYTES = 32 * 1024 * 1024
/** Larger responses would leave no room for others. */
const MAX_ENTRY_BYTES = MAX_BYTES / 8

/** A body, and the header Link if it is a page that another one follows. */
export interface PageText {
  text: string | Uint8Array
  link: string | undefined
}

interface Entry {
  revision: string
  /** Size of the response; 0 until it is complete. */
  bytes: number
  answer: Promise<CachedResponse>
}

export class ResponseCache {
  readonly #kept = new Map<string, Entry>()
  #bytes = 0

  /**
   * Returns the response that is cached for this key and revision, or what `make` returns. Concurrent requests share
   * one call. `revision` must have been read before the call and never come back once it has changed: a response may
   * be newer than its revision, and is then not found again.
   */
  async get (
    key: string,
    revision: string,
    type: string,
    make: () => Promise<string | Uint8Array | PageText>
  ): Promise<CachedResponse> {
    const kept = this.#kept.get(key)
    if (kept !== undefined) {
      this.#kept.delete(key)
      if (kept.revision === revision) {
        this.#kept.set(key, kept)
        return await kept.answer
      }
      this.#bytes -= kept.bytes
    }
    const entry: Entry = {
      revision,
      bytes: 0,
      answer: make().then(made =>
        typeof made === 'string' || made instanceof Uint8Array
          ? cachedResponse(type, made)
          : cachedResponse(type, made.text, made.link)
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

  #keep (key: string, entry: Entry, bytes: number): void {
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

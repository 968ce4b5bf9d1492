// Responses too large for memory, streamed at the pace of the client. Each holds a database connection until its end,
// so only a few run at once.
import { Readable } from 'node:stream'
import { problem } from '../problems/problem.ts'

/** Maximum number in one process. */
const MAX_STREAMS = 3

export class Streams {
  #going = 0

  /**
   * Starts a stream. Waits for the first piece of the source, so that an immediate error is answered as a problem; the
   * others follow at the pace of the client. `write` converts the pieces to text. If there is no piece, `whenEmpty` may
   * throw. Throws `database-busy`.
   */
  async start<Piece> (
    source: AsyncGenerator<Piece>,
    write: (pieces: AsyncIterable<Piece>) => AsyncGenerator<string | Uint8Array>,
    whenEmpty: () => Promise<void>
  ): Promise<Readable> {
    if (this.#going >= MAX_STREAMS) throw problem('database-busy')
    this.#going++
    const end = async () => {
      this.#going--
      await source.return(undefined)
    }
    try {
      const first = await source.next()
      if (first.done === true) await whenEmpty()
      // If the client disconnects at once, the generator of `write` never starts and its `finally` never runs.
      return Readable.from(write(joined(first, source))).once('close', end)
    } catch (error) {
      await end()
      throw error
    }
  }
}

async function* joined<Piece> (first: IteratorResult<Piece>, rest: AsyncGenerator<Piece>): AsyncGenerator<Piece> {
  if (first.done === true) return
  yield first.value
  yield* rest
}

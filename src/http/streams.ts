// Responses too large for memory, streamed at the pace of the client. Each keeps a database connection until its end,
// so only a few run at once.
import { Readable } from 'node:stream'
import { problem } from '../problems/problem.ts'

/** In one process. */
const MAX_STREAMS = 3

export class Streams {
  #going = 0

  /**
   * Takes the first piece of the source, so that what fails at once is answered as a problem; the others as the client
   * takes them. `write` makes the text of them; without a first piece `whenEmpty` may refuse. Throws `database-busy`.
   */
  async start<Piece> (
    source: AsyncGenerator<Piece>,
    write: (pieces: AsyncIterable<Piece>) => AsyncGenerator<string>,
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
      // A client that goes away at once leaves a generator that never began, whose `finally` would never run.
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

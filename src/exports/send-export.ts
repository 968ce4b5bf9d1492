// Streams an export: compressed as the client accepts it, with the digest of what was sent in a trailer.
import accepts from 'accepts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHash, type Hash } from 'node:crypto'
import { pipeline, Readable, Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import type { Chosen } from '../http/formats/formats.ts'
import { type FileName, sendFormat } from '../http/formats/send-format.ts'
import { problem } from '../problems/problem.ts'

/** Maximum number of concurrent exports of a process, which compete for its processor. */
const MAX_EXPORTS = 4
/** Node has zstd since version 22.15. */
const createZstd = (zlib as { createZstdCompress?: () => Transform }).createZstdCompress
const ENCODERS: Record<string, () => Transform> = {
  ...(createZstd === undefined ? {} : { zstd: () => createZstd() }),
  gzip: () => zlib.createGzip({ level: 4 })
}

export class Exports {
  #going = 0

  /**
   * Streams the pieces with backpressure. If reading them fails, it destroys the connection, so that a client cannot
   * mistake a partial export for a complete one. Throws `database-busy` and whatever the first piece throws.
   */
  async send (
    request: FastifyRequest,
    reply: FastifyReply,
    chosen: Chosen,
    pieces: AsyncGenerator<string | Uint8Array>,
    fileName: FileName
  ): Promise<FastifyReply> {
    if (this.#going >= MAX_EXPORTS) throw problem('database-busy')
    this.#going++
    let source: Readable
    try {
      source = Readable.from(withFirst(chosen.prefix, await pieces.next(), pieces), { objectMode: false })
    } catch (error) {
      this.#going--
      throw error
    }
    source.once('close', () => {
      this.#going--
      pieces.return(undefined).catch(() => {})
    })
    const encoding = accepts(request.raw).encoding([...Object.keys(ENCODERS), 'identity']) || 'identity'
    const hash = createHash('sha256')
    const hashed = hashing(hash)
    const encode = ENCODERS[encoding]
    if (encode === undefined) pipeline(source, hashed, () => {})
    else pipeline(source, encode(), hashed, () => {})
    reply.header('vary', 'Accept, Accept-Encoding').header('cache-control', 'no-store')
    if (encode !== undefined) reply.header('content-encoding', encoding)
    reply.trailer('repr-digest', async () => `sha-256=:${hash.digest('base64')}:`)
    return sendFormat(reply, chosen, hashed, fileName)
  }
}

const hashing = (hash: Hash): Transform =>
  new Transform({
    transform (piece: Buffer, _, done) {
      hash.update(piece)
      done(null, piece)
    }
  })

async function* withFirst<Piece> (
  prefix: string,
  first: IteratorResult<Piece>,
  rest: AsyncIterable<Piece>
): AsyncGenerator<Piece | string> {
  if (prefix !== '') yield prefix
  if (first.done === true) return
  yield first.value
  yield* rest
}

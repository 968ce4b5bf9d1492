// Receives a body that may be larger than memory into a temporary file, so that no transaction waits for a slow client
// and an aborted upload starts nothing.
import type { FastifyRequest } from 'fastify'
import { type FileHandle, writeFile } from 'node:fs/promises'
import { problem } from '../../problems/problem.ts'
import { withTimeLimit } from '../guards/time-limit.ts'
import { charsetOf } from './body.ts'
import { findFormFile } from './form-file.ts'
import { openTemporaryFile } from './temporary-file.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** Maximum time without data from the client. */
const SILENCE_MS = 30_000
/** How long the rest of a rejected body is read and discarded, so that the client reads the response. */
const DISCARD_MS = 10_000

export interface Upload {
  received: UploadedFile
  /** Bytes received. */
  size: number
  close(): Promise<void>
}

/**
 * Receives the body, or the one file of a form (`curl -F`). `limit` is in bytes, both as received and unpacked.
 * Throws `body-too-large`, `request-timeout`, `multipart-malformed`, `media-type-unsupported`.
 */
export async function receiveUpload (request: FastifyRequest, limit: number, silence = SILENCE_MS): Promise<Upload> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding)) {
    throw problem('media-type-unsupported', { found: `Content-Encoding: ${encoding}`, accepted: 'gzip', first: 'gzip' })
  }
  const declared = request.headers['content-type'] ?? ''
  const handle = await openTemporaryFile()
  uploading.add(request.raw.socket)
  try {
    const received = pieces(request, limit, silence)
    const file = typeOf(declared) === 'multipart/form-data'
      ? await findFormFile(request.headers, received)
      : { type: declared, pieces: received }
    const size = await write(handle, file.pieces)
    return {
      received: { fd: handle.fd, limit, type: typeOf(file.type), charset: charsetOf(file.type, request) },
      size,
      close: async () => await handle.close()
    }
  } catch (error) {
    await handle.close()
    request.raw.resume()
    setTimeout(() => {
      if (!request.raw.complete) request.raw.destroy()
    }, DISCARD_MS).unref()
    throw error
  } finally {
    uploading.delete(request.raw.socket)
  }
}

/** Returns the media type of a Content-Type in lower case. */
export const typeOf = (contentType: string) => contentType.split(';')[0]!.trim().toLowerCase()

/**
 * Yields the body as it arrives. If the consumer stops, the rest stays unread and the connection open for the response.
 */
async function* pieces (request: FastifyRequest, limit: number, silence: number): AsyncGenerator<Buffer> {
  const iterator = request.raw.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let size = 0
  try {
    for (;;) {
      const { done, value } = await withTimeLimit(iterator.next(), silence, () => problem('request-timeout'))
      if (done) break
      if ((size += value.length) > limit) throw problem('body-too-large', { limit })
      yield value
    }
  } finally {
    iterator.return!().catch(() => {})
  }
  if (!request.raw.complete && request.raw.errored) throw request.raw.errored
}

/** Returns the number of bytes. */
async function write (handle: FileHandle, pieces: AsyncIterable<Buffer>): Promise<number> {
  let size = 0
  async function* counted () {
    for await (const piece of pieces) {
      size += piece.length
      yield piece
    }
  }
  await writeFile(handle, counted())
  return size
}

/** Sockets with a large upload in progress: their timeout applies between chunks, not to the whole request. */
export const uploading = new WeakSet<import('node:net').Socket>()

// Receives a body that may be larger than memory into a temporary file, so that no transaction waits for a slow client
// and an aborted upload starts nothing.
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import type { FastifyRequest } from 'fastify'
import { type FileHandle, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { problem } from '../../problems/problem.ts'
import { withTimeLimit } from '../guards/time-limit.ts'
import { charsetOf } from './body.ts'
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
      ? await fileOfForm(request, received)
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

/** Finds the one file of a multipart form. The rest of the form is read to its end. */
async function fileOfForm (
  request: FastifyRequest,
  received: AsyncGenerator<Buffer>
): Promise<{ type: string, pieces: AsyncIterable<Buffer> }> {
  const malformed = (reason: string) => problem('multipart-malformed', { reason })
  // Errors of the parser have no code; those of the connection, the limits and the disk have one.
  const explained = (error: unknown) =>
    error instanceof Error && 'code' in error ? error : malformed(String((error as Error).message))
  let busboy: InstanceType<typeof Busboy>
  try {
    busboy = new Busboy({ headers: request.headers as BusboyHeaders, limits: { files: 2, fields: 1 } })
  } catch (error) {
    throw malformed((error as Error).message)
  }
  const source = Readable.from(received, { objectMode: false })
  source.on('error', error => busboy.destroy(error))
  const ended = new Promise<void>((resolve, reject) => {
    busboy.on('finish', resolve)
    busboy.on('error', error => reject(explained(error)))
  })
  ended.catch(() => {})
  const first = await new Promise<{ file: Readable, type: string }>((resolve, reject) => {
    let given = false
    busboy.on(
      'field',
      (name: string | undefined) =>
        busboy.destroy(
          malformed(`the field ${name?.slice(0, 60) ?? '(no name)'} is no file; options go into the address`)
        )
    )
    busboy.on('file', (_, file, filename, __, type) => {
      if (given) return busboy.destroy(malformed('it has more than one file'))
      given = true
      resolve({ file, type: typeOfFile(filename, type) })
    })
    ended.then(() => reject(malformed('it has no file')), reject)
    source.pipe(busboy)
  })
  ended.catch(error => first.file.destroy(error))
  async function* pieces () {
    try {
      for await (const piece of first.file) yield piece as Buffer
    } catch (error) {
      throw explained(error)
    }
    await ended
  }
  return { type: first.type, pieces: pieces() }
}

/**
 * Returns the type of a file. Its name decides, because curl sends most files as application/octet-stream, and browsers
 * on Windows send CSV as Excel.
 */
function typeOfFile (filename: string | undefined, type: string): string {
  if (/\.csv(\.gz)?$/i.test(filename ?? '')) {
    return `text/csv${type.startsWith('text/csv') ? type.slice('text/csv'.length) : ''}`
  }
  return /\.(ndjson|jsonl)(\.gz)?$/i.test(filename ?? '') ? 'application/x-ndjson' : type
}

/** Sockets with a large upload in progress: their timeout applies between chunks, not to the whole request. */
export const uploading = new WeakSet<import('node:net').Socket>()

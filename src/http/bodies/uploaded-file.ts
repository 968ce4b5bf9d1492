// Reads an uploaded file, in this thread or in a worker.
import { read } from 'node:fs'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { problem } from '../../problems/problem.ts'

const readAt = promisify(read)
const CHUNK = 256 * 1024
/** A file that unpacks to more than this many times its size is an attack: reports of zeros reach 150. */
const MAX_RATIO = 250
/** Up to this many bytes the ratio does not matter. */
const UNSUSPECTED = 16 * 1024 * 1024

export interface UploadedFile {
  fd: number
  /** In bytes, for the file as received and after gunzip. */
  limit: number
  /** The media type in lower case; '' if none was given. */
  type: string
  /** The declared charset; undefined if there is none. */
  charset: string | undefined
}

/**
 * Yields the bytes from the start of the file, gunzipped if they are gzip. Throws
 * `gzip-malformed` and `body-too-large`.
 */
export async function* readUploadedFile ({ fd, limit }: UploadedFile): AsyncGenerator<Buffer> {
  const { buffer: head } = await readAt(fd, Buffer.alloc(2), 0, 2, 0)
  if (head[0] !== 0x1f || head[1] !== 0x8b) return yield* contents(fd)
  const stream = createGunzip({ chunkSize: CHUNK })
  let packedSize = 0
  const packed = Readable.from(
    counted(contents(fd), bytes => {
      packedSize += bytes
    }),
    { objectMode: false }
  )
  packed.on('error', error => stream.destroy(error)).pipe(stream)
  let size = 0
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      if ((size += piece.length) > limit) throw problem('body-too-large', { limit })
      if (size > UNSUSPECTED && size > MAX_RATIO * packedSize) {
        throw problem('gzip-malformed', { reason: `it unpacks to more than ${MAX_RATIO} times its size` })
      }
      yield piece
    }
  } catch (error) {
    if (String((error as { code?: string }).code).startsWith('Z_')) {
      throw problem('gzip-malformed', { reason: (error as Error).message })
    }
    throw error
  } finally {
    packed.destroy()
  }
}

async function* counted (pieces: AsyncIterable<Buffer>, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    count(piece.length)
    yield piece
  }
}

/** Yields the bytes of the file. Reads by position, because a stream would close the file. */
async function* contents (fd: number): AsyncGenerator<Buffer> {
  for (let position = 0;;) {
    const { buffer, bytesRead } = await readAt(fd, Buffer.allocUnsafeSlow(CHUNK), 0, CHUNK, position)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    position += bytesRead
  }
}

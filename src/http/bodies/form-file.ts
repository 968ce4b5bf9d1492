// The file of a multipart form, as `curl -F file=@…` and browsers send it.
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import { problem } from '../../problems/problem.ts'

export interface FormFile {
  /** Its Content-Type, or what its name says. */
  type: string
  pieces: AsyncIterable<Buffer>
}

/**
 * Finds the one file of a form. The rest of the form is read to its end. Throws `multipart-malformed`, also while the
 * pieces are read.
 */
export async function findFormFile (headers: IncomingHttpHeaders, received: AsyncIterable<Buffer>): Promise<FormFile> {
  const malformed = (reason: string) => problem('multipart-malformed', { reason })
  // Errors of the parser have no code; those of the connection, the limits and the disk have one.
  const explained = (error: unknown) =>
    error instanceof Error && 'code' in error ? error : malformed(String((error as Error).message))
  let busboy: InstanceType<typeof Busboy>
  try {
    busboy = new Busboy({ headers: headers as BusboyHeaders, limits: { files: 2, fields: 1 } })
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

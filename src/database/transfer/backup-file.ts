// A backup in one file: the text of COPY for each table, compressed by gzip.
//
//   -- gongkai backup {"format":1,"migrations":["0001_registry",…]}
//   copy "agency" ("code", …) from stdin;
//   (rows, as COPY writes them)
//   \.
//   select setval('api_key_id_seq', 7, true);
//   -- sha256 (of everything above, in hexadecimal)
//
// A file without its last line is not whole.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { pipeline as connect, Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { constants, createGunzip, createGzip } from 'node:zlib'
import { copyTarget, type Part, type Registry } from './contents.ts'

const FORMAT = 1
const HEAD = '-- gongkai backup '
const DIGEST = '-- sha256 '
const MAX_LINE = 1024 * 1024
const END_OF_ROWS = Buffer.from('\n\\.\n')

const TABLE = /^copy "(\w+)" \(("\w+"(?:, "\w+")*)\) from stdin;$/
const SEQUENCE = /^select setval\('(\w+)', (\d{1,19}), (true|false)\);$/

/** Writes a backup. Throws an Error if the file is there already; a backup that fails leaves none. */
export async function writeBackup (file: string, registry: Registry): Promise<void> {
  if (await stat(file).then(() => true, () => false)) throw new Error(`${file} is there already: name a new file`)
  const part = `${file}.part`
  try {
    await pipeline(
      Readable.from(formatBackup(registry)),
      // The lowest level: most of a registry is zeros, so higher levels cost more time than they save space.
      createGzip({ level: constants.Z_BEST_SPEED }),
      // Readable by the owner only: the file contains drafts and hashes of keys.
      createWriteStream(part, { mode: 0o600, flush: true })
    )
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

async function* formatBackup ({ migrations, parts }: Registry): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  const hashed = (bytes: string | Buffer) => {
    const piece = Buffer.from(bytes)
    hash.update(piece)
    return piece
  }
  yield hashed(`${HEAD}${JSON.stringify({ format: FORMAT, migrations })}\n`)
  for await (const part of parts) {
    if (part.kind === 'table') {
      yield hashed(`copy ${copyTarget(part.name, part.columns)} from stdin;\n`)
      for await (const rows of part.rows) yield hashed(rows)
      yield hashed('\\.\n')
    } else {
      yield hashed(`select setval('${part.name}', ${part.value}, ${part.isCalled});\n`)
    }
  }
  yield Buffer.from(`${DIGEST}${hash.digest('hex')}\n`)
}

const damaged = (file: string, why: string) => new Error(`${file} is no whole backup: ${why}`)

/** Reads a backup to its end and throws an Error if it was cut off or changed. */
export async function verifyBackup (file: string): Promise<void> {
  const { parts } = await readBackup(file)
  for await (const part of parts) {
    if (part.kind === 'table') await finished(Readable.from(part.rows).resume())
  }
}

/** Reads a backup. `parts` throws an Error where the file was cut off or changed, at the latest at its end. */
export async function readBackup (file: string): Promise<Registry> {
  const reader = new BackupReader(file)
  const text = await reader.line()
  let head: { format?: unknown, migrations?: unknown } = {}
  try {
    if (text.startsWith(HEAD)) head = JSON.parse(text.slice(HEAD.length))
  } catch {}
  if (head.format !== FORMAT || !Array.isArray(head.migrations) || head.migrations.length === 0) {
    throw damaged(file, 'its first line is not that of one')
  }
  return { migrations: head.migrations.map(String), parts: readParts(reader, file) }
}

async function* readParts (reader: BackupReader, file: string): AsyncGenerator<Part> {
  for (;;) {
    const line = await reader.line()
    const table = TABLE.exec(line)
    const sequence = SEQUENCE.exec(line)
    if (table !== null) {
      const [, name, columns] = table
      yield { kind: 'table', name: name!, columns: columns!.slice(1, -1).split('", "'), rows: reader.rows() }
    } else if (sequence !== null) {
      const [, name, value, isCalled] = sequence
      yield { kind: 'sequence', name: name!, value: value!, isCalled: isCalled === 'true' }
    } else if (line.startsWith(DIGEST)) {
      await reader.end()
      if (line !== DIGEST + reader.digest()) throw damaged(file, 'its digest is not that of its contents')
      return
    } else {
      throw damaged(file, 'it has a line that is none of a backup')
    }
  }
}

/** Reads the lines and the rows of a backup one after the other, and hashes all but the line of the digest. */
class BackupReader {
  readonly #file: string
  readonly #hash = createHash('sha256')
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor (file: string) {
    this.#file = file
    // The callback is needed for errors to reach the last stream; its reader throws them.
    this.#source = connect(createReadStream(file), createGunzip(), () => {})[Symbol.asyncIterator]()
  }

  /** Returns the next line without its newline. */
  async line (): Promise<string> {
    let end: number
    while ((end = this.#rest.indexOf('\n')) === -1) {
      if (this.#rest.length > MAX_LINE) throw damaged(this.#file, 'it has a line that is none of a backup')
      await this.#more()
    }
    const isDigest = this.#rest.subarray(0, DIGEST.length).equals(Buffer.from(DIGEST))
    return this.#take(end + 1, !isDigest).toString().slice(0, -1)
  }

  async *rows (): AsyncGenerator<Buffer> {
    const ending = END_OF_ROWS.subarray(1)
    while (this.#rest.length < ending.length) await this.#more()
    if (this.#rest.subarray(0, ending.length).equals(ending)) {
      this.#take(ending.length)
      return
    }
    for (;;) {
      const end = this.#rest.indexOf(END_OF_ROWS)
      // Keeps back bytes that may be the start of the end marker.
      const length = end === -1 ? this.#rest.length - ending.length : end + 1
      if (length > 0) yield this.#take(length)
      if (end !== -1) break
      await this.#more()
    }
    this.#take(ending.length)
  }

  /** Throws an Error if there is anything more. */
  async end (): Promise<void> {
    if (this.#rest.length > 0 || !(await this.#read()).done) throw damaged(this.#file, 'it goes on after its end')
  }

  digest (): string {
    return this.#hash.digest('hex')
  }

  #take (length: number, isHashed = true): Buffer {
    const taken = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    if (isHashed) this.#hash.update(taken)
    return taken
  }

  async #more (): Promise<void> {
    const { done, value } = await this.#read()
    if (done) throw damaged(this.#file, 'it ends too soon')
    this.#rest = Buffer.concat([this.#rest, value])
  }

  async #read (): Promise<IteratorResult<Buffer>> {
    try {
      return await this.#source.next()
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException
      throw code.startsWith('Z_') ? damaged(this.#file, message) : error
    }
  }
}

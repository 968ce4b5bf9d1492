// The rejects file: each rejected record as it was, with the reason, to be corrected and sent again.
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { ftruncateSync, writeSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { escapeField } from '../../http/bodies/formula.ts'
import { openTemporaryFile } from '../../http/bodies/temporary-file.ts'
import { isObject, type Language } from '../../problems/fault.ts'
import { formatFault } from '../../problems/format.ts'
import { REJECTED } from '../reports/parsing/parsed-report.ts'
import { type CsvLayout, withoutEmptyEnd } from './csv.ts'
import type { LineFault } from './fault-summary.ts'

const BUFFERED = 1024 * 1024

export class Rejects {
  readonly #file: FileHandle
  readonly #language: Language
  /** How a CSV file is written. */
  #layout: CsvLayout | undefined
  /** Number of bytes written to the file. */
  #written = 0
  #waiting: string[] = []
  #length = 0

  private constructor (file: FileHandle, language: Language) {
    this.#file = file
    this.#language = language
  }

  static async open (language: Language): Promise<Rejects> {
    return new Rejects(await openTemporaryFile(), language)
  }

  /** Truncates the file and writes the header: the transaction is retried after a conflict with another one. */
  begin (layout: CsvLayout | undefined): void {
    ftruncateSync(this.#file.fd, 0)
    this.#written = 0
    this.#waiting = []
    this.#length = 0
    this.#layout = layout
    // The byte order mark makes Excel read the file as UTF-8.
    if (layout !== undefined) {
      const { names, delimiter } = layout
      this.#write('\ufeff' + stringify([[...names.filter(name => name !== REJECTED), REJECTED]], { delimiter }))
    }
  }

  add (source: string, faults: LineFault[]): void {
    const reason = faults.map(fault => told(fault, this.#language)).join('; ')
    this.#write(
      this.#layout === undefined ? `${withReason(source, reason)}\n` : inColumns(source, this.#layout, reason)
    )
  }

  #write (text: string): void {
    this.#waiting.push(text)
    this.#length += text.length
    if (this.#length > BUFFERED) this.#flush()
  }

  #flush (): void {
    const bytes = Buffer.from(this.#waiting.join(''))
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#file.fd, bytes, done, bytes.length - done, this.#written + done)
    }
    this.#written += bytes.length
    this.#waiting = []
    this.#length = 0
  }

  /** Returns a stream of the whole file. The file is closed with the stream. */
  read () {
    this.#flush()
    return this.#file.createReadStream({ start: 0 })
  }

  /** Returns the whole file; undefined if it is longer than `most` bytes. */
  async bytes (most: number): Promise<Buffer | undefined> {
    this.#flush()
    const { size } = await this.#file.stat()
    if (size > most) return undefined
    return (await this.#file.read(Buffer.alloc(size), 0, size, 0)).buffer
  }

  async close (): Promise<void> {
    await this.#file.close()
  }
}

/** Formats a fault as text: `line 3, natural_person: found "x", expected an integer`. */
export function told (fault: LineFault, language: Language): string {
  const { line, column, pointer, check, found, expected } = formatFault(fault, language) as {
    line: number
    column?: string
    pointer?: string
    check?: string
    found?: unknown
    expected: string
  }
  const place = [language === 'zh' ? `第 ${line} 行` : `line ${line}`, column ?? pointer ?? check].filter(Boolean).join(
    ' '
  )
  if (check !== undefined) return `${place}: ${expected}`
  const shown = found === undefined
    ? ''
    : language === 'zh'
    ? `为 ${JSON.stringify(found)}，`
    : `found ${JSON.stringify(found)}, `
  return `${place}: ${shown}${language === 'zh' ? '应为 ' : 'expected '}${expected}`
}

/**
 * Adds the reason to an NDJSON line. Unless it has one already, only its end changes: a number that is too precise to
 * be parsed stays as it is.
 */
function withReason (line: string, reason: string): string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return line
  }
  if (!isObject(value)) return line
  if (REJECTED in value) return JSON.stringify({ ...value, [REJECTED]: reason })
  return `${line.trimEnd().slice(0, -1)}${Object.keys(value).length > 0 ? ',' : ''}${JSON.stringify(REJECTED)}:${
    JSON.stringify(reason)
  }}`
}

/**
 * Adds the reason to a CSV report, on its first line. A text that cannot be split into fields is written as one field.
 */
function inColumns (source: string, { names, delimiter }: CsvLayout, reason: string): string {
  const at = names.indexOf(REJECTED)
  let records: string[][]
  try {
    records = parse(source, { relax_column_count: true, relax_quotes: true, delimiter })
  } catch {
    records = [names.map((_, column) => column === 0 ? source : '')]
  }
  return stringify(
    records.map((fields, i) => [
      ...withoutEmptyEnd(fields, names.length).filter((_, column) => column !== at).map(escapeField),
      i === 0 ? reason : ''
    ]),
    { delimiter }
  )
}

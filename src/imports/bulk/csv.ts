// Splits a stream of lines into CSV records. Most records are one line without quotes and are split at the commas;
// csv-parse parses the others.
import { parse } from 'csv-parse/sync'
import { unescapeFormula } from '../../http/bodies/formula.ts'
import { problem } from '../../problems/problem.ts'
import { Line } from './lines.ts'

export interface CsvRecord {
  /** The line on which the record begins. */
  line: number
  source: string
  /** Null if it cannot be parsed; `reason` says why. */
  fields: string[] | null
  reason?: string
}

export interface CsvFile {
  header: CsvRecord & { fields: string[] }
  records: AsyncGenerator<CsvRecord[]>
}

const MAX_FIELDS = 1000
const EMPTY = /^[,\s]*$/

/**
 * Reads the header and returns it with an iterator over the records below it. Throws `csv-malformed`,
 * `csv-without-lines`.
 */
export async function readCsvFile (lines: AsyncIterable<Line[]>, limit: number): Promise<CsvFile> {
  const blocks = readRecords(lines, limit)
  const { value: first } = await blocks.next() as { value: CsvRecord[] | undefined }
  const header = first?.shift()
  if (header === undefined) throw problem('import-empty')
  if (header.fields === null) throw problem('csv-malformed', { reason: header.reason! })
  if (header.fields.length > MAX_FIELDS) throw problem('csv-malformed', { reason: `more than ${MAX_FIELDS} columns` })
  const next = first!.length > 0 ? { value: first } : await blocks.next()
  if (next.value === undefined) throw problem('csv-without-lines')
  const { value } = next
  return {
    header: { ...header, fields: header.fields.map((name: string) => name.trim()) },
    records: (async function* () {
      yield value
      yield* blocks
    })()
  }
}

/** Yields the records. A record continues on the next line while its quotes are open. */
async function* readRecords (lines: AsyncIterable<Line[]>, limit: number): AsyncGenerator<CsvRecord[]> {
  let open: { line: number, parts: string[], length: number, quotes: number } | undefined
  for await (const block of lines) {
    const records: CsvRecord[] = []
    for (const { number, text } of block) {
      if (text === null) {
        records.push({ line: number, source: '', fields: null, reason: 'not text in the encoding of the file' })
        continue
      }
      // Excel writes the empty lines of a sheet as commas.
      if (open === undefined && EMPTY.test(text)) continue
      if (open === undefined && !text.includes('"')) {
        const fields = text.split(',')
        records.push({ line: number, source: text, fields: text.includes('\'') ? fields.map(unescapeFormula) : fields })
        continue
      }
      open ??= { line: number, parts: [], length: 0, quotes: 0 }
      open.parts.push(text)
      open.length += text.length
      if (open.length > limit) throw problem('line-too-long', { line: open.line, limit })
      open.quotes += text.split('"').length - 1
      if (open.quotes % 2 === 1) continue
      records.push(quoted(open.line, open.parts.join('\n')))
      open = undefined
    }
    if (records.length > 0) yield records
  }
  if (open !== undefined) yield [quoted(open.line, open.parts.join('\n'))]
}

function quoted (line: number, source: string): CsvRecord {
  try {
    const records = parse(source, { relax_column_count: true }) as string[][]
    return { line, source, fields: records[0]?.map(unescapeFormula) ?? [] }
  } catch (error) {
    return { line, source, fields: null, reason: (error as Error).message.replace(/ (at|on) line \d+/g, '') }
  }
}

/** Returns the fault in the number of fields; undefined if there is none. */
export function wrongWidth (
  { fields }: CsvRecord,
  header: CsvRecord
): { found: number, expected: { en: string, zh: string } } | undefined {
  return fields!.length === header.fields!.length
    ? undefined
    : {
      found: fields!.length,
      expected: {
        en: `${header.fields!.length} fields, as in the header`,
        zh: `与表头一致的 ${header.fields!.length} 个字段`
      }
    }
}

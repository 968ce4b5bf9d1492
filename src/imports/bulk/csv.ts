// Splits a stream of lines into CSV records. Most records are one line without quotes and are split at the delimiters;
// csv-parse parses the others.
import { parse } from 'csv-parse/sync'
import { unescapeFormula } from '../../http/bodies/formula.ts'
import type { Text } from '../../problems/fault.ts'
import { problem } from '../../problems/problem.ts'
import { type Encoding, Line } from './lines.ts'

export interface CsvRecord {
  /** The line on which the record begins. */
  line: number
  source: string
  /** Null if it cannot be parsed; `reason` says why. */
  fields: string[] | null
  reason?: string
}

/** How the fields of a file are written, for the file of its rejects. */
export interface CsvLayout {
  /** The header as in the file. */
  names: string[]
  delimiter: string
}

export interface CsvHeader extends CsvLayout {
  line: number
  /** What the file was taken for, for faults of its header: `UTF-8 with semicolons between the fields`. */
  readAs: Text
  /** The delimiters by name, for faults in the number of fields. */
  delimiters: Text
}

export interface CsvFile {
  header: CsvHeader
  records: AsyncGenerator<CsvRecord[]>
}

const MAX_FIELDS = 1000
const DELIMITERS: Record<string, Text> = {
  ',': { en: 'commas', zh: '逗号' },
  ';': { en: 'semicolons', zh: '分号' },
  '\t': { en: 'tabs', zh: '制表符' }
}
/** For Excel, which does not treat it as data: `sep=;`. */
const SEPARATOR_LINE = /^"?sep=(.)"?[,;\s]*$/i

/**
 * Reads the header and returns it with an iterator over the records below it. Empty columns at the end are left out.
 * `isSheet`: the lines were a sheet of a workbook. Throws `csv-malformed`, `csv-without-lines`.
 */
export async function readCsvFile (lines: AsyncIterable<Line[]>, limit: number, isSheet: boolean): Promise<CsvFile> {
  const dialect: Dialect = { delimiter: isSheet ? ',' : '', encoding: 'UTF-8', width: 0 }
  const blocks = readRecords(lines, limit, dialect)
  const { value: first } = await blocks.next() as { value: CsvRecord[] | undefined }
  const header = first?.shift()
  if (header === undefined) throw problem('import-empty')
  if (header.fields === null) throw problem('csv-malformed', { reason: header.reason! })
  if (header.fields.length > MAX_FIELDS) throw problem('csv-malformed', { reason: `more than ${MAX_FIELDS} columns` })
  const next = first!.length > 0 ? { value: first } : await blocks.next()
  if (next.value === undefined) throw problem('csv-without-lines')
  const { value } = next
  const { delimiter, encoding } = dialect
  const delimiters = DELIMITERS[delimiter]!
  return {
    header: {
      line: header.line,
      names: header.fields.map((name: string) => name.trim()),
      delimiter,
      delimiters,
      readAs: isSheet
        ? { en: 'the first sheet of the workbook', zh: '工作簿的第一张表' }
        : { en: `${encoding} with ${delimiters.en} between the fields`, zh: `${encoding}、以${delimiters.zh}分隔` }
    },
    records: (async function* () {
      yield value
      yield* blocks
    })()
  }
}

/** What the header says about the rest of the file. */
interface Dialect {
  /** Empty until the header is read. */
  delimiter: string
  encoding: Encoding
  /** Number of columns; 0 until the header is read. */
  width: number
}

/** Yields the records, the header first. A record continues on the next line while its quotes are open. */
async function* readRecords (
  lines: AsyncIterable<Line[]>,
  limit: number,
  dialect: Dialect
): AsyncGenerator<CsvRecord[]> {
  let open: { line: number, parts: string[], length: number, quotes: number } | undefined
  let isEmpty = emptyLine(dialect.delimiter)
  for await (const block of lines) {
    const records: CsvRecord[] = []
    for (const { number, text, encoding } of block) {
      if (text === null) {
        records.push({
          line: number,
          source: '',
          fields: null,
          reason: `not text in ${encoding}, the encoding of the file`
        })
        continue
      }
      if (dialect.width === 0 && open === undefined) {
        dialect.encoding = encoding
        const isTold = dialect.delimiter === '' && saysSeparator(text, dialect)
        isEmpty = emptyLine(dialect.delimiter)
        if (isTold) continue
      }
      // Excel exports an empty row as a line of delimiters.
      if (open === undefined && isEmpty.test(text)) continue
      if (open === undefined && !text.includes('"')) {
        const fields = text.split(dialect.delimiter)
        const plain = text.includes('\'') ? fields.map(unescapeFormula) : fields
        records.push({ line: number, source: text, fields: withinWidth(plain, dialect) })
        continue
      }
      open ??= { line: number, parts: [], length: 0, quotes: 0 }
      open.parts.push(text)
      open.length += text.length
      if (open.length > limit) throw problem('line-too-long', { line: open.line, limit })
      open.quotes += text.split('"').length - 1
      if (open.quotes % 2 === 1) continue
      records.push(quoted(open.line, open.parts.join('\n'), dialect))
      open = undefined
    }
    if (records.length > 0) yield records
  }
  if (open !== undefined) yield [quoted(open.line, open.parts.join('\n'), dialect)]
}

/** Detects the delimiter in the first line with text. Returns true if that line is `sep=` and nothing else. */
function saysSeparator (line: string, dialect: Dialect): boolean {
  const separator = SEPARATOR_LINE.exec(line)?.[1]
  if (separator !== undefined && DELIMITERS[separator] === undefined) throw wrongSeparator(separator)
  if (line.trim() !== '') dialect.delimiter = separator ?? delimiterOf(line)
  return separator !== undefined
}

const emptyLine = (delimiter: string) => new RegExp(`^[${delimiter}\\s]*$`)

const wrongSeparator = (separator: string) =>
  problem('csv-malformed', { reason: `its first line is sep=${separator}; a comma, a semicolon or a tab can be read` })

/** Returns the delimiter that stands most often between the names of a header. */
function delimiterOf (header: string): string {
  const bare = header.replace(/"[^"]*"?/g, '')
  const counts = Object.keys(DELIMITERS).map(delimiter => bare.split(delimiter).length)
  return Object.keys(DELIMITERS)[counts.indexOf(Math.max(...counts))]!
}

/** Removes empty fields at the end: those of the header, which is the first record, and those beyond its columns. */
function withinWidth (fields: string[], dialect: Dialect): string[] {
  if (dialect.width === 0) {
    const header = withoutEmptyEnd(fields, 1)
    dialect.width = header.length
    return header
  }
  return fields.length > dialect.width ? withoutEmptyEnd(fields, dialect.width) : fields
}

/** Drops empty fields at the end, but keeps the first `least` fields. */
export function withoutEmptyEnd (fields: string[], least: number): string[] {
  let length = fields.length
  while (length > least && fields[length - 1]!.trim() === '') length--
  return length === fields.length ? fields : fields.slice(0, length)
}

function quoted (line: number, source: string, dialect: Dialect): CsvRecord {
  try {
    const [fields = []] = parse(source, { relax_column_count: true, delimiter: dialect.delimiter }) as string[][]
    return { line, source, fields: withinWidth(fields.map(unescapeFormula), dialect) }
  } catch (error) {
    return { line, source, fields: null, reason: (error as Error).message.replace(/ (at|on) line \d+/g, '') }
  }
}

/** Returns the fault in the number of fields; undefined if there is none. */
export function wrongWidth (
  { fields }: CsvRecord,
  { names, delimiters }: CsvHeader
): { found: number, expected: Text } | undefined {
  return fields!.length === names.length
    ? undefined
    : {
      found: fields!.length,
      expected: {
        en: `${names.length} fields between ${delimiters.en}, as in the header`,
        zh: `与表头一致的 ${names.length} 个字段，以${delimiters.zh}分隔`
      }
    }
}

// Detects the format of a received file and opens the parser of that format.
import { Forms } from '../../forms/forms.ts'
import { readUploadedFile, type UploadedFile } from '../../http/bodies/uploaded-file.ts'
import { problem } from '../../problems/problem.ts'
import { type ReadAgency, readAgencyLine, readAgencyTable, type Validate } from '../agencies/parse-lines.ts'
import { reportLineReader } from '../reports/parsing/parse-lines.ts'
import { readReportTable } from '../reports/parsing/parse-table.ts'
import type { ParsedRecord } from '../reports/parsing/parsed-report.ts'
import { type CsvFile, readCsvFile } from './csv.ts'
import { Line, readLines } from './lines.ts'

export type Format = 'ndjson' | 'csv'

const FORMATS: Record<string, Format> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson'
}

/** Generic types, as curl sends them: the first character of the file decides the format. */
const UNTOLD = [
  '',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'application/gzip',
  'application/x-gzip',
  'text/plain'
]

/**
 * Returns the format of a media type; undefined for a generic type. Throws `media-type-unsupported`, which names the
 * types of the route.
 */
export function formatOf (type: string, types: string[]): Format | undefined {
  if (FORMATS[type] === undefined && !UNTOLD.includes(type)) {
    throw problem('media-type-unsupported', { found: type, accepted: types.join(', '), first: types[0]! })
  }
  return FORMATS[type]
}

/** A file whose format is known; any thread of the process can read it. */
export interface FileToRead {
  received: UploadedFile
  format: Format
  /** Maximum length of a line in bytes. */
  lineLimit: number
}

/** The records, in one block for each chunk of the file; for CSV also the column names. */
export interface Reading<Item> {
  columns: string[] | undefined
  reads: AsyncIterable<Iterable<Item>>
}

/** Detects the format of a received file. `types` are the content types of the route. */
export async function openFile (received: UploadedFile, lineLimit: number, types: string[]): Promise<FileToRead> {
  const format = formatOf(received.type, types) ??
    await detectFormat(readLines(readUploadedFile(received), lineLimit, received.charset))
  return { received, format, lineLimit }
}

/** Parses reports. The figures of a report are valid until the next one is read. */
export const readReports = async (
  file: FileToRead,
  forms: Forms,
  thisYear: number,
  keepSource: boolean
): Promise<Reading<ParsedRecord>> =>
  await reading(file, reportLineReader(forms, thisYear, keepSource), table => readReportTable(forms, table, thisYear))

export const readAgencies = async (
  file: FileToRead,
  validate: Validate,
  keepSource: boolean
): Promise<Reading<ReadAgency>> =>
  await reading(
    file,
    line => readAgencyLine(line, validate, keepSource),
    table => readAgencyTable(table, validate, keepSource)
  )

async function reading<Item> (
  { received, format, lineLimit }: FileToRead,
  ofLine: (line: Line) => Item,
  ofTable: (table: CsvFile) => AsyncIterable<Item[]>
): Promise<Reading<Item>> {
  const lines = readLines(readUploadedFile(received), lineLimit, received.charset)
  if (format === 'ndjson') return { columns: undefined, reads: inTurn(refuseArray(lines), ofLine) }
  const table = await readCsvFile(lines, lineLimit)
  return { columns: table.header.fields, reads: ofTable(table) }
}

/** Throws `ndjson-is-array` for one JSON array of all items: each of its lines would be a fault of its own. */
async function* refuseArray (blocks: AsyncGenerator<Line[]>): AsyncGenerator<Line[]> {
  let isFirst = true
  for await (const block of blocks) {
    if (isFirst && /^\s*\[/.test(block[0]?.text ?? '')) throw problem('ndjson-is-array')
    isFirst = false
    yield block
  }
}

async function* inTurn<Item> (
  blocks: AsyncIterable<Line[]>,
  read: (line: Line) => Item
): AsyncGenerator<Iterable<Item>> {
  for await (const block of blocks) yield each(block, read)
}

/** Parses lazily: the consumer is done with one record before the next is parsed. */
function* each<Item> (lines: Line[], read: (line: Line) => Item): Generator<Item> {
  for (const line of lines) yield read(line)
}

async function detectFormat (lines: AsyncGenerator<Line[]>): Promise<Format> {
  const { value: [line] = [] } = await lines.next() as { value?: Line[] }
  await lines.return([])
  return /^\s*[{[]/.test(line?.text ?? '') ? 'ndjson' : 'csv'
}

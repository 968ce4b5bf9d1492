// Detects the format of a received file and opens the parser of that format.
import { isOfficeFile } from '../../documents/read-sheet.ts'
import { Forms } from '../../forms/forms.ts'
import { readUploadedFile, type UploadedFile } from '../../http/bodies/uploaded-file.ts'
import { problem } from '../../problems/problem.ts'
import { type ReadAgency, readAgencyLine, readAgencyTable, type Validate } from '../agencies/parse-lines.ts'
import { reportLineReader } from '../reports/parsing/parse-lines.ts'
import { readReportTable } from '../reports/parsing/parse-table.ts'
import type { ParsedRecord } from '../reports/parsing/parsed-report.ts'
import { type CsvFile, type CsvLayout, readCsvFile } from './csv.ts'
import { Line, readLines } from './lines.ts'

export type Format = 'ndjson' | 'csv'

const FORMATS: Record<string, Format> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson'
}

export const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** Generic types, as curl sends them: the first bytes of the file decide the format. */
const UNTOLD = [
  '',
  'application/octet-stream',
  'application/x-www-form-urlencoded',
  'application/gzip',
  'application/x-gzip',
  'text/plain',
  // Browsers on Windows also send CSV with this type.
  'application/vnd.ms-excel',
  WORKBOOK
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
  /** True for a workbook; `received` then contains its first sheet as CSV. */
  isSheet: boolean
}

/** The records, in one block for each chunk of the file; for CSV also how they are written. */
export interface Reading<Item> {
  layout: CsvLayout | undefined
  reads: AsyncIterable<Iterable<Item>>
}

/**
 * Detects the format of a received file. `types` are the content types of the route; `toCsv` replaces the content of a
 * workbook by CSV.
 */
export async function openFile (
  received: UploadedFile,
  lineLimit: number,
  types: string[],
  toCsv: (received: UploadedFile) => Promise<UploadedFile>
): Promise<FileToRead> {
  const told = formatOf(received.type, types)
  if (isOfficeFile(await firstBytes(received))) {
    return { received: await toCsv(received), format: 'csv', lineLimit, isSheet: true }
  }
  const format = told ?? await detectFormat(readLines(readUploadedFile(received), lineLimit, received.charset))
  return { received, format, lineLimit, isSheet: false }
}

async function firstBytes (received: UploadedFile): Promise<Buffer> {
  const pieces = readUploadedFile(received)
  const { value } = await pieces.next()
  await pieces.return(undefined)
  return value ?? Buffer.alloc(0)
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
  { received, format, lineLimit, isSheet }: FileToRead,
  ofLine: (line: Line) => Item,
  ofTable: (table: CsvFile) => AsyncIterable<Item[]>
): Promise<Reading<Item>> {
  const lines = readLines(readUploadedFile(received), lineLimit, received.charset)
  if (format === 'ndjson') return { layout: undefined, reads: inTurn(refuseArray(lines), ofLine) }
  const table = await readCsvFile(lines, lineLimit, isSheet)
  const { names, delimiter } = table.header
  return { layout: { names, delimiter }, reads: ofTable(table) }
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

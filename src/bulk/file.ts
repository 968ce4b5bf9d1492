// A received file as reports or agencies: which format it is, then the reader of that format.
import type { Forms } from '../forms/forms.ts'
import { readLines, type Line } from '../platform/lines.ts'
import { problem } from '../platform/problem.ts'
import type { Upload } from '../platform/upload.ts'
import { readAgencyLine, readAgencyTable, type ReadAgency, type Validate } from './agency-lines.ts'
import { readCsvFile } from './csv.ts'
import type { Rejects } from './rejects.ts'
import { reportLineReader, type Read } from './report-lines.ts'
import { readReportTable } from './report-table.ts'

export type Format = 'ndjson' | 'csv'

const FORMATS: Record<string, Format> = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson', 'application/ndjson': 'ndjson', 'application/jsonl': 'ndjson' }
/** Said of anything, e.g. by curl: the first character tells. */
const UNTOLD = ['', 'application/octet-stream', 'application/x-www-form-urlencoded', 'application/gzip', 'application/x-gzip', 'text/plain']

/** Undefined: the type does not tell. Throws `media-type-unsupported`, which names the types of the route. */
export function formatOf (type: string, types: string[]): Format | undefined {
  if (FORMATS[type] === undefined && !UNTOLD.includes(type)) throw problem('media-type-unsupported', { found: type, accepted: types.join(', '), first: types[0]! })
  return FORMATS[type]
}

/** Each reader starts at the beginning of the file; `rejects` begin with it. */
export function readFile (upload: Upload, lineLimit: number, types: string[], rejects?: Rejects) {
  const lines = () => readLines(upload.read(), lineLimit, upload.charset)
  let known = formatOf(upload.type, types)
  const format = async () => {
    known ??= await sniff(lines())
    return known
  }

  async function * read<Item> (ofLine: (line: Line) => Item, ofTable: (file: Awaited<ReturnType<typeof readCsvFile>>) => AsyncIterable<Item[]>): AsyncGenerator<Iterable<Item>> {
    if (await format() === 'csv') {
      const file = await readCsvFile(lines(), lineLimit)
      rejects?.begin(file.header.fields)
      yield * ofTable(file)
      return
    }
    rejects?.begin(undefined)
    for await (const block of lines()) yield each(block, ofLine)
  }

  return {
    format,
    reports: (forms: Forms, thisYear: number) => read<Read>(reportLineReader(forms, thisYear, rejects !== undefined), file => readReportTable(forms, file, thisYear)),
    agencies: (validate: Validate) => read<ReadAgency>(line => readAgencyLine(line, validate, rejects !== undefined), file => readAgencyTable(file, validate, rejects !== undefined))
  }
}

/** One at a time: what is read of a line is done with before the next. */
function * each<Item> (lines: Line[], read: (line: Line) => Item): Generator<Item> {
  for (const line of lines) yield read(line)
}

async function sniff (lines: AsyncGenerator<Line[]>): Promise<Format> {
  const { value: [line] = [] } = await lines.next() as { value?: Line[] }
  await lines.return([])
  return /^\s*[{[]/.test(line?.text ?? '') ? 'ndjson' : 'csv'
}

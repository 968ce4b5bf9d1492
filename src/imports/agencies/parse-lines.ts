// Parses agencies from NDJSON or CSV: each line holds the code and what PUT takes.
import { composeName } from '../../agencies/names.ts'
import { AGENCY_COLUMNS } from '../../agencies/schemas.ts'
import type { AgencyChange } from '../../agencies/schemas.ts'
import { parseExactJson } from '../../http/bodies/json.ts'
import { atLine, type Fault } from '../../problems/fault.ts'
import { problem } from '../../problems/problem.ts'
import { type ColumnsByLabel, columnsByLabel, eachOnce, idsOfColumns, withReadAs } from '../bulk/column-labels.ts'
import { type CsvFile, type CsvHeader, type CsvRecord, wrongWidth } from '../bulk/csv.ts'
import { faultsOfProblem, type LineFault } from '../bulk/fault-summary.ts'
import { Line } from '../bulk/lines.ts'
import { EXPECTED, REJECTED } from '../reports/parsing/parsed-report.ts'

export interface SentAgency {
  line: number
  code: string
  change: AgencyChange
  source: string
  fromCsv: boolean
}
export type ReadAgency = SentAgency | { line: number, source: string, faults: LineFault[] }

/** Validates a value against the schema of a line. */
export type Validate = (value: unknown) => Fault[]

const DETAILS = ['code', 'name', 'level', 'kind', 'reporting']

/** An empty field is null and clears the value; in other columns an empty field means no change. */
const NULLABLE = ['credit_code', 'division_code', 'parent', 'since', 'until', 'successor']
const YEARS = ['since', 'until']
const COLUMNS = [...DETAILS, ...NULLABLE, REJECTED]
const LABELS: ColumnsByLabel = columnsByLabel(Object.entries(AGENCY_COLUMNS).map(([id, { zh }]) => [id, zh]))

/**
 * Parses one NDJSON line. Without `keepSource` the source of a valid line is left empty, because all agencies of a file
 * are in memory at once.
 */
export function readAgencyLine (
  { number: line, text, encoding }: Line,
  validate: Validate,
  keepSource: boolean
): ReadAgency {
  const source = text ?? ''
  if (text === null) {
    return { line, source, faults: [{ line, code: 'text-undecodable', expected: EXPECTED.text(encoding) }] }
  }
  try {
    const value = parseExactJson(text)
    const faults = validate(value)
    return faults.length > 0
      ? { line, source, faults: faults.map(fault => ({ ...fault, line })) }
      : sent(line, keepSource ? source : '', value as AgencyChange & { code: string }, false)
  } catch (error) {
    return { line, source, faults: faultsOfProblem(line, error) }
  }
}

const sent = (line: number, source: string, change: AgencyChange & { code: string }, fromCsv: boolean): SentAgency => ({
  line,
  code: change.code,
  change: composeName(change),
  source,
  fromCsv
})

/** Yields the agencies of a CSV file. Throws `body-invalid` for a wrong header. */
export async function* readAgencyTable (
  { header, records }: CsvFile,
  validate: Validate,
  keepSource: boolean
): AsyncGenerator<ReadAgency[]> {
  const columns = idsOfColumns(header, LABELS)
  const at = atLine(header.line)
  const faults = columns.flatMap((column, i): Fault[] =>
    columns.indexOf(column) !== i
      ? [{ ...at(column), found: header.names[i], expected: eachOnce(header, columns, i) }]
      : COLUMNS.includes(column)
      ? []
      : [{
        ...at(column),
        found: column,
        expected: { en: `one of ${COLUMNS.join(', ')}`, zh: `以下之一：${COLUMNS.join('、')}` },
        candidates: COLUMNS
      }]
  )
  if (!columns.includes('code')) faults.push({ ...at('code'), expected: { en: 'a column code', zh: '须有 code 列' } })
  if (faults.length > 0) throw problem('body-invalid', {}, { errors: withReadAs(faults, header) })
  const table = { header, columns }
  for await (const block of records) yield block.map(record => readRecord(record, table, validate, keepSource))
}

interface AgencyTable {
  header: CsvHeader
  /** Ids of the columns. */
  columns: string[]
}

function readRecord (
  record: CsvRecord,
  { header, columns }: AgencyTable,
  validate: Validate,
  keepSource: boolean
): ReadAgency {
  const { line, source, fields, reason = '' } = record
  if (fields === null) {
    return {
      line,
      source,
      faults: [{
        line,
        code: 'csv-malformed',
        expected: { en: `a line of CSV: ${reason}`, zh: `合法的 CSV 行：${reason}` }
      }]
    }
  }
  const wrong = wrongWidth(record, header)
  if (wrong !== undefined) return { line, source, faults: [{ line, ...wrong }] }
  const change = Object.fromEntries(columns.flatMap((column, i): [string, unknown][] => {
    const field = fields[i]!.trim()
    if (column === REJECTED || (field === '' && !NULLABLE.includes(column))) return []
    return [[column, field === '' ? null : YEARS.includes(column) && /^\d{1,5}$/.test(field) ? Number(field) : field]]
  })) as AgencyChange & { code: string }
  const faults = validate(change)
  return faults.length > 0
    ? { line, source, faults: faults.map(fault => inColumn(line, fault)) }
    : sent(line, keepSource ? source : '', change, true)
}

/** Converts the pointer of a fault to a CSV column: each member of an agency is a column of its line. */
export function inColumn (line: number, { pointer, ...fault }: Fault): LineFault {
  return { ...fault, line, ...(pointer === undefined || pointer === '' ? {} : { column: pointer.slice(1) }) }
}

import { Forms } from '../../../forms/forms.ts'
import { atLine, type Fault } from '../../../problems/fault.ts'
import { problem } from '../../../problems/problem.ts'
import { type ColumnsByLabel, columnsByLabel, eachOnce, withReadAs } from '../../bulk/column-labels.ts'
import { type CsvHeader, type CsvRecord, wrongWidth } from '../../bulk/csv.ts'
import type { LineFault } from '../../bulk/fault-summary.ts'
import { REJECTED } from './parsed-report.ts'

export const BY_ROW = ['table', 'row']
const BY_CELL = ['cell', 'value']
const LABELS = {
  agency: '机关代码',
  agency_name: '机关名称',
  year: '年度',
  form: '格式版本',
  published_on: '首次公开日期',
  table: '表',
  row: '行',
  cell: '单元格',
  value: '数值'
}
export type Named = Record<string, string>

/** The printed label of a column of figures is that of the form. */
export const reportLabels = (forms: Forms): ColumnsByLabel =>
  columnsByLabel([
    ...forms.all.flatMap(form =>
      [...form.tables.values()].flatMap(({ columns }) => columns.map(({ id, zh }): [string, string] => [id, zh]))
    ),
    ...Object.entries(LABELS)
  ])

export function nameFields (
  record: CsvRecord,
  header: CsvHeader,
  columns: string[]
): { row: Named, fault?: never } | { row?: never, fault: LineFault } {
  const { line, fields, reason = '' } = record
  if (fields === null) {
    return {
      fault: {
        line,
        code: 'csv-malformed',
        expected: { en: `a line of CSV: ${reason}`, zh: `合法的 CSV 行：${reason}` }
      }
    }
  }
  const wrong = wrongWidth(record, header)
  if (wrong !== undefined) return { fault: { line, ...wrong } }
  const row: Named = {}
  for (let i = 0; i < columns.length; i++) row[columns[i]!] = fields[i]!
  return { row }
}

export function checkHeader (forms: Forms, header: CsvHeader, columns: string[]): void {
  const shape = columns.includes('cell') ? BY_CELL : BY_ROW
  const known = ['agency', 'agency_name', 'year', 'form', 'published_on', ...shape, REJECTED]
  const figures = shape === BY_ROW
    ? [
      ...new Set(
        forms.all.flatMap(form => [...form.tables.values()].flatMap(table => table.columns.map(column => column.id)))
      )
    ]
    : []
  const faults: Fault[] = []
  const at = atLine(header.line)
  for (const [i, column] of columns.entries()) {
    if (columns.indexOf(column) !== i) {
      faults.push({ ...at(column), found: header.names[i], expected: eachOnce(header, columns, i) })
    } else if (!known.includes(column) && !figures.includes(column)) {
      faults.push({
        ...at(column),
        found: column,
        expected: {
          en: `one of ${known.join(', ')}, or a column of a table`,
          zh: `${known.join('、')} 之一，或某表的列`
        },
        candidates: [...known, ...figures]
      })
    }
  }
  for (const column of ['agency', 'year', ...shape].filter(column => !columns.includes(column))) {
    faults.push({
      ...at(column),
      expected: {
        en: 'agency,year,table,row,<columns> or agency,year,cell,value',
        zh: 'agency,year,table,row,<各列> 或 agency,year,cell,value'
      }
    })
  }
  if (faults.length > 0) throw problem('body-invalid', {}, { errors: withReadAs(faults, header) })
}

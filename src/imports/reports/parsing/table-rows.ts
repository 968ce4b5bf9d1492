// Finds the rows of a form among the lines of a CSV: a line is a row, or a single cell.
import { knownRow } from '../../../form/content.ts'
import type { Form, FormTable } from '../../../form/form.ts'
import { atLine, type Place } from '../../../problems/fault.ts'
import type { LineFault } from '../../bulk/fault-summary.ts'
import { REJECTED } from './parsed-report.ts'
import { BY_ROW, type Named } from './table-header.ts'

/** A line with its fields by column. */
export interface Row {
  line: number
  named: Named
}

export interface RowOfFields {
  table: FormTable
  row: string
  fields: Named
  place: Place
}

export function rowsOfRows (form: Form, rows: Row[], faults: LineFault[]): RowOfFields[] {
  const there = new Map<string, number>()
  return rows.flatMap(({ line, named }): RowOfFields[] => {
    const place = atLine(line)
    const id = named.table!.trim()
    const table = form.tables.get(id)
    if (table === undefined) {
      faults.push({
        line,
        column: 'table',
        found: id,
        expected: { en: `a table of the form ${form.id}`, zh: `${form.id} 版格式中的表` },
        candidates: [...form.tables.keys()]
      })
      return []
    }
    const row = named.row!.trim()
    if (!knownRow(table, row, place('row'), faults)) return []
    const before = there.get(`${id}.${row}`)
    if (before !== undefined) {
      faults.push({
        line,
        column: 'row',
        found: row,
        expected: { en: `each row once: it stands on line ${before}, too`, zh: `每行只出现一次：第 ${before} 行已有` }
      })
    }
    there.set(`${id}.${row}`, line)
    const own = new Set(table.columns.map(column => column.id))
    for (const [column, field] of Object.entries(named)) {
      if (!own.has(column) && !KEYS.has(column) && field.trim() !== '') {
        faults.push({
          line,
          column,
          found: field,
          expected: {
            en: `nothing: ${column} is no column of the table ${id}`,
            zh: `空白：${column} 不是表 ${id} 的列`
          }
        })
      }
    }
    return [{ table, row, fields: named, place }]
  })
}

const KEYS = new Set(['agency', 'agency_name', 'year', 'form', 'published_on', ...BY_ROW, REJECTED])

export function rowsOfCells (form: Form, rows: Row[], faults: LineFault[]): RowOfFields[] {
  const there = new Map<string, RowOfFields & { lines: Record<string, number> }>()
  for (const { line, named } of rows) {
    const id = named.cell!.trim()
    const cell = form.cell.get(id)
    if (cell === undefined) {
      faults.push({
        line,
        column: 'cell',
        found: id,
        expected: {
          en: `a cell of the form ${form.id}: table.row.column`,
          zh: `${form.id} 版格式中的单元格：table.row.column`
        },
        candidates: [...form.cell.keys()]
      })
      continue
    }
    const key = `${cell.table}.${cell.row}`
    let row = there.get(key)
    if (row === undefined) {
      const lines: Record<string, number> = {}
      row = {
        table: form.tables.get(cell.table)!,
        row: cell.row,
        fields: {},
        lines,
        place: column => ({ line: lines[column ?? ''] ?? line, column: 'value' })
      }
      there.set(key, row)
    }
    const before = row.lines[cell.column]
    if (before !== undefined) {
      faults.push({
        line,
        column: 'cell',
        found: id,
        expected: {
          en: `each cell once: it stands on line ${before}, too`,
          zh: `每个单元格只出现一次：第 ${before} 行已有`
        }
      })
    }
    row.fields[cell.column] = named.value!
    row.lines[cell.column] = line
  }
  return [...there.values()]
}

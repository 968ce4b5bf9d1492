// A report as CSV, as the bulk import takes it.
import { stringify } from 'csv-stringify/sync'
import { type Content, hasRow, rowCells } from '../../form/content.ts'
import { writeFigure } from '../../form/figures.ts'
import type { Cell, Form, FormTable } from '../../form/form.ts'
import { escapeFormula } from '../../http/bodies/formula.ts'
import type { Labels } from '../../http/formats/formats.ts'
import type { ReportId } from '../stored-report.ts'

const KEYS = {
  zh: ['机关代码', '年度', '格式', '表', '行'],
  en: ['Agency', 'Year', 'Form', 'Table', 'Row'],
  ids: ['agency', 'year', 'form', 'table', 'row']
}

export interface CsvOptions {
  labels: Labels | undefined
  /** Rows that the report does not have are written, too. */
  allRows?: boolean
}

/** The column of a table stays empty in the lines of other tables. */
export function reportCsv ({ agency, year }: ReportId, form: Form, content: Content, options: CsvOptions): string {
  const { labels, allRows = false } = options
  const tables = [...form.tables.values()]
  const columns = [...new Set(tables.flatMap(table => table.columns.map(column => column.id)))]
  const lines = tables.flatMap(table =>
    table.rows.filter(row => allRows || hasRow(content, table, row.id)).map(row => {
      const cells = new Map(rowCells(table, row.id).map(cell => [cell.column, cell]))
      const names = labels === undefined
        ? [table.definition.id, row.id]
        : [labels === 'zh' ? table.definition.title_zh : table.definition.title_en, row[labels]]
      return [
        escapeFormula(agency),
        year,
        form.id,
        ...names.map(escapeFormula),
        ...columns.map(column => fieldOf(content, cells.get(column)))
      ]
    })
  )
  const headers = labels === undefined ? columns : columns.map(column => labelOf(tables, column, labels))
  return stringify([[...KEYS[labels ?? 'ids'], ...headers], ...lines])
}

/** A column that several tables share may have a label in each. */
const labelOf = (tables: FormTable[], id: string, labels: Labels): string =>
  [
    ...new Set(tables.flatMap(table => table.columns.filter(column => column.id === id).map(column => column[labels])))
  ].join('/')

function fieldOf (content: Content, cell: Cell | undefined): number | string {
  if (cell === undefined) return ''
  const figure = content.figures[cell.position - 1] ?? null
  if (figure !== null) return writeFigure(cell.scale, figure)!
  return content.notes[cell.id]?.state === 'not_applicable' ? '/' : ''
}

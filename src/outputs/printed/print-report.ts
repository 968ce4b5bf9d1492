// Prints a report, or a sum of reports, in the layout of its form.
import { type Content, hasRow } from '../../form/content.ts'
import { cellId, type Form } from '../../form/form.ts'
import { layOutSection, type TableToPrint } from './lay-out-table.ts'
import { printCell } from './print-figure.ts'
import type { GridCell, PrintedReport, PrintedSection } from './printed.ts'

export interface Printing {
  title: string
  notes?: string[]
  /** A row that the report does not have is left out, unless all are wanted. */
  allRows?: boolean
  /** Adds to the cells of a template. */
  change?: (cell: GridCell) => GridCell
}

/** Returns the title of a report; `name` is that of the agency in the year. */
export const titleOf = (name: string, year: number): string => `${name}${year}年政府信息公开工作年度报告`

export function printReport (form: Form, content: Content, printing: Printing): PrintedReport {
  const sections = form.definition.sections.map((section): PrintedSection => ({
    title: section.title_zh,
    paragraphs: section.kind === 'text' ? linesOf(content.sections[section.id]) : [],
    grids: layOutSection(section.title_zh, tablesOf(form, section.id, content, printing))
  }))
  return { title: printing.title, notes: printing.notes ?? [], sections }
}

const linesOf = (text = ''): string[] => text.split(/\r\n?|\n/).filter(line => line.trim() !== '')

function tablesOf (
  form: Form,
  section: string,
  content: Content,
  { allRows = false, change = cell => cell }: Printing
): TableToPrint[] {
  return [...form.tables.values()].filter(table => table.definition.section === section).flatMap(table => {
    const rows = new Set(table.rows.map(row => row.id).filter(row => allRows || hasRow(content, table, row)))
    if (rows.size === 0) return []
    const columns = new Map(table.columns.map(column => [column.id, column]))
    const print = (row: string, column: string) =>
      change(printCell(form.cell.get(cellId(table.definition.id, row, column))!, columns.get(column)!, content))
    return [{ table, rows, print }]
  })
}

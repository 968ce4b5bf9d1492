// Lays out the tables of a form as the notice prints them: headings over columns, labels beside rows, merged cells.
import type { Row, Table } from '../../form/definition.ts'
import type { FormTable } from '../../form/form.ts'
import type { Grid, GridCell } from './printed.ts'

/** Prints the cell in this row and column. */
export type PrintCell = (row: string, column: string) => GridCell

/** A table, and the rows of it that are printed. */
export interface TableToPrint {
  table: FormTable
  rows: ReadonlySet<string>
  print: PrintCell
}

const cell = (kind: GridCell['kind'], text: string, width = 1, height = 1): GridCell => ({ kind, text, width, height })

/** Widths of columns, where a column of figures is 1. */
const LABEL_WIDTHS: Record<number, number[]> = { 1: [2.4], 2: [1, 2], 3: [0.8, 1, 2.6] }

export function layOutSection (title: string, tables: TableToPrint[]): Grid[] {
  const across = tables.filter(({ table }) => isAcross(table.definition))
  const down = tables.filter(({ table }) => !isAcross(table.definition))
  return [...down.length === 0 ? [] : [layOutDown(title, down)], ...across.map(layOutAcross)]
}

const isAcross = ({ layout }: Table): boolean => layout?.rows === 'across'

/** One grid for all tables of a section, each below its title. The last columns of narrow tables are wider. */
function layOutDown (title: string, tables: TableToPrint[]): Grid {
  const depth = Math.max(...tables.map(({ table }) => depthOf(table.definition)))
  const columns = Math.max(...tables.map(({ table }) => table.columns.length))
  const rows = tables.flatMap(toPrint => {
    const { table } = toPrint
    const spans = stretch(table.columns.length, columns)
    const { title_zh: own } = table.definition
    return [
      ...own === title ? [] : [[cell('heading', own, depth + columns)]],
      ...headingRows(table, depth, spans),
      ...figureRows(toPrint, depth, spans)
    ]
  })
  const labels = LABEL_WIDTHS[depth] ?? Array.from({ length: depth }, () => 1)
  return { title, columnWidths: [...labels, ...Array.from({ length: columns }, () => 1)], rows }
}

/** Divides the columns of the grid among those of a table; the first ones get what is left over. */
function stretch (columns: number, available: number): number[] {
  const each = Math.floor(available / columns)
  return Array.from({ length: columns }, (_, i) => each + (i < available - each * columns ? 1 : 0))
}

/** How many labels stand beside each other in front of a row. */
function depthOf ({ rows }: Table): number {
  return Math.max(1, ...rows.filter(row => row.heading !== true).map(row => levelOf(rows, row) + 1))
}

function levelOf (rows: Row[], row: Row): number {
  const parent = rows.find(({ id }) => id === row.parent)
  return parent === undefined ? 0 : levelOf(rows, parent) + 1
}

function headingRows ({ definition, columns }: FormTable, depth: number, spans: number[]): GridCell[][] {
  const { layout = {}, column_headings: headings = [] } = definition
  const width = spans.reduce((a, b) => a + b, 0)
  const first: GridCell[] = []
  const second: GridCell[] = []
  for (let i = 0; i < columns.length;) {
    const heading = headings.find(({ of }) => of.every((id, at) => columns[i + at]?.id === id))
    const count = heading?.of.length ?? 1
    const headed = columns.slice(i, i + count).map((column, at) => cell('heading', column.zh, spans[i + at]))
    if (heading === undefined) first.push(...headed)
    else {
      first.push(cell('heading', heading.zh, headed.reduce((sum, { width }) => sum + width, 0)))
      second.push(...headed)
    }
    i += count
  }
  if (second.length > 0) {
    const groups = new Set(headings.map(({ zh }) => zh))
    for (const it of first) if (!groups.has(it.text)) it.height = 2
  }
  const rows = [
    ...layout.over_columns === undefined ? [] : [[cell('heading', layout.over_columns, width)]],
    first,
    ...second.length === 0 ? [] : [second]
  ]
  rows[0]!.unshift(cell('heading', layout.corner ?? '', depth, rows.length))
  return rows
}

function figureRows ({ table, rows: shown, print }: TableToPrint, depth: number, spans: number[]): GridCell[][] {
  const all = table.definition.rows
  const isShown = (row: Row) => row.heading !== true && shown.has(row.id)
  const countBelow = (heading: Row): number =>
    all.filter(row => row.parent === heading.id)
      .reduce((sum, row) => sum + (row.heading === true ? countBelow(row) : isShown(row) ? 1 : 0), 0)
  const rows: GridCell[][] = []
  /** The labels of headings that begin with the next row. */
  let begun: GridCell[] = []
  for (const row of all) {
    if (row.heading === true) {
      const height = countBelow(row)
      if (height > 0) begun.push(cell('label', row.zh, 1, height))
    } else if (isShown(row)) {
      const figures = table.columns.map((column, i) => ({ ...print(row.id, column.id), width: spans[i]! }))
      rows.push([...begun, cell('label', row.zh, depth - levelOf(all, row)), ...figures])
      begun = []
    }
  }
  return rows
}

/** All rows in one line of figures, each under its headings and those of the columns. */
function layOutAcross ({ table, rows: shown, print }: TableToPrint): Grid {
  const { layout, rows, title_zh: title } = table.definition
  const printed = rows.filter(row => row.heading !== true && shown.has(row.id))
    .map(row => ({ row, headings: layout?.headings?.[row.id] ?? [row.zh] }))
  const levels = Math.max(...printed.map(({ headings }) => headings.length))
  const width = table.columns.length
  const lines: GridCell[][] = Array.from({ length: levels + 1 }, () => [])
  for (const [i, { headings }] of printed.entries()) {
    headings.forEach((text, level) => {
      const isShared = level < headings.length - 1 && printed[i - 1]?.headings[level] === text
      if (isShared) lines[level]!.at(-1)!.width += width
      else lines[level]!.push(cell('heading', text, width))
    })
    // A row with fewer headings has taller ones over its columns.
    const height = levels - headings.length + 1
    lines[headings.length]!.push(...table.columns.map(column => cell('heading', column.zh, 1, height)))
  }
  const figures = printed.flatMap(({ row }) => table.columns.map(column => print(row.id, column.id)))
  return { title, columnWidths: figures.map(() => 1), rows: [...lines, figures] }
}

// Converts the rows found for one table into figures, or problems.
import type { Note } from '../../form/figures.ts'
import { type Cell, type FormTable, leavesOf } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { type Assignment, type columnAssigner, isBlank } from './assign-columns.ts'
import { checkPlausibility, isBrokenOff } from './check-plausibility.ts'
import type { TableLine } from './lines/table-line.ts'
import { problemOf, type ReadingCode } from './reading-problems.ts'
import {
  type CellReading,
  type RowFound,
  isSameValue,
  sourceOf,
  type TableReading,
  asUnreadable
} from './table-reading.ts'
import { readValue } from './value.ts'

const MAX_REPEATS = 10

/** The step of a cell whose zero is printed on the heading above its row. */
export const FROM_HEADING = 'from_heading'

export interface Surroundings {
  /** All table lines of the stretch, including those of other tables. */
  lines: TableLine[]
  assign: ReturnType<typeof columnAssigner>
  /** The unit of money that the heading states. */
  unit: string | null
  /** Why no row of the table can be trusted; null if they can. */
  tableFault: ReadingCode | null
}

export function readTable (
  document: Document,
  table: FormTable,
  foundRows: RowFound[],
  { lines, assign, unit, tableFault }: Surroundings
): TableReading {
  // No report repeats a table this often; also bounds the time for hostile input.
  if (foundRows.length > table.definition.rows.length * MAX_REPEATS) {
    return {
      table,
      verified: false,
      cells: new Map(),
      problems: [problemOf('table-twice', { table: table.definition.id })]
    }
  }
  const reading: TableReading = {
    table,
    verified: tableFault === null && foundRows.length > 0,
    cells: new Map(),
    problems: []
  }
  const id = table.definition.id
  const displaced = outOfOrder(table, foundRows)
  for (const foundRow of foundRows) {
    if (foundRow.heading) continue
    const cells = table.cells.filter(cell => cell.row === foundRow.row.id)
    const assignment = assign({ line: foundRow.line, columns: cells.length })
    const fault = tableFault ??
      (displaced.has(foundRow)
        ? 'rows-out-of-order'
        : 'fault' in assignment
        ? assignment.fault
        : foundRow.line.strays !== undefined || isBrokenOff(foundRow.line, lines)
        ? 'wrapped-number'
        : null)
    if (fault !== null || 'fault' in assignment) {
      refuseRow(reading, document, foundRow, cells, fault!)
      continue
    }
    const values = cells.map((cell, i): CellReading => ({
      ...readValue(cell, assignment.fields[i]!.raw, unit),
      source: sourceOf(document, assignment.fields[i]!)
    }))
    checkPlausibility(document, { table, cells, values, row: foundRow, lines, reading })
    cells.forEach((cell, i) => {
      const value = values[i]!
      value.source.steps = [...value.source.steps, ...value.steps]
      // A repeated row is accepted if its figures are the same.
      const before = reading.cells.get(cell.id)
      if (before !== undefined && !isSameValue(before, value)) {
        const where = { table: id, row: foundRow.row.id, line: value.source.line, raw: value.source.raw }
        if (!reading.problems.some(problem => problem.code === 'row-twice' && problem.row === foundRow.row.id)) {
          reading.problems.push(problemOf('row-twice', where))
        }
        reading.cells.set(cell.id, asUnreadable(before))
        return
      }
      reading.cells.set(cell.id, value)
      const state = value.note?.state
      const isReported = reading.problems.some(problem => problem.row === cell.row && problem.column === cell.column)
      if (!isReported && (state === 'unreadable' || state === 'unit_unknown')) {
        reading.problems.push(
          problemOf(state === 'unit_unknown' ? 'unit-unknown' : 'figure-unreadable', {
            table: id,
            row: cell.row,
            column: cell.column,
            line: value.source.line,
            raw: value.source.raw
          })
        )
      }
    })
  }
  // If one occurrence of a row could not be read, its other occurrences are not trusted either.
  for (const problem of reading.problems) {
    if (problem.column === null && problem.row !== null) {
      for (const cell of table.cells.filter(cell => cell.row === problem.row && reading.cells.has(cell.id))) {
        reading.cells.set(cell.id, asUnreadable(reading.cells.get(cell.id)!))
      }
    }
  }
  if (isShifted(reading, foundRows)) {
    for (const [cell, value] of reading.cells) {
      reading.cells.set(cell, asUnreadable(value))
    }
  }
  if (tableFault === null) {
    for (const foundRow of foundRows.filter(foundRow => foundRow.heading)) {
      readHeadingRow(reading, document, foundRow, assign)
    }
  }
  return reading
}

/** True if no row has a total. Without a grid a column may then be missing, which shifts all figures. */
function isShifted (reading: TableReading, foundRows: RowFound[]): boolean {
  const { columns } = reading.table
  const total = columns.findIndex(column => column.total_of)
  const rows = foundRows.filter(foundRow => !foundRow.heading && !foundRow.line.grid)
    .map(foundRow =>
      columns.map(column =>
        reading.cells.get(`${reading.table.definition.id}.${foundRow.row.id}.${column.id}`)?.figure ?? null
      )
    )
    .filter(figures => figures.some(figure => figure !== null))
  const shifted = total >= 0 && rows.length >= 2 && rows.every(figures => figures[total] === null)
  if (shifted) reading.problems.push(problemOf('figures-not-aligned', { table: reading.table.definition.id }))
  return shifted
}

function refuseRow (
  reading: TableReading,
  document: Document,
  { line, row }: RowFound,
  cells: Cell[],
  code: ReadingCode
): void {
  const tokens = line.valueFields.filter(token => !isBlank(token))
  const first = tokens[0] ?? line.used[0] ?? line.texts[0]
  const raw = tokens.map(token => token.raw).join(' ')
  reading.problems.push(
    problemOf(code, {
      table: reading.table.definition.id,
      row: row.id,
      line: first === undefined ? null : first.line + 1,
      raw
    })
  )
  if (first === undefined) return
  const last = tokens.filter(token => token.line === first.line).at(-1) ?? first
  const source = { ...sourceOf(document, { ...first, end: last.end }), column: null }
  const note: Note = { state: 'unreadable', raw: raw.slice(0, 200) }
  for (const cell of cells) {
    reading.cells.set(cell.id, { figure: null, note, steps: [], source: { ...source, steps: [] } })
  }
}

/** Finds pairs of rows in the wrong order and returns both rows of each: either label may be the wrong one. */
function outOfOrder (table: FormTable, foundRows: RowFound[]): Set<RowFound> {
  const at = (foundRow: RowFound) => table.definition.rows.indexOf(foundRow.row)
  const displaced = new Set<RowFound>()
  const seen = new Set<RowFound['row']>()
  foundRows.forEach((foundRow, i) => {
    seen.add(foundRow.row)
    for (const later of foundRows.slice(i + 1)) {
      if (at(later) < at(foundRow) && !seen.has(later.row)) displaced.add(foundRow).add(later)
    }
  })
  return displaced
}

/** Reads figures beside a heading: zero applies to each row below it, any other figure cannot be divided among them. */
function readHeadingRow (
  reading: TableReading,
  document: Document,
  { line, row }: RowFound,
  assign: ReturnType<typeof columnAssigner>
): void {
  const { table } = reading
  const leaves = leavesOf(table.definition, row.id)
  const values = line.valueFields.filter(token => !isBlank(token))
  if (
    values.length === 0 ||
    leaves.some(leaf =>
      table.columns.some(column => reading.cells.has(`${table.definition.id}.${leaf.id}.${column.id}`))
    )
  ) return
  const assignment: Assignment = line.strays === undefined
    ? assign({ line, columns: table.columns.length })
    : { fault: 'figures-not-aligned' }
  table.columns.forEach((column, i) => {
    const token = 'fault' in assignment ? values[0]! : assignment.fields[i]!
    const cells = leaves.map(leaf => table.cells.find(cell => cell.row === leaf.id && cell.column === column.id)!)
    const value = readValue(cells[0]!, token.raw, null)
    const zero = !('fault' in assignment) && value.figure === 0
    const kept = !('fault' in assignment) && (zero || (value.note !== undefined && value.note.state !== 'unreadable'))
    for (const cell of cells) {
      const steps = [...value.steps, FROM_HEADING]
      const read: CellReading = { ...value, steps, source: { ...sourceOf(document, token), steps } }
      reading.cells.set(cell.id, kept ? read : asUnreadable(read))
    }
    if (!kept) {
      reading.problems.push(
        problemOf('heading-figure', {
          table: table.definition.id,
          row: row.id,
          column: column.id,
          line: token.line + 1,
          raw: token.raw
        })
      )
    }
  })
}

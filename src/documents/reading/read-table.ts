// One table: its rows as found in the document become figures, or problems.
import type { Note } from '../../form/figures.ts'
import { type Cell, type FormTable, leavesOf } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { type columnAssigner, isBlank } from './assign-columns.ts'
import { checkPlausibility, isBrokenOff } from './check-plausibility.ts'
import type { TableLine } from './lines/table-line.ts'
import { problemOf, type ReadingCode } from './reading-problems.ts'
import { type CellReading, type RowFound, same, sourceOf, type TableReading, unreadable } from './table-reading.ts'
import { readValue } from './value.ts'

const MAX_REPEATS = 10

/** The step that takes a heading's zero for the rows below it. */
export const FROM_HEADING = 'from_heading'

export interface Surroundings {
  /** All entries of the stretch of the document, of other tables, too. */
  entries: TableLine[]
  place: ReturnType<typeof columnAssigner>
  /** Of money, as the heading prints it. */
  unit: string | null
  /** Refuses all rows: nothing of the table can be trusted. */
  why: ReadingCode | null
}

export function readTable (
  document: Document,
  table: FormTable,
  found: RowFound[],
  { entries, place, unit, why }: Surroundings
): TableReading {
  // A form of a few rows does not come a hundred times over.
  if (found.length > table.definition.rows.length * MAX_REPEATS) {
    return {
      table,
      verified: false,
      cells: new Map(),
      problems: [problemOf('table-twice', { table: table.definition.id })]
    }
  }
  const reading: TableReading = { table, verified: why === null && found.length > 0, cells: new Map(), problems: [] }
  const id = table.definition.id
  const displaced = outOfOrder(table, found)
  for (const one of found) {
    if (one.heading) continue
    const cells = table.cells.filter(cell => cell.row === one.row.id)
    const placed = place({ entry: one.entry, columns: cells.length })
    const fault = why ??
      (displaced.has(one)
        ? 'rows-out-of-order'
        : 'fault' in placed
        ? placed.fault
        : isBrokenOff(one.entry, entries)
        ? 'broken-number'
        : null)
    if (fault !== null || 'fault' in placed) {
      refuseRow(reading, document, one, cells, fault!)
      continue
    }
    const values = cells.map((cell, i): CellReading => ({
      ...readValue(cell, placed.fields[i]!.raw, unit),
      source: sourceOf(document, placed.fields[i]!)
    }))
    checkPlausibility(document, { table, cells, values, row: one, lines: entries, reading })
    cells.forEach((cell, i) => {
      const value = values[i]!
      value.source.steps = value.steps
      // The same row twice is one row when it says the same.
      const before = reading.cells.get(cell.id)
      if (before !== undefined && !same(before, value)) {
        const where = { table: id, row: one.row.id, line: value.source.line, raw: value.source.raw }
        if (!reading.problems.some(problem => problem.code === 'row-twice' && problem.row === one.row.id)) {
          reading.problems.push(problemOf('row-twice', where))
        }
        reading.cells.set(cell.id, unreadable(before))
        return
      }
      reading.cells.set(cell.id, value)
      const state = value.note?.state
      const told = reading.problems.some(problem => problem.row === cell.row && problem.column === cell.column)
      if (!told && (state === 'unreadable' || state === 'unit_unknown')) {
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
  // A row that once could not be placed is not known from its other appearance.
  for (const problem of reading.problems) {
    if (problem.column === null && problem.row !== null) {
      for (const cell of table.cells.filter(cell => cell.row === problem.row && reading.cells.has(cell.id))) {
        reading.cells.set(cell.id, unreadable(reading.cells.get(cell.id)!))
      }
    }
  }
  if (isShifted(reading, found)) {
    for (const [cell, value] of reading.cells) {
      reading.cells.set(cell, unreadable(value))
    }
  }
  if (why === null) {
    for (const one of found.filter(one => one.heading)) {
      readHeadingRow(reading, document, one, place)
    }
  }
  return reading
}

/** Not one row has a total: without a grid a column may be missing, and all figures stand under the wrong ones. */
function isShifted (reading: TableReading, found: RowFound[]): boolean {
  const { columns } = reading.table
  const total = columns.findIndex(column => column.total_of)
  const rows = found.filter(one => !one.heading && !one.entry.grid)
    .map(one =>
      columns.map(column =>
        reading.cells.get(`${reading.table.definition.id}.${one.row.id}.${column.id}`)?.figure ?? null
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
  { entry, row }: RowFound,
  cells: Cell[],
  code: ReadingCode
): void {
  const tokens = entry.valueFields.filter(token => !isBlank(token))
  const first = tokens[0] ?? entry.used[0] ?? entry.texts[0]
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

/** Rows that stand before one which the form prints earlier, and those which they passed: either label may be wrong. */
function outOfOrder (table: FormTable, found: RowFound[]): Set<RowFound> {
  const at = (one: RowFound) => table.definition.rows.indexOf(one.row)
  const displaced = new Set<RowFound>()
  found.forEach((one, i) => {
    for (const later of found.slice(i + 1)) {
      const again = found.some(other => other !== later && other.row === later.row && found.indexOf(other) <= i)
      if (at(later) < at(one) && !again) displaced.add(one).add(later)
    }
  })
  return displaced
}

/** Figures beside a heading: a zero means that each row below is zero, any other figure is not divided among them. */
function readHeadingRow (
  reading: TableReading,
  document: Document,
  { entry, row }: RowFound,
  place: ReturnType<typeof columnAssigner>
): void {
  const { table } = reading
  const leaves = leavesOf(table.definition, row.id)
  const values = entry.valueFields.filter(token => !isBlank(token))
  if (
    values.length === 0 ||
    leaves.some(leaf =>
      table.columns.some(column => reading.cells.has(`${table.definition.id}.${leaf.id}.${column.id}`))
    )
  ) return
  const placed = place({ entry, columns: table.columns.length })
  table.columns.forEach((column, i) => {
    const token = 'fault' in placed ? values[0]! : placed.fields[i]!
    const cells = leaves.map(leaf => table.cells.find(cell => cell.row === leaf.id && cell.column === column.id)!)
    const value = readValue(cells[0]!, token.raw, null)
    const zero = !('fault' in placed) && value.figure === 0
    const kept = !('fault' in placed) && (zero || (value.note !== undefined && value.note.state !== 'unreadable'))
    for (const cell of cells) {
      const steps = [...value.steps, FROM_HEADING]
      const read: CellReading = { ...value, steps, source: { ...sourceOf(document, token), steps } }
      reading.cells.set(cell.id, kept ? read : unreadable(read))
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

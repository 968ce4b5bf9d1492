// One table: its rows as found in the document become figures, or problems.
import type { Row } from '../../form/definition.ts'
import type { Note } from '../../form/figures.ts'
import { leavesOf, type Cell, type FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { isBlank, type placer } from './assign-columns.ts'
import { problemOf, type ReadingCode } from './reading-problems.ts'
import type { ReadingProblem, Source } from './reading.ts'
import type { Entry } from './table-lines.ts'
import type { Token } from './tokens.ts'
import { readValue, type ReadValue } from './value.ts'

/** What one stretch of the document says of one table. */
export interface TableReading {
  table: FormTable
  /** Its heading stands over its rows. */
  verified: boolean
  /** By cell id. */
  cells: Map<string, CellReading>
  problems: ReadingProblem[]
}
export interface CellReading extends ReadValue {
  source: Source
}

const MOST_TIMES = 10

/** The step that takes a heading's zero for the rows below it. */
export const FROM_HEADING = 'from_heading'

export interface RowFound {
  entry: Entry
  row: Row
  heading: boolean
}

export interface Surroundings {
  /** All entries of the stretch of the document, of other tables, too. */
  entries: Entry[]
  place: ReturnType<typeof placer>
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
  if (found.length > table.definition.rows.length * MOST_TIMES) {
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
    suspect(document, table, cells, values, one, entries, reading)
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

export const same = (a: ReadValue, b: ReadValue) => a.figure === b.figure && a.note?.state === b.note?.state

export const unreadable = (value: CellReading): CellReading => ({
  ...value,
  figure: null,
  note: { state: 'unreadable', raw: value.source.raw.slice(0, 200) }
})

export function sourceOf (document: Document, token: Token): Source {
  const line = document.lines[token.line]!
  return {
    line: token.line + 1,
    start: token.start,
    end: token.end,
    table: line.grid?.table ?? null,
    row: line.grid?.row ?? null,
    column: line.grid === null ? null : token.column + 1,
    raw: document.text.slice(token.start, token.end),
    steps: []
  }
}

function refuseRow (
  reading: TableReading,
  document: Document,
  { entry, row }: RowFound,
  cells: Cell[],
  code: ReadingCode
): void {
  const tokens = entry.zone.filter(token => !isBlank(token))
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

/** Figures of a row that their own sum makes doubtful. */
function suspect (
  document: Document,
  table: FormTable,
  cells: Cell[],
  values: CellReading[],
  one: RowFound,
  entries: Entry[],
  reading: TableReading
): void {
  const doubt = (index: number, code: ReadingCode) => {
    const value = values[index]!
    values[index] = unreadable(value)
    reading.problems.push(
      problemOf(code, {
        table: table.definition.id,
        row: one.row.id,
        column: cells[index]!.column,
        line: value.source.line,
        raw: value.source.raw
      })
    )
  }
  const total = table.columns.findIndex(column => column.total_of)
  const addends = total < 0
    ? []
    : table.columns.flatMap((column, i) => table.columns[total]!.total_of!.includes(column.id) ? [i] : [])
  const sum = addends.reduce((all, i) => all + (values[i]!.figure ?? 0), 0)
  const printed = total < 0 ? null : values[total]!.figure
  const adds = printed !== null && sum === printed
  const last = values.findLastIndex(value => value.source.end > value.source.start)
  // The text ends with this figure: more digits may have followed.
  if (last >= 0 && values[last]!.source.end >= document.text.length && !adds && values[last]!.figure !== null) {
    return doubt(last, 'cut-off')
  }
  // Where blanks do not show, only the sum proves that each figure stands under its column.
  if (!one.entry.divided && one.entry.zone.length !== cells.length && !adds) {
    cells.forEach((_, i) => {
      if (values[i]!.figure !== null) doubt(i, 'figures-not-aligned')
    })
    return
  }
  if (!adds) {
    const open = values.flatMap((value, i) =>
      value.figure !== null && (i === last || one.entry.stream) &&
        lacksBar(document, value.source.line - 1, one.entry, entries)
        ? [i]
        : []
    )
    if (open.length > 0) return open.forEach(i => doubt(i, 'cut-off'))
  }
  if (total < 0 || printed === null || adds || addends.some(i => values[i]!.note?.state === 'unreadable')) return
  const digits = addends.map(i => values[i]!.figure)
  for (let i = 0; i + 1 < addends.length; i++) {
    const [a, b] = [digits[i]!, digits[i + 1]!]
    const parted = (whole: number | null, blank: number | null) =>
      whole !== null && blank === null && whole > 9 &&
      [...String(whole).slice(1)].some((_, at) =>
        sum - whole + Number(String(whole).slice(0, at + 1)) + Number(String(whole).slice(at + 1)) === printed
      )
    const joined = a !== null && b !== null && a > 0 && sum - a - b + Number(`${a}${b}`) === printed
    if (joined || parted(a, b) || parted(b, a)) {
      doubt(addends[i]!, 'broken-number')
      doubt(addends[i + 1]!, 'broken-number')
      return
    }
  }
  if (String(sum).startsWith(String(printed))) doubt(total, 'cut-off')
}

/**
 * Its line lacks the bar that closes the other lines: the end may be lost. On some pages the last row of each table
 * lacks it.
 */
function lacksBar (document: Document, own: number, entry: Entry, entries: Entry[]): boolean {
  const rows = entries.filter(other => other.labels.length > 0 && other.zone.length > 0)
  if (!entry.divided || rows.length < 3) return false
  const closed = (index: number) => {
    const line = document.lines[index]!
    return line.grid !== null || /[|｜│┃]\s*$/.test(document.text.slice(line.start, line.end))
  }
  if (closed(own) || rows.filter(other => closed(other.zone[0]!.line)).length * 2 <= rows.length) return false
  if (own !== rows.at(-1)!.lines.at(-1)) return true
  const lasts = document.lines.flatMap((line, i) =>
    line.fields !== null && i !== own && document.lines[i + 1]?.fields === null ? [i] : []
  )
  return lasts.filter(closed).length * 2 > lasts.length
}

/** Figures without a label on the next line: they may be the rest of this row. */
function isBrokenOff (entry: Entry, entries: Entry[]): boolean {
  const next = Math.max(...entry.lines, ...entry.zone.map(token => token.line)) + 1
  return !entry.zone.some(token => token.line === next) &&
    entries.some(other =>
      other.labels.length === 0 && other.zone[0]?.line === next && !other.texts.some(token => token.line === next) &&
      other.zone.some(token => token.kind === 'value')
    )
}

/** Figures beside a heading: a zero means that each row below is zero, any other figure is not divided among them. */
function readHeadingRow (
  reading: TableReading,
  document: Document,
  { entry, row }: RowFound,
  place: ReturnType<typeof placer>
): void {
  const { table } = reading
  const leaves = leavesOf(table.definition, row.id)
  const values = entry.zone.filter(token => !isBlank(token))
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

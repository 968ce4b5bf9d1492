import type { Figure } from '../../form/figures.ts'
import type { Cell, FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { isDense } from './lines/doubtful-spaces.ts'
import type { TableLine } from './lines/table-line.ts'
import { problemOf, type ReadingCode } from './reading-problems.ts'
import { asUnreadable, type CellReading, type RowFound, type TableReading } from './table-reading.ts'

/** Marks figures of a row as unreadable, in `values`, that were probably cut off, broken or put in a wrong column. */
export function checkPlausibility (
  document: Document,
  { table, cells, values, row: foundRow, lines, reading }: {
    table: FormTable
    cells: Cell[]
    values: CellReading[]
    row: RowFound
    lines: TableLine[]
    reading: TableReading
  }
): void {
  const doubt = (index: number, code: ReadingCode) => {
    const value = values[index]!
    values[index] = asUnreadable(value)
    reading.problems.push(
      problemOf(code, {
        table: table.definition.id,
        row: foundRow.row.id,
        column: cells[index]!.column,
        line: value.source.line,
        raw: value.source.raw
      })
    )
  }
  const doubtAll = (code: ReadingCode) =>
    values.forEach(({ figure }, i) => {
      if (figure !== null) doubt(i, code)
    })
  const total = table.columns.findIndex(column => column.total_of)
  const addends = addendsOf(table, total)
  const sum = addends.reduce((all, i) => all + (values[i]!.figure ?? 0), 0)
  const printed = values[total]?.figure ?? null
  // Only a correct total proves that each figure is whole and in its column.
  if (printed === sum) return
  const last = values.findLastIndex(value => value.source.end > value.source.start)
  // Blanks that left no trace may make up for the second pieces of numbers: any figure may be in a wrong column.
  if (isJoinedInOrder(foundRow.line, [...addends, total].map(i => values[i]?.figure ?? null))) {
    return doubtAll('broken-number')
  }
  // The text ends with this figure: digits may be missing.
  const end = values[last]
  if (end !== undefined && end.source.end >= document.text.length && end.figure !== null) {
    return doubt(last, 'cut-off')
  }
  // Blanks are invisible.
  const isDoubtful = foundRow.line.doubtful === true || foundRow.line.valueFields.length !== cells.length
  if (!foundRow.line.divided && isDoubtful) return doubtAll('figures-not-aligned')
  const unclosed = findUnclosed(document, values, last, foundRow.line, lines)
  // In a stream, a figure without its bar may go on in the next cell, which shifts all that follow.
  if (unclosed.length > 0 && foundRow.line.stream) return doubtAll('cut-off')
  if (unclosed.length > 0) return unclosed.forEach(i => doubt(i, 'cut-off'))
  if (printed === null || addends.some(i => values[i]!.note?.state === 'unreadable')) return
  const broken = findBrokenNumber(addends.map(i => values[i]!.figure), sum, printed)
  if (broken !== undefined) {
    doubt(addends[broken]!, 'broken-number')
    doubt(addends[broken + 1]!, 'broken-number')
    return
  }
  if (String(sum).startsWith(String(printed))) doubt(total, 'cut-off')
}

/** The figures whose cells may lack their end: the last one of a line; each one of a stream. */
const findUnclosed = (
  document: Document,
  values: CellReading[],
  last: number,
  line: TableLine,
  lines: TableLine[]
): number[] =>
  values.flatMap(({ figure, source }, i) =>
    figure !== null && (i === last || line.stream) && lacksBar(document, source.line - 1, line, lines) ? [i] : []
  )

/** The columns that the total adds; none if the table has no total. */
const addendsOf = ({ columns }: FormTable, total: number): number[] =>
  columns.flatMap(({ id }, i) => columns[total]?.total_of?.includes(id) ? [i] : [])

/**
 * Returns the index of the first of two neighbours whose sum would match the printed total if their digits were joined,
 * or if a figure beside a blank were split in two.
 */
function findBrokenNumber (figures: Figure[], sum: number, printed: number): number | undefined {
  for (let i = 0; i + 1 < figures.length; i++) {
    const [a, b] = [figures[i]!, figures[i + 1]!]
    const parted = (whole: number | null, blank: number | null) =>
      whole !== null && blank === null && whole > 9 &&
      [...String(whole).slice(1)].some((_, at) =>
        sum - whole + Number(String(whole).slice(0, at + 1)) + Number(String(whole).slice(at + 1)) === printed
      )
    const joined = a !== null && b !== null && a > 0 && sum - a - b + Number(`${a}${b}`) === printed
    if (joined || parted(a, b) || parted(b, a)) return i
  }
  return undefined
}

const isJoinedInOrder = (line: TableLine, figures: Figure[]) => isDense(line) && addsIfJoined(figures)

/** True if the last of the figures would be the sum of the others if some neighbours, any number, were joined. */
function addsIfJoined ([first, ...rest]: Figure[], sum = 0): boolean {
  const [next, ...others] = rest
  if (first === undefined || next === undefined) return first === sum
  const isJoined = first !== null && first > 0 && next !== null && next >= 0 &&
    addsIfJoined([Number(`${first}${next}`), ...others], sum)
  return isJoined || addsIfJoined(rest, sum + (first ?? 0))
}

/** True if the next line has figures without a label: they may be the rest of this row. */
export function isBrokenOff (line: TableLine, lines: TableLine[]): boolean {
  const next = Math.max(...line.lines, ...line.valueFields.map(token => token.line)) + 1
  return !line.valueFields.some(token => token.line === next) &&
    lines.some(other =>
      other.labels.length === 0 && other.valueFields[0]?.line === next && !other.texts.some(token =>
        token.line === next
      ) &&
      other.valueFields.some(token => token.kind === 'value')
    )
}

/**
 * True if the line lacks the closing bar that the other lines have: its end may be lost. Accepts a last row without a
 * bar if the last rows of most tables in the document lack it.
 */
function lacksBar (document: Document, own: number, line: TableLine, lines: TableLine[]): boolean {
  const rows = lines.filter(other => other.labels.length > 0 && other.valueFields.length > 0)
  const peers = rows.flatMap(other => line.stream ? other.valueFields : other.valueFields.slice(0, 1))
  if (!line.divided || peers.length < 3) return false
  const closed = (index: number) => {
    const line = document.lines[index]!
    return line.grid !== null || /[|｜│┃]\s*$/.test(document.text.slice(line.start, line.end))
  }
  if (closed(own) || peers.filter(token => closed(token.line)).length * 2 <= peers.length) return false
  if (own !== rows.at(-1)!.lines.at(-1)) return true
  const lasts = lastRowsOf(document).filter(i => i !== own)
  return lasts.filter(closed).length * 2 > lasts.length
}

const lastRowsByDocument = new WeakMap<Document, number[]>()

/** The last rows of the tables of the document, as indices of lines. */
function lastRowsOf (document: Document): number[] {
  const rows = lastRowsByDocument.get(document) ??
    document.lines.flatMap((line, i) => line.fields !== null && document.lines[i + 1]?.fields === null ? [i] : [])
  lastRowsByDocument.set(document, rows)
  return rows
}

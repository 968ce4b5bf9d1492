import type { Figure } from '../../form/figures.ts'
import type { Cell, FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
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
  const total = table.columns.findIndex(column => column.total_of)
  const addends = total < 0
    ? []
    : table.columns.flatMap((column, i) => table.columns[total]!.total_of!.includes(column.id) ? [i] : [])
  const sum = addends.reduce((all, i) => all + (values[i]!.figure ?? 0), 0)
  const printed = total < 0 ? null : values[total]!.figure
  const adds = printed !== null && sum === printed
  const last = values.findLastIndex(value => value.source.end > value.source.start)
  // The text ends with this figure: digits may be missing.
  if (last >= 0 && values[last]!.source.end >= document.text.length && !adds && values[last]!.figure !== null) {
    return doubt(last, 'cut-off')
  }
  // Where blanks are invisible, only a correct total proves that each figure is in its column.
  const isDoubtful = foundRow.line.doubtful === true || foundRow.line.valueFields.length !== cells.length
  if (!foundRow.line.divided && isDoubtful && !adds) {
    cells.forEach((_, i) => {
      if (values[i]!.figure !== null) doubt(i, 'figures-not-aligned')
    })
    return
  }
  if (!adds) {
    const unclosed = values.flatMap((value, i) =>
      value.figure !== null && (i === last || foundRow.line.stream) &&
        lacksBar(document, value.source.line - 1, foundRow.line, lines)
        ? [i]
        : []
    )
    if (unclosed.length > 0) return unclosed.forEach(i => doubt(i, 'cut-off'))
  }
  if (total < 0 || printed === null || adds || addends.some(i => values[i]!.note?.state === 'unreadable')) return
  const broken = findBrokenNumber(addends.map(i => values[i]!.figure), sum, printed)
  if (broken !== undefined) {
    doubt(addends[broken]!, 'broken-number')
    doubt(addends[broken + 1]!, 'broken-number')
    return
  }
  if (String(sum).startsWith(String(printed))) doubt(total, 'cut-off')
}

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
  if (!line.divided || rows.length < 3) return false
  const closed = (index: number) => {
    const line = document.lines[index]!
    return line.grid !== null || /[|｜│┃]\s*$/.test(document.text.slice(line.start, line.end))
  }
  if (closed(own) || rows.filter(other => closed(other.valueFields[0]!.line)).length * 2 <= rows.length) return false
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

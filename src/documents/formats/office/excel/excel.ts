// Converts an .xlsx to a document: each visible sheet becomes a line with its name and a table.
import type { Document } from '../../../document.ts'
import { type Cell, DocumentWriter } from '../../document-writer.ts'
import { checkLimit, LIMITS } from '../../limits.ts'
import { SIGN } from '../../styled-text.ts'
import { damaged } from '../../unreadable-file.ts'
import type { Parts } from '../archive.ts'
import { type Area, drawnAreas } from './areas.ts'
import { type Counts, oneLine, readSheet, type Sheet } from './sheet.ts'
import { openWorkbook } from './workbook.ts'

export function documentOfWorkbook (parts: Parts): Document {
  const workbook = openWorkbook(parts)
  const counts: Counts = { cells: 0, characters: 0, merges: 0, columns: 0 }
  const writer = new DocumentWriter()
  for (const { name, part, xml } of workbook.sheets) {
    const sheet = readSheet(xml, workbook, counts)
    markDrawn(sheet, drawnAreas(parts, part))
    removeHidden(sheet)
    if (sheet.rows.size === 0) continue
    writer.line(oneLine(name))
    writeSheet(sheet, writer)
  }
  return writer.document(null)
}

/** A cell under a picture or a shape is not blank. */
function markDrawn ({ rows }: Sheet, areas: Area[]): void {
  const width = [...rows.values()].reduce((most, cells) => Math.max(most, ...cells.keys()), 0)
  let drawn = 0
  for (const { top, bottom, left, right } of areas) {
    for (const [row, cells] of rows) {
      if (row < top || row > bottom) continue
      for (let column = left; column <= Math.min(right, width); column++) {
        checkLimit('fields', ++drawn)
        if (!cells.has(column)) cells.set(column, SIGN)
      }
    }
  }
}

/** Hidden rows and columns are not published. A merged cell keeps its text if a part of it is visible. */
function removeHidden ({ rows, merges, hidden }: Sheet): void {
  if (hidden.rows.size + hidden.columns.size === 0) return
  const rowFrom = nextVisible(hidden.rows)
  const columnFrom = nextVisible(hidden.columns)
  for (const merge of merges) {
    const { top, left } = merge
    merge.top = Math.min(rowFrom(top), merge.bottom)
    merge.left = Math.min(columnFrom(left), merge.right)
    const text = rows.get(top)?.get(left)
    if (text === undefined || (merge.top === top && merge.left === left)) continue
    rows.get(top)!.delete(left)
    rows.set(merge.top, (rows.get(merge.top) ?? new Map()).set(merge.left, text))
  }
  for (const row of hidden.rows) rows.delete(row)
  for (const cells of rows.values()) {
    for (const column of [...cells.keys()]) if (hidden.columns.has(column)) cells.delete(column)
  }
  for (const [row, cells] of rows) if (cells.size === 0) rows.delete(row)
}

function nextVisible (hidden: Set<number>): (at: number) => number {
  const next = new Map<number, number>()
  for (const at of [...hidden].sort((a, b) => b - a)) next.set(at, next.get(at + 1) ?? at + 1)
  return at => next.get(at) ?? at
}

/** Leaves out rows without text; the others extend to the last column of the sheet with text. */
function writeSheet (sheet: Sheet, writer: DocumentWriter): void {
  const rows = [...sheet.rows].sort(([a], [b]) => a - b)
  const filled = sheet.merges.filter(({ top, left, right }) =>
    right < LIMITS.fieldsInRow && sheet.rows.get(top)?.has(left)
  )
  const width = [...rows.flatMap(([, cells]) => [...cells.keys()]), ...filled.map(merge => merge.right)].reduce(
    (most, column) => Math.max(most, column),
    0
  ) + 1
  const table = writer.newTable()
  const mergedIn = mergesByRow(sheet.merges.filter(merge => merge.left < width))
  for (const [row, cells] of rows) {
    const merges = mergedIn(row)
    const line: Cell[] = []
    let next = 0
    for (let column = 0; column < width;) {
      const merge = merges[next]?.left === column ? merges[next++] : undefined
      const end = merge === undefined ? column + 1 : Math.min(merge.right + 1, width)
      // A merged cell appears once, in its first row.
      if (merge === undefined || merge.top === row) {
        line.push({ text: cells.get(column) ?? '', column, width: end - column })
      }
      column = end
    }
    if (line.length > 0) writer.row(line, { table, row: row + 1 })
  }
}

/** Returns a function that gives the merges of a row from left to right. Call it for rows from top to bottom. */
function mergesByRow (merges: Area[]): (row: number) => Area[] {
  const waiting = merges.sort((a, b) => b.top - a.top)
  let open: Area[] = []
  return row => {
    if (open.some(merge => merge.bottom < row)) open = open.filter(merge => merge.bottom >= row)
    const before = open.length
    while (waiting.length > 0 && waiting.at(-1)!.top <= row) {
      const merge = waiting.pop()!
      if (merge.bottom >= row) open.push(merge)
    }
    if (open.length > before) {
      open.sort((a, b) => a.left - b.left)
      if (open.some((merge, i) => i > 0 && merge.left <= open[i - 1]!.right)) {
        throw damaged({ zh: '合并单元格相互重叠', en: 'its merged cells overlap' })
      }
    }
    return open
  }
}

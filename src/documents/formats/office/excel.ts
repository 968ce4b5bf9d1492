// Converts an .xlsx to a document: each visible sheet becomes a line with its name and a table.
import type { Document } from '../../document.ts'
import { type Cell, DocumentWriter } from '../document-writer.ts'
import { checkLimit, LIMITS } from '../limits.ts'
import { damaged } from '../unreadable-file.ts'
import type { Parts } from './archive.ts'
import { show } from './number-formats.ts'
import { openWorkbook, textReader, type Workbook } from './workbook.ts'
import { readXml } from './xml.ts'

/** Rows and columns count from 0. */
interface Sheet {
  rows: Map<number, Map<number, string>>
  merges: Merge[]
  hidden: { rows: Set<number>, columns: Set<number> }
}

interface Merge {
  top: number
  left: number
  bottom: number
  right: number
}

/** What all sheets have together. */
interface Counts {
  cells: number
  characters: number
  merges: number
  columns: number
}

export function documentOfWorkbook (parts: Parts): Document {
  const workbook = openWorkbook(parts)
  const counts: Counts = { cells: 0, characters: 0, merges: 0, columns: 0 }
  const writer = new DocumentWriter()
  for (const { name, xml } of workbook.sheets) {
    const sheet = readSheet(xml, workbook, counts)
    removeHidden(sheet)
    if (sheet.rows.size === 0) continue
    writer.line(oneLine(name))
    writeSheet(sheet, writer)
  }
  return writer.document(null)
}

function readSheet (xml: string, workbook: Workbook, counts: Counts): Sheet {
  const sheet: Sheet = { rows: new Map(), merges: [], hidden: { rows: new Set(), columns: new Set() } }
  let [row, column] = [-1, -1]
  let type = ''
  let style = 0
  let value: string[] | null = null
  let kept: string | null = null
  let formula: string[] | null = null
  let inFormula = false
  let inline = textReader()
  readXml(xml, {
    open (name, attributes) {
      if (name === 'row') {
        const { r, hidden } = attributes()
        row = numbered(r, row + 1)
        column = -1
        if (isOn(hidden)) sheet.hidden.rows.add(row)
      } else if (name === 'col') {
        checkLimit('columns', ++counts.columns)
        const { min, max, hidden } = attributes()
        if (isOn(hidden)) {
          for (let i = numbered(min, 0); i <= Math.min(numbered(max, 0), LIMITS.fieldsInRow); i++) {
            sheet.hidden.columns.add(i)
          }
        }
      } else if (name === 'c') {
        const cell = attributes()
        const at = cell.r === undefined ? null : addressOf(cell.r)
        row = at?.row ?? Math.max(row, 0)
        column = at?.column ?? column + 1
        type = cell.t ?? 'n'
        style = Number(cell.s ?? 0)
        kept = formula = null
        inline = textReader()
      } else if (name === 'f') {
        formula ??= []
        inFormula = true
      } else if (name === 'v') value = []
      else if (name === 'mergeCell') {
        checkLimit('merges', ++counts.merges)
        sheet.merges.push(...areaOf(attributes().ref ?? ''))
      } else inline.open(name)
    },
    text (text) {
      if (value !== null) value.push(text)
      else if (inFormula) formula?.push(text)
      else inline.text(text)
    },
    close (name) {
      if (name === 'v') {
        kept = value?.join('') ?? ''
        value = null
      } else if (name === 'f') inFormula = false
      else if (name === 'c') {
        // A formula that was never calculated is not blank.
        const found = type === 'inlineStr'
          ? inline.value()
          : kept === null && formula !== null
          ? `=${formula.join('')}`
          : formatCell(kept ?? '', type, style, workbook)
        // A shared string counts for each cell that has it, before the text is copied.
        checkLimit('characters', counts.characters += found.length)
        const text = oneLine(found)
        if (text === '') return
        checkLimit('fieldsInRow', column + 1)
        checkLimit('fields', ++counts.cells)
        let cells = sheet.rows.get(row)
        if (cells === undefined) sheet.rows.set(row, cells = new Map())
        if (cells.has(column)) throw damaged({ zh: '同一单元格出现两次', en: 'a cell appears twice' })
        cells.set(column, text)
      } else inline.close(name)
    }
  })
  return sheet
}

function formatCell (value: string, type: string, style: number, { strings, formats, from1904 }: Workbook): string {
  if (value === '') return ''
  if (type === 's') {
    const text = strings[Number(value)]
    if (text === undefined) throw damaged({ zh: '缺少共享字符串', en: 'a shared string is missing' })
    return text
  }
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE'
  if (type !== 'n') return value
  return show(value, formats[style], from1904)
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
function mergesByRow (merges: Merge[]): (row: number) => Merge[] {
  const waiting = merges.sort((a, b) => b.top - a.top)
  let open: Merge[] = []
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

/** Parses an address such as `BC12`; throws if it cannot be one of Excel. */
function addressOf (address: string): { row: number, column: number } {
  const [, letters = '', digits = ''] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(address) ?? []
  if (letters === '') throw damaged({ zh: '单元格地址有错误', en: 'a cell has an invalid address' })
  return {
    row: numbered(digits, 0),
    column: [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1
  }
}

function areaOf (area: string): Merge[] {
  const [from, to] = area.split(':').map(addressOf)
  return from === undefined || to === undefined
    ? []
    : [{
      top: Math.min(from.row, to.row),
      left: Math.min(from.column, to.column),
      bottom: Math.max(from.row, to.row),
      right: Math.max(from.column, to.column)
    }]
}

function numbered (row: string | undefined, otherwise: number): number {
  if (row === undefined) return otherwise
  const number = Number(row)
  if (!Number.isInteger(number) || number < 1) throw damaged({ zh: '行号有错误', en: 'a row has an invalid number' })
  return number - 1
}

const isOn = (value: string | undefined) => value === '1' || value === 'true'

const oneLine = (text: string) => text.replace(/[\0\t\n\f\r ]+/g, ' ').replace(/^ | $/g, '')

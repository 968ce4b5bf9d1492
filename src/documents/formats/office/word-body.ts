// Parses the body of a .docx as it looks with all tracked changes accepted.
import { checkLimit } from '../limits.ts'
import { damaged } from '../unreadable-file.ts'
import { CollapsedText } from '../whitespace.ts'
import { readXml } from './xml.ts'

/** A line of running text, or a table. */
export type Block = string | WordTable
export interface WordTable {
  rows: WordRow[]
}

export interface WordRow {
  /** Number of grid columns before the first cell. */
  before: number
  cells: WordCell[]
  deleted: boolean
}

export interface WordCell {
  width: number
  /** Merged vertically: begins a merge or continues the cell above. */
  down: 'restart' | 'continue' | null
  /** Merged with the cell to its left. */
  left: boolean
  deleted: boolean
  blocks: Block[]
}

interface Paragraph {
  text: CollapsedText
  lines: string[]
  after: Block[]
  hidden: boolean
}

interface Run {
  hidden: boolean
  struck: boolean
  raised: boolean
}

/** Deleted or moved text, former properties, and pinyin above characters. */
const SKIPPED = new Set([
  'del',
  'moveFrom',
  'rt',
  'pPrChange',
  'rPrChange',
  'tblPrChange',
  'tblPrExChange',
  'tblGridChange',
  'trPrChange',
  'tcPrChange',
  'sectPrChange',
  'numberingChange'
])

/** Elements that stand for characters. A symbol (`sym`) may look like a digit, which its code does not reveal. */
const CHARACTERS = new Map([['tab', ' '], ['ptab', ' '], ['noBreakHyphen', '\u2011'], ['sym', '\uFFFD']])

/** `hides` returns true for styles whose text is hidden. */
export function readBody (xml: string, hides: (style: string) => boolean): Block[] {
  const body: Block[] = []
  const containers: Block[][] = [body]
  const tables: WordTable[] = []
  const paragraphs: Paragraph[] = []
  const runs: Run[] = []
  /** For each open AlternateContent, whether one of its alternatives was taken. */
  const chosen: boolean[] = []
  const path: string[] = []
  let skippedDepth = 0
  let rows = 0
  let cells = 0

  const lastRow = () => tables.at(-1)?.rows.at(-1)
  const lastCell = () => lastRow()?.cells.at(-1)

  function isSkipped (name: string): boolean {
    if (name !== 'Choice' && name !== 'Fallback') return SKIPPED.has(name)
    if (chosen.length === 0 || chosen.at(-1)!) return true
    chosen[chosen.length - 1] = true
    return false
  }

  function setRow (row: WordRow, name: string, value: string | undefined) {
    if (name === 'gridBefore') row.before = parseColumns(value, 0)
    else if (name === 'del' || (name === 'hidden' && isOn(value))) row.deleted = true
  }

  function setCell (cell: WordCell, name: string, value: string | undefined) {
    if (name === 'gridSpan') cell.width = parseColumns(value, 1)
    else if (name === 'vMerge') cell.down = value === 'restart' ? 'restart' : 'continue'
    else if (name === 'hMerge') cell.left = value !== 'restart'
    else if (name === 'cellDel') cell.deleted = true
  }

  function setRun (run: Run, name: string, value: string | undefined) {
    if (name === 'rStyle') run.hidden = run.hidden || hides(value ?? '')
    else if (name === 'vanish') run.hidden = isOn(value)
    else if (name === 'strike' || name === 'dstrike') run.struck ||= isOn(value)
    else if (name === 'vertAlign') run.raised = value === 'superscript' || value === 'subscript'
  }

  function add (text: string) {
    const run = runs.at(-1)
    const paragraph = paragraphs.at(-1)
    if (paragraph === undefined || (run === undefined ? paragraph.hidden : run.hidden || run.struck)) return
    // A footnote mark must not extend the figure before it.
    paragraph.text.add(run?.raised === true ? ` ${text} ` : text)
  }

  const enter = new Map<string, () => void>(Object.entries({
    AlternateContent: () => {
      chosen.push(false)
    },
    p: () => {
      paragraphs.push({ text: new CollapsedText(), lines: [], after: [], hidden: false })
    },
    r: () => {
      runs.push({ hidden: paragraphs.at(-1)?.hidden ?? false, struck: false, raised: false })
    },
    txbxContent: () => {
      containers.push(paragraphs.at(-1)?.after ?? body)
    },
    tbl: () => {
      tables.push({ rows: [] })
    },
    tr () {
      checkLimit('lines', ++rows)
      requireTable(tables.at(-1)).rows.push({ before: 0, cells: [], deleted: false })
    },
    tc () {
      checkLimit('fields', ++cells)
      const cell: WordCell = { width: 1, down: null, left: false, deleted: false, blocks: [] }
      requireTable(lastRow()).cells.push(cell)
      containers.push(cell.blocks)
    }
  }))
  const leave = new Map<string, () => void>(Object.entries({
    AlternateContent: () => {
      chosen.pop()
    },
    p () {
      const { lines, after } = endLine(paragraphs.pop()!)
      for (const block of [...lines, ...after]) containers.at(-1)!.push(block)
    },
    r: () => {
      runs.pop()
    },
    txbxContent: () => {
      containers.pop()
    },
    tbl: () => {
      containers.at(-1)!.push(tables.pop()!)
    },
    tc: () => {
      containers.pop()
    }
  }))

  readXml(xml, {
    open (name, attributes) {
      const parent = path.at(-1)
      path.push(name)
      if (skippedDepth > 0) {
        skippedDepth++
        return
      }
      if (parent === 'trPr' && lastRow() !== undefined) setRow(lastRow()!, name, attributes().val)
      if (isSkipped(name)) skippedDepth = 1
      else if (enter.has(name)) enter.get(name)!()
      else if (parent === 'tcPr' && lastCell() !== undefined) setCell(lastCell()!, name, attributes().val)
      else if (parent === 'rPr' && path.at(-3) === 'r') setRun(runs.at(-1)!, name, attributes().val)
      else if (parent === 'pPr' && name === 'pStyle' && paragraphs.length > 0) {
        paragraphs.at(-1)!.hidden = hides(attributes().val ?? '')
      } else if (parent === 'r' && (name === 'br' || name === 'cr') && paragraphs.length > 0) {
        endLine(paragraphs.at(-1)!)
      } else if (parent === 'r' && CHARACTERS.has(name)) add(CHARACTERS.get(name)!)
    },
    text (text) {
      if (skippedDepth === 0 && path.at(-1) === 't') add(text)
    },
    close (name) {
      path.pop()
      if (skippedDepth > 0) {
        skippedDepth--
        return
      }
      leave.get(name)?.()
    }
  })
  return body
}

function endLine (paragraph: Paragraph): Paragraph {
  const line = paragraph.text.take()
  if (line !== '') paragraph.lines.push(line)
  return paragraph
}

function requireTable<T> (outer: T | undefined): T {
  if (outer === undefined) throw damaged({ zh: '单元格不在表格中', en: 'a cell is outside of a table' })
  return outer
}

const parseColumns = (value: string | undefined, min: number) =>
  /^\d+$/.test(value ?? '') ? Math.max(min, Math.min(Number(value), 1000)) : min

export const isOn = (value: string | undefined) => value !== '0' && value !== 'false' && value !== 'off'

// The body of a .docx: what a reader sees who has accepted all tracked changes.
import { limit } from '../limits.ts'
import { damaged } from '../unreadable-file.ts'
import { Collapsed } from '../whitespace.ts'
import { readXml } from './xml.ts'

/** A line of running text, or a table. */
export type Block = string | WordTable
export interface WordTable {
  rows: WordRow[]
}

/** `before`: how many columns further right the row begins. */
export interface WordRow {
  before: number
  cells: WordCell[]
  gone: boolean
}

/** `down`: merged with others in its column, the first of which restarts; `left`: with the one before it. */
export interface WordCell {
  width: number
  down: 'restart' | 'continue' | null
  left: boolean
  gone: boolean
  blocks: Block[]
}

interface Paragraph {
  text: Collapsed
  lines: string[]
  after: Block[]
  hidden: boolean
}

interface Run {
  hidden: boolean
  struck: boolean
  raised: boolean
}

/** Deleted or moved away, former properties, and readings above characters. */
const PASSED_OVER = new Set([
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

/** What stands for text without being text; the sign of a symbol font may be a digit, which its code does not tell. */
const SIGNS = new Map([['tab', ' '], ['ptab', ' '], ['noBreakHyphen', '\u2011'], ['sym', '\uFFFD']])

/** `hides` tells the styles whose text is not shown. */
export function readBody (xml: string, hides: (style: string) => boolean): Block[] {
  const body: Block[] = []
  const containers: Block[][] = [body]
  const tables: WordTable[] = []
  const paragraphs: Paragraph[] = []
  const runs: Run[] = []
  /** For each choice between ways to write the same, whether one was taken. */
  const chosen: boolean[] = []
  const path: string[] = []
  let passedOver = 0
  let rows = 0
  let cells = 0

  const lastRow = () => tables.at(-1)?.rows.at(-1)
  const lastCell = () => lastRow()?.cells.at(-1)

  function passes (name: string): boolean {
    if (name !== 'Choice' && name !== 'Fallback') return PASSED_OVER.has(name)
    if (chosen.length === 0 || chosen.at(-1)!) return true
    chosen[chosen.length - 1] = true
    return false
  }

  function setRow (row: WordRow, name: string, value: string | undefined) {
    if (name === 'gridBefore') row.before = columns(value, 0)
    else if (name === 'del' || (name === 'hidden' && isOn(value))) row.gone = true
  }

  function setCell (cell: WordCell, name: string, value: string | undefined) {
    if (name === 'gridSpan') cell.width = columns(value, 1)
    else if (name === 'vMerge') cell.down = value === 'restart' ? 'restart' : 'continue'
    else if (name === 'hMerge') cell.left = value !== 'restart'
    else if (name === 'cellDel') cell.gone = true
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
    // A figure with the mark of a note behind it is not one longer figure.
    paragraph.text.add(run?.raised === true ? ` ${text} ` : text)
  }

  const enter = new Map<string, () => void>(Object.entries({
    AlternateContent: () => {
      chosen.push(false)
    },
    p: () => {
      paragraphs.push({ text: new Collapsed(), lines: [], after: [], hidden: false })
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
      limit('lines', ++rows)
      placed(tables.at(-1)).rows.push({ before: 0, cells: [], gone: false })
    },
    tc () {
      limit('fields', ++cells)
      const cell: WordCell = { width: 1, down: null, left: false, gone: false, blocks: [] }
      placed(lastRow()).cells.push(cell)
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
      if (passedOver > 0) {
        passedOver++
        return
      }
      if (parent === 'trPr' && lastRow() !== undefined) setRow(lastRow()!, name, attributes().val)
      if (passes(name)) passedOver = 1
      else if (enter.has(name)) enter.get(name)!()
      else if (parent === 'tcPr' && lastCell() !== undefined) setCell(lastCell()!, name, attributes().val)
      else if (parent === 'rPr' && path.at(-3) === 'r') setRun(runs.at(-1)!, name, attributes().val)
      else if (parent === 'pPr' && name === 'pStyle' && paragraphs.length > 0) {
        paragraphs.at(-1)!.hidden = hides(attributes().val ?? '')
      } else if (parent === 'r' && (name === 'br' || name === 'cr') && paragraphs.length > 0) {
        endLine(paragraphs.at(-1)!)
      } else if (parent === 'r' && SIGNS.has(name)) add(SIGNS.get(name)!)
    },
    text (text) {
      if (passedOver === 0 && path.at(-1) === 't') add(text)
    },
    close (name) {
      path.pop()
      if (passedOver > 0) {
        passedOver--
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

function placed<T> (outer: T | undefined): T {
  if (outer === undefined) throw damaged({ zh: '单元格不在表格中', en: 'a cell stands in no table' })
  return outer
}

const columns = (value: string | undefined, least: number) =>
  /^\d+$/.test(value ?? '') ? Math.max(least, Math.min(Number(value), 1000)) : least

export const isOn = (value: string | undefined) => value !== '0' && value !== 'false' && value !== 'off'

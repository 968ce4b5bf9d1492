// A file of reports comes from one program, which writes each line the same way but for the figures and texts. So a line
// that was read with every care gives a pattern, and a line that matches it to the last character needs no such care:
// its names are those that were found good, none twice, and each figure has no more digits than are kept exactly.
// This is twenty times as quick. A line that does not match is read with care.
import { isUtf8 } from 'node:buffer'
import type { SentReport } from './report-lines.ts'
import { LONGEST_SECTION } from '../form/content.ts'
import { readFigure, type Figure, type Note } from '../form/figures.ts'
import type { Cell, Form } from '../form/form.ts'

/** What a place of the pattern takes: whose, which year, a text, or a figure. */
type Slot = 'agency' | 'year' | { section: string } | { cell: Cell }

export interface Shape {
  pattern: RegExp
  slots: Slot[]
  /** How many bytes stand before each slot, behind the one before. */
  gaps: number[]
  form: Form
  /** As in each report of this shape, but for the slots. */
  figures: Figure[]
  /** Cells without a figure in rows that are given. */
  blanks: string[]
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}:,]|[^\s{}:,"]+|\s+/g
// Nothing is captured: two hundred pieces of text a line would cost more than to find them anew.
const COUNT = '(?:0|[1-9]\\d{0,11}|null)'
const CHANGE = '(?:-?(?:0|[1-9]\\d{0,11})|null)'
const AMOUNT = '(?:(?:0|[1-9]\\d{0,8})(?:\\.\\d{1,6})?|null)'
const TEXT = '"(?:[^"\\\\\\x00-\\x1f]|\\\\[^\\x00-\\x1f])*"'
/** U+0000 and half a surrogate pair can come in as escapes only. */
const ODD_ESCAPE = /\\u(0000|d[89a-f])/i
const BLANK: Note = { state: 'blank', raw: '' }

/** The shape of a line that was read without a fault; undefined when it has members that are not in each line alike. */
export function shapeOf (text: string, { form, content, stated }: SentReport): Shape | undefined {
  if (stated !== undefined) return undefined
  const slots: Slot[] = []
  const parts: string[] = []
  const gaps = [0]
  const path: string[] = []
  let key = ''
  let isKey = false
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') {
      path.push(key)
      isKey = true
    } else if (token === '}') {
      path.pop()
    } else if (token === ',') {
      isKey = true
    } else if (token === ':') {
      isKey = false
    } else if (token.trim() !== '' && isKey) {
      key = JSON.parse(token) as string
    } else if (token.trim() !== '') {
      const slot = slotOf([...path.slice(1), key], form)
      if (slot === undefined) return undefined
      if (slot !== 'form') {
        slots.push(slot)
        parts.push(patternOf(slot))
        gaps.push(0)
        continue
      }
    }
    gaps[slots.length]! += Buffer.byteLength(token)
    parts.push(token.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  }
  const given = new Set(slots.flatMap(slot => typeof slot === 'object' && 'cell' in slot ? slot.cell.id : []))
  return {
    pattern: new RegExp(`^${parts.join('')}$`),
    slots,
    gaps,
    form,
    figures: form.cells.map(cell => given.has(cell.id) ? 0 : null),
    blanks: Object.keys(content.notes).filter(id => !given.has(id))
  }
}

function slotOf (path: string[], form: Form): Slot | 'form' | undefined {
  const [member, table, row, column] = path
  if (path.length === 1 && (member === 'agency' || member === 'year' || member === 'form')) return member
  if (path.length === 2 && member === 'sections') return { section: table! }
  const cell = path.length === 4 && member === 'tables' ? form.cell.get(`${table}.${row}.${column}`) : undefined
  return cell && { cell }
}

function patternOf (slot: Slot): string {
  if (slot === 'agency') return '"(?!\\.{1,2}")[A-Za-z0-9._-]{1,64}"'
  if (slot === 'year') return '[12]\\d{3}'
  if ('section' in slot) return TEXT
  return slot.cell.money ? AMOUNT : slot.cell.signed ? CHANGE : COUNT
}

/**
 * The report of a line of this shape; undefined: it is not, or needs care for another reason. `text` has a character for
 * each byte of the line. `formOf` chooses the form.
 */
export function readShaped ({ pattern, slots, gaps, form, figures: base, blanks }: Shape, line: number, bytes: Buffer, text: string, formOf: (year: number) => Form | undefined): SentReport | undefined {
  if (!pattern.test(text)) return undefined
  const figures = base.slice()
  const notes: Record<string, Note> = {}
  for (const id of blanks) notes[id] = BLANK
  const sections: Record<string, string> = {}
  let agency = ''
  let year = 0
  let at = 0
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!
    at += gaps[i]!
    if (slot === 'agency') {
      const end = text.indexOf('"', ++at)
      agency = bytes.toString('latin1', at, end)
      at = end + 1
    } else if (slot === 'year') {
      year = Number(text.slice(at, at += 4))
    } else if ('section' in slot) {
      const end = endOfText(text, ++at)
      const said = textOf(bytes.subarray(at, end))
      if (said === undefined || said.length > LONGEST_SECTION) return undefined
      sections[slot.section] = said
      at = end + 1
    } else {
      const { cell } = slot
      const begin = at
      let byte = bytes[at]!
      if (byte === BEGIN_OF_NULL) {
        at += 4
        figures[cell.position - 1] = null
        notes[cell.id] = BLANK
        continue
      }
      if (byte === MINUS) byte = bytes[++at]!
      let figure = 0
      for (; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) figure = figure * 10 + byte - ZERO
      if (cell.money) {
        while (byte === POINT || (byte >= ZERO && byte <= NINE)) byte = bytes[++at]!
        const read = readFigure(cell, at === begin + 1 ? figure : Number(text.slice(begin, at)))
        if (!('figure' in read)) return undefined
        figures[cell.position - 1] = read.figure
      } else {
        // Not -0.
        figures[cell.position - 1] = figure > 0 && bytes[begin] === MINUS ? -figure : figure
      }
    }
  }
  if (formOf(year) !== form) return undefined
  return { line, agency, year, form, content: { figures, notes, sections }, figuresOnly: false, stated: undefined }
}

const [BEGIN_OF_NULL, MINUS, POINT, ZERO, NINE] = Buffer.from('n-.09') as unknown as [number, number, number, number, number]

/** Where the closing quote of a text is that begins at `at`. */
function endOfText (text: string, at: number): number {
  const quote = text.indexOf('"', at)
  if (!text.slice(at, quote).includes('\\')) return quote
  for (; text[at] !== '"'; at++) if (text[at] === '\\') at++
  return at
}

function textOf (bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString()
  if (!text.includes('\\')) return text
  if (ODD_ESCAPE.test(text)) return undefined
  try { return JSON.parse(`"${text}"`) as string } catch { return undefined }
}

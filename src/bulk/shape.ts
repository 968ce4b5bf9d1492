// A file of reports comes from one program, which writes each line the same way but for the figures and texts. So a line
// that was read with every care gives a pattern, and a line that matches it to the last character needs no such care:
// its names are those that were found good, none twice, and each figure has no more digits than are kept exactly.
// This is twenty times as quick. A line that does not match is read with care.
import { isUtf8 } from 'node:buffer'
import { isAgencyCode, type SentReport } from './report-lines.ts'
import { LONGEST_SECTION } from '../form/content.ts'
import { readFigure, type Figure, type Note } from '../form/figures.ts'
import type { Cell, Form } from '../form/form.ts'

/** What a place of the pattern takes: whose, which year, a text, or a figure. */
type Slot = 'agency' | 'year' | { section: string } | { cell: Cell }

export interface Shape {
  pattern: RegExp
  slots: Slot[]
  form: Form
  /** As in each report of this shape, but for the slots. */
  figures: Figure[]
  /** Cells without a figure in rows that are given. */
  blanks: string[]
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}:,]|[^\s{}:,"]+|\s+/g
const COUNT = '(0|[1-9]\\d{0,11}|null)'
const CHANGE = '(-?(?:0|[1-9]\\d{0,11})|null)'
const AMOUNT = '((?:0|[1-9]\\d{0,8})(?:\\.\\d{1,6})?|null)'
const TEXT = '"((?:[^"\\\\\\x00-\\x1f]|\\\\[^\\x00-\\x1f])*)"'
/** U+0000 and half a surrogate pair can come in as escapes only. */
const ODD_ESCAPE = /\\u(0000|d[89a-f])/i
const BLANK: Note = { state: 'blank', raw: '' }

/** The shape of a line that was read without a fault; undefined when it has members that are not in each line alike. */
export function shapeOf (text: string, { form, content, stated }: SentReport): Shape | undefined {
  if (stated !== undefined) return undefined
  const slots: Slot[] = []
  const parts: string[] = []
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
        continue
      }
    }
    parts.push(token.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  }
  const given = new Set(slots.flatMap(slot => typeof slot === 'object' && 'cell' in slot ? slot.cell.id : []))
  return {
    pattern: new RegExp(`^${parts.join('')}$`),
    slots,
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
  if (slot === 'agency') return '"([A-Za-z0-9._-]{1,64})"'
  if (slot === 'year') return '([12]\\d{3})'
  if ('section' in slot) return TEXT
  return slot.cell.money ? AMOUNT : slot.cell.signed ? CHANGE : COUNT
}

/**
 * The report of a line of this shape; undefined: it is not, or needs care for another reason. `bytes` has a character
 * for each byte of a line in UTF-8, which is half as long as its text. `formOf` chooses the form.
 */
export function readShaped ({ pattern, slots, form, figures: base, blanks }: Shape, line: number, bytes: string, formOf: (year: number) => Form | undefined): SentReport | undefined {
  const found = pattern.exec(bytes)
  if (found === null) return undefined
  const figures = base.slice()
  const notes: Record<string, Note> = {}
  for (const id of blanks) notes[id] = BLANK
  const sections: Record<string, string> = {}
  let agency = ''
  let year = 0
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!
    const value = found[i + 1]!
    if (slot === 'agency') agency = value
    else if (slot === 'year') year = Number(value)
    else if ('section' in slot) {
      const said = textOf(value)
      if (said === undefined || said.length > LONGEST_SECTION) return undefined
      sections[slot.section] = said
    } else if (value === 'null') {
      figures[slot.cell.position - 1] = null
      notes[slot.cell.id] = BLANK
    } else {
      const figure = slot.cell.money ? amount(slot.cell, value) : Number(value) + 0
      if (figure === undefined) return undefined
      figures[slot.cell.position - 1] = figure
    }
  }
  if (!isAgencyCode(agency) || formOf(year) !== form) return undefined
  return { line, agency, year, form, content: { figures, notes, sections }, figuresOnly: false, stated: undefined }
}

function amount (cell: Cell, text: string): Figure | undefined {
  const read = readFigure(cell, Number(text))
  return 'figure' in read ? read.figure : undefined
}

function textOf (bytes: string): string | undefined {
  const buffer = Buffer.from(bytes, 'latin1')
  if (!isUtf8(buffer)) return undefined
  const text = buffer.toString()
  if (!text.includes('\\')) return text
  if (ODD_ESCAPE.test(text)) return undefined
  try { return JSON.parse(`"${text}"`) as string } catch { return undefined }
}

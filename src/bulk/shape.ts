// A file of reports comes from one program, which writes each line the same way but for the figures and texts. So a line
// that was read with every care gives a shape, and a line that has it to the last byte needs no such care:
// its names are those that were found good, none twice, and each figure has no more digits than are kept exactly.
// This is twenty times as quick. A line that does not match is read with care.
import { isUtf8 } from 'node:buffer'
import type { SentReport } from './report-lines.ts'
import { LONGEST_SECTION } from '../form/content.ts'
import { readFigure, type Figure, type Note } from '../form/figures.ts'
import type { Cell, Form } from '../form/form.ts'

/** What a place of the shape takes: whose, which year, a text, or a figure. */
interface Slot { is: 'agency' | 'year' | 'text' | 'figure', section: string | undefined, cell: Cell | undefined }

/** Bytes that are the same in each line, as numbers of four bytes, which are compared in a quarter of the time, and the rest. */
interface Gap { words: Uint32Array, rest: Uint8Array }

export interface Shape {
  slots: Slot[]
  /** Before each slot, and behind the last. */
  gaps: Gap[]
  form: Form
  /** As in each report of this shape, but for the slots. */
  figures: Figure[]
  /** Cells without a figure in rows that are given. */
  blanks: string[]
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}:,]|[^\s{}:,"]+|\s+/g
/** U+0000 and half a surrogate pair can come in as escapes only. */
const ODD_ESCAPE = /\\u(0000|d[89a-f])/i
const BLANK: Note = { state: 'blank', raw: '' }

/** The shape of a line that was read without a fault; undefined when it has members that are not in each line alike. */
export function shapeOf (text: string, { form, content, stated }: SentReport): Shape | undefined {
  if (stated !== undefined) return undefined
  const slots: Slot[] = []
  const gaps = ['']
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
        gaps.push('')
        continue
      }
    }
    gaps[gaps.length - 1] += token
  }
  const given = new Set(slots.flatMap(slot => slot.cell?.id ?? []))
  return {
    slots,
    gaps: gaps.map(gapOf),
    form,
    figures: form.cells.map(cell => given.has(cell.id) ? 0 : null),
    blanks: Object.keys(content.notes).filter(id => !given.has(id))
  }
}

function gapOf (text: string): Gap {
  const bytes = Buffer.from(text)
  const words = Uint32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readUInt32LE(i * 4))
  return { words, rest: bytes.subarray(words.length * 4) }
}

function slotOf (path: string[], form: Form): Slot | 'form' | undefined {
  const [member, table, row, column] = path
  if (path.length === 1 && member === 'form') return 'form'
  if (path.length === 1 && (member === 'agency' || member === 'year')) return { is: member, section: undefined, cell: undefined }
  if (path.length === 2 && member === 'sections') return { is: 'text', section: table!, cell: undefined }
  const cell = path.length === 4 && member === 'tables' ? form.cell.get(`${table}.${row}.${column}`) : undefined
  return cell && { is: 'figure', section: undefined, cell }
}

/** The report of a line of this shape; undefined: it is not, or needs care for another reason. `formOf` chooses the form. */
export function readShaped ({ slots, gaps, form, figures: base, blanks }: Shape, line: number, bytes: Buffer, formOf: (year: number) => Form | undefined): SentReport | undefined {
  const reader = new LineReader(bytes)
  const figures = base.slice()
  const notes: Record<string, Note> = {}
  for (const id of blanks) notes[id] = BLANK
  const sections: Record<string, string> = {}
  let agency = ''
  let year = 0
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!
    if (!reader.pass(gaps[i]!)) return undefined
    if (slot.is === 'agency') {
      const read = reader.agency()
      if (read === undefined) return undefined
      agency = read
    } else if (slot.is === 'year') {
      year = reader.year()
    } else if (slot.is === 'text') {
      const said = reader.text()
      if (said === undefined || said.length > LONGEST_SECTION) return undefined
      sections[slot.section!] = said
    } else {
      const cell = slot.cell!
      const figure = cell.money ? reader.amount(cell) : reader.integer(cell.signed)
      if (figure === undefined) return undefined
      figures[cell.position - 1] = figure
      if (figure === null) notes[cell.id] = BLANK
    }
  }
  if (!reader.pass(gaps[slots.length]!) || !reader.isAtEnd() || formOf(year) !== form) return undefined
  return { line, agency, year, form, content: { figures, notes, sections }, figuresOnly: false, stated: undefined }
}

const [MINUS, POINT, ZERO, NINE, QUOTE, BACKSLASH, SPACE] = Buffer.from('-.09"\\ ') as unknown as [number, number, number, number, number, number, number]
const NULL = gapOf('null')
const IS_OF_CODE = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[A-Za-z0-9._-]/.test(String.fromCharCode(byte)) && byte < 128))
const LONGEST_CODE = 64
/** So many digits are surely kept, and surely no more than a count or an amount may have. */
const MOST_DIGITS = 12
const MOST_OF_AMOUNT = 9

/** Passes over the bytes of a line. What it does not take for certain it gives as undefined: then the line is read with care. */
class LineReader {
  readonly #bytes: Buffer
  readonly #view: DataView
  #at = 0

  constructor (bytes: Buffer) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  pass ({ words, rest }: Gap): boolean {
    const begin = this.#at
    const end = begin + words.length * 4
    if (end + rest.length > this.#bytes.length) return false
    for (let i = 0; i < words.length; i++) if (this.#view.getUint32(begin + i * 4, true) !== words[i]) return false
    for (let i = 0; i < rest.length; i++) if (this.#bytes[end + i] !== rest[i]) return false
    this.#at = end + rest.length
    return true
  }

  isAtEnd (): boolean { return this.#at === this.#bytes.length }

  agency (): string | undefined {
    const begin = this.#at + 1
    if (this.#bytes[begin - 1] !== QUOTE) return undefined
    let end = begin
    while (IS_OF_CODE[this.#bytes[end]!] === 1) end++
    this.#at = end + 1
    const isCode = this.#bytes[end] === QUOTE && end > begin && end - begin <= LONGEST_CODE && (end - begin > 2 || this.#bytes[begin] !== POINT || this.#bytes[end - 1] !== POINT)
    // A text of its own: a part of the line would keep the whole of it in memory.
    return isCode ? this.#bytes.toString('latin1', begin, end) : undefined
  }

  /** 0 when it is none. */
  year (): number {
    const begin = this.#at
    const year = this.integer(false)
    return this.#at === begin + 4 ? year ?? 0 : 0
  }

  text (): string | undefined {
    const begin = this.#at + 1
    if (this.#bytes[begin - 1] !== QUOTE) return undefined
    let end = begin
    let hasEscapes = false
    for (let byte; (byte = this.#bytes[end]) !== QUOTE; end++) {
      if (byte === undefined || byte < SPACE) return undefined
      if (byte !== BACKSLASH) continue
      hasEscapes = true
      end++
    }
    this.#at = end + 1
    const bytes = this.#bytes.subarray(begin, end)
    if (!isUtf8(bytes)) return undefined
    const text = bytes.toString()
    if (!hasEscapes) return text
    if (ODD_ESCAPE.test(text)) return undefined
    try { return JSON.parse(`"${text}"`) as string } catch { return undefined }
  }

  integer (isSigned: boolean): Figure | undefined {
    if (this.pass(NULL)) return null
    const isNegative = isSigned && this.#bytes[this.#at] === MINUS
    if (isNegative) this.#at++
    const figure = this.#digits(MOST_DIGITS)
    // Not -0.
    return figure === undefined || !isNegative || figure === 0 ? figure : -figure
  }

  amount (cell: Cell): Figure | undefined {
    if (this.pass(NULL)) return null
    const begin = this.#at
    const whole = this.#digits(MOST_OF_AMOUNT)
    if (whole === undefined) return undefined
    if (this.#bytes[this.#at] !== POINT) return whole * cell.scale
    const first = ++this.#at
    while (this.#bytes[this.#at]! >= ZERO && this.#bytes[this.#at]! <= NINE) this.#at++
    if (this.#at === first || this.#at - first > 6) return undefined
    const read = readFigure(cell, Number(this.#bytes.toString('latin1', begin, this.#at)))
    return 'figure' in read ? read.figure : undefined
  }

  /** A number without leading zeros. */
  #digits (most: number): number | undefined {
    const begin = this.#at
    let value = 0
    let at = begin
    for (let byte; (byte = this.#bytes[at]!) >= ZERO && byte <= NINE; at++) value = value * 10 + byte - ZERO
    this.#at = at
    return at === begin || at - begin > most || (this.#bytes[begin] === ZERO && at > begin + 1) ? undefined : value
  }
}

// A file of reports comes from one program, which writes each line the same way but for the figures and texts. So a
// line that was read with every care gives a shape, and a line that has it to the last byte needs no such care: its
// names are those that were found good, none twice, and each figure has no more digits than are kept exactly. This is
// twenty times as quick. A line that does not match is read with care.
import { isUtf8 } from 'node:buffer'
import { LONGEST_SECTION } from '../../form/content.ts'
import { readFigure, type Figure, type Note } from '../../form/figures.ts'
import type { Cell, Form } from '../../form/form.ts'
import type { SentReport } from './parse-lines.ts'

/** What a place of the shape takes: whose, which year, a text, or a figure. */
interface Slot {
  is: 'agency' | 'year' | 'text' | 'figure'
  section: string | undefined
  cell: Cell | undefined
}

/**
 * Bytes that are the same in each line, eight at a time as a number, which are compared in a sixth of the time: no text
 * of JSON is the bytes of NaN or of -0. The last eight may overlap those before.
 */
interface Gap {
  length: number
  words: Float64Array
  last: number
  bytes: Buffer
}

export interface Shape {
  slots: Slot[]
  /** Before each slot, and behind the last. */
  gaps: Gap[]
  form: Form
  /** Cells without a figure in rows that are given. */
  blanks: string[]
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}:,]|[^\s{}:,"]+|\s+/g
/** U+0000 and half a surrogate pair can come in as escapes only. */
const ODD_ESCAPE = /\\u(0000|d[89a-f])/i
const BLANK: Note = { state: 'blank', raw: '' }

/** The shape of a line that was read without a fault; undefined when it has members that are not in each line alike. */
export function shapeOf (text: string, { form, notes, stated }: SentReport): Shape | undefined {
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
    blanks: Object.keys(notes).filter(id => !given.has(id))
  }
}

const WORD = 8

function gapOf (text: string): Gap {
  const bytes = Buffer.from(text)
  const words = Float64Array.from({ length: bytes.length >> 3 }, (_, i) => bytes.readDoubleLE(i * WORD))
  return { length: bytes.length, words, last: words.length === 0 ? 0 : bytes.readDoubleLE(bytes.length - WORD), bytes }
}

function slotOf (path: string[], form: Form): Slot | 'form' | undefined {
  const [member, table, row, column] = path
  if (path.length === 1 && member === 'form') return 'form'
  if (path.length === 1 && (member === 'agency' || member === 'year')) {
    return { is: member, section: undefined, cell: undefined }
  }
  if (path.length === 2 && member === 'sections') return { is: 'text', section: table!, cell: undefined }
  const cell = path.length === 4 && member === 'tables' ? form.cell.get(`${table}.${row}.${column}`) : undefined
  return cell && { is: 'figure', section: undefined, cell }
}

/**
 * The report of a line of this shape, its figures in `memory`; undefined: it is not, or needs care for another reason.
 * `formOf` chooses the form.
 */
export function readShaped (
  { slots, gaps, form, blanks }: Shape,
  line: number,
  bytes: Buffer,
  memory: Float64Array,
  formOf: (year: number) => Form | undefined
): SentReport | undefined {
  const reader = new LineReader(bytes)
  const figures = memory.subarray(0, form.cells.length).fill(NaN)
  const notes: Record<string, Note> = {}
  for (const id of blanks) notes[id] = BLANK
  const sections: Record<string, string> = {}
  let agency: string | undefined
  let year: Figure | undefined
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i]!
    if (!reader.pass(gaps[i]!)) return undefined
    if (slot.is === 'figure') {
      const cell = slot.cell!
      const figure = reader.figure(cell)
      if (figure === undefined) return undefined
      if (figure === null) notes[cell.id] = BLANK
      else figures[cell.position - 1] = figure
    } else if (slot.is === 'text') {
      const said = reader.text()
      if (said === undefined || said.length > LONGEST_SECTION) return undefined
      sections[slot.section!] = said
    } else if (slot.is === 'agency') {
      agency = reader.agency()
    } else {
      year = reader.integer(4)
    }
  }
  if (
    agency === undefined || typeof year !== 'number' || formOf(year) !== form || !reader.pass(gaps[slots.length]!) ||
    !reader.isAtEnd()
  ) return undefined
  return { line, agency, year, form, figures, notes, sections, figuresOnly: false, stated: undefined }
}

const [MINUS, POINT, ZERO, NINE, QUOTE, BACKSLASH, SPACE, COMMA, END] = Buffer.from('-.09"\\ ,}') as unknown as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number
]
const NULL = gapOf('null')
const IS_OF_CODE = Uint8Array.from(
  { length: 256 },
  (_, byte) => Number(byte < 128 && /[A-Za-z0-9._-]/.test(String.fromCharCode(byte)))
)
const LONGEST_CODE = 64
/** So many digits are surely kept, and surely no more than a count or an amount may have. */
const MOST_OF_COUNT = 12
const MOST_OF_AMOUNT = 9

/**
 * Passes over the bytes of a line. What it does not take for certain it gives as undefined: then the line is read with
 * care.
 */
class LineReader {
  readonly #bytes: Buffer
  readonly #view: DataView
  #at = 0

  constructor (bytes: Buffer) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  pass ({ length, words, last, bytes }: Gap): boolean {
    const begin = this.#at
    const end = begin + length
    if (end > this.#bytes.length) return false
    const view = this.#view
    if (length < WORD) {
      for (let i = 0; i < length; i++) if (view.getUint8(begin + i) !== bytes[i]) return false
    } else {
      for (let i = 0; i < words.length; i++) if (view.getFloat64(begin + i * WORD, true) !== words[i]) return false
      if (view.getFloat64(end - WORD, true) !== last) return false
    }
    this.#at = end
    return true
  }

  isAtEnd (): boolean {
    return this.#at === this.#bytes.length
  }

  agency (): string | undefined {
    const begin = this.#at + 1
    if (this.#bytes[begin - 1] !== QUOTE) return undefined
    let end = begin
    while (IS_OF_CODE[this.#bytes[end]!] === 1) end++
    this.#at = end + 1
    const isCode = this.#bytes[end] === QUOTE && end > begin && end - begin <= LONGEST_CODE &&
      (end - begin > 2 || this.#bytes[begin] !== POINT || this.#bytes[end - 1] !== POINT)
    // A text of its own: a part of the line would keep the whole of it in memory.
    return isCode ? this.#bytes.toString('latin1', begin, end) : undefined
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
    try {
      return JSON.parse(`"${text}"`) as string
    } catch {
      return undefined
    }
  }

  figure (cell: Cell): Figure | undefined {
    const at = this.#at
    const first = this.#bytes[at]!
    const next = this.#bytes[at + 1]
    // Most figures have one digit.
    if (first >= ZERO && first <= NINE && (next === COMMA || next === END)) {
      this.#at = at + 1
      return (first - ZERO) * cell.scale
    }
    if (this.pass(NULL)) return null
    if (cell.money) return this.#amount(cell)
    if (!cell.signed || first !== MINUS) return this.integer(MOST_OF_COUNT)
    this.#at++
    const figure = this.integer(MOST_OF_COUNT)
    // Not -0.
    return figure === undefined || figure === 0 ? figure : -figure
  }

  /** Without leading zeros. */
  integer (mostDigits: number): number | undefined {
    const begin = this.#at
    let value = 0
    let at = begin
    for (let byte; (byte = this.#bytes[at]!) >= ZERO && byte <= NINE; at++) value = value * 10 + byte - ZERO
    this.#at = at
    return at === begin || at - begin > mostDigits || (this.#bytes[begin] === ZERO && at > begin + 1)
      ? undefined
      : value
  }

  #amount (cell: Cell): Figure | undefined {
    const begin = this.#at
    const whole = this.integer(MOST_OF_AMOUNT)
    if (whole === undefined || this.#bytes[this.#at] !== POINT) {
      return whole === undefined
        ? undefined
        : whole * cell.scale
    }
    const first = ++this.#at
    while (this.#bytes[this.#at]! >= ZERO && this.#bytes[this.#at]! <= NINE) this.#at++
    if (this.#at === first || this.#at - first > 6) return undefined
    const read = readFigure(cell, Number(this.#bytes.toString('latin1', begin, this.#at)))
    return 'figure' in read ? read.figure : undefined
  }
}

// Reads the text of one cell as a figure. Text with more than one reading is unreadable.
import { type Figure, type Note, readFigure } from '../../form/figures.ts'
import type { Cell } from '../../form/form.ts'
import { normalizeText } from './normalize.ts'

export interface ReadValue {
  figure: Figure
  note?: Note
  steps: string[]
}

/** In 分: units of money that a cell or the heading of its column may state. */
const MONEY: Record<string, bigint> = { 元: 100n, 万元: 1_000_000n, 万: 1_000_000n, 亿元: 10_000_000_000n }

const NOT_APPLICABLE = /^(?:[/\\]+|[-\u2010-\u2015\u2212\u2500_]+|无|n\/a)$/i
const UNIT = '件|项|个|条|宗|起|份|次|部|例|家|元|万元|万|亿元'
const NUMBER = '(\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.(\\d+))?'
const SIGNS: Record<string, -1 | 1> = {
  '+': 1,
  '↑': 1,
  增加: 1,
  新增: 1,
  增长: 1,
  增: 1,
  上升: 1,
  '-': -1,
  '\u2010': -1,
  '\u2011': -1,
  '\u2012': -1,
  '\u2013': -1,
  '\u2014': -1,
  '\u2212': -1,
  '↓': -1,
  减少: -1,
  减: -1,
  下降: -1
}
const SIGN = '([+↑↓\\-\\u2010-\\u2014\\u2212]|增加|新增|增长|增|上升|减少|减|下降)?'
const FIGURE = new RegExp(`^${SIGN}\\s?${NUMBER}\\s?(${UNIT})?$`)
const UNIT_IN_BRACKETS = new RegExp(`(?<=\\d)\\s?\\((${UNIT})\\)$`)

/**
 * Matches a footnote mark after a figure: a superscript, a circled number, an asterisk, or a number or 注 in square
 * brackets. Apply it before normalization, which turns superscripts into plain digits. Other marks are ambiguous: the
 * (1) of 984(1) may belong to the figure.
 */
const FOOTNOTE_MARK =
  /(?<=[\d０-９件项元])\s?(?:[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{1,2}|[\u2460-\u2473\u24f5-\u24fe\u2776-\u2793\u3251-\u325f\u32b1-\u32bf]{1,2}|[*＊※†‡]{1,3}|[[［【〔]\s?注?\s?[\d０-９]{1,2}\s?[\]］】〕]|[(（[［【〔]\s?注\s?[\d０-９]{0,2}\s?[)）\]］】〕])$/
const MAX_MARKED = 60
const EMPHASIS = /^(\*{1,3}|__?)([^\s*_][^*_]*)\1$/

/** Returns the text without a footnote mark or signs of emphasis, and the steps that removed them. */
function withoutMarks (raw: string): { text: string, steps: string[] } {
  const trimmed = raw.trim()
  if (trimmed.length > MAX_MARKED) return { text: raw, steps: [] }
  const plain = EMPHASIS.exec(trimmed)?.[2]
  if (plain !== undefined) return { text: plain, steps: ['emphasis'] }
  const before = trimmed.replace(FOOTNOTE_MARK, '')
  return before !== trimmed && FIGURE.test(figureText(before)) && !/\p{No}/u.test(before)
    ? { text: before, steps: ['footnote_mark'] }
    : { text: raw, steps: [] }
}

const figureText = (raw: string) => withoutQuestionMarks(normalizeText(raw)).replace(UNIT_IN_BRACKETS, '$1')

/** True if the text looks like the content of a cell for figures, even if it turns out to be unreadable. */
export function looksLikeValue (text: string): boolean {
  const value = figureText(withoutMarks(text).text)
  return value === '' || NOT_APPLICABLE.test(value) || /^[〇零]$/.test(value) || FIGURE.test(value) ||
    /^[\d,.][\d,.?]*\d$/.test(value)
}

/** Some pages show a question mark in place of a no-break space. */
const withoutQuestionMarks = (value: string): string => value.replace(/^[?\s]+|(?<![?\s])[?\s]+$/g, '')

/** `unit` is the unit of money that the heading of the column states, or null. */
export function readValue (cell: Cell, raw: string, unit: string | null): ReadValue {
  const marks = withoutMarks(raw)
  const narrow = normalizeText(marks.text)
  const value = figureText(marks.text)
  const steps = [...marks.steps]
  if (narrow !== marks.text) steps.push('plain_characters')
  if (withoutQuestionMarks(narrow) !== narrow) steps.push('question_mark')
  const without = (state: Note['state']): ReadValue => ({
    figure: null,
    note: { state, raw: raw.slice(0, 200) },
    steps
  })
  if (value === '') return without('blank')
  if (NOT_APPLICABLE.test(value)) return without('not_applicable')
  // Normalization would turn superscripts and circled digits into plain digits.
  if (/\p{No}/u.test(marks.text)) return without('unreadable')
  if (/^[〇零]$/.test(value)) return { figure: 0, steps: [...steps, 'chinese_zero'] }
  const found = parseFigure(cell, value, unit, steps)
  return typeof found === 'string' ? without(found) : { figure: found, steps }
}

/** Returns the figure, or the state of the cell if there is none. Appends the conversions to `steps`. */
function parseFigure (cell: Cell, value: string, unit: string | null, steps: string[]): Figure | Note['state'] {
  const match = FIGURE.exec(value)
  if (match === null) return 'unreadable'
  const [, sign = '', whole = '', decimals = '', suffix = ''] = match
  // A leading zero, as in 00 or 012, means that two figures ran together.
  if (/^0\d/.test(whole)) return 'unreadable'
  if (sign !== '') {
    if (!cell.signed) return 'unreadable'
    steps.push('sign')
  }
  if (whole.includes(',')) steps.push('thousands_separator')
  const digits = whole.replaceAll(',', '')
  if (digits.length > 15) return 'unreadable'
  const found = cell.money ? amount(digits, decimals, suffix, unit) : count(digits, decimals, suffix, steps)
  if (found === 'unit_unknown') return found
  if (found === null) return 'unreadable'
  if (suffix !== '') steps.push('unit_in_cell')
  else if (cell.money && found !== 0 && unit !== null) steps.push('unit_in_heading')
  const figure = found * (SIGNS[sign] ?? 1)
  const checked = readFigure(cell, figure / cell.scale)
  // Adding 0 turns -0 into 0.
  return 'expected' in checked ? 'unreadable' : figure + 0
}

/** Three zeros after a point may be thousands. */
function count (digits: string, decimals: string, suffix: string, steps: string[]): number | null {
  if (suffix in MONEY || !/^0{0,2}$/.test(decimals)) return null
  if (decimals !== '') steps.push('decimal_zeros')
  return Number(digits)
}

/** Returns 分, or null if the amount is not a whole number of 分. */
function amount (
  digits: string,
  decimals: string,
  suffix: string,
  unit: string | null
): number | 'unit_unknown' | null {
  if (/^0*$/.test(digits + decimals)) return 0
  const printed = suffix === '' ? unit : suffix
  if (printed === null) return 'unit_unknown'
  const fen = MONEY[printed]
  if (fen === undefined) return null
  const scaled = BigInt(digits + decimals) * fen
  const divisor = 10n ** BigInt(decimals.length)
  return scaled % divisor === 0n ? Number(scaled / divisor) : null
}

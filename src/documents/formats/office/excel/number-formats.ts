// Number formats of a workbook. A cell that displays anything but its stored number must not be read as a figure.
import { date, decimal, percent } from './numbers.ts'

/** `otherwise`: the number is displayed divided, with digits from the format, or not at all. */
export interface Format {
  shows: 'number' | 'percent' | 'date' | 'otherwise'
  code: string
  suffix: string
  /** What a zero looks like if not like its digit; null if it does. */
  zero: string | null
  /** A negative number is shown without its sign. */
  dropsSign: boolean
  /** Text is shown otherwise, or not at all. */
  changesText: boolean
}

export const PLAIN: Format = { shows: 'number', code: '', suffix: '', zero: null, dropsSign: false, changesText: false }
const DATE: Format = { ...PLAIN, shows: 'date' }
const PERCENT: Format = { ...PLAIN, shows: 'percent' }

/** Ids of the built-in date formats of Excel, including those for East Asia. */
const DATES = new Set([
  14,
  15,
  16,
  17,
  18,
  19,
  20,
  21,
  22,
  27,
  28,
  29,
  30,
  31,
  32,
  33,
  34,
  35,
  36,
  45,
  46,
  47,
  50,
  51,
  52,
  53,
  54,
  55,
  56,
  57,
  58
])
const PERCENTS = new Set([9, 10])

/** Excel allows no longer code. Each cell with the format shows the code or a part of it. */
const MAX_CODE_LENGTH = 255

export const builtInFormat = (id: number): Format => DATES.has(id) ? DATE : PERCENTS.has(id) ? PERCENT : PLAIN

export function show (value: string, format: Format, from1904: boolean): string {
  const { shows, code, suffix, zero, dropsSign } = format
  if (shows === 'date') return date(value, from1904)
  if (shows === 'percent') return percent(value)
  const number = decimal(value)
  if (shows === 'otherwise' || (dropsSign && number.startsWith('-'))) return `${number} [${code}]`
  if (zero !== null && number === '0') return zero
  return number + suffix
}

/** The text of a cell with the format. */
export const showText = (text: string, { changesText, code }: Format): string =>
  changesText && text !== '' ? `${text} [${code}]` : text

/** Literal text, fill characters, and brackets (colours, conditions, currencies; not hours beyond 24 as in `[h]`). */
const PIECE = /"([^"]*)"|[\\!](.)|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]|(.)/giu

export function formatOf (code: string): Format {
  if (code.length > MAX_CODE_LENGTH) return { ...PLAIN, shows: 'otherwise', code: code.slice(0, MAX_CODE_LENGTH) }
  const sections = code.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/).map(section => {
    let bare = ''
    let literal = ''
    let suffix = ''
    for (const [, quoted, escaped, char = ''] of section.matchAll(PIECE)) {
      const text = quoted ?? escaped ?? (/[\u0080-\uFFFF]/.test(char) ? char : '')
      literal += text
      if (/[0#?]|General/i.test(bare)) suffix += text
      if (text === '') bare += char
    }
    return { bare: bare.replace(/^G\//, 'General'), literal, suffix: suffix.trim() }
  })
  const [first, negative, third, text] = sections as [typeof sections[0], ...(typeof sections[0] | undefined)[]]
  const isGeneral = /^\s*general/i.test(first.bare)
  if (!isGeneral && first.bare.includes('%')) return { ...PLAIN, shows: 'percent', code }
  if (!isGeneral && /[ymdhs]/i.test(first.bare)) return { ...PLAIN, shows: 'date', code }
  const divides = sections.some(({ bare }) => /[0#?]\s*,+\s*(?:[^0#?,\s]|$)/.test(bare))
  const hasDigits = sections.some(({ literal }) => /[\d.．]/.test(literal))
  // A condition decides by the number; a white number is not seen.
  const isConditional = /\[(?:[<>=]|white|白|colou?r\s*2\]|颜色\s*2\])/i.test(code)
  const changesText = text !== undefined
    ? text.bare.trim() !== '@' || text.literal !== ''
    : /@/.test(first.bare) && first.literal !== ''
  if (divides || hasDigits || isConditional || (code !== '' && !isGeneral && !/[0#?@]/.test(first.bare))) {
    return { ...PLAIN, shows: 'otherwise', code, changesText }
  }
  return {
    ...PLAIN,
    code,
    suffix: first.suffix,
    zero: zeroOf(third ?? first),
    dropsSign: negative !== undefined && negative.bare.trim() !== '' &&
      !/[-(（−]/.test(negative.bare + negative.literal),
    changesText
  }
}

/** What a section of a format shows for zero, if not the digit. */
function zeroOf ({ bare, literal }: { bare: string, literal: string }): string | null {
  if (/0|general|@/i.test(bare)) return null
  // `#` and `?` show no digit for zero; what is a sign in the code is shown as it is.
  return (literal + bare.replace(/[#?,.\s]/g, '')).trim()
}

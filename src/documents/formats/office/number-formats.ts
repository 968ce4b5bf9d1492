// Number formats of a workbook. A cell that displays anything but its stored number must not be read as a figure.
import { date, decimal, percent } from './numbers.ts'
import { readXml } from './xml.ts'

/** `otherwise`: the number is displayed divided, with digits from the format, or not at all. */
export interface Format {
  shows: 'number' | 'percent' | 'date' | 'otherwise'
  code: string
  suffix: string
}

const PLAIN: Format = { shows: 'number', code: '', suffix: '' }
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

/** Returns the formats by style index. */
export function formatsOf (styles: string): Format[] {
  const own = new Map<string, Format>()
  const formats: Format[] = []
  let inCells = false
  readXml(styles, {
    open (name, attributes) {
      if (name === 'numFmt') {
        const { numFmtId = '', formatCode = '' } = attributes()
        own.set(numFmtId, formatOf(formatCode))
      }
      if (name === 'cellXfs') inCells = true
      if (name !== 'xf' || !inCells) return
      const id = attributes().numFmtId ?? '0'
      formats.push(own.get(id) ?? (DATES.has(Number(id)) ? DATE : PERCENTS.has(Number(id)) ? PERCENT : PLAIN))
    },
    close (name) {
      if (name === 'cellXfs') inCells = false
    }
  })
  return formats
}

export function show (value: string, { shows, code, suffix }: Format = PLAIN, from1904: boolean): string {
  if (shows === 'date') return date(value, from1904)
  if (shows === 'percent') return percent(value)
  return shows === 'otherwise' ? `${decimal(value)} [${code}]` : decimal(value) + suffix
}

/** Literal text, fill characters, and brackets (colours, conditions, currencies; not hours beyond 24 as in `[h]`). */
const PIECE = /"([^"]*)"|[\\!](.)|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]|(.)/giu

export function formatOf (code: string): Format {
  if (code.length > MAX_CODE_LENGTH) return { shows: 'otherwise', code: code.slice(0, MAX_CODE_LENGTH), suffix: '' }
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
  const [first] = sections as [typeof sections[0]]
  const isGeneral = /^\s*general/i.test(first.bare)
  if (!isGeneral && first.bare.includes('%')) return { ...PLAIN, shows: 'percent', code }
  if (!isGeneral && /[ymdhs]/i.test(first.bare)) return { ...PLAIN, shows: 'date', code }
  const divides = sections.some(({ bare }) => /[0#?]\s*,+\s*(?:[^0#?,\s]|$)/.test(bare))
  const hasDigits = sections.some(({ literal }) => /[\d.．]/.test(literal))
  if (divides || hasDigits || (code !== '' && !isGeneral && !/[0#?@]/.test(first.bare))) {
    return { shows: 'otherwise', code, suffix: '' }
  }
  return { shows: 'number', code, suffix: first.suffix }
}

// Lengths and sizes of CSS in pixels.

const UNITS: Record<string, number> = { px: 1, pt: 4 / 3, pc: 16, in: 96, cm: 37.8, mm: 3.78, q: 0.945, rem: 16, '': 1 }

/** Null if it is no length. `em` is the size of the font. */
export function lengthOf (value: string, em: number): number | null {
  const [, number = '', unit = ''] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e\d+)?)([a-z%]*)$/.exec(value) ?? []
  if (number === '') return null
  if (unit === 'em' || unit === 'ch' || unit === 'ex') return Number(number) * em * (unit === 'em' ? 1 : 0.5)
  // A percentage is of something large, such as the page.
  if (unit === '%' || /^[sld]?v(?:w|h|min|max|i|b)$/.test(unit)) return Number(number) * 8
  return UNITS[unit] === undefined ? null : Number(number) * UNITS[unit]
}

const KEYWORDS: Record<string, number> = {
  'xx-small': 9,
  'x-small': 10,
  small: 13,
  medium: 16,
  large: 18,
  'x-large': 24,
  'xx-large': 32,
  'xxx-large': 48
}

/** The size of a font, or null if it is not known. */
export function sizeOf (value: string, inherited: number): number | null {
  if (/^(?:inherit|unset|revert|initial)$/.test(value)) return inherited
  if (value === 'smaller' || value === 'larger') return inherited * (value === 'smaller' ? 0.83 : 1.2)
  if (KEYWORDS[value] !== undefined) return KEYWORDS[value]
  const percent = /^([\d.]+)%$/.exec(value)?.[1]
  return percent === undefined ? lengthOf(value, inherited) : Number(percent) / 100 * inherited
}

const FONT_SIZES = [10, 10, 13, 16, 18, 24, 32, 48]

/** The size that `<font size>` gives: from 1 to 7, or relative to 3. */
export function sizeOfFont (value: string | undefined, inherited: number): number {
  const [, sign = '', digits = ''] = /^\s*([+-]?)(\d+)/.exec(value ?? '') ?? []
  if (digits === '') return inherited
  const size = sign === '' ? Number(digits) : 3 + Number(sign + digits)
  return FONT_SIZES[Math.max(1, Math.min(size, 7))]!
}

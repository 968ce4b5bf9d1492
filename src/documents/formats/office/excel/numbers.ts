// Formats the numbers of a workbook as plain decimals, percentages and dates.

/** Excel calculates with 15 digits; further digits in a file are noise of binary fractions. */
const DIGITS = 15

function numberOf (value: string): number | null {
  const number = /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : NaN
  return Number.isFinite(number) ? number : null
}

/** Never uses an exponent. Returns text that is not a number unchanged. */
export function decimal (value: string): string {
  const number = numberOf(value)
  if (number === null) return value
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(
    number.toPrecision(DIGITS)
  )!
  const point = whole.length + Number(exponent)
  const digits = (whole + fraction).padEnd(point, '0').padStart(
    whole.length + fraction.length + Math.max(0, 1 - point),
    '0'
  )
  const at = Math.max(point, 1)
  const text = `${digits.slice(0, at)}.${digits.slice(at)}`.replace(/\.?0*$/, '')
  return text === '0' ? text : sign + text
}

export function percent (value: string): string {
  const number = numberOf(value)
  return number === null ? value : `${decimal(String(number * 100))}%`
}

/** A date, a time or both in ISO 8601. */
export function date (value: string, from1904: boolean): string {
  const serial = numberOf(value)
  if (serial === null || !(serial >= 0 && serial < 2_958_466)) return decimal(value)
  // Excel has a 29 February 1900, day 60, that never was.
  const days = from1904 ? serial + 1462 : serial < 60 ? serial + 1 : serial
  const iso = new Date(Date.UTC(1899, 11, 30) + Math.round(days * 86_400) * 1000).toISOString()
  const time = iso.slice(11, 19)
  if (serial < 1) return time
  return time === '00:00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${time}`
}

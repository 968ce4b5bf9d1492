import { Type } from 'typebox'

export interface YearRange { first: number, last: number }

/** `2019` or `2019..2025` in a query. */
export const YearRangeQuery = Type.String({ pattern: '^\\d{4}(\\.\\.\\d{4})?$', description: 'A year, or a range such as 2019..2025' })

export function readYearRange (text: string): YearRange {
  const [first, last] = text.split('..').map(Number)
  return { first: first!, last: last ?? first! }
}

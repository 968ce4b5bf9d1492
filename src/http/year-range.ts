import { Type } from 'typebox'
import { problem } from '../problems/problem.ts'

export interface YearRange {
  first: number
  last: number
}

/** `2019` or `2019..2025` in a query. */
export const YearRangeQuery = Type.String({
  pattern: '^\\d{4}(\\.\\.\\d{4})?$',
  description: 'A year, or a range such as 2019..2025'
})

const MAX_YEARS = 200

export function readYearRange (text: string): YearRange {
  const [first = 0, last = first] = text.split('..').map(Number)
  if (last < first || last - first >= MAX_YEARS) {
    throw problem('parameter-invalid', {}, {
      errors: [{
        parameter: 'year',
        found: text,
        expected: { en: `an ascending range of at most ${MAX_YEARS} years`, zh: `递增且不超过 ${MAX_YEARS} 年的范围` }
      }]
    })
  }
  return { first, last }
}

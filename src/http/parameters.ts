// Parameters that identify an agency or a report.

import { Type } from 'typebox'
import { problem } from '../problems/problem.ts'

export const AGENCY_CODE = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/

export const FIRST_YEAR = 1900
export const LAST_YEAR = 9998
export const AgencyCode = Type.String({
  pattern: AGENCY_CODE.source,
  description: 'Code of an agency: 1 to 64 letters, digits, dots, underscores, hyphens',
  examples: ['kundulun-culture']
})
export const Year = Type.Integer({
  minimum: FIRST_YEAR,
  maximum: LAST_YEAR,
  description: 'Reporting year.',
  examples: [2019]
})

interface YearRange {
  first: number
  last: number
}
const MAX_YEARS = 200

/** `2019` or `2019..2025` in a query. */
export const YearRangeQuery = Type.String({
  pattern: '^\\d{4}(\\.\\.\\d{4})?$',
  description: 'A year, or a range such as 2019..2025'
})

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

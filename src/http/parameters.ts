// Parameters that identify an agency or a report.

import { Type } from 'typebox'
import type { Text } from '../problems/fault.ts'
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

/** Years from the first to the last; of a list with gaps also each of them. */
export interface Years {
  first: number
  last: number
  only?: number[]
}
const MAX_YEARS = 200

/** `2019`, `2019..2025` or a list such as `2019,2021..2023` in a query. */
const YEARS = '^\\d{4}(\\.\\.\\d{4})?(,\\d{4}(\\.\\.\\d{4})?)*$'
export const YearsQuery = Type.String({
  maxLength: 500,
  pattern: YEARS,
  description: 'A year, a range such as 2019..2025, or a list of them such as 2019,2021..2023'
})

/** What the patterns of parameters expect. */
export const PARAMETER_TEXTS: Record<string, Text> = {
  [AGENCY_CODE.source]: {
    en: 'an agency code: 1 to 64 letters, digits, dots, underscores, hyphens',
    zh: '机关代码：1 至 64 位字母、数字、点、下划线或连字符'
  },
  [YEARS]: {
    en: 'a year, a range such as 2019..2025, or a list of them such as 2019,2021..2023',
    zh: '一个年度，一段年度（如 2019..2025），或其列表（如 2019,2021..2023）'
  }
}

export function readYears (text: string): Years {
  const ranges = text.split(',').map(part => {
    const [first = 0, last = first] = part.split('..').map(Number)
    return { first, last }
  })
  const first = Math.min(...ranges.map(range => range.first))
  const last = Math.max(...ranges.map(range => range.last))
  if (ranges.some(range => range.last < range.first) || last - first >= MAX_YEARS) {
    throw problem('parameter-invalid', {}, {
      errors: [{
        parameter: 'year',
        found: text,
        expected: {
          en: `years and ascending ranges within ${MAX_YEARS} years`,
          zh: `年度或递增的年度范围，跨度不超过 ${MAX_YEARS} 年`
        }
      }]
    })
  }
  const years = Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const only = years.filter(year => ranges.some(range => range.first <= year && year <= range.last))
  return only.length === years.length ? { first, last } : { first, last, only }
}

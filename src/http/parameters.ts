// What identifies an agency, and a report of it.

import { Type } from 'typebox'

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

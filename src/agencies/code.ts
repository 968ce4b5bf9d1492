// What identifies an agency, and a report of it.

export const AGENCY_CODE = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/

export const FIRST_YEAR = 1900
export const LAST_YEAR = 9998

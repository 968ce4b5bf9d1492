import { Type } from 'typebox'
import { AgencyCode, Year } from '../http/parameters.ts'

export const ReportParams = Type.Object({ agency: AgencyCode, year: Year })

/** Problems in choosing the form of a year. */
export const FORM_CHOICE = ['form-unknown', 'form-not-in-force', 'year-without-form', 'year-in-future'] as const

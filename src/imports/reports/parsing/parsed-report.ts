import type { Figure, Note } from '../../../form/figures.ts'
import type { Form } from '../../../form/form.ts'
import { AGENCY_CODE, FIRST_YEAR, LAST_YEAR } from '../../../http/parameters.ts'
import type { LineFault } from '../../bulk/fault-summary.ts'
import type { Encoding } from '../../bulk/lines.ts'

/** A report of the file, as it would be stored. */
export interface ParsedReport {
  line: number
  agency: string
  year: number
  form: Form
  /** In the order of the form's cells; NaN is blank. Valid until the next report is read. */
  figures: Float64Array
  /** By cell id. */
  notes: Record<string, Note>
  /** By section id. */
  sections: Record<string, string>
  /** By check id. */
  explanations: Record<string, string>
  /** True if the file has figures only: existing texts and explanations are kept. */
  figuresOnly: boolean
  /** The stated day of the first publication. */
  publishedOn: string | undefined
  /** Read-only members in the file; they must equal the stored ones. */
  stated: Record<string, unknown> | undefined
}

/** The result of parsing one line, or the lines of one report. `source` is their text. */
export type ParsedRecord = { line: number, source: string, report: ParsedReport } | {
  line: number
  source: string
  faults: LineFault[]
}

/** The member or column with the reason of a rejection. It is ignored in a file that is sent again. */
export const REJECTED = 'rejected'
export const isAgencyCode = (value: unknown): value is string => typeof value === 'string' && AGENCY_CODE.test(value)
export const isYear = (value: unknown): value is number =>
  Number.isInteger(value) && FIRST_YEAR <= (value as number) && (value as number) <= LAST_YEAR

/** Returns whether the value is a day from the reporting year on: no report is published before its year begins. */
export const isDayFrom = (year: number, value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && value >= `${year}-01-01` &&
  !Number.isNaN(Date.parse(value)) && new Date(value).toISOString().startsWith(value)

export const EXPECTED = {
  publishedOn: (year: number) => ({
    en: `a day from ${year}-01-01 on, such as ${year + 1}-01-20`,
    zh: `${year}-01-01 起的日期，如 ${year + 1}-01-20`
  }),
  agency: {
    en: 'the code of an agency: 1 to 64 letters, digits, dots, underscores, hyphens',
    zh: '机关代码：1 至 64 个字母、数字、点、下划线、连字符'
  },
  year: { en: 'a year, such as 2023', zh: '年度，如 2023' },
  text: (encoding: Encoding) => ({
    en: `text in ${encoding}, the encoding of the file`,
    zh: `符合文件编码（${encoding}）的文字`
  })
}

/** Returns the place of the agency code in a record, for faults. */
export const agencyField = (isTable: boolean) => isTable ? { column: 'agency' } : { pointer: '/agency' }
/** Writes the figures into the memory that all reports of a file share. */
export function packFigures (figures: Figure[], memory: Float64Array): Float64Array {
  for (let i = 0; i < figures.length; i++) memory[i] = figures[i] ?? NaN
  return memory.subarray(0, figures.length)
}

// Reports that are stored together.
import { readCopied } from '../../database/copy-rows.ts'
import type { ParsedChunk } from './parsing/chunk.ts'
import type { ParsedReport } from './parsing/parsed-report.ts'

/**
 * What the agency of a report is in its year (`reporting` null: it is not there), and whether there is such a report.
 */
export interface ReportPlacement {
  parent: string | null
  level: string | null
  kind: string | null
  reporting: string | null
  exists: boolean
}

/** A report of a batch; see `Part` for what is of the file. */
export interface PackedReport {
  line: number
  agency: string
  year: number
  form: string
  source: string
  figuresOnly: boolean
  stated: ParsedReport['stated']
  digest: string
  /** In the order of the form's cells; NaN is blank. */
  figures: Float64Array
  /** Where its row begins and ends among those of the batch. */
  from: number
  to: number
  /** Once it was looked up, as whether the caller acts for the agency. */
  placement: ReportPlacement | undefined
  isCovered: boolean
}

/** As a statement takes them. */
export interface PackedContent {
  vector: string
  notes: string
  sections: string | null
}

export class Batch {
  readonly reports: PackedReport[]
  readonly #rows: Buffer

  /** `cellsOf` a form, how many; `width` the most of them. */
  constructor (part: ParsedChunk, cellsOf: (form: string) => number, width: number) {
    this.#rows = Buffer.from(part.rows.buffer, part.rows.byteOffset, part.rows.length)
    this.reports = part.lines.map((line, i) => ({
      line,
      agency: part.agencies[i]!,
      year: part.years[i]!,
      form: part.forms[i]!,
      source: part.sources[i]!,
      figuresOnly: part.figuresOnly[i]!,
      stated: part.stated[i],
      digest: part.digests[i]!,
      figures: part.figures.subarray(i * width, i * width + cellsOf(part.forms[i]!)),
      from: i === 0 ? 0 : part.ends[i - 1]!,
      to: part.ends[i]!,
      placement: undefined,
      isCovered: false
    }))
  }

  contentOf ({ from, to, figuresOnly }: PackedReport): PackedContent {
    const [, , , , vector, notes, sections] = readCopied(this.#rows.toString('utf8', from, to - 1)) as string[]
    return { vector: vector!, notes: notes!, sections: figuresOnly ? null : sections! }
  }

  /** As rows of report_version. */
  versionsOf (reports: PackedReport[]): Buffer {
    return reports.length === this.reports.length
      ? this.#rows
      : Buffer.concat(reports.map(({ from, to }) => this.#rows.subarray(from, to)))
  }
}

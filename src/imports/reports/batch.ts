// A batch of reports that are written together.
import { readCopied } from '../../database/copy-rows.ts'
import type { ParsedChunk } from './parsing/chunk.ts'
import type { ParsedReport } from './parsing/parsed-report.ts'

/**
 * Placement of a report's agency in its year (`reporting` is null if it is not registered then), and whether the report
 * exists.
 */
export interface ReportPlacement {
  parent: string | null
  level: string | null
  kind: string | null
  reporting: string | null
  exists: boolean
}

/** A report of a batch; `ParsedChunk` describes what comes from the file. */
export interface PackedReport {
  line: number
  agency: string
  year: number
  form: string
  source: string
  figuresOnly: boolean
  stated: ParsedReport['stated']
  publishedOn: ParsedReport['publishedOn']
  digest: string
  /** Figures in the order of the form's cells; NaN is blank. */
  figures: Float64Array
  /** Start and end of its row in the bytes of the batch. */
  from: number
  to: number
  /** Undefined until it is looked up, together with `isCovered`. */
  placement: ReportPlacement | undefined
  isCovered: boolean
}

/** Content as parameters of a statement. */
export interface PackedContent {
  vector: string
  notes: string
  sections: string | null
  explanations: string | null
}

export class Batch {
  readonly reports: PackedReport[]
  readonly #rows: Buffer

  /** `cellsOf` returns the number of cells of a form; `width` is the maximum over all forms. */
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
      publishedOn: part.publishedOn[i],
      digest: part.digests[i]!,
      figures: part.figures.subarray(i * width, i * width + cellsOf(part.forms[i]!)),
      from: i === 0 ? 0 : part.ends[i - 1]!,
      to: part.ends[i]!,
      placement: undefined,
      isCovered: false
    }))
  }

  contentOf ({ from, to, figuresOnly }: PackedReport): PackedContent {
    const [, , , , vector, notes, sections, , , explanations] = readCopied(
      this.#rows.toString('utf8', from, to - 1)
    ) as string[]
    return {
      vector: vector!,
      notes: notes!,
      sections: figuresOnly ? null : sections!,
      explanations: figuresOnly ? null : explanations!
    }
  }

  /** Returns the rows of report_version in the text format of COPY. */
  versionsOf (reports: PackedReport[]): Buffer {
    return reports.length === this.reports.length
      ? this.#rows
      : Buffer.concat(reports.map(({ from, to }) => this.#rows.subarray(from, to)))
  }
}

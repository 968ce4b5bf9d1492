// Reports that are stored together. What they say waits as the bytes of the rows that become of them, and as one array of
// numbers: kept as an object each, the garbage would cost as much as all else that an import does.
import { digestOfStored } from '../reports/changes.ts'
import { CopyRows, readCopied } from '../platform/copy.ts'
import type { SentReport } from './report-lines.ts'

const MOST_REPORTS = 1000
const MOST_BYTES = 8 * 1024 * 1024

/** Columns of report_version, in the order of a row. */
export const VERSION_COLUMNS = ['agency', 'year', 'version', 'form', 'figures', 'notes', 'sections', 'revision', 'published_at']

/**
 * What the agency of a report is in its year (`reporting` null: it is not there), whether there is such a report, and
 * whether the caller acts for the agency.
 */
export interface Standing { parent: string | null, level: string | null, kind: string | null, reporting: string | null, exists: boolean, isCovered: boolean }

/** A report of a batch. */
export interface PackedReport {
  line: number
  agency: string
  year: number
  form: string
  /** What stood in the file, where it may have to be given back. */
  source: string
  /** The file says nothing of the texts: those that are there stay. */
  figuresOnly: boolean
  stated: SentReport['stated']
  /** Of its content, as the audit trail has it; '' when nothing is written. */
  digest: string
  /** In the order of the form's cells; NaN is blank. */
  figures: Float64Array
  /** Where its row begins and ends among those of the batch. */
  from: number
  to: number
  /** Once it was looked up. */
  standing: Standing | undefined
}

/** As a statement takes them. */
export interface PackedContent { vector: string, notes: string, sections: string | null }

export class Batch {
  reports: PackedReport[] = []
  readonly #rows = new CopyRows()
  readonly #figures: Float64Array
  readonly #width: number
  readonly #moment: string
  /** Characters of the sources that are kept. */
  #kept = 0

  /** `width` is the most cells of a report, `moment` when what is published becomes public. */
  constructor (width: number, moment: string) {
    this.#width = width
    this.#moment = moment
    this.#figures = new Float64Array(width * MOST_REPORTS)
  }

  /** Begins anew in the same memory: what was in it must be stored. */
  clear (): void {
    this.reports = []
    this.#rows.clear()
    this.#kept = 0
  }

  get isFull (): boolean { return this.reports.length === MOST_REPORTS || this.#rows.length + this.#kept >= MOST_BYTES }

  /** Nothing of the line that the report was read from is kept. */
  add ({ line, agency, year, form, figures, notes, sections, figuresOnly, stated }: SentReport, source: string, isWriting: boolean): void {
    const first = this.reports.length * this.#width
    const kept = this.#figures.subarray(first, first + figures.length)
    kept.set(figures)
    this.#kept += source.length
    const from = this.#rows.length
    this.#rows.add([agency, year, 1, form.id, kept, JSON.stringify(notes), JSON.stringify(sections), 1, this.#moment])
    this.reports.push({
      line,
      agency,
      year,
      form: form.id,
      source,
      figuresOnly,
      stated,
      digest: isWriting ? digestOfStored(form.id, this.#vectorFrom(from), notes, sections) : '',
      figures: kept,
      from,
      to: this.#rows.length,
      standing: undefined
    })
  }

  /** The figures in the row that begins there, the only braces before the notes. */
  #vectorFrom (from: number): string {
    const { bytes } = this.#rows
    return bytes.toString('latin1', bytes.indexOf('{', from), bytes.indexOf('}', from) + 1)
  }

  contentOf ({ from, to, figuresOnly }: PackedReport): PackedContent {
    const [, , , , vector, notes, sections] = readCopied(this.#rows.part(from, to - 1).toString()) as string[]
    return { vector: vector!, notes: notes!, sections: figuresOnly ? null : sections! }
  }

  /** As rows of report_version. */
  versionsOf (reports: PackedReport[]): Buffer {
    return reports.length === this.reports.length ? this.#rows.bytes : Buffer.concat(reports.map(({ from, to }) => this.#rows.part(from, to)))
  }
}

// Parses a file of reports in chunks and runs the checks that need only the file. Runs in a worker thread.
import { addsUp, failedChecks, type Finding } from '../../../form/checks.ts'
import type { FormDefinition } from '../../../form/definition.ts'
import { Forms } from '../../../forms/forms.ts'
import type { LineFault } from '../../bulk/fault-summary.ts'
import { type FileToRead, readReports } from '../../bulk/open-file.ts'
import { ChunkWriter, type ParsedChunk } from './chunk.ts'
import { DuplicateIndex } from './duplicates.ts'
import { agencyField, type ParsedReport } from './parsed-report.ts'
import type { Memory } from './worker.ts'

export interface ParseTask {
  file: FileToRead
  forms: FormDefinition[]
  thisYear: number
  /** Whether rejected records are returned with their text. */
  keepSource: boolean
  publish: boolean
  acceptFailedChecks: boolean
  /** The publication time of the reports. */
  moment: string
}

let last: { text: string, forms: Forms } | undefined

/** Compiled forms are cached: compiling them takes longer than parsing a small file. */
function compiled (definitions: FormDefinition[]): Forms {
  const text = JSON.stringify(definitions)
  if (last?.text !== text) last = { text, forms: new Forms(definitions) }
  return last.forms
}

export async function* parseChunks (task: ParseTask): AsyncGenerator<ParsedChunk, void, Memory | undefined> {
  const forms = compiled(task.forms)
  const seen = new DuplicateIndex()
  const { layout, reads } = await readReports(task.file, forms, task.thisYear, task.keepSource)
  let part = new ChunkWriter(forms.width, task.moment, layout)
  for await (const some of reads) {
    for (const read of some) {
      const { faults, failed } = 'report' in read
        ? checkReport(task, seen, read.report)
        : { faults: read.faults, failed: [] }
      const source = task.keepSource ? read.source : ''
      if ('report' in read && faults.length === 0) part.add(read.report, source, failed)
      else part.reject({ source, faults })
      if (!part.isFull) continue
      const memory = yield part.take()!
      part = new ChunkWriter(forms.width, task.moment, layout, memory)
    }
  }
  const last = part.take()
  if (last !== undefined) yield last
}

/** Returns the faults of a report, or its failed checks if these are accepted. */
function checkReport (
  { publish, acceptFailedChecks }: ParseTask,
  seen: DuplicateIndex,
  report: ParsedReport
): { faults: LineFault[], failed: string[] } {
  const { line, agency, year, form, figures, notes, sections, explanations } = report
  const before = seen.see(agency, year, line)
  if (before !== undefined) {
    return {
      faults: [{
        line,
        ...agencyField(report.figuresOnly),
        found: `${agency} ${year}`,
        expected: {
          en: `each report once: it stands on line ${before}, too`,
          zh: `每份报告只出现一次：第 ${before} 行已有`
        }
      }],
      failed: []
    }
  }
  if (!publish || addsUp(form, figures)) return GOOD
  const failed = failedChecks(form, {
    figures: Array.from(figures, figure => Number.isNaN(figure) ? null : figure),
    notes,
    sections,
    explanations
  })
  return acceptFailedChecks
    ? { faults: [], failed: failed.map(({ check }) => check) }
    : { faults: failed.map(finding => faultOfCheck(line, finding)), failed: [] }
}

const GOOD = { faults: [], failed: [] }

const faultOfCheck = (line: number, { check, message, left, right }: Finding): LineFault => ({
  line,
  code: 'checks-failed',
  check,
  found: { left, right },
  expected: message
})

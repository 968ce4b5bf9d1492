// What becomes of a report that is there already.
import { sentenceOf, problem } from '../platform/problem.ts'
import { isDeepStrictEqual } from 'node:util'
import type { LineFault } from './faults.ts'
import type { Existing, PackedReport } from './report-store.ts'

export type Outcome = { does: 'nothing' | 'replace' | 'publish' } | { fault: LineFault }

/**
 * A draft is replaced. What was published stays as it was published: the same is no change, anything else is a fault,
 * also while an amendment is open, which is published by itself and for a reason.
 */
export function outcomeOf (report: PackedReport, there: Existing, { mode, publish }: { mode: 'create' | 'upsert', publish: boolean }): Outcome {
  const { line, agency, year } = report
  const { status, version } = there
  const refused = (code: 'report-exists' | 'report-locked', expected = sentenceOf(problem(code, { agency, year, status }))): Outcome =>
    ({ fault: { line, code, ...(report.sections === null ? { column: 'agency' } : { pointer: '' }), found: `${agency} ${year}: ${status}`, expected } })
  if (mode === 'create') return refused('report-exists')
  if (status === 'published') {
    return there.sameVersion
      ? { does: 'nothing' }
      : refused('report-locked', { en: 'the report as it is published: one that differs is amended, not imported', zh: '与已发布的报告一致：不同的内容须更正，不能导入' })
  }
  if (publish && version !== null) {
    return there.sameVersion
      ? { does: 'nothing' }
      : refused('report-locked', { en: 'the report as it is published: an open amendment is published by itself', zh: '与已发布的报告一致：正在进行的更正须单独发布' })
  }
  const isOpen = status === 'draft' || status === 'returned'
  if (!isOpen && !there.sameDraft) return refused('report-locked')
  if (publish) return { does: 'publish' }
  return { does: there.sameDraft ? 'nothing' : 'replace' }
}

/** What GET gave may be sent back, but read-only members only as they are. */
export function statedFaults ({ line, stated }: PackedReport, there: Existing | undefined): LineFault[] {
  if (stated === undefined) return []
  const present: Record<string, unknown> = there === undefined
    ? { status: 'draft', version: null, revision: 1 }
    : { status: there.status, version: there.version, revision: there.revision, reason: there.reason ?? undefined }
  return Object.entries(stated).filter(([name, value]) => !isDeepStrictEqual(value, present[name])).map(([name, found]) =>
    ({ line, pointer: `/${name}`, found, expected: { en: 'as it is: read-only, and best left out', zh: '保持现值：只读，最好不写' } }))
}

// Decides what an import does with a report that already exists.
import { formatDetail } from '../../problems/format.ts'
import { problem } from '../../problems/problem.ts'
import type { LineFault } from '../bulk/fault-summary.ts'
import type { PackedReport } from './batch.ts'
import type { Existing } from './store.ts'

export type Outcome = { does: 'nothing' | 'replace' | 'publish' } | { fault: LineFault }

const LOCKED = {
  published: {
    en: 'the report as it is published: one that differs is amended, not imported',
    zh: '与已发布的报告一致：不同的内容须更正，不能导入'
  },
  amended: {
    en: 'the report as it is published: an open amendment is published by itself',
    zh: '与已发布的报告一致：正在进行的更正须单独发布'
  }
}

/**
 * Decides the outcome for an existing report. A draft is replaced. A published report stays: equal content is no change
 * and other content is a fault, even while an amendment is open, because an amendment is published on its own and with
 * a reason.
 */
export function decideOutcome (
  report: PackedReport,
  there: Existing,
  { mode, publish }: { mode: 'create' | 'upsert', publish: boolean }
): Outcome {
  const { line, agency, year } = report
  const { status, version, status_since: since } = there
  const refused = (
    code: 'report-exists' | 'report-locked',
    expected = formatDetail(problem(code, { agency, year, status, since }))
  ): Outcome => ({
    fault: {
      line,
      code,
      ...(report.figuresOnly ? { column: 'agency' } : { pointer: '' }),
      found: `${agency} ${year}: ${status}`,
      expected
    }
  })
  if (mode === 'create') return refused('report-exists')
  if (status === 'withdrawn') return refused('report-locked')
  if (status === 'published' || (publish && version !== null)) {
    return there.sameVersion
      ? { does: 'nothing' }
      : refused('report-locked', status === 'published' ? LOCKED.published : LOCKED.amended)
  }
  if (status === 'submitted' && !there.sameDraft) return refused('report-locked')
  if (publish) return { does: 'publish' }
  return { does: there.sameDraft ? 'nothing' : 'replace' }
}

// Decides what an import does with a report that already exists.
import { type Actor, hasRole } from '../../auth/actor.ts'
import { formatDetail } from '../../problems/format.ts'
import { problem } from '../../problems/problem.ts'
import type { LineFault } from '../bulk/fault-summary.ts'
import type { PackedReport } from './batch.ts'
import type { Existing } from './store.ts'

/** `state`: state the day of the first publication. */
export type Outcome = { does: 'nothing' | 'replace' | 'publish' | 'state' } | { fault: LineFault }

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
      ? { does: isDayToState(report, there) ? 'state' : 'nothing' }
      : refused('report-locked', status === 'published' ? LOCKED.published : LOCKED.amended)
  }
  if (status === 'submitted' && !there.sameDraft) return refused('report-locked')
  if (publish) return { does: 'publish' }
  return { does: there.sameDraft ? 'nothing' : 'replace' }
}

/** Whether the report states a day of its first publication that is not stored. */
const isDayToState = ({ publishedOn }: PackedReport, there: Existing | undefined): boolean =>
  publishedOn !== undefined && publishedOn !== there?.published_on

/**
 * Returns why the day of the first publication cannot be stated. It is stated once, by an administrator, with the first
 * publication or afterwards. `there` is undefined for a new report.
 */
export function findDayFaults (
  report: PackedReport,
  there: Existing | undefined,
  { actor, publish }: { actor: Actor, publish: boolean }
): LineFault[] {
  if (!isDayToState(report, there)) return []
  const { line, publishedOn, figuresOnly } = report
  const fault = (expected: LineFault['expected'], code?: string): LineFault[] => [{
    line,
    ...(code === undefined ? {} : { code }),
    ...(figuresOnly ? { column: 'published_on' } : { pointer: '/published_on' }),
    found: publishedOn,
    expected
  }]
  if (!hasRole(actor, 'admin')) {
    return fault({ en: 'nothing: administrators state it', zh: '不填：由管理员登记' }, 'role-insufficient')
  }
  const stored = there?.published_on ?? null
  if (stored !== null) return fault({ en: `${stored}: it is stated once`, zh: `${stored}：只能登记一次` })
  const recorded = there?.recorded_on ?? null
  if (recorded === null && !publish) {
    return fault({ en: 'a report that is published: with publish=true', zh: '已发布的报告：须加 publish=true' })
  }
  const last = recorded ?? todayInChina()
  return publishedOn! <= last ? [] : fault({ en: `a day until ${last}`, zh: `不晚于 ${last} 的日期` })
}

const HOURS_AHEAD = 8
const todayInChina = (): string => new Date(Date.now() + HOURS_AHEAD * 3_600_000).toISOString().slice(0, 10)

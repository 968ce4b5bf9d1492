// From draft to published. A move repeated changes nothing; any other move than these is refused.
import type { Kysely, Transaction } from 'kysely'
import { ancestorsOf, findPeriod, holdAgency } from '../agencies/tree.ts'
import { isObstacle, runChecks } from '../form/checks.ts'
import type { Forms } from '../forms/forms.ts'
import { inTransaction, type Database } from '../platform/database.ts'
import { problem } from '../platform/problem.ts'
import { contribution } from '../tally/contributions.ts'
import { shiftTotals } from '../tally/shift.ts'
import type { ReportId } from './actions.ts'
import type { Status } from './schemas.ts'
import { findReport, lockReport, saveStatus, saveVersion, type StoredReport } from './store.ts'

export const MOVES = {
  submit: { from: ['draft', 'returned'], to: 'submitted', repeatable: true },
  return: { from: ['submitted'], to: 'returned', repeatable: false },
  publish: { from: ['submitted'], to: 'published', repeatable: true }
} as const satisfies Record<string, { from: Status[], to: Status, repeatable: boolean }>

type Work = (trx: Transaction<Database>, report: StoredReport) => Promise<void>

async function move (db: Kysely<Database>, name: keyof typeof MOVES, id: ReportId, work: Work): Promise<StoredReport> {
  const { from, to, repeatable } = MOVES[name]
  return await inTransaction(db, async trx => {
    const report = await lockReport(trx, id.agency, id.year)
    if (report === undefined) throw problem('report-not-found', { agency: id.agency, year: id.year })
    if (repeatable && report.status === to) return report
    if (!from.some(status => status === report.status)) throw problem('move-not-allowed', { move: name, status: report.status, from: from.join(', ') })
    await work(trx, report)
    return (await findReport(trx, id.agency, id.year))!
  })
}

/** Refused with `checks-failed` while a check of severity `error` fails. */
export async function submitReport (db: Kysely<Database>, forms: Forms, id: ReportId): Promise<StoredReport> {
  return await move(db, 'submit', id, async (trx, report) => {
    const { summary, findings } = runChecks(forms.get(report.form), report.content)
    const failed = findings.filter(isObstacle)
    if (failed.length > 0) throw problem('checks-failed', { count: failed.length }, { summary, findings: failed })
    await saveStatus(trx, report, 'submitted', null)
  })
}

export async function returnReport (db: Kysely<Database>, id: ReportId, reason: string): Promise<StoredReport> {
  return await move(db, 'return', id, async (trx, report) => await saveStatus(trx, report, 'returned', reason))
}

/** Makes the next version; when the call returns it is in the totals of all above the agency in that year. */
export async function publishReport (db: Kysely<Database>, forms: Forms, id: ReportId): Promise<StoredReport> {
  return await move(db, 'publish', id, async (trx, report) => {
    await holdAgency(trx, report.agency)
    const period = (await findPeriod(trx, report.agency, report.year))!
    await saveVersion(trx, report)
    if (period.reporting !== 'own') return
    const above = await ancestorsOf(trx, report.agency, report.year)
    const { year, form, content: { figures } } = report
    await shiftTotals(trx, forms, contribution(above, { year, form, level: period.level, kind: period.kind, figures }, 1))
  })
}

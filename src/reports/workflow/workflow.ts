// The transitions of a report: each is checked against the table of transitions and updates the totals in the same
// transaction.
import type { Kysely, Transaction } from 'kysely'
import { lockAgencyForShare, placementOf } from '../../agencies/tree.ts'
import { applyTotalDeltas, diffTotals } from '../../aggregates/apply-deltas.ts'
import { contributionOf } from '../../aggregates/contributions.ts'
import { type EventKind, type NewEvent, recordEvent } from '../../audit/record.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import { failedChecks, isObstacle, runChecks } from '../../form/checks.ts'
import { Forms } from '../../forms/forms.ts'
import type { Conditions } from '../../http/etag.ts'
import { problem } from '../../problems/problem.ts'
import { findNeighbours } from '../checks/neighbours.ts'
import { contentDigest } from '../content/digest.ts'
import { hasSameContent } from '../content/representation.ts'
import { checkPreconditions } from '../etags.ts'
import { lockReport, saveStatus } from '../store.ts'
import type { ReportId, StoredReport } from '../stored-report.ts'
import { findPublic, openAmendment, saveVersion, saveWithdrawal } from '../versions/versions.ts'
import type { WriteRequest } from '../write-request.ts'
import { remarksOn, type ReturnReason } from './return-reason.ts'
import { type Transition, TRANSITIONS } from './transitions.ts'

/** Returns the members that it changed. */
type Work = (trx: Transaction<Database>, report: StoredReport) => Promise<Partial<StoredReport>>

async function move (
  db: Kysely<Database>,
  forms: Forms,
  { name, id, conditions }: { name: Transition, id: ReportId, conditions: Conditions },
  work: Work
): Promise<StoredReport> {
  const { from, to, repeatable } = TRANSITIONS[name]
  return await inTransaction(db, async trx => {
    const report = await lockReport(trx, id.agency, id.year)
    if (report === undefined) throw problem('report-not-found', { agency: id.agency, year: id.year })
    checkPreconditions(forms, conditions, id, report)
    const { status, status_since: since } = report
    if (repeatable && status === to) return report
    if (!from.some(possible => possible === status)) {
      throw problem('move-not-allowed', { move: name, status, since, from: from.join(', ') }, {
        locked: { status, since }
      })
    }
    return { ...report, ...await work(trx, report) }
  })
}

/** Submits the draft. Throws `checks-failed` if a check of severity `error` fails, and `amendment-unchanged`. */
export async function submitReport (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: ReportId
): Promise<StoredReport> {
  return await move(db, forms, { name: 'submit', id, conditions }, async (trx, report) => {
    const current = report.version === null ? undefined : await findPublic(trx, id)
    // After a withdrawal even the same content is a change: publishing it makes the report public again.
    if (current !== undefined && hasSameContent(current, forms.get(report.form), report.content)) {
      throw problem('amendment-unchanged', { ...id, version: current.version! })
    }
    const form = forms.get(report.form)
    if (failedChecks(form, report.content).length > 0) {
      // Checks between reports are never obstacles; they are run for the summary only.
      const [neighbours] = await findNeighbours(trx, forms, [{ agency: id.agency, form }], id.year)
      const { summary, findings } = runChecks(form, report.content, neighbours)
      const failed = findings.filter(isObstacle)
      throw problem('checks-failed', { count: failed.length }, { summary, findings: failed })
    }
    await recordEvent(trx, by, eventOf('submitted', report, { content_sha256: digest(forms, report) }))
    return await saveStatus(trx, report, 'submitted', null, null)
  })
}

/** Sends the report back to the filer. `remarks` say what to correct. */
export async function returnReport (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: ReportId,
  why: ReturnReason
): Promise<StoredReport> {
  return await move(db, forms, { name: 'return', id, conditions }, async (trx, report) => {
    const { reason } = why
    const remarks = remarksOn(forms.get(report.form), why)
    await recordEvent(trx, by, eventOf('returned', report, { reason, remarks }))
    return await saveStatus(trx, report, 'returned', reason, Object.keys(remarks).length === 0 ? null : remarks)
  })
}

/**
 * Publishes the draft as the next version. When this returns, the version has replaced the previous one, also in the
 * totals of all ancestors of the agency.
 */
export async function publishReport (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: ReportId
): Promise<StoredReport> {
  return await move(db, forms, { name: 'publish', id, conditions }, async (trx, report) => {
    await lockAgencyForShare(trx, id.agency)
    await recordEvent(
      trx,
      by,
      eventOf('published', report, {
        version: (report.version ?? 0) + 1,
        form: report.form,
        content_sha256: digest(forms, report)
      })
    )
    await shiftFrom(trx, forms, id, report)
    const state = await saveVersion(trx, id)
    return { ...state, published_at: state.status_since }
  })
}

/** Opens a draft with the content of the latest version. The public version does not change. */
export async function amendReport (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: ReportId,
  reason: string
): Promise<StoredReport> {
  return await move(db, forms, { name: 'amend', id, conditions }, async (trx, report) => {
    await recordEvent(trx, by, eventOf('amended', report, { version: report.version, reason }))
    return { ...await openAmendment(trx, id, reason), published_at: null, amendment_reason: reason }
  })
}

/** Withdraws the report: removes it from the totals and publishes when and why it was withdrawn. */
export async function withdrawReport (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: ReportId,
  reason: string
): Promise<StoredReport> {
  return await move(db, forms, { name: 'withdraw', id, conditions }, async (trx, report) => {
    await lockAgencyForShare(trx, id.agency)
    await recordEvent(trx, by, eventOf('withdrawn', report, { version: report.version, reason }))
    await shiftFrom(trx, forms, id, undefined)
    return await saveWithdrawal(trx, id, reason)
  })
}

const eventOf = (kind: EventKind, { agency, year }: StoredReport, details: Record<string, unknown>): NewEvent => ({
  kind,
  agency,
  year,
  details
})

const digest = (forms: Forms, { form, content }: StoredReport): string =>
  contentDigest({ form: forms.get(form), content })

/**
 * Replaces the contribution of the public version to the totals by that of `next`, or by none. Requires the lock on the
 * agency's place.
 */
async function shiftFrom (
  trx: Transaction<Database>,
  forms: Forms,
  id: ReportId,
  next: StoredReport | undefined
): Promise<void> {
  const { level, kind, reporting, above } = await placementOf(trx, id.agency, id.year)
  if (reporting !== 'own') return
  const of = (report: StoredReport | undefined) =>
    report === undefined
      ? []
      : [contributionOf({ year: id.year, form: report.form, level, kind, figures: report.content.figures })]
  // A report that was never published has no public version.
  const current = next?.version === null ? undefined : await findPublic(trx, id)
  const deltas = diffTotals(of(current), of(next))
  await applyTotalDeltas(trx, forms, above.flatMap(agency => deltas.map(delta => ({ ...delta, agency }))))
}

// Writes drafts. Each action parses the request, rejects it with all its faults, and only then writes.
import type { Kysely } from 'kysely'
import { type AuditContext, recordEvent } from '../audit/record.ts'
import { inTransaction } from '../database/transaction.ts'
import type { Database } from '../database/types.ts'
import { chooseForm, Forms } from '../forms/forms.ts'
import { problem, throwIfFaults } from '../problems/problem.ts'
import { diffContent } from './content/changes.ts'
import { writeReport } from './content/representation.ts'
import { creationEvent, parseContent, requireAgencyInYear, requireEditable, upsertDraft } from './drafts.ts'
import { checkPreconditions } from './etags.ts'
import { readOnlyFaults } from './read-only.ts'
import { NewReport, ReportDraft } from './schemas.ts'
import { findReport, insertReport, lockReport, removeReport } from './store.ts'
import type { ReportId, StoredReport } from './stored-report.ts'
import { discardAmendment, getPublic } from './versions/versions.ts'
import type { Visibility } from './visibility.ts'
import type { WriteRequest } from './write-request.ts'

/**
 * Returns the working state if the caller may see drafts, else the public version. Throws `report-not-found`,
 * `report-withdrawn`.
 */
export async function getReport (
  db: Kysely<Database>,
  id: ReportId,
  { seesDrafts }: Visibility
): Promise<StoredReport> {
  if (!seesDrafts) return await getPublic(db, id)
  const report = await findReport(db, id.agency, id.year)
  if (report === undefined) throw problem('report-not-found', { agency: id.agency, year: id.year })
  return report
}

export async function createReport (
  db: Kysely<Database>,
  forms: Forms,
  by: AuditContext,
  body: NewReport,
  thisYear: number
): Promise<StoredReport> {
  const form = chooseForm(forms, body.year, body.form, thisYear)
  const content = parseContent(form, body)
  return await inTransaction(db, async trx => {
    if (!await requireAgencyInYear(trx, body)) {
      throw problem('agency-unknown', { agency: body.agency }, {
        errors: [{
          pointer: '/agency',
          found: body.agency,
          expected: { en: 'a registered agency', zh: '已登记的机关' }
        }]
      })
    }
    const report = await insertReport(trx, body.agency, body.year, form, content)
    if (report === undefined) throw problem('report-exists', { agency: body.agency, year: body.year })
    await recordEvent(trx, by, creationEvent(body, { form, content }))
    return report
  })
}

/** Creates the draft or replaces all its content; idempotent. `created` tells which of the two. */
export async function putReport (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: ReportId,
  { body, visibility, thisYear }: { body: ReportDraft, visibility: Visibility, thisYear: number }
): Promise<{ report: StoredReport, created: boolean }> {
  const form = chooseForm(forms, id.year, body.form, thisYear)
  const content = parseContent(form, body)
  return await inTransaction(db, async trx => {
    if (!await requireAgencyInYear(trx, id)) throw problem('agency-not-found', { agency: id.agency })
    const { outcome, report } = await upsertDraft(trx, forms, by, { id, form, content }, report => {
      checkPreconditions(forms, conditions, id, report)
      if (report === undefined) return
      requireEditable(report)
      throwIfFaults('body-invalid', readOnlyFaults(body, writeReport(forms, report, visibility)))
    })
    if (outcome === 'created') {
      throwIfFaults('body-invalid', readOnlyFaults(body, writeReport(forms, report, visibility)))
    }
    return { report, created: outcome === 'created' }
  })
}

/** Deletes a draft that was never published, or drops an open amendment. */
export async function deleteReport (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: ReportId
): Promise<void> {
  await inTransaction(db, async trx => {
    const report = await lockReport(trx, id.agency, id.year)
    if (report === undefined) throw problem('report-not-found', { ...id })
    checkPreconditions(forms, conditions, id, report)
    if (report.status === 'published' || report.status === 'withdrawn') {
      throw problem('report-published-before', { ...id })
    }
    requireEditable(report)
    const held = { form: forms.get(report.form), content: report.content }
    await recordEvent(trx, by, {
      kind: 'deleted',
      agency: id.agency,
      year: id.year,
      details: { version: report.version, changes: diffContent(held, null) }
    })
    if (report.version === null) await removeReport(trx, report)
    else await discardAmendment(trx, id)
  })
}

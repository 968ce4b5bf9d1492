import type { Transaction } from 'kysely'
import { formatYears } from '../agencies/periods.ts'
import { findAgency } from '../agencies/store.ts'
import { findPeriod, findPeriods, lockAgencyForShare } from '../agencies/tree.ts'
import { type AuditContext, type NewEvent, recordEvent } from '../audit/record.ts'
import type { Database } from '../database/types.ts'
import { type Content, readContent, type WireContent } from '../form/content.ts'
import type { Form } from '../form/form.ts'
import { Forms } from '../forms/forms.ts'
import { problem, throwIfFaults } from '../problems/problem.ts'
import { diffContent, type ReportContent } from './content/changes.ts'
import { contentDigest } from './content/digest.ts'
import { hasSameContent } from './content/representation.ts'
import { insertReport, lockReport, saveContent } from './store.ts'
import type { ReportId, StoredReport } from './stored-report.ts'

/** Creates the draft or replaces its content. `mayWrite` throws if the report, or its absence, forbids the write. */
export async function upsertDraft (
  trx: Transaction<Database>,
  forms: Forms,
  by: AuditContext,
  { id, ...written }: ReportContent & { id: ReportId },
  mayWrite: (report: StoredReport | undefined) => void
): Promise<{ outcome: 'created' | 'replaced' | 'unchanged', report: StoredReport }> {
  // A concurrent transaction may insert or delete the report between the two statements; then retry.
  for (;;) {
    const before = await lockReport(trx, id.agency, id.year)
    mayWrite(before)
    if (before !== undefined) {
      const report = await saveDraft(trx, forms, by, before, written)
      return { outcome: report === before ? 'unchanged' : 'replaced', report }
    }
    const report = await insertReport(trx, id.agency, id.year, written.form, written.content)
    if (report !== undefined) {
      await recordEvent(trx, by, creationEvent(id, written))
      return { outcome: 'created', report }
    }
  }
}

/** Saves the content of a draft. Returns the stored report, which is the given one if the content is the same. */
export async function saveDraft (
  trx: Transaction<Database>,
  forms: Forms,
  by: AuditContext,
  report: StoredReport,
  written: ReportContent
): Promise<StoredReport> {
  if (hasSameContent(report, written.form, written.content)) return report
  const { changed, event } = applyToDraft(forms, report, written)
  await saveContent(trx, changed)
  await recordEvent(trx, by, event)
  return changed
}

/** Returns the changed report and its audit event. */
export function applyToDraft (
  forms: Forms,
  report: StoredReport,
  { form, content, source }: ReportContent
): { changed: StoredReport, event: NewEvent } {
  const changes = diffContent({ form: forms.get(report.form), content: report.content }, { form, content })
  return {
    changed: {
      ...report,
      form: form.id,
      content,
      revision: report.revision + 1,
      cell_revisions: cellRevisions(report, form, changes)
    },
    event: { kind: 'changed', agency: report.agency, year: report.year, details: { form: form.id, ...source, changes } }
  }
}

/**
 * Returns the event of a creation. It omits the initial content: each later event holds the values before its change.
 */
export const creationEvent = ({ agency, year }: ReportId, written: ReportContent): NewEvent => ({
  kind: 'created',
  agency,
  year,
  details: { form: written.form.id, ...written.source, content_sha256: contentDigest(written) }
})

/** Returns the revision of the last change of each cell: the next revision for the cells among the changes. */
function cellRevisions (
  { form: before, revision, cell_revisions: known }: StoredReport,
  form: Form,
  changes: Record<string, unknown>
): number[] {
  return form.cells.map(({ id, position }) =>
    before !== form.id || id in changes ? revision + 1 : known?.[position - 1] ?? 0
  )
}

export function requireEditable ({ agency, year, status, status_since: since }: StoredReport): void {
  if (status !== 'draft' && status !== 'returned') {
    throw problem('report-locked', { agency, year, status, since }, { locked: { status, since } })
  }
}

export function parseContent (form: Form, body: WireContent): Content {
  const { content, faults } = readContent(form, body)
  throwIfFaults('body-invalid', faults)
  return content
}

/**
 * Locks the agency's place in the tree. Returns false if the agency is not registered; throws if it does not exist in
 * that year.
 */
export async function requireAgencyInYear (trx: Transaction<Database>, { agency, year }: ReportId): Promise<boolean> {
  await lockAgencyForShare(trx, agency)
  if (await findPeriod(trx, agency, year)) return true
  if (!await findAgency(trx, agency)) return false
  const periods = await findPeriods(trx, agency)
  throw problem('agency-not-in-year', { agency, year, years: formatYears(periods[0]!.since, periods.at(-1)!.until) })
}

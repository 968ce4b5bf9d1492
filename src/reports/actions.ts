// Writing drafts. Each action reads what was sent, refuses it with all its faults, and only then writes.
import type { Kysely, Transaction } from 'kysely'
import { showYears } from '../agencies/periods.ts'
import { findAgency } from '../agencies/store.ts'
import { findPeriod, findPeriods, holdAgency } from '../agencies/tree.ts'
import { recordEvent, type By, type NewEvent } from '../audit/record.ts'
import { inTransaction, type Database } from '../database/connection.ts'
import { contentText } from '../form/content-json.ts'
import { readContent, writeContent, type Content } from '../form/content.ts'
import type { Form } from '../form/form.ts'
import { chooseForm, type Forms } from '../forms/forms.ts'
import type { Conditions } from '../http/etag.ts'
import { problem, refuse } from '../problems/problem.ts'
import { changesOf, type Held } from './content-changes.ts'
import { digestOf } from './content-digest.ts'
import { holdConditions } from './etags.ts'
import { changedReadOnly } from './read-only.ts'
import type { NewReport, Report, ReportDraft } from './schemas.ts'
import { findReport, insertReport, lockReport, removeReport, saveContent, type StoredReport } from './store.ts'
import { dropAmendment, getPublic } from './versions/versions.ts'
import { PUBLIC, type Caller } from './visibility.ts'
import { movesFrom } from './workflow/transitions.ts'

/** Whose report for which year. */
export interface ReportId {
  agency: string
  year: number
}

/** A version as it was published is the same for every caller, and allows no move. */
export const writeReport = (forms: Forms, report: StoredReport, caller = PUBLIC): Report => ({
  ...aboutReport(report, caller),
  ...writeContent(forms.get(report.form), report.content)
})

/** The same as JSON. */
export const reportText = (forms: Forms, report: StoredReport, caller = PUBLIC): string =>
  `${JSON.stringify(aboutReport(report, caller)).slice(0, -1)},${
    contentText(forms.get(report.form), report.content).slice(1)
  }`

function aboutReport (report: StoredReport, caller: Caller) {
  const { agency, year, form, status, version, revision } = report
  const remarks = report.remarks && Object.fromEntries(Object.entries(report.remarks).sort())
  const when = Object.fromEntries(
    (['published_at', 'amendment_reason', 'reason'] as const).map(name => [name, report[name]]).filter(([, value]) =>
      value !== null
    )
  )
  return {
    agency,
    year,
    form,
    status,
    version,
    revision,
    ...when,
    ...(remarks === null ? {} : { remarks }),
    allowed_transitions: movesFrom(status).filter(move => caller.moves.includes(move))
  }
}

/**
 * The working state for a caller who sees drafts, else the current version. Throws `report-not-found`,
 * `report-withdrawn`.
 */
export async function getReport (db: Kysely<Database>, id: ReportId, { seesDrafts }: Caller): Promise<StoredReport> {
  if (!seesDrafts) return await getPublic(db, id)
  const report = await findReport(db, id.agency, id.year)
  if (report === undefined) throw problem('report-not-found', { agency: id.agency, year: id.year })
  return report
}

export async function createReport (
  db: Kysely<Database>,
  forms: Forms,
  by: By,
  body: NewReport,
  thisYear: number
): Promise<StoredReport> {
  const form = chooseForm(forms, body.year, body.form, thisYear)
  const content = contentOf(form, body)
  return await inTransaction(db, async trx => {
    if (!await isThere(trx, body)) {
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
    await recordEvent(trx, by, creation(body, { form, content }))
    return report
  })
}

/** Creates the draft or replaces all its content; sent twice it changes nothing. `created` tells which. */
export async function putReport (
  db: Kysely<Database>,
  forms: Forms,
  by: By,
  id: ReportId,
  body: ReportDraft,
  conditions: Conditions,
  caller: Caller,
  thisYear: number
): Promise<{ report: StoredReport, created: boolean }> {
  const form = chooseForm(forms, id.year, body.form, thisYear)
  const content = contentOf(form, body)
  return await inTransaction(db, async trx => {
    if (!await isThere(trx, id)) throw problem('agency-not-found', { agency: id.agency })
    const { outcome, report } = await putContent(trx, forms, by, id, { form, content }, report => {
      holdConditions(forms, conditions, id, report)
      if (report === undefined) return
      refuseLocked(report)
      refuse('body-invalid', changedReadOnly(body, writeReport(forms, report, caller)))
    })
    if (outcome === 'created') refuse('body-invalid', changedReadOnly(body, writeReport(forms, report, caller)))
    return { report, created: outcome === 'created' }
  })
}

/**
 * Makes the draft or replaces its content. `mayWrite` throws where the report that is there, or is not, must stay so.
 * `source` tells the audit trail where the content comes from.
 */
export async function putContent (
  trx: Transaction<Database>,
  forms: Forms,
  by: By,
  id: ReportId,
  held: Held,
  mayWrite: (report: StoredReport | undefined) => void,
  source: Record<string, unknown> = {}
): Promise<{ outcome: 'created' | 'replaced' | 'unchanged', report: StoredReport }> {
  // Another may insert or delete the report between two of our statements: then look again.
  for (;;) {
    const before = await lockReport(trx, id.agency, id.year)
    mayWrite(before)
    if (before !== undefined) {
      const report = await saveDraft(trx, forms, by, before, held, source)
      return { outcome: report === before ? 'unchanged' : 'replaced', report }
    }
    const report = await insertReport(trx, id.agency, id.year, held.form, held.content)
    if (report !== undefined) {
      await recordEvent(trx, by, creation(id, held, source))
      return { outcome: 'created', report }
    }
  }
}

/** Deletes a draft that was never published, or drops an open amendment. */
export async function deleteReport (
  db: Kysely<Database>,
  forms: Forms,
  by: By,
  id: ReportId,
  conditions: Conditions
): Promise<void> {
  await inTransaction(db, async trx => {
    const report = await lockReport(trx, id.agency, id.year)
    if (report === undefined) throw problem('report-not-found', { ...id })
    holdConditions(forms, conditions, id, report)
    if (report.status === 'published' || report.status === 'withdrawn') {
      throw problem('report-published-before', { ...id })
    }
    refuseLocked(report)
    const held = { form: forms.get(report.form), content: report.content }
    await recordEvent(trx, by, {
      kind: 'deleted',
      agency: id.agency,
      year: id.year,
      details: { version: report.version, changes: changesOf(held, null) }
    })
    if (report.version === null) await removeReport(trx, report)
    else await dropAmendment(trx, id)
  })
}

// ---- rules ----------------------------------------------------------------------------------------------------------

/** Gives the report as it is then: itself when the content was there already. */
export async function saveDraft (
  trx: Transaction<Database>,
  forms: Forms,
  by: By,
  report: StoredReport,
  { form, content }: Held,
  source: Record<string, unknown> = {}
): Promise<StoredReport> {
  if (holds(forms, report, form, content)) return report
  const { changed, event } = draftAfter(forms, report, { form, content }, source)
  await saveContent(trx, changed)
  await recordEvent(trx, by, event)
  return changed
}

/** The report with this content, and what is told of the change. */
export function draftAfter (
  forms: Forms,
  report: StoredReport,
  { form, content }: Held,
  source: Record<string, unknown> = {}
): { changed: StoredReport, event: NewEvent } {
  const changes = changesOf({ form: forms.get(report.form), content: report.content }, { form, content })
  return {
    changed: {
      ...report,
      form: form.id,
      content,
      revision: report.revision + 1,
      cell_revisions: cellRevisions(report, form, content)
    },
    event: { kind: 'changed', agency: report.agency, year: report.year, details: { form: form.id, ...source, changes } }
  }
}

/** What it was made with can be told from what follows: each change says what was there before. */
export const creation = ({ agency, year }: ReportId, held: Held, source: Record<string, unknown> = {}): NewEvent => ({
  kind: 'created',
  agency,
  year,
  details: { form: held.form.id, ...source, content_sha256: digestOf(held) }
})

/** Those of the cells that this changes are the revision that it makes. */
function cellRevisions (report: StoredReport, form: Form, { figures, notes }: Content): number[] {
  const { content: before, revision, cell_revisions: known } = report
  const says = (content: Content, position: number, cell: string) =>
    JSON.stringify([content.figures[position - 1] ?? null, content.notes[cell]?.state, content.notes[cell]?.raw])
  return form.cells.map(({ id, position }) =>
    report.form !== form.id || says(before, position, id) !== says({ figures, notes, sections: {} }, position, id)
      ? revision + 1
      : known?.[position - 1] ?? 0
  )
}

/** The report says this already. */
export const holds = (forms: Forms, report: StoredReport, form: Form, content: Content): boolean =>
  report.form === form.id && contentText(forms.get(report.form), report.content) === contentText(form, content)

export function refuseLocked ({ agency, year, status, status_since: since }: StoredReport): void {
  if (status !== 'draft' && status !== 'returned') {
    throw problem('report-locked', { agency, year, status, since }, { locked: { status, since } })
  }
}

export function contentOf (form: Form, body: { tables?: unknown, notes?: unknown, sections?: unknown }): Content {
  const { content, faults } = readContent(form, body)
  refuse('body-invalid', faults)
  return content
}

/** False when no such agency is registered; throws when it is, but not for that year. Holds it in its place. */
export async function isThere (trx: Transaction<Database>, { agency, year }: ReportId): Promise<boolean> {
  await holdAgency(trx, agency)
  if (await findPeriod(trx, agency, year)) return true
  if (!await findAgency(trx, agency)) return false
  const periods = await findPeriods(trx, agency)
  throw problem('agency-not-in-year', { agency, year, years: showYears(periods[0]!.since, periods.at(-1)!.until) })
}

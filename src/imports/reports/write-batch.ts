// A batch of reports, each good by itself, held against what is there and stored.
import { sql, type Transaction } from 'kysely'
import { setImmediate } from 'node:timers/promises'
import { formatYears } from '../../agencies/periods.ts'
import { DeltaAccumulator } from '../../aggregates/deltas.ts'
import { EventBatch } from '../../audit/batch.ts'
import type { AuditContext, NewEvent } from '../../audit/record.ts'
import type { Actor } from '../../auth/actor.ts'
import { areInSubtree, outsideSubtree } from '../../auth/coverage.ts'
import type { Database } from '../../database/types.ts'
import type { Content } from '../../form/content.ts'
import { readVector } from '../../form/vector.ts'
import { Forms } from '../../forms/forms.ts'
import { problem } from '../../problems/problem.ts'
import { applyToDraft } from '../../reports/drafts.ts'
import { readOnlyFaults } from '../../reports/read-only.ts'
import { writeReport } from '../../reports/representation.ts'
import { findReport, saveContent } from '../../reports/store.ts'
import type { StoredReport } from '../../reports/stored-report.ts'
import { visibilityOf } from '../../reports/visibility.ts'
import { faultsOfProblem, type LineFault } from '../bulk/fault-summary.ts'
import { type ImportOptions, type ImportState, rejectRecord } from '../bulk/import-state.ts'
import { Batch, type PackedContent, type PackedReport } from './batch.ts'
import { decideOutcome } from './decide.ts'
import { agencyField } from './parsed-report.ts'
import { findPlacements, insertReports, insertVersions, lockExistingReports, publishDrafts } from './store.ts'

export interface ReportImportOptions extends ImportOptions {
  actor: Actor
  by: AuditContext
  publish: boolean
  acceptFailedChecks: boolean
}

/** `moment`: when what it publishes becomes public. */
export interface ReportImportState extends ImportState {
  trx: Transaction<Database>
  forms: Forms
  moment: string
  deltas: DeltaAccumulator
  events: EventBatch
  options: ReportImportOptions
}

/** What the agencies of the batch are, and whether the caller acts for them. */
async function lookUp ({ trx, options: { actor } }: ReportImportState, { reports }: Batch): Promise<void> {
  if (reports.length === 0) return
  const standings = await findPlacements(trx, reports)
  const covered = await areInSubtree(trx, actor, reports)
  for (let i = 0; i < reports.length; i++) {
    reports[i]!.placement = standings[i]!
    reports[i]!.isCovered = covered[i]!
  }
}

/** A batch that was held against the agencies and reports that are there. */
export interface PreparedBatch {
  batch: Batch
  fresh: PackedReport[]
  existing: PackedReport[]
}

export async function prepareBatch (state: ReportImportState, batch: Batch): Promise<PreparedBatch> {
  await lookUp(state, batch)
  const known = await refuseUnknown(state, batch.reports)
  return {
    batch,
    fresh: known.filter(report =>
      !report.placement!.exists && isSound(state, report, findReadOnlyFaults(state, report, undefined))
    ),
    existing: known.filter(report => report.placement!.exists)
  }
}

/** `next` is called once nothing of it is undone by itself any more: then the next may be made ready. */
export async function writeBatch (
  state: ReportImportState,
  { batch, fresh, existing }: PreparedBatch,
  next: () => void
): Promise<void> {
  const made = state.isStoring && fresh.length > 0
    ? await insertReports(state.trx, batch, fresh, state.options.publish)
    : fresh
  next()
  await writeNew(state, batch, made)
  // Somebody else has made the others since the look whether they are there.
  const done = new Set(made)
  await writeExisting(
    state,
    batch,
    made.length === fresh.length ? existing : [...existing, ...fresh.filter(report => !done.has(report))]
  )
}

async function refuseUnknown (state: ReportImportState, reports: PackedReport[]): Promise<PackedReport[]> {
  const { trx, options: { actor } } = state
  const absent = reports.filter(({ placement }) => placement!.reporting === null).map(report => report.agency)
  const years = new Map(
    absent.length === 0
      ? []
      : (await trx.selectFrom('agency_period').select([
        'agency',
        eb => eb.fn.min('since').as('since'),
        eb => eb.fn.max('until').as('until')
      ])
        .where('agency', '=', sql<string>`any(${absent})`).groupBy('agency').execute()).map(
          row => [row.agency, formatYears(row.since, row.until)]
        )
  )
  return reports.filter(report => {
    const { agency, year, line, isCovered } = report
    const { reporting } = report.placement!
    if (reporting !== null && isCovered) return true
    const fault = reporting === null && !years.has(agency)
      ? problem('agency-unknown', { agency })
      : reporting === null
      ? problem('agency-not-in-year', { agency, year, years: years.get(agency)! })
      : outsideSubtree(actor, { agency, year })
    rejectRecord(
      state,
      report.source,
      faultsOfProblem(line, fault).map(fault => ({ ...fault, ...agencyField(report.figuresOnly), found: agency }))
    )
    return false
  })
}

/** Of reports that were not there until now. While the database stores what they say, the rest is done. */
async function writeNew (state: ReportImportState, batch: Batch, made: PackedReport[]): Promise<void> {
  const { trx, options: { publish, by } } = state
  const stored = state.isStoring && publish ? insertVersions(trx, batch, made) : undefined
  // What it throws is seen when it is waited for.
  stored?.catch(() => {})
  state.counts.created += made.length
  for (const [i, report] of made.entries()) {
    if (state.isStoring) {
      state.events.add(
        by,
        publish
          ? publication(report)
          : { kind: 'created', agency: report.agency, year: report.year, details: eventDetails(report) }
      )
    }
    if (publish) addToDeltas(state, report)
    if (i % REPORTS_PER_TURN === 0) await setImmediate()
  }
  await stored
}

/** Reports that are counted at a time: in between the database is given what it waits for. */
const REPORTS_PER_TURN = 50

const eventDetails = ({ form, digest }: PackedReport) => ({ form, imported: true, content_sha256: digest })
const publication = (report: PackedReport): NewEvent => ({
  kind: 'published',
  agency: report.agency,
  year: report.year,
  details: { version: 1, ...eventDetails(report) }
})

async function writeExisting (state: ReportImportState, batch: Batch, reports: PackedReport[]): Promise<void> {
  if (reports.length === 0) return
  const { trx, moment, options: { by } } = state
  const existing = await lockExistingReports(trx, batch, reports)
  const published: PackedReport[] = []
  for (const [i, report] of reports.entries()) {
    const there = existing[i]
    if (there === undefined) {
      rejectRecord(
        state,
        report.source,
        faultsOfProblem(report.line, problem('report-not-found', { agency: report.agency, year: report.year }))
      )
      continue
    }
    const faults = report.stated === undefined
      ? []
      : findReadOnlyFaults(state, report, await findReport(trx, report.agency, report.year))
    const outcome = decideOutcome(report, there, state.options)
    if (!isSound(state, report, [...faults, ...('fault' in outcome ? [outcome.fault] : [])]) || 'fault' in outcome) {
      continue
    }
    if (outcome.does === 'nothing') state.counts.unchanged++
    else state.counts.updated++
    if (state.isStoring && outcome.does !== 'nothing' && !there.sameDraft) {
      await replaceDraft(state, report, batch.contentOf(report))
    }
    if (outcome.does === 'publish') published.push(report)
  }
  if (state.isStoring && published.length > 0) {
    await publishDrafts(trx, published, moment)
    for (const report of published) state.events.add(by, publication(report))
  }
  for (const report of published) addToDeltas(state, report)
}

/** As PUT replaces it; few drafts are there in a file of many reports. */
async function replaceDraft (
  { trx, forms, events, options: { by } }: ReportImportState,
  report: PackedReport,
  { vector, notes, sections }: PackedContent
): Promise<void> {
  const stored = (await findReport(trx, report.agency, report.year))!
  const content: Content = {
    figures: readVector(vector),
    notes: JSON.parse(notes),
    sections: sections === null ? stored.content.sections : JSON.parse(sections)
  }
  const { changed, event } = applyToDraft(forms, stored, { form: forms.get(report.form), content }, { imported: true })
  await saveContent(trx, changed)
  events.add(by, event)
}

function isSound (state: ReportImportState, { source }: PackedReport, faults: LineFault[]): boolean {
  if (faults.length > 0) rejectRecord(state, source, faults)
  return faults.length === 0
}

/** What GET gave may be sent back, but read-only members only as they are. */
function findReadOnlyFaults (
  { forms, options: { actor } }: ReportImportState,
  { line, agency, year, form, stated }: PackedReport,
  there: StoredReport | undefined
): LineFault[] {
  if (stated === undefined) return []
  const fresh = {
    agency,
    year,
    form,
    status: 'draft',
    version: null,
    revision: 1,
    published_at: null,
    amendment_reason: null,
    reason: null,
    remarks: null,
    content: { figures: [], notes: {}, sections: {} }
  }
  const present = writeReport(
    forms,
    there ?? fresh as unknown as StoredReport,
    visibilityOf({ actor, seesPublishedOnly: false })
  )
  return readOnlyFaults(stated, present).map(fault => ({ ...fault, line }))
}

/** Into the totals: only reports of their own figures, as in `publishReport`. */
function addToDeltas (state: ReportImportState, { year, form, figures, placement }: PackedReport): void {
  const { parent, level, kind, reporting } = placement!
  if (reporting === 'own') state.deltas.add({ parent: parent ?? '', level: level!, kind: kind! }, year, form, figures)
}

// A batch of reports, each good by itself, held against what is there and stored.
import { sql, type Transaction } from 'kysely'
import { setImmediate } from 'node:timers/promises'
import { showYears } from '../../agencies/periods.ts'
import { Sums } from '../../aggregates/deltas.ts'
import { StagedEvents } from '../../audit/batch.ts'
import type { By, NewEvent } from '../../audit/record.ts'
import type { Actor } from '../../auth/actor.ts'
import { coverage, outsideSubtree } from '../../auth/coverage.ts'
import type { Database } from '../../database/types.ts'
import type { Content } from '../../form/content.ts'
import { readVector } from '../../form/vector.ts'
import { Forms } from '../../forms/forms.ts'
import { problem } from '../../problems/problem.ts'
import { draftAfter } from '../../reports/drafts.ts'
import { changedReadOnly } from '../../reports/read-only.ts'
import { writeReport } from '../../reports/representation.ts'
import { findReport, saveContent } from '../../reports/store.ts'
import type { StoredReport } from '../../reports/stored-report.ts'
import { callerOf } from '../../reports/visibility.ts'
import { faultsOfProblem, type LineFault } from '../bulk/fault-summary.ts'
import { type ImportOptions, reject, type Run } from '../bulk/import-state.ts'
import { Batch, type PackedContent, type PackedReport } from './batch.ts'
import { outcomeOf } from './decide.ts'
import { whose } from './parsed-report.ts'
import { findStandings, holdReports, insertReports, insertVersions, publishDrafts } from './store.ts'

export interface ReportImportOptions extends ImportOptions {
  actor: Actor
  by: By
  publish: boolean
  acceptFailedChecks: boolean
}

/** `moment`: when what it publishes becomes public. */
export interface ReportRun extends Run {
  trx: Transaction<Database>
  forms: Forms
  moment: string
  sums: Sums
  events: StagedEvents
  options: ReportImportOptions
}

/** What the agencies of the batch are, and whether the caller acts for them. */
async function lookUp ({ trx, options: { actor } }: ReportRun, { reports }: Batch): Promise<void> {
  if (reports.length === 0) return
  const standings = await findStandings(trx, reports)
  const covered = await coverage(trx, actor, reports)
  for (let i = 0; i < reports.length; i++) {
    reports[i]!.standing = standings[i]!
    reports[i]!.isCovered = covered[i]!
  }
}

/** A batch that was held against the agencies and reports that are there. */
export interface Ready {
  batch: Batch
  fresh: PackedReport[]
  existing: PackedReport[]
}

export async function makeReady (run: ReportRun, batch: Batch): Promise<Ready> {
  await lookUp(run, batch)
  const known = await refuseUnknown(run, batch.reports)
  return {
    batch,
    fresh: known.filter(report =>
      !report.standing!.exists && isSound(run, report, readOnlyFaults(run, report, undefined))
    ),
    existing: known.filter(report => report.standing!.exists)
  }
}

/** `next` is called once nothing of it is undone by itself any more: then the next may be made ready. */
export async function storeBatch (run: ReportRun, { batch, fresh, existing }: Ready, next: () => void): Promise<void> {
  const made = run.isWriting && fresh.length > 0
    ? await insertReports(run.trx, batch, fresh, run.options.publish)
    : fresh
  next()
  await storeFresh(run, batch, made)
  // Somebody else has made the others since the look whether they are there.
  const done = new Set(made)
  await storeExisting(
    run,
    batch,
    made.length === fresh.length ? existing : [...existing, ...fresh.filter(report => !done.has(report))]
  )
}

async function refuseUnknown (run: ReportRun, reports: PackedReport[]): Promise<PackedReport[]> {
  const { trx, options: { actor } } = run
  const absent = reports.filter(({ standing }) => standing!.reporting === null).map(report => report.agency)
  const years = new Map(
    absent.length === 0
      ? []
      : (await trx.selectFrom('agency_period').select([
        'agency',
        eb => eb.fn.min('since').as('since'),
        eb => eb.fn.max('until').as('until')
      ])
        .where('agency', '=', sql<string>`any(${absent})`).groupBy('agency').execute()).map(
          row => [row.agency, showYears(row.since, row.until)]
        )
  )
  return reports.filter(report => {
    const { agency, year, line, isCovered } = report
    const { reporting } = report.standing!
    if (reporting !== null && isCovered) return true
    const fault = reporting === null && !years.has(agency)
      ? problem('agency-unknown', { agency })
      : reporting === null
      ? problem('agency-not-in-year', { agency, year, years: years.get(agency)! })
      : outsideSubtree(actor, { agency, year })
    reject(
      run,
      report.source,
      faultsOfProblem(line, fault).map(fault => ({ ...fault, ...whose(report.figuresOnly), found: agency }))
    )
    return false
  })
}

/** Of reports that were not there until now. While the database stores what they say, the rest is done. */
async function storeFresh (run: ReportRun, batch: Batch, made: PackedReport[]): Promise<void> {
  const { trx, options: { publish, by } } = run
  const stored = run.isWriting && publish ? insertVersions(trx, batch, made) : undefined
  // What it throws is seen when it is waited for.
  stored?.catch(() => {})
  run.counts.created += made.length
  for (const [i, report] of made.entries()) {
    if (run.isWriting) {
      run.events.add(
        by,
        publish
          ? publication(report)
          : { kind: 'created', agency: report.agency, year: report.year, details: told(report) }
      )
    }
    if (publish) count(run, report)
    if (i % TURN === 0) await setImmediate()
  }
  await stored
}

/** Reports that are counted at a time: in between the database is given what it waits for. */
const TURN = 50

const told = ({ form, digest }: PackedReport) => ({ form, imported: true, content_sha256: digest })
const publication = (report: PackedReport): NewEvent => ({
  kind: 'published',
  agency: report.agency,
  year: report.year,
  details: { version: 1, ...told(report) }
})

async function storeExisting (run: ReportRun, batch: Batch, reports: PackedReport[]): Promise<void> {
  if (reports.length === 0) return
  const { trx, moment, options: { by } } = run
  const existing = await holdReports(trx, batch, reports)
  const published: PackedReport[] = []
  for (const [i, report] of reports.entries()) {
    const there = existing[i]
    if (there === undefined) {
      reject(
        run,
        report.source,
        faultsOfProblem(report.line, problem('report-not-found', { agency: report.agency, year: report.year }))
      )
      continue
    }
    const faults = report.stated === undefined
      ? []
      : readOnlyFaults(run, report, await findReport(trx, report.agency, report.year))
    const outcome = outcomeOf(report, there, run.options)
    if (!isSound(run, report, [...faults, ...('fault' in outcome ? [outcome.fault] : [])]) || 'fault' in outcome) {
      continue
    }
    if (outcome.does === 'nothing') run.counts.unchanged++
    else run.counts.updated++
    if (run.isWriting && outcome.does !== 'nothing' && !there.sameDraft) {
      await replaceDraft(run, report, batch.contentOf(report))
    }
    if (outcome.does === 'publish') published.push(report)
  }
  if (run.isWriting && published.length > 0) {
    await publishDrafts(trx, published, moment)
    for (const report of published) run.events.add(by, publication(report))
  }
  for (const report of published) count(run, report)
}

/** As PUT replaces it; few drafts are there in a file of many reports. */
async function replaceDraft (
  { trx, forms, events, options: { by } }: ReportRun,
  report: PackedReport,
  { vector, notes, sections }: PackedContent
): Promise<void> {
  const stored = (await findReport(trx, report.agency, report.year))!
  const content: Content = {
    figures: readVector(vector),
    notes: JSON.parse(notes),
    sections: sections === null ? stored.content.sections : JSON.parse(sections)
  }
  const { changed, event } = draftAfter(forms, stored, { form: forms.get(report.form), content }, { imported: true })
  await saveContent(trx, changed)
  events.add(by, event)
}

function isSound (run: ReportRun, { source }: PackedReport, faults: LineFault[]): boolean {
  if (faults.length > 0) reject(run, source, faults)
  return faults.length === 0
}

/** What GET gave may be sent back, but read-only members only as they are. */
function readOnlyFaults (
  { forms, options: { actor } }: ReportRun,
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
  const present = writeReport(forms, there ?? fresh as unknown as StoredReport, callerOf({ actor, isPublic: false }))
  return changedReadOnly(stated, present).map(fault => ({ ...fault, line }))
}

/** Into the totals: only reports of their own figures, as in `publishReport`. */
function count (run: ReportRun, { year, form, figures, standing }: PackedReport): void {
  const { parent, level, kind, reporting } = standing!
  if (reporting === 'own') run.sums.add({ parent: parent ?? '', level: level!, kind: kind! }, year, form, figures)
}

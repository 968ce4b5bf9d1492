// A batch of reports, each good by itself, held against what is there and stored.
import { sql, type Transaction } from 'kysely'
import { coverage, outsideSubtree } from '../access/coverage.ts'
import { showYears } from '../agencies/periods.ts'
import type { Content } from '../form/content.ts'
import type { Forms } from '../forms/forms.ts'
import type { Actor } from '../platform/auth.ts'
import type { Database } from '../platform/database.ts'
import { problem } from '../platform/problem.ts'
import { changedReadOnly, draftAfter, writeReport } from '../reports/actions.ts'
import { callerOf } from '../reports/caller.ts'
import { findReport, saveContent, type StoredReport } from '../reports/store.ts'
import type { Sums } from '../tally/sums.ts'
import type { StagedEvents } from '../trail/staged.ts'
import type { By, NewEvent } from '../trail/trail.ts'
import { faultsOfProblem, type LineFault } from './faults.ts'
import { outcomeOf } from './outcome.ts'
import { findStandings, holdReports, insertReports, insertVersions, publishDrafts, type PackedReport, type Standing } from './report-store.ts'
import { reject, type ImportOptions, type Run } from './run.ts'
import type { Seen } from './seen.ts'

export interface ReportImportOptions extends ImportOptions { actor: Actor, by: By, publish: boolean, acceptFailedChecks: boolean }

/** `moment`: when what it publishes becomes public. */
export interface ReportRun extends Run { trx: Transaction<Database>, forms: Forms, moment: string, sums: Sums, events: StagedEvents, seen: Seen, options: ReportImportOptions }

/** A report on its way, with what stood in the file. */
export interface Entry { report: PackedReport, source: string }
interface Placed extends Entry { standing: Standing }

export async function storeBatch (run: ReportRun, batch: Entry[]): Promise<void> {
  const known = await refuseUnknown(run, batch)
  const taken = await storeFresh(run, known.filter(entry => !entry.standing.exists))
  await storeExisting(run, [...known.filter(entry => entry.standing.exists), ...taken])
}

/** Where a report says whose it is. */
export const whose = (isTable: boolean) => isTable ? { column: 'agency' } : { pointer: '/agency' }

async function refuseUnknown (run: ReportRun, batch: Entry[]): Promise<Placed[]> {
  const { trx, options: { actor } } = run
  const reports = batch.map(entry => entry.report)
  const standings = await findStandings(trx, reports)
  const covered = await coverage(trx, actor, reports)
  const absent = reports.filter((_, i) => standings[i]!.registered && standings[i]!.reporting === null).map(report => report.agency)
  const years = new Map(absent.length === 0
    ? []
    : (await trx.selectFrom('agency_period').select(['agency', eb => eb.fn.min('since').as('since'), eb => eb.fn.max('until').as('until')])
        .where('agency', '=', sql<string>`any(${absent})`).groupBy('agency').execute()).map(row => [row.agency, showYears(row.since, row.until)]))
  return batch.map((entry, i): Placed => ({ ...entry, standing: standings[i]! })).filter(({ report, source, standing }, i) => {
    const { agency, year, line } = report
    if (standing.reporting !== null && covered[i]!) return true
    const fault = !standing.registered
      ? problem('agency-unknown', { agency })
      : standing.reporting === null ? problem('agency-not-in-year', { agency, year, years: years.get(agency)! }) : outsideSubtree(actor, { agency, year })
    reject(run, source, faultsOfProblem(line, fault).map(fault => ({ ...fault, ...whose(report.sections === null), found: agency })))
    return false
  })
}

/** Gives those that somebody else has made since the look whether they are there. */
async function storeFresh (run: ReportRun, fresh: Placed[]): Promise<Placed[]> {
  const good = fresh.filter(({ report, source }) => isSound(run, source, readOnlyFaults(run, report, undefined)))
  if (good.length === 0) return []
  const { trx, moment, options: { publish, by } } = run
  const inserted = run.isWriting ? await insertReports(trx, good.map(entry => entry.report), publish) : new Set(good.keys())
  const made = good.filter((_, i) => inserted.has(i))
  const reports = made.map(entry => entry.report)
  if (run.isWriting) {
    if (publish) await insertVersions(trx, reports, moment)
    await run.events.add(by, reports.map(report => publish ? publication(report) : { kind: 'created', agency: report.agency, year: report.year, details: told(report) }))
  }
  if (publish) for (const entry of made) count(run, entry)
  run.counts.created += made.length
  return good.filter((_, i) => !inserted.has(i))
}

const told = ({ form, digest }: PackedReport) => ({ form, imported: true, content_sha256: digest })
const publication = (report: PackedReport): NewEvent => ({ kind: 'published', agency: report.agency, year: report.year, details: { version: 1, ...told(report) } })

async function storeExisting (run: ReportRun, entries: Placed[]): Promise<void> {
  if (entries.length === 0) return
  const { trx, moment, options: { by } } = run
  const existing = await holdReports(trx, entries.map(entry => entry.report))
  const published: Placed[] = []
  for (const [i, entry] of entries.entries()) {
    const { report, source } = entry
    const there = existing[i]
    if (there === undefined) {
      reject(run, source, faultsOfProblem(report.line, problem('report-not-found', { agency: report.agency, year: report.year })))
      continue
    }
    const faults = report.stated === undefined ? [] : readOnlyFaults(run, report, await findReport(trx, report.agency, report.year))
    const outcome = outcomeOf(report, there, run.options)
    if (!isSound(run, source, [...faults, ...('fault' in outcome ? [outcome.fault] : [])]) || 'fault' in outcome) continue
    if (outcome.does === 'nothing') run.counts.unchanged++
    else run.counts.updated++
    if (run.isWriting && outcome.does !== 'nothing' && !there.sameDraft) await replaceDraft(run, report)
    if (outcome.does === 'publish') published.push(entry)
  }
  if (run.isWriting && published.length > 0) {
    await publishDrafts(trx, published.map(entry => entry.report), moment)
    await run.events.add(by, published.map(entry => publication(entry.report)))
  }
  for (const entry of published) count(run, entry)
}

/** As PUT replaces it; few drafts are there in a file of many reports. */
async function replaceDraft ({ trx, forms, events, options: { by } }: ReportRun, report: PackedReport): Promise<void> {
  const stored = (await findReport(trx, report.agency, report.year))!
  const content: Content = { figures: report.figures, notes: JSON.parse(report.notes), sections: report.sections === null ? stored.content.sections : JSON.parse(report.sections) }
  const { changed, event } = draftAfter(forms, stored, { form: forms.get(report.form), content }, { imported: true })
  await saveContent(trx, changed)
  await events.add(by, [event])
}

function isSound (run: ReportRun, source: string, faults: LineFault[]): boolean {
  if (faults.length > 0) reject(run, source, faults)
  return faults.length === 0
}

/** What GET gave may be sent back, but read-only members only as they are. */
function readOnlyFaults ({ forms, options: { actor } }: ReportRun, { line, agency, year, form, stated }: PackedReport, there: StoredReport | undefined): LineFault[] {
  if (stated === undefined) return []
  const fresh = { agency, year, form, status: 'draft', version: null, revision: 1, published_at: null, amendment_reason: null, reason: null, remarks: null, content: { figures: [], notes: {}, sections: {} } }
  const present = writeReport(forms, there ?? fresh as unknown as StoredReport, callerOf({ actor, isPublic: false }))
  return changedReadOnly(stated, present).map(fault => ({ ...fault, line }))
}

/** Into the totals: only reports of their own figures, as in `publishReport`. */
function count (run: ReportRun, { report: { year, form, figures }, standing: { parent, level, kind, reporting } }: Placed): void {
  if (reporting === 'own') run.sums.add({ parent: parent ?? '', level: level!, kind: kind! }, year, form, figures)
}

// Writes a batch of valid reports.
import { setImmediate } from 'node:timers/promises'
import type { NewEvent } from '../../audit/record.ts'
import type { Content } from '../../form/content.ts'
import { keepExplanations } from '../../form/explanations.ts'
import { readVector } from '../../form/vector.ts'
import { problem } from '../../problems/problem.ts'
import { applyToDraft } from '../../reports/drafts.ts'
import { findReport, saveContent } from '../../reports/store.ts'
import { faultsOfProblem, type LineFault } from '../bulk/fault-summary.ts'
import { rejectRecord } from '../bulk/import-state.ts'
import { Batch, type PackedContent, type PackedReport } from './batch.ts'
import { decideOutcome, findDayFaults } from './decide.ts'
import { findReadOnlyFaults, type PreparedBatch } from './prepare-batch.ts'
import { acceptIfSound, type ReportImportState } from './report-import-state.ts'
import { type Existing, insertReports, insertVersions, lockExistingReports, publishDrafts, stateDays } from './store.ts'

export async function writeBatch (
  state: ReportImportState,
  { batch, fresh, existing }: PreparedBatch
): Promise<void> {
  const made = state.isStoring && fresh.length > 0
    ? await insertReports(state.trx, batch, fresh, state.options.publish)
    : fresh
  await writeNew(state, batch, made)
  // Concurrent requests created the others after the lookup.
  const done = new Set(made)
  await writeExisting(
    state,
    batch,
    made.length === fresh.length ? existing : [...existing, ...fresh.filter(report => !done.has(report))]
  )
}

/** Writes new reports. Events and totals are prepared while the database stores the versions. */
async function writeNew (state: ReportImportState, batch: Batch, made: PackedReport[]): Promise<void> {
  const { trx, options: { publish, by } } = state
  const stored = state.isStoring && publish ? insertVersions(trx, batch, made) : undefined
  // Avoids an unhandled rejection; the next `await` rethrows.
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

/** Number of reports after which the event loop gets a turn. */
const REPORTS_PER_TURN = 50

const eventDetails = ({ form, digest }: PackedReport) => ({ form, imported: true, content_sha256: digest })
const publication = (report: PackedReport): NewEvent => ({
  kind: 'published',
  agency: report.agency,
  year: report.year,
  details: {
    version: 1,
    ...eventDetails(report),
    ...(report.publishedOn === undefined ? {} : { published_on: report.publishedOn })
  }
})
const statement = ({ agency, year, publishedOn }: PackedReport): NewEvent => ({
  kind: 'changed',
  agency,
  year,
  details: { imported: true, changes: { published_on: [null, publishedOn] } }
})

async function writeExisting (state: ReportImportState, batch: Batch, reports: PackedReport[]): Promise<void> {
  if (reports.length === 0) return
  const { trx, moment, options: { by } } = state
  const existing = await lockExistingReports(trx, batch, reports)
  const published: PackedReport[] = []
  const dated: PackedReport[] = []
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
    const faults = await findFaults(state, report, there)
    const outcome = decideOutcome(report, there, state.options)
    if (
      !acceptIfSound(state, report, [...faults, ...'fault' in outcome ? [outcome.fault] : []]) || 'fault' in outcome
    ) {
      continue
    }
    if (outcome.does === 'nothing') state.counts.unchanged++
    else state.counts.updated++
    if (outcome.does === 'state') dated.push(report)
    else if (state.isStoring && outcome.does !== 'nothing' && !there.sameDraft) {
      await replaceDraft(state, report, batch.contentOf(report))
    }
    if (outcome.does === 'publish') published.push(report)
  }
  if (state.isStoring && published.length > 0) {
    await publishDrafts(trx, published, moment)
    for (const report of published) state.events.add(by, publication(report))
  }
  if (state.isStoring && dated.length > 0) {
    await stateDays(trx, dated)
    for (const report of dated) state.events.add(by, statement(report))
  }
  for (const report of published) addToDeltas(state, report)
}

/** Returns what the line states beside the content and does not hold for the existing report. */
const findFaults = async (state: ReportImportState, report: PackedReport, there: Existing): Promise<LineFault[]> => [
  ...report.stated === undefined
    ? []
    : findReadOnlyFaults(state, report, await findReport(state.trx, report.agency, report.year)),
  ...findDayFaults(report, there, state.options)
]

/** Replaces a draft as PUT does, one at a time: few reports of a large file have a draft. */
async function replaceDraft (
  { trx, forms, events, options: { by } }: ReportImportState,
  report: PackedReport,
  { vector, notes, sections, explanations }: PackedContent
): Promise<void> {
  const stored = (await findReport(trx, report.agency, report.year))!
  const form = forms.get(report.form)
  const content: Content = {
    figures: readVector(vector),
    notes: JSON.parse(notes),
    sections: sections === null ? stored.content.sections : JSON.parse(sections),
    explanations: explanations === null
      ? keepExplanations(form, stored.content.explanations)
      : JSON.parse(explanations)
  }
  const { changed, event } = applyToDraft(forms, stored, {
    form,
    content,
    source: { imported: true }
  })
  await saveContent(trx, changed)
  events.add(by, event)
}

/** Adds a report to the totals unless it is consolidated, as `publishReport` does. */
function addToDeltas (state: ReportImportState, { year, form, figures, placement }: PackedReport): void {
  const { parent, level, kind, reporting } = placement!
  if (reporting === 'own') state.deltas.add({ parent: parent ?? '', level: level!, kind: kind! }, year, form, figures)
}

// Reports in bulk: the file is read and checked in batches, and each batch is stored with a few statements, all in one
// transaction. It holds the tree of agencies in its place, and so comes after any other import: two of them cannot wait
// for each other, and no agency moves between the reading of its place and the adding to its totals.
import { sql, type Kysely, type Transaction } from 'kysely'
import { showYears } from '../agencies/periods.ts'
import { lockTree } from '../agencies/tree.ts'
import { failedChecks, type Finding } from '../form/checks.ts'
import type { Forms } from '../forms/forms.ts'
import { inTransaction, type Database } from '../platform/database.ts'
import { problem } from '../platform/problem.ts'
import { Sums } from '../tally/sums.ts'
import { faultsOfProblem, type LineFault } from './faults.ts'
import { outcomeOf, statedFaults } from './outcome.ts'
import type { Read, SentReport } from './report-lines.ts'
import { findStandings, holdReports, insertReports, insertVersions, pack, publishDrafts, replaceDrafts, type PackedReport, type Standing } from './report-store.ts'
import { Undone, finish, newRun, reject, type ImportOptions, type Run } from './run.ts'
import { Seen } from './seen.ts'

export interface ReportImportOptions extends ImportOptions { publish: boolean, acceptFailedChecks: boolean }

/** Reports, and characters of them, that one batch has at most. */
const BATCH = 500
const BATCH_CHARACTERS = 8 * 1024 * 1024

interface ReportRun extends Run { sums: Sums, seen: Seen, options: ReportImportOptions }
/** A report on its way, with what stood in the file. */
interface Entry { report: PackedReport, source: string }

/**
 * `read` gives the file from its start each time it is called. When `on_error` is `abort` and anything is at fault,
 * nothing is stored.
 */
export async function importReports (db: Kysely<Database>, forms: Forms, read: () => AsyncIterable<Read[]>, options: ReportImportOptions): Promise<Run> {
  let run!: ReportRun
  try {
    return await inTransaction(db, async trx => {
      // It may wait for another import, and then take as long as the file is.
      await sql`set local statement_timeout = 0`.execute(trx)
      await lockTree(trx)
      run = { ...newRun(options), sums: new Sums(), seen: new Seen(), options }
      await storeAll(trx, run, batches(run, read()))
      if (run.isWriting || options.dryRun) await run.sums.addToTotals(trx, forms)
      return finish(run)
    })
  } catch (error) {
    if (error instanceof Undone) return run
    throw error
  }
}

/** While the database stores one batch, the next is read. */
async function storeAll (trx: Transaction<Database>, run: ReportRun, all: AsyncIterable<Entry[]>): Promise<void> {
  let storing = Promise.resolve()
  try {
    for await (const batch of all) {
      await storing
      run.options.signal?.throwIfAborted()
      storing = storeBatch(trx, run, batch)
      // What it throws is seen above or below, not at the moment.
      storing.catch(() => {})
    }
  } finally {
    await storing
  }
}

/** The reports that are good by themselves; the others are rejected on the way. */
async function * batches (run: ReportRun, file: AsyncIterable<Read[]>): AsyncGenerator<Entry[]> {
  let batch: Entry[] = []
  let characters = 0
  for await (const reads of file) {
    for (const read of reads) {
      run.read++
      const faults = 'faults' in read ? read.faults : faultsOfReport(run, read.report)
      if (faults.length > 0 || 'faults' in read) {
        reject(run, read.source, faults)
        continue
      }
      const report = pack(read.report)
      batch.push({ report, source: read.source })
      characters += read.source.length + report.vector.length + report.notes.length + (report.sections?.length ?? 0)
      if (batch.length < BATCH && characters < BATCH_CHARACTERS) continue
      yield batch
      batch = []
      characters = 0
    }
  }
  if (batch.length > 0) yield batch
}

function faultsOfReport (run: ReportRun, report: SentReport): LineFault[] {
  const { line, agency, year, form, content } = report
  const before = run.seen.see(agency, year, line)
  if (before !== undefined) return [{ line, ...whose(report.figuresOnly), found: `${agency} ${year}`, expected: { en: `each report once: it stands on line ${before}, too`, zh: `每份报告只出现一次：第 ${before} 行已有` } }]
  if (!run.options.publish) return []
  const failed = failedChecks(form, content)
  if (failed.length === 0) return []
  if (!run.options.acceptFailedChecks) return failed.map(finding => faultOfCheck(line, finding))
  run.checks.reports++
  for (const { check } of failed) run.checks.failed.set(check, (run.checks.failed.get(check) ?? 0) + 1)
  return []
}

const faultOfCheck = (line: number, { check, message, left, right }: Finding): LineFault =>
  ({ line, code: 'checks-failed', check, found: { left, right }, expected: message })

/** Where a report says whose it is. */
const whose = (isTable: boolean) => isTable ? { column: 'agency' } : { pointer: '/agency' }

async function storeBatch (trx: Transaction<Database>, run: ReportRun, batch: Entry[]): Promise<void> {
  const standings = await findStandings(trx, batch.map(entry => entry.report))
  const known = await refuseUnknown(trx, run, batch, standings)
  const fresh = known.filter(entry => !entry.standing.exists)
  const taken = await storeFresh(trx, run, fresh)
  await storeExisting(trx, run, [...known.filter(entry => entry.standing.exists), ...taken])
}

interface Placed extends Entry { standing: Standing }

async function refuseUnknown (trx: Transaction<Database>, run: ReportRun, batch: Entry[], standings: Standing[]): Promise<Placed[]> {
  const placed = batch.map((entry, i): Placed => ({ ...entry, standing: standings[i]! }))
  const absent = placed.filter(({ standing }) => standing.registered && standing.reporting === null).map(({ report }) => report.agency)
  const years = new Map(absent.length === 0
    ? []
    : (await trx.selectFrom('agency_period').select(['agency', eb => eb.fn.min('since').as('since'), eb => eb.fn.max('until').as('until')])
        .where('agency', '=', sql<string>`any(${absent})`).groupBy('agency').execute()).map(row => [row.agency, showYears(row.since, row.until)]))
  return placed.filter(({ report, source, standing }) => {
    const { agency, year, line } = report
    if (standing.reporting !== null) return true
    const fault = standing.registered ? problem('agency-not-in-year', { agency, year, years: years.get(agency)! }) : problem('agency-unknown', { agency })
    reject(run, source, faultsOfProblem(line, fault).map(fault => ({ ...fault, ...whose(report.sections === null), found: agency })))
    return false
  })
}

/** Gives those that somebody else has made since the look whether they are there. */
async function storeFresh (trx: Transaction<Database>, run: ReportRun, fresh: Placed[]): Promise<Placed[]> {
  const good = fresh.filter(({ report, source }) => isSound(run, source, statedFaults(report, undefined)))
  if (good.length === 0) return []
  const { publish } = run.options
  const reports = good.map(entry => entry.report)
  const inserted = run.isWriting ? await insertReports(trx, reports, publish) : new Set(good.keys())
  const made = good.filter((_, i) => inserted.has(i))
  if (publish && run.isWriting) await insertVersions(trx, made.map(entry => entry.report))
  if (publish) for (const entry of made) count(run, entry)
  run.counts.created += made.length
  return good.filter((_, i) => !inserted.has(i))
}

async function storeExisting (trx: Transaction<Database>, run: ReportRun, entries: Placed[]): Promise<void> {
  if (entries.length === 0) return
  const existing = await holdReports(trx, entries.map(entry => entry.report))
  const replaced: Placed[] = []
  const published: Placed[] = []
  for (const [i, entry] of entries.entries()) {
    const there = existing[i]
    const faults = there === undefined ? [] : statedFaults(entry.report, there)
    const outcome = there === undefined
      ? { fault: { line: entry.report.line, code: 'database-busy', expected: { en: 'a report that nobody deletes at the same moment', zh: '没有人同时删除的报告' } } }
      : outcomeOf(entry.report, there, run.options)
    if (!isSound(run, entry.source, [...faults, ...('fault' in outcome ? [outcome.fault] : [])]) || 'fault' in outcome) continue
    if (outcome.does === 'nothing') run.counts.unchanged++
    else (outcome.does === 'publish' ? published : replaced).push(entry)
  }
  if (run.isWriting && replaced.length > 0) await replaceDrafts(trx, replaced.map(entry => entry.report))
  if (run.isWriting && published.length > 0) await publishDrafts(trx, published.map(entry => entry.report))
  for (const entry of published) count(run, entry)
  run.counts.updated += replaced.length + published.length
}

function isSound (run: ReportRun, source: string, faults: LineFault[]): boolean {
  if (faults.length > 0) reject(run, source, faults)
  return faults.length === 0
}

/** Into the totals: only reports of their own figures, as in `publishReport`. */
function count (run: ReportRun, { report: { year, form, figures }, standing: { parent, level, kind, reporting } }: Placed): void {
  if (reporting === 'own') run.sums.add({ parent: parent ?? '', level: level!, kind: kind! }, year, form, figures)
}

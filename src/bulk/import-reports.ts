// Reports in bulk: the file is read and checked in batches, and each batch is stored with a few statements, all in one
// transaction. It holds the tree of agencies in its place, and so comes after any other import: two of them cannot wait
// for each other, and no agency moves between the reading of its place and the adding to its totals.
import { setImmediate } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { lockTree } from '../agencies/tree.ts'
import { addsUp, failedChecks, type Finding } from '../form/checks.ts'
import type { Forms } from '../forms/forms.ts'
import { inParts } from '../platform/ahead.ts'
import { NEXT_MOMENT, reserveMoment } from '../platform/clock.ts'
import { inTransaction, type Database } from '../platform/database.ts'
import { Sums } from '../tally/sums.ts'
import { withStagedEvents } from '../trail/staged.ts'
import { Batch } from './batch.ts'
import type { LineFault } from './faults.ts'
import type { Read, SentReport } from './report-lines.ts'
import { finish, newRun, reject, Undone, type Run } from './run.ts'
import { Seen } from './seen.ts'
import { storeBatch, whose, type ReportImportOptions, type ReportRun } from './store-reports.ts'

/**
 * `read` gives the file from its start each time it is called. When `on_error` is `abort` and anything is at fault,
 * nothing is stored.
 */
export async function importReports (db: Kysely<Database>, forms: Forms, read: () => AsyncIterable<Iterable<Read>>, options: ReportImportOptions): Promise<Run> {
  let run!: ReportRun
  try {
    return await inTransaction(db, async trx => await withStagedEvents(async events => {
      // It may wait for another import, and then take as long as the file is.
      await sql`set local statement_timeout = 0`.execute(trx)
      // What a batch looks up is in the memory of the server, or soon is: else all agencies of a nation would be read for
      // each batch, instead of a few by index.
      await sql`set local random_page_cost = 1.1`.execute(trx)
      await lockTree(trx)
      const moment = options.publish && !options.dryRun ? await reserveMoment(trx, db) : ''
      run = { ...newRun(options), trx, forms, moment, sums: new Sums(), events, seen: new Seen(), options }
      options.begun?.(run)
      await storeAll(run, batches(run, read()))
      if (run.isWriting) await events.record(trx)
      if (run.isWriting || options.dryRun) await run.sums.addToTotals(trx, forms)
      // Its own moment has passed long since: the clock moves on once more, so that answers kept since then are not used again.
      if (run.isWriting && options.publish) await NEXT_MOMENT.execute(trx)
      return await finish(trx, run)
    }))
  } catch (error) {
    if (error instanceof Undone) return run
    throw error
  }
}

/** While the database stores one batch, the next is read. */
const storeAll = async (run: ReportRun, all: AsyncIterable<Batch>): Promise<void> => await inParts(async store => {
  for await (const batch of all) {
    run.options.signal?.throwIfAborted()
    await store(async () => await storeBatch(run, batch))
  }
})

/** Reports that are read at a time: in between the database is given what it waits for. */
const TURN = 10

/** The reports that are good by themselves; the others are rejected on the way. When the next batch is asked for, the one before the last must be stored. */
async function * batches (run: ReportRun, file: AsyncIterable<Iterable<Read>>): AsyncGenerator<Batch> {
  // While one is stored, the other is filled.
  let [batch, other] = [new Batch(run.forms.width, run.moment), new Batch(run.forms.width, run.moment)]
  for await (const reads of file) {
    for (const read of reads) {
      run.read++
      if (run.read % TURN === 0) await setImmediate()
      const faults = 'faults' in read ? read.faults : faultsOfReport(run, read.report)
      if (faults.length > 0 || 'faults' in read) {
        reject(run, read.source, faults)
        continue
      }
      batch.add(read.report, read.source, run.isWriting)
      if (!batch.isFull) continue
      yield batch
      ;[batch, other] = [other, batch]
      batch.clear()
    }
  }
  if (batch.reports.length > 0) yield batch
}

function faultsOfReport (run: ReportRun, report: SentReport): LineFault[] {
  const { line, agency, year, form, figures, notes, sections } = report
  const before = run.seen.see(agency, year, line)
  if (before !== undefined) return [{ line, ...whose(report.figuresOnly), found: `${agency} ${year}`, expected: { en: `each report once: it stands on line ${before}, too`, zh: `每份报告只出现一次：第 ${before} 行已有` } }]
  if (!run.options.publish || addsUp(form, figures)) return []
  const failed = failedChecks(form, { figures: Array.from(figures, figure => Number.isNaN(figure) ? null : figure), notes, sections })
  if (failed.length === 0) return []
  if (!run.options.acceptFailedChecks) return failed.map(finding => faultOfCheck(line, finding))
  run.checks.reports++
  for (const { check } of failed) run.checks.failed.set(check, (run.checks.failed.get(check) ?? 0) + 1)
  return []
}

const faultOfCheck = (line: number, { check, message, left, right }: Finding): LineFault =>
  ({ line, code: 'checks-failed', check, found: { left, right }, expected: message })

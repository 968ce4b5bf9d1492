// Reports in bulk: the file is read and checked in parts by a thread of its own, and each part is stored with a few
// statements, all in one transaction. It holds the tree of agencies in its place, and so comes after any other import:
// two of them cannot wait for each other, and no agency moves between the reading of its place and the adding to its
// totals.
import { type Kysely, sql } from 'kysely'
import { extname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { lockTree } from '../../agencies/tree.ts'
import { Sums } from '../../aggregates/deltas.ts'
import { withStagedEvents } from '../../audit/batch.ts'
import { NEXT_MOMENT, reserveMoment } from '../../database/clock.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { finish, newRun, reject, type Run, Undone } from '../bulk/import-state.ts'
import type { FileToRead } from '../bulk/open-file.ts'
import { Batch } from './batch.ts'
import type { Part } from './chunk.ts'
import type { ReadingTask } from './parse-chunks.ts'
import { type Lent, Thread } from './worker.ts'
import { makeReady, type Ready, type ReportImportOptions, type ReportRun, storeBatch } from './write-batch.ts'

const thread = new Thread<ReadingTask, Part>(new URL(`./parse-worker${extname(import.meta.url)}`, import.meta.url))

/** When `on_error` is `abort` and anything is at fault, nothing is stored. */
export async function importReports (
  db: Kysely<Database>,
  forms: Forms,
  file: FileToRead,
  thisYear: number,
  options: ReportImportOptions
): Promise<Run> {
  let run!: ReportRun
  try {
    return await inTransaction(db, async trx =>
      await withStagedEvents(async events => {
        // It may wait for another import, and then take as long as the file is.
        await sql`set local statement_timeout = 0`.execute(trx)
        // What a part looks up is few rows of large tables, by index. A plan that was made for tables of which nothing
        // was known yet would read all of them for each part.
        await sql`set local enable_hashjoin = off; set local enable_mergejoin = off`.execute(trx)
        await lockTree(trx)
        const moment = options.publish && !options.dryRun ? await reserveMoment(trx, db) : ''
        run = { ...newRun(options), trx, forms, moment, sums: new Sums(), events, options }
        options.begun?.(run)
        await storeAll(run, thread.run(taskOf(run, file, thisYear)))
        if (run.isWriting) await events.record(trx)
        if (run.isWriting || options.dryRun) await run.sums.addToTotals(trx, forms)
        // Its own moment has passed long since: the clock moves on once more, so that answers kept since then are not
        // used again.
        if (run.isWriting && options.publish) await NEXT_MOMENT.execute(trx)
        return await finish(trx, run)
      }))
  } catch (error) {
    if (error instanceof Undone) return run
    throw error
  }
}

function taskOf (
  { forms, moment, options: { rejects, publish, acceptFailedChecks } }: ReportRun,
  file: FileToRead,
  thisYear: number
): ReadingTask {
  return {
    file,
    forms: forms.all.map(form => form.definition),
    thisYear,
    keepSource: rejects !== undefined,
    publish,
    acceptFailedChecks,
    moment
  }
}

/** While the database stores one part, the next is made ready. */
async function storeAll (run: ReportRun, parts: AsyncGenerator<Lent<Part>>): Promise<void> {
  let next = nextReady(run, parts)
  try {
    for (let ready; (ready = await next) !== undefined;) {
      const { giveBack, batch } = ready
      await storeBatch(run, ready, () => {
        next = nextReady(run, parts)
        // What it throws is seen when it is waited for.
        next.catch(() => {})
      })
      giveBack(batch.memory)
    }
  } finally {
    // Nothing is at work any more when this ends, however it does.
    await next.catch(() => {})
    await parts.return(undefined)
  }
}

/** Undefined at the end of the file. */
async function nextReady (
  run: ReportRun,
  parts: AsyncGenerator<Lent<Part>>
): Promise<Ready & Pick<Lent<Part>, 'giveBack'> | undefined> {
  const { done, value } = await parts.next()
  if (done === true) return undefined
  const { part, giveBack } = value
  run.options.signal?.throwIfAborted()
  if (run.read === 0) run.options.rejects?.begin(part.columns)
  await count(run, part)
  return {
    ...await makeReady(run, new Batch(part, form => run.forms.get(form).cells.length, run.forms.width)),
    giveBack
  }
}

/** To look for names that were meant, for a file of what was rejected, takes long: in between others are answered. */
async function count (run: ReportRun, { read, rejected, failed }: Part): Promise<void> {
  run.read += read
  for (const { source, faults } of rejected) {
    reject(run, source, faults)
    await setImmediate()
  }
  run.checks.reports += failed.length
  for (const check of failed.flat()) run.checks.failed.set(check, (run.checks.failed.get(check) ?? 0) + 1)
}

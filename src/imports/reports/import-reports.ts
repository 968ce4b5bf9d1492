// Imports reports in bulk. A worker thread parses and checks the file in chunks, and each chunk is written with a few
// statements, all in one transaction. The transaction holds the agency-tree lock: imports run one after another, and no
// agency moves between the lookup of its place and the update of its totals.
import { type Kysely, sql } from 'kysely'
import { extname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { lockTree } from '../../agencies/tree.ts'
import { DeltaAccumulator } from '../../aggregates/deltas.ts'
import { withEventBatch } from '../../audit/batch.ts'
import { reserveMoment, TAKE_TIMESTAMP } from '../../database/clock.ts'
import { limitStatements } from '../../database/connection.ts'
import { runTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import {
  createImportState,
  finishImport,
  type ImportState,
  rejectRecord,
  STATEMENT_LIMIT_MS
} from '../bulk/import-state.ts'
import type { FileToRead } from '../bulk/open-file.ts'
import { Batch } from './batch.ts'
import { memoryOf, type ParsedChunk } from './parsing/chunk.ts'
import type { ParseTask } from './parsing/parse-chunks.ts'
import { Thread } from './parsing/worker.ts'
import { prepareBatch } from './prepare-batch.ts'
import type { ReportImportOptions, ReportImportState } from './report-import-state.ts'
import { writeBatch } from './write-batch.ts'

const thread = new Thread<ParseTask, ParsedChunk>(
  new URL(`./parsing/parse-worker${extname(import.meta.url)}`, import.meta.url),
  memoryOf
)

/** Imports reports in one transaction. If `on_error` is `abort` and any record is at fault, nothing is stored. */
export async function importReports (
  db: Kysely<Database>,
  forms: Forms,
  file: FileToRead,
  thisYear: number,
  options: ReportImportOptions
): Promise<ImportState> {
  return await runTransaction(db, async trx =>
    await withEventBatch(async events => {
      // A statement may wait for another import, for as long as that import takes.
      await limitStatements(trx, STATEMENT_LIMIT_MS)
      // Each chunk looks up few rows of large tables by index. Plans cached while the tables were empty would scan them
      // for each chunk.
      await sql`set local enable_hashjoin = off; set local enable_mergejoin = off`.execute(trx)
      await lockTree(trx)
      const moment = options.publish && !options.dryRun ? await reserveMoment(trx, db) : ''
      const state: ReportImportState = {
        ...createImportState(options),
        trx,
        forms,
        moment,
        deltas: new DeltaAccumulator(),
        events,
        options
      }
      options.onStart?.(state)
      await storeAll(state, thread.run(taskOf(state, file, thisYear)))
      if (state.isStoring) await events.record(trx)
      if (state.isStoring || options.dryRun) await state.deltas.addToTotals(trx, forms)
      // Advances the clock again: the timestamp of this transaction is old, and responses cached since then must be
      // invalidated.
      if (state.isStoring && options.publish) await TAKE_TIMESTAMP.execute(trx)
      return await finishImport(trx, state)
    }))
}

function taskOf (
  { forms, moment, options: { rejects, publish, acceptFailedChecks } }: ReportImportState,
  file: FileToRead,
  thisYear: number
): ParseTask {
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

/** Writes the chunks one after another, while the worker parses the next ones. */
async function storeAll (state: ReportImportState, chunks: AsyncIterable<ParsedChunk>): Promise<void> {
  const { forms, options } = state
  for await (const chunk of chunks) {
    options.signal?.throwIfAborted()
    if (state.read === 0) options.rejects?.begin(chunk.columns)
    await count(state, chunk)
    const batch = new Batch(chunk, form => forms.get(form).cells.length, forms.width)
    await writeBatch(state, await prepareBatch(state, batch))
  }
}

/**
 * Counts the records and faults of a chunk. Finding candidates for misspelt names takes long, so other requests get a
 * turn after each record.
 */
async function count (state: ReportImportState, { read, rejected, failed }: ParsedChunk): Promise<void> {
  state.read += read
  for (const { source, faults } of rejected) {
    rejectRecord(state, source, faults)
    await setImmediate()
  }
  state.checks.reports += failed.length
  for (const check of failed.flat()) state.checks.failed.set(check, (state.checks.failed.get(check) ?? 0) + 1)
}

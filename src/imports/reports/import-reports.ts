// Imports reports in bulk. A worker thread parses and checks the file in chunks, and each chunk is written with a few
// statements, all in one transaction. Imports run one after another. One that publishes also holds the agency-tree
// lock, so that no agency moves between the lookup of its place and the update of its totals. One of drafts only makes
// sure at its end that no agency has moved: whoever may write drafts must not keep others from changing agencies.
import { type Kysely, sql } from 'kysely'
import { extname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { lockTree, watchTree } from '../../agencies/tree.ts'
import { DeltaAccumulator } from '../../aggregates/deltas.ts'
import { withEventBatch } from '../../audit/batch.ts'
import { requireValidKey, revalidateCaller } from '../../auth/revalidate.ts'
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
import { lockImports } from './store.ts'
import { writeBatch } from './write-batch.ts'

const thread = new Thread<ParseTask, ParsedChunk>(
  new URL(`./parsing/parse-worker${extname(import.meta.url)}`, import.meta.url),
  memoryOf
)

/**
 * Imports reports in one transaction. If `on_error` is `abort` and any record is at fault, nothing is stored. Nothing
 * is locked before there is something to store.
 */
export async function importReports (
  db: Kysely<Database>,
  forms: Forms,
  file: FileToRead,
  thisYear: number,
  options: ReportImportOptions
): Promise<ImportState> {
  const parse = (moment: string) => thread.run(taskOf(forms, options, { file, thisYear, moment }))
  const rejected = await findNothingToStore(options, parse(''))
  if (rejected !== undefined) return await runTransaction(db, async trx => await finishImport(trx, rejected))
  return await runTransaction(db, async trx =>
    await withEventBatch(async events => {
      // A statement may wait for another import, for as long as that import takes.
      await limitStatements(trx, STATEMENT_LIMIT_MS)
      // Each chunk looks up few rows of large tables by index. Plans cached while the tables were empty would scan them
      // for each chunk.
      await sql`set local enable_hashjoin = off; set local enable_mergejoin = off`.execute(trx)
      await lockImports(trx)
      if (options.publish) await lockTree(trx)
      const requireSameTree = await watchTree(trx)
      const agencies = new Set<string>()
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
      for await (const chunk of parse(moment)) {
        await storeChunk(state, chunk)
        if (!options.publish) { for (const agency of chunk.agencies) agencies.add(agency) }
      }
      if (!options.publish) await requireSameTree(agencies)
      await revalidateCaller(trx, options.actor)
      if (state.isStoring) await events.record(trx)
      if (state.isStoring || options.dryRun) await state.deltas.addToTotals(trx, forms)
      // Advances the clock again: the timestamp of this transaction is old, and responses cached since then must be
      // invalidated.
      if (state.isStoring && options.publish) await TAKE_TIMESTAMP.execute(trx)
      return await finishImport(trx, state)
    }))
}

/** Returns the state of an import whose records are all rejected; undefined once a report can be stored. */
async function findNothingToStore (
  options: ReportImportOptions,
  chunks: AsyncIterable<ParsedChunk>
): Promise<ImportState | undefined> {
  const state = createImportState(options)
  options.onStart?.(state)
  for await (const chunk of chunks) {
    if (chunk.lines.length > 0) return undefined
    await countRecords(state, chunk)
  }
  return state
}

function taskOf (
  forms: Forms,
  { rejects, publish, acceptFailedChecks }: ReportImportOptions,
  of: Pick<ParseTask, 'file' | 'thisYear' | 'moment'>
): ParseTask {
  return {
    ...of,
    forms: forms.all.map(form => form.definition),
    keepSource: rejects !== undefined,
    publish,
    acceptFailedChecks
  }
}

/** Writes a chunk, while the worker parses the next one. */
async function storeChunk (state: ReportImportState, chunk: ParsedChunk): Promise<void> {
  const { trx, forms, options } = state
  await requireValidKey(trx, options.actor)
  await countRecords(state, chunk)
  const batch = new Batch(chunk, form => forms.get(form).cells.length, forms.width)
  await writeBatch(state, await prepareBatch(state, batch))
}

/**
 * Counts the records and faults of a chunk. Finding candidates for misspelt names takes long, so other requests get a
 * turn after each record.
 */
async function countRecords (state: ImportState, { layout, read, rejected, failed }: ParsedChunk): Promise<void> {
  const { options } = state
  options.signal?.throwIfAborted()
  if (state.read === 0) options.rejects?.begin(layout)
  state.read += read
  for (const { source, faults } of rejected) {
    rejectRecord(state, source, faults)
    await setImmediate()
  }
  state.checks.reports += failed.length
  for (const check of failed.flat()) state.checks.failed.set(check, (state.checks.failed.get(check) ?? 0) + 1)
}

// Imports agencies in bulk, with parents in any order. New agencies are inserted with a few statements; known ones are
// changed one by one, by the rules of a single change.
import { type Kysely, sql } from 'kysely'
import { recordHistory } from '../../agencies/history.ts'
import { lockTree } from '../../agencies/tree.ts'
import { withEventBatch } from '../../audit/batch.ts'
import { revalidateCaller } from '../../auth/revalidate.ts'
import { limitStatements } from '../../database/connection.ts'
import { runTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { problem } from '../../problems/problem.ts'
import {
  createImportState,
  finishImport,
  type ImportState,
  rejectRecord,
  STATEMENT_LIMIT_MS
} from '../bulk/import-state.ts'
import { type FileToRead, readAgencies, type Reading } from '../bulk/open-file.ts'
import { type AgencyImportOptions, type AgencyImportState, rejectAgency } from './agency-run.ts'
import type { ReadAgency, SentAgency, Validate } from './parse-lines.ts'
import { saveAgencies } from './save-agencies.ts'

/** All agencies of a file are held in memory, because the order of parents is known only at its end. */
const MAX_AGENCIES = 300_000

/** Imports agencies in one transaction. If `on_error` is `abort` and any line is at fault, nothing is stored. */
export async function importAgencies (
  db: Kysely<Database>,
  forms: Forms,
  file: FileToRead,
  validate: Validate,
  options: AgencyImportOptions
): Promise<ImportState> {
  return await runTransaction(db, async trx =>
    await withEventBatch(async events => {
      // No lock is held while the file is parsed.
      await sql`set local idle_in_transaction_session_timeout = ${sql.lit(STATEMENT_LIMIT_MS)}`.execute(trx)
      const state: AgencyImportState = { ...createImportState(options), options, events, recorded: [] }
      options.onStart?.(state)
      const agencies = await readAll(state, await readAgencies(file, validate, options.rejects !== undefined))
      await limitStatements(trx, STATEMENT_LIMIT_MS)
      await lockTree(trx)
      await saveAgencies(trx, forms, state, agencies)
      await revalidateCaller(trx, options.actor)
      await events.record(trx)
      // This comes last, because it locks the clock row.
      if (state.recorded.length > 0) await recordHistory(trx, state.recorded)
      return await finishImport(trx, state)
    }))
}

async function readAll (state: ImportState, { layout, reads: file }: Reading<ReadAgency>): Promise<SentAgency[]> {
  state.options.rejects?.begin(layout)
  const agencies = new Map<string, SentAgency>()
  for await (const reads of file) {
    state.options.signal?.throwIfAborted()
    for (const read of reads) {
      state.read++
      if ('faults' in read) {
        rejectRecord(state, read.source, read.faults)
        continue
      }
      const before = agencies.get(read.code)
      if (before !== undefined) {
        rejectAgency(
          state,
          read,
          problem('body-invalid', {}, {
            errors: [{
              pointer: '/code',
              found: read.code,
              expected: {
                en: `each agency once: it stands on line ${before.line}, too`,
                zh: `每个机关只出现一次：第 ${before.line} 行已有`
              }
            }]
          })
        )
      } else agencies.set(read.code, read)
      if (agencies.size > MAX_AGENCIES) throw problem('too-many-agencies', { most: MAX_AGENCIES })
    }
  }
  return [...agencies.values()]
}

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
import { Problem, problem } from '../../problems/problem.ts'
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
      const state: AgencyImportState = {
        ...createImportState(options),
        options,
        events,
        recorded: [],
        rejectedAgencies: new Set()
      }
      options.onStart?.(state)
      const layers = await readAll(state, await readAgencies(file, validate, options.rejects !== undefined))
      await limitStatements(trx, STATEMENT_LIMIT_MS)
      await lockTree(trx)
      for (const layer of layers) await saveAgencies(trx, forms, state, withoutRejected(state, layer))
      await revalidateCaller(trx, options.actor)
      await events.record(trx)
      // This comes last, because it locks the clock row.
      if (state.recorded.length > 0) await recordHistory(trx, state.recorded)
      return await finishImport(trx, state)
    }))
}

/**
 * Returns the agencies in layers that are saved one after the other. The first line of each agency comes first, then
 * its changes in the order of years; the ends of agencies come last, when those below them may have moved away.
 */
async function readAll (
  state: AgencyImportState,
  { layout, reads: file }: Reading<ReadAgency>
): Promise<SentAgency[][]> {
  state.options.rejects?.begin(layout)
  const lines = new Map<string, SentAgency[]>()
  let kept = 0
  for await (const reads of file) {
    state.options.signal?.throwIfAborted()
    for (const read of reads) {
      state.read++
      if ('faults' in read) {
        rejectRecord(state, read.source, read.faults)
        continue
      }
      const before = lines.get(read.code)
      const twice = before === undefined ? undefined : faultOfOrder(state, before.at(-1)!, read)
      if (twice !== undefined) {
        rejectAgency(state, read, twice)
        // Earlier lines of the same agency remain valid.
        state.rejectedAgencies.delete(read.code)
      } else if (before === undefined) lines.set(read.code, [read])
      else before.push(read)
      if (++kept > MAX_AGENCIES) throw problem('too-many-agencies', { most: MAX_AGENCIES })
    }
  }
  const layers: SentAgency[][] = []
  const ends: SentAgency[] = []
  for (const own of lines.values()) {
    for (const [i, line] of own.entries()) {
      if (i > 0 && typeof line.change.until === 'number') ends.push(line)
      else (layers[i] ??= []).push(line)
    }
  }
  return [...layers, ends]
}

/** An agency has one line, or one for each year from which a change holds, and one for its end. */
function faultOfOrder (
  { options }: ImportState,
  before: SentAgency,
  { code, change }: SentAgency
): Problem | undefined {
  const since = change.since ?? 0
  const last = before.change.since ?? 0
  const isEnd = since === last && typeof change.until === 'number' && typeof before.change.until !== 'number'
  if (options.mode === 'upsert' && (isEnd || since > last)) return undefined
  return problem('body-invalid', {}, {
    errors: [{
      pointer: '/code',
      found: code,
      expected: {
        en: `each agency once: it stands on line ${before.line}, too`,
        zh: `每个机关只出现一次：第 ${before.line} 行已有`
      }
    }]
  })
}

/** Rejects the later lines of agencies of which a line was rejected. */
function withoutRejected (state: AgencyImportState, layer: SentAgency[]): SentAgency[] {
  return layer.filter(agency => {
    if (!state.rejectedAgencies.has(agency.code)) return true
    rejectAgency(
      state,
      agency,
      problem('body-invalid', {}, {
        errors: [{
          pointer: '/code',
          found: agency.code,
          expected: { en: 'an agency whose other lines hold', zh: '其他各行均有效的机关' }
        }]
      })
    )
    return false
  })
}

// Agencies in bulk, in any order of parents: new ones with a few statements, changed ones one by one, by the same rules
// as a single one.
import { type Kysely, sql } from 'kysely'
import { recordAgencies } from '../../agencies/history.ts'
import { lockTree } from '../../agencies/tree.ts'
import { withStagedEvents } from '../../audit/batch.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { problem } from '../../problems/problem.ts'
import { finish, newRun, reject, type Run, Undone } from '../bulk/import-state.ts'
import { type FileToRead, readAgencies, type Reading } from '../bulk/open-file.ts'
import { type AgencyImportOptions, type AgencyRun, refuse } from './agency-run.ts'
import type { ReadAgency, SentAgency, Validate } from './parse-lines.ts'
import { saveAll } from './save-agencies.ts'

/** They are held in memory until all are read: which stands above which is known only then. */
const MOST_AGENCIES = 300_000

/** As `importReports`. */
export async function importAgencies (
  db: Kysely<Database>,
  forms: Forms,
  file: FileToRead,
  validate: Validate,
  options: AgencyImportOptions
): Promise<Run> {
  let run!: AgencyRun
  try {
    return await inTransaction(db, async trx =>
      await withStagedEvents(async events => {
        await sql`set local statement_timeout = 0`.execute(trx)
        await lockTree(trx)
        run = { ...newRun(options), options, events, recorded: [] }
        options.begun?.(run)
        await saveAll(
          trx,
          forms,
          run,
          await readAll(run, await readAgencies(file, validate, options.rejects !== undefined))
        )
        await events.record(trx)
        // The last thing: it holds the clock.
        if (run.recorded.length > 0) await recordAgencies(trx, run.recorded)
        return await finish(trx, run)
      }))
  } catch (error) {
    if (error instanceof Undone) return run
    throw error
  }
}

async function readAll (run: Run, { columns, reads: file }: Reading<ReadAgency>): Promise<SentAgency[]> {
  run.options.rejects?.begin(columns)
  const agencies = new Map<string, SentAgency>()
  for await (const reads of file) {
    run.options.signal?.throwIfAborted()
    for (const read of reads) {
      run.read++
      if ('faults' in read) {
        reject(run, read.source, read.faults)
        continue
      }
      const before = agencies.get(read.code)
      if (before !== undefined) {
        refuse(
          run,
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
      if (agencies.size > MOST_AGENCIES) throw problem('too-many-agencies', { most: MOST_AGENCIES })
    }
  }
  return [...agencies.values()]
}

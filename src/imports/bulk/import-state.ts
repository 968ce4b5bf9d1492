// One import on its way: what is counted, and what of it is told.
import type { Transaction } from 'kysely'
import type { Database } from '../../database/types.ts'
import { wordFault } from '../../problems/format.ts'
import { type Language, problem, Problem } from '../../problems/problem.ts'
import { Faults, type LineFault } from './fault-summary.ts'
import { Rejects } from './rejects.ts'

export interface ImportOptions {
  dryRun: boolean
  onError: 'abort' | 'continue'
  mode: 'create' | 'upsert'
  /** Aborted when nobody waits for the result any more. */
  signal?: AbortSignal | undefined
  /** Takes what was rejected, as it stood in the file. */
  rejects?: Rejects | undefined
  /** Told of each beginning: a transaction that met another one is tried again. */
  begun?: ((run: Run) => void) | undefined
  /** The last thing before all is stored. */
  beforeStored?: ((trx: Transaction<Database>, run: Run) => Promise<void>) | undefined
}

export interface Run {
  options: ImportOptions
  counts: { created: number, updated: number, unchanged: number, rejected: number }
  /** How many were read. */
  read: number
  faults: Faults
  /** Accepted although checks fail: how many reports, and how many by check. */
  checks: { reports: number, failed: Map<string, number> }
  /** False in a dry run, and from the first fault on where one undoes all: the rest is only looked through. */
  isWriting: boolean
}

/** Undoes at the end what is not to stay; what was found is told all the same. */
export class Undone extends Error {}

export const newRun = (options: ImportOptions): Run => ({
  options,
  counts: { created: 0, updated: 0, unchanged: 0, rejected: 0 },
  read: 0,
  faults: new Faults(),
  checks: { reports: 0, failed: new Map() },
  isWriting: !options.dryRun
})

/** One report or agency with all that is wrong with it. */
export function reject (run: Run, source: string, faults: LineFault[]): void {
  run.counts.rejected++
  for (const fault of faults) run.faults.add(fault)
  run.options.rejects?.add(source, faults)
  if (run.options.onError === 'abort') run.isWriting = false
}

/** At the end of the transaction: throws `Undone` where nothing is to be stored. */
export async function finish<R extends Run> (trx: Transaction<Database>, run: R): Promise<R> {
  if (run.read === 0) throw problem('import-empty')
  if (isRejected(run)) run.counts = { ...run.counts, created: 0, updated: 0 }
  if (run.options.dryRun || isRejected(run)) throw new Undone()
  await run.options.beforeStored?.(trx, run)
  return run
}

/** One fault, and all is undone. A dry run is never rejected: it tells. */
export const isRejected = ({ counts, options }: Run) =>
  counts.rejected > 0 && options.onError === 'abort' && !options.dryRun

/** The result as it is answered. */
export function wordResult ({ counts, faults, checks, read, options: { dryRun } }: Run, language: Language) {
  return {
    dry_run: dryRun,
    read,
    counts,
    ...(checks.reports > 0
      ? {
        failed_checks: {
          reports: checks.reports,
          checks: [...checks.failed].map(([check, reports]) => ({ check, reports }))
        }
      }
      : {}),
    errors: faults.shown.map(fault => wordFault(fault, language)),
    ...(faults.count > faults.shown.length ? { more_errors: faults.count - faults.shown.length } : {}),
    ...(faults.kinds.size > 0
      ? {
        kinds: [...faults.kinds.values()].map(({ expected, ...kind }) => ({ ...kind, expected: expected[language] }))
      }
      : {})
  }
}

/** What is answered where one fault undid all. */
export function rejection (run: Run, language: Language): Problem {
  const { read, counts, faults } = run
  return problem('import-rejected', { read, rejected: counts.rejected }, {
    ...wordResult(run, language),
    errors: faults.shown
  })
}

// The state of one import: its counts, its faults, and how they are reported.
import type { Transaction } from 'kysely'
import type { Outcome } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import type { Language } from '../../problems/fault.ts'
import { formatFault } from '../../problems/format.ts'
import { problem, Problem } from '../../problems/problem.ts'
import { Faults, type LineFault } from './fault-summary.ts'
import { Rejects } from './rejects.ts'

export interface ImportOptions {
  dryRun: boolean
  onError: 'abort' | 'continue'
  mode: 'create' | 'upsert'
  /** Aborted when nobody needs the result any more. */
  signal?: AbortSignal | undefined
  /** Receives rejected records as they were in the file. */
  rejects?: Rejects | undefined
  /** Called at the start of each attempt: the transaction is retried after a conflict with another one. */
  onStart?: ((state: ImportState) => void) | undefined
  /** Called last before commit; not called if the transaction rolls back. */
  beforeCommit?: ((trx: Transaction<Database>, state: ImportState) => Promise<void>) | undefined
}

export interface ImportState {
  options: ImportOptions
  counts: { created: number, updated: number, unchanged: number, rejected: number }
  /** Number of records read. */
  read: number
  faults: Faults
  /** Reports accepted although checks fail: their number, and the number of failures by check. */
  checks: { reports: number, failed: Map<string, number> }
  /**
   * False in a dry run, and after the first fault if one fault rolls back everything: further records are only
   * validated.
   */
  isStoring: boolean
}

/** Limit of a statement of an import, in milliseconds: it may wait for an import of another process. */
export const STATEMENT_LIMIT_MS = 30 * 60_000

export const createImportState = (options: ImportOptions): ImportState => ({
  options,
  counts: { created: 0, updated: 0, unchanged: 0, rejected: 0 },
  read: 0,
  faults: new Faults(),
  checks: { reports: 0, failed: new Map() },
  isStoring: !options.dryRun
})

/** Counts one rejected report or agency, records all its faults, and adds it to the rejects file. */
export function rejectRecord (state: ImportState, source: string, faults: LineFault[]): void {
  state.counts.rejected++
  for (const fault of faults) state.faults.add(fault)
  state.options.rejects?.add(source, faults)
  if (state.options.onError === 'abort') state.isStoring = false
}

/** Decides whether the transaction commits: a dry run and a rejected file do not. Throws `import-empty`. */
export async function finishImport<State extends ImportState> (
  trx: Transaction<Database>,
  state: State
): Promise<Outcome<State>> {
  if (state.read === 0) throw problem('import-empty')
  if (isRejected(state)) state.counts = { ...state.counts, created: 0, updated: 0 }
  const commit = !state.options.dryRun && !isRejected(state)
  if (commit) await state.options.beforeCommit?.(trx, state)
  return { commit, result: state }
}

/** True if one fault rolls back everything. A dry run is never rejected, it only reports. */
export const isRejected = ({ counts, options }: ImportState) =>
  counts.rejected > 0 && options.onError === 'abort' && !options.dryRun

/** Formats the result for the response. */
export function formatResult ({ counts, faults, checks, read, options: { dryRun } }: ImportState, language: Language) {
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
    errors: faults.shown.map(fault => formatFault(fault, language)),
    ...(faults.count > faults.shown.length ? { more_errors: faults.count - faults.shown.length } : {}),
    ...(faults.kinds.size > 0
      ? {
        kinds: [...faults.kinds.values()].map(({ expected, ...kind }) => ({ ...kind, expected: expected[language] }))
      }
      : {})
  }
}

/** Returns the problem of an import that one fault rolled back. */
export function rejectionProblem (state: ImportState, language: Language): Problem {
  const { read, counts, faults } = state
  return problem('import-rejected', { read, rejected: counts.rejected }, {
    ...formatResult(state, language),
    errors: faults.shown
  })
}

import { sql, type Transaction } from 'kysely'
import { applyAgencyChange } from '../../agencies/actions.ts'
import { agencyEvent } from '../../agencies/agency-events.ts'
import { formatYears } from '../../agencies/periods.ts'
import { findSuccessorFaults, unknownSuccessor } from '../../agencies/successors.ts'
import { lockAgenciesForUpdate, subtreesOf } from '../../agencies/tree.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { problem, Problem } from '../../problems/problem.ts'
import {
  type AgencyImportState,
  type KnownAgencyRecord,
  type NewAgencyRecord,
  rejectAgency,
  withinSubtree
} from './agency-run.ts'
import type { SentAgency } from './parse-lines.ts'
import { creditCodeTaken, cycleProblem, findCycles, sortAgencies, unknownParentProblem } from './sort-agencies.ts'
import { findYears, insertAgencies } from './store.ts'

/**
 * Saves the agencies of a file. A change may depend on another one in the same file, so failed changes are retried as
 * long as any other succeeds.
 */
export async function saveAgencies (
  trx: Transaction<Database>,
  forms: Forms,
  state: AgencyImportState,
  agencies: SentAgency[]
): Promise<void> {
  let { fresh, known } = await sortAgencies(trx, state, await withinSubtree(trx, state, agencies))
  // Locks all agencies that may move, in one order and before any totals: publications in their subtrees have committed
  // by then.
  await lockAgenciesForUpdate(trx, await subtreesOf(trx, known.map(entry => entry.code)))
  for (let before = -1; before !== fresh.length + known.length && fresh.length + known.length > 0;) {
    before = fresh.length + known.length
    fresh = await insertNew(trx, state, fresh)
    known = await updateKnown(trx, forms, state, known)
  }
  const circle = findCycles(fresh)
  const registered = await findYears(trx, fresh.flatMap(({ period: { parent } }) => parent ?? []))
  for (const entry of fresh) {
    const { code, period: { parent }, change: { successor } } = entry
    const isSuccessorUnknown = parent === null || registered.has(parent)
    rejectAgency(
      state,
      entry,
      circle.has(code)
        ? cycleProblem(entry)
        : isSuccessorUnknown
        ? unknownSuccessor(successor!)
        : unknownParentProblem(entry)
    )
  }
  for (const entry of known) rejectAgency(state, entry, await tryUpdate(trx, forms, state, entry))
}

/**
 * Inserts the agencies whose parents exist or are inserted as well. Rejects those whose parent does not exist in all
 * their years. Returns the rest, whose parents or successors are not known yet.
 */
async function insertNew (
  trx: Transaction<Database>,
  state: AgencyImportState,
  fresh: NewAgencyRecord[]
): Promise<NewAgencyRecord[]> {
  const years = await findYears(trx, [...new Set(fresh.flatMap(({ period }) => period.parent ?? []))])
  const successors = await findYears(trx, [...new Set(fresh.flatMap(({ change }) => change.successor ?? []))])
  const below = new Map<string, NewAgencyRecord[]>()
  for (const entry of fresh) {
    const parent = entry.period.parent ?? ''
    const siblings = below.get(parent)
    if (siblings === undefined) below.set(parent, [entry])
    else siblings.push(entry)
  }
  const placed: NewAgencyRecord[] = []
  const refused = new Set<NewAgencyRecord>()
  const queue = ['', ...years.keys()]
  for (let parent; (parent = queue.pop()) !== undefined;) {
    const own = years.get(parent)
    for (const entry of below.get(parent) ?? []) {
      const { code, period, change: { successor } } = entry
      if (typeof successor === 'string') {
        const faults = findSuccessorFaults(successor, period.until, successors.get(successor))
        if (faults.length > 0) {
          rejectAgency(state, entry, problem('body-invalid', {}, { errors: faults }))
          refused.add(entry)
        }
        if (faults.length > 0 || !successors.has(successor)) continue
      }
      if (own !== undefined && (own.since > period.since || own.until < period.until)) {
        rejectAgency(
          state,
          entry,
          problem('parent-not-in-year', {
            parent,
            agency: code,
            parent_years: formatYears(own.since, own.until),
            years: formatYears(period.since, period.until)
          }, {
            errors: [{
              pointer: '/parent',
              found: parent,
              expected: { en: 'an agency that is there in all those years', zh: '在这些年度均存在的机关' }
            }]
          })
        )
        refused.add(entry)
        continue
      }
      placed.push(entry)
      years.set(code, period)
      queue.push(code)
    }
  }
  if (placed.length > 0) await insertAgencies(trx, placed)
  for (const { code, change, period } of placed) {
    state.events.add(state.options.by, agencyEvent(code, change, undefined, [], [period]))
  }
  for (const { code } of placed) state.recorded.push(code)
  state.counts.created += placed.length
  const done = new Set(placed)
  return fresh.filter(entry => !done.has(entry) && !refused.has(entry))
}

/** Saves one change within a savepoint. If it fails, rolls back to the savepoint and returns the reason. */
async function tryUpdate (
  trx: Transaction<Database>,
  forms: Forms,
  state: AgencyImportState,
  { code, change, before }: KnownAgencyRecord
): Promise<unknown> {
  await sql`savepoint agency`.execute(trx)
  try {
    const isRecorded = await applyAgencyChange(trx, forms, state.options.by, code, { change, before })
    await sql`release savepoint agency`.execute(trx)
    if (isRecorded) state.recorded.push(code)
    return undefined
  } catch (error) {
    const isTaken = (error as { constraint?: string }).constraint === 'agency_credit_code_key'
    if (!(error instanceof Problem) && !isTaken) throw error
    await sql`rollback to savepoint agency`.execute(trx)
    return isTaken ? creditCodeTaken(change.credit_code!) : error
  }
}

/** Changes known agencies. Returns those that could not be saved. */
async function updateKnown (
  trx: Transaction<Database>,
  forms: Forms,
  state: AgencyImportState,
  known: KnownAgencyRecord[]
): Promise<KnownAgencyRecord[]> {
  const left: KnownAgencyRecord[] = []
  for (const entry of known) {
    state.options.signal?.throwIfAborted()
    if (await tryUpdate(trx, forms, state, entry) === undefined) state.counts.updated++
    else left.push(entry)
  }
  return left
}

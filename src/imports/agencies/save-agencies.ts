import { sql, type Transaction } from 'kysely'
import { saveAgency } from '../../agencies/actions.ts'
import { agencyEvent } from '../../agencies/agency-events.ts'
import { showYears } from '../../agencies/periods.ts'
import { lockAgencies, subtreesOf } from '../../agencies/tree.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { problem, Problem } from '../../problems/problem.ts'
import { type AgencyRun, type Fresh, type Known, refuse, withinSubtree } from './agency-run.ts'
import type { SentAgency } from './parse-lines.ts'
import { circled, creditCodeTaken, cycle, sort, unknownParent } from './sort-agencies.ts'
import { findYears, insertAgencies } from './store.ts'

/** A change may wait for another of the same file: what fails is tried again as long as something else succeeds. */
export async function saveAll (
  trx: Transaction<Database>,
  forms: Forms,
  run: AgencyRun,
  agencies: SentAgency[]
): Promise<void> {
  let { fresh, known } = await sort(trx, run, await withinSubtree(trx, run, agencies))
  // All that may move, in one order, before the totals of the first: who publishes there has finished then.
  await lockAgencies(trx, await subtreesOf(trx, known.map(entry => entry.code)))
  for (let before = -1; before !== fresh.length + known.length && fresh.length + known.length > 0;) {
    before = fresh.length + known.length
    fresh = await placeFresh(trx, run, fresh)
    known = await saveKnown(trx, forms, run, known)
  }
  const circle = circled(fresh)
  for (const entry of fresh) refuse(run, entry, circle.has(entry.code) ? cycle(entry) : unknownParent(entry))
  for (const entry of known) refuse(run, entry, await failureOf(trx, forms, run, entry))
}

/** Inserts those whose parents are there, or are among those inserted. Gives the others. */
async function placeFresh (trx: Transaction<Database>, run: AgencyRun, fresh: Fresh[]): Promise<Fresh[]> {
  const years = await findYears(trx, [...new Set(fresh.flatMap(({ period }) => period.parent ?? []))])
  const below = new Map<string, Fresh[]>()
  for (const entry of fresh) {
    const parent = entry.period.parent ?? ''
    const siblings = below.get(parent)
    if (siblings === undefined) below.set(parent, [entry])
    else siblings.push(entry)
  }
  const placed: Fresh[] = []
  const refused = new Set<Fresh>()
  const queue = ['', ...years.keys()]
  for (let parent; (parent = queue.pop()) !== undefined;) {
    const own = years.get(parent)
    for (const entry of below.get(parent) ?? []) {
      const { code, period } = entry
      if (own !== undefined && (own.since > period.since || own.until < period.until)) {
        refuse(
          run,
          entry,
          problem('parent-not-in-year', {
            parent,
            agency: code,
            parent_years: showYears(own.since, own.until),
            years: showYears(period.since, period.until)
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
    run.events.add(run.options.by, agencyEvent(code, change, undefined, [], [period]))
  }
  for (const { code } of placed) run.recorded.push(code)
  run.counts.created += placed.length
  const done = new Set(placed)
  return fresh.filter(entry => !done.has(entry) && !refused.has(entry))
}

/** Saves it; when that fails, nothing of it is left and the reason is given. */
async function failureOf (
  trx: Transaction<Database>,
  forms: Forms,
  run: AgencyRun,
  { code, change, before }: Known
): Promise<unknown> {
  await sql`savepoint agency`.execute(trx)
  try {
    const isRecorded = await saveAgency(trx, forms, run.options.by, code, change, before)
    await sql`release savepoint agency`.execute(trx)
    if (isRecorded) run.recorded.push(code)
    return undefined
  } catch (error) {
    const isTaken = (error as { constraint?: string }).constraint === 'agency_credit_code_key'
    if (!(error instanceof Problem) && !isTaken) throw error
    await sql`rollback to savepoint agency`.execute(trx)
    return isTaken ? creditCodeTaken(change.credit_code!) : error
  }
}

/** Gives those that could not be saved. */
async function saveKnown (
  trx: Transaction<Database>,
  forms: Forms,
  run: AgencyRun,
  known: Known[]
): Promise<Known[]> {
  const left: Known[] = []
  for (const entry of known) {
    run.options.signal?.throwIfAborted()
    if (await failureOf(trx, forms, run, entry) === undefined) run.counts.updated++
    else left.push(entry)
  }
  return left
}

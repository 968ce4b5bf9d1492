// Agencies in bulk, in any order of parents: new ones with a few statements, changed ones one by one, by the same rules
// as a single one.
import { sql, type Kysely, type Transaction } from 'kysely'
import { agencyEvent, changesDetails, faultsOf, periodsAfter, saveAgency } from '../../agencies/actions.ts'
import { recordAgencies } from '../../agencies/history.ts'
import { showYears, type Period } from '../../agencies/periods.ts'
import { refuseStanding } from '../../agencies/placement.ts'
import type { Agency } from '../../agencies/schemas.ts'
import { findAgencies } from '../../agencies/store.ts'
import { lockAgencies, lockTree, subtreesOf } from '../../agencies/tree.ts'
import { withStagedEvents, type StagedEvents } from '../../audit/batch.ts'
import type { By } from '../../audit/record.ts'
import { WHOLE_REGISTRY, type Actor } from '../../auth/authenticate.ts'
import { FROM_EVER, inTransaction, UNTIL_FURTHER_NOTICE, type Database } from '../../database/connection.ts'
import type { Forms } from '../../forms/forms.ts'
import { Problem, problem } from '../../problems/problem.ts'
import { faultsOfProblem } from '../bulk/fault-summary.ts'
import { finish, newRun, reject, Undone, type ImportOptions, type Run } from '../bulk/import-state.ts'
import { readAgencies, type FileToRead, type Reading } from '../bulk/open-file.ts'
import { inColumn, type ReadAgency, type SentAgency, type Validate } from './parse-lines.ts'
import { chunks, findCreditCodes, findYears, insertAgencies } from './store.ts'

/** They are held in memory until all are read: which stands above which is known only then. */
const MOST_AGENCIES = 300_000

export interface AgencyImportOptions extends ImportOptions {
  actor: Actor
  by: By
}

/** `recorded`: those whose place or name is new. */
interface AgencyRun extends Run {
  options: AgencyImportOptions
  events: StagedEvents
  recorded: string[]
}

interface Fresh extends SentAgency {
  period: Period
}
interface Known extends SentAgency {
  before: Agency
}

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

/** As a change of each would be refused by itself. */
async function withinSubtree (
  trx: Transaction<Database>,
  run: AgencyRun,
  agencies: SentAgency[]
): Promise<SentAgency[]> {
  const { actor } = run.options
  if (actor.agency === WHOLE_REGISTRY) return agencies
  const within: SentAgency[] = []
  for (const agency of agencies) {
    try {
      await refuseStanding(trx, actor, agency.code, agency.change)
      within.push(agency)
    } catch (error) {
      refuse(run, agency, error)
    }
  }
  return within
}

function refuse (run: Run, { line, source, fromCsv }: SentAgency, raised: unknown): void {
  const faults = faultsOfProblem(line, raised)
  reject(run, source, fromCsv ? faults.map(fault => inColumn(fault.line, fault)) : faults)
}

/** A change may wait for another of the same file: what fails is tried again as long as something else succeeds. */
async function saveAll (
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

const cycle = ({ code, period: { parent, since, until } }: Fresh) =>
  problem('agency-cycle', { agency: code, parent: parent!, years: showYears(since, until) }, {
    errors: [{
      pointer: '/parent',
      found: parent,
      expected: { en: 'an agency that is not below it', zh: '不在其下的机关' }
    }]
  })
const unknownParent = ({ period: { parent } }: Fresh) =>
  problem('agency-unknown', { agency: parent! }, {
    errors: [{ pointer: '/parent', found: parent, expected: { en: 'a registered agency', zh: '已登记的机关' } }]
  })

/** Those that stand on a circle themselves: what hangs below one waits for its parent. */
function circled (waiting: Fresh[]): Set<string> {
  const parents = new Map(waiting.map(({ code, period }) => [code, period.parent]))
  const passed = new Set<string>()
  const found = new Set<string>()
  for (const { code } of waiting) {
    const path = new Set<string>()
    let at: string | null | undefined = code
    for (; typeof at === 'string' && parents.has(at) && !passed.has(at); at = parents.get(at)) {
      passed.add(at)
      path.add(at)
    }
    if (typeof at !== 'string' || !path.has(at)) continue
    for (let on = at; !found.has(on); on = parents.get(on)!) found.add(on)
  }
  return found
}

async function sort (
  trx: Transaction<Database>,
  run: Run,
  agencies: SentAgency[]
): Promise<{ fresh: Fresh[], known: Known[] }> {
  const fresh: Fresh[] = []
  const known: Known[] = []
  for (const some of chunks(agencies)) {
    const registered = await findAgencies(trx, some.map(agency => agency.code))
    for (const agency of some) {
      const { code, change } = agency
      const before = registered.get(code)
      const faults = faultsOf(code, change, before)
      if (before !== undefined && run.options.mode === 'create') {
        refuse(
          run,
          agency,
          problem('agency-exists', { agency: code }, {
            errors: [{ pointer: '/code', found: code, expected: { en: 'a new agency', zh: '新机关' } }]
          })
        )
      } else if (faults.length > 0) refuse(run, agency, problem('body-invalid', {}, { errors: faults }))
      else if (before === undefined) fresh.push({ ...agency, period: periodsAfter(change, [])[0]! })
      else if (isNothing(agency, before)) run.counts.unchanged++
      else known.push({ ...agency, before })
    }
  }
  return { fresh: await withoutTaken(trx, run, fresh), known }
}

function isNothing ({ change }: SentAgency, before: Agency): boolean {
  const old = before.periods!.map(({ since, until, ...standing }): Period => ({
    since: since ?? FROM_EVER,
    until: until ?? UNTIL_FURTHER_NOTICE,
    ...standing
  }))
  try {
    return !changesDetails(change, before) && JSON.stringify(periodsAfter(change, old)) === JSON.stringify(old)
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}

async function withoutTaken (trx: Transaction<Database>, run: Run, fresh: Fresh[]): Promise<Fresh[]> {
  const taken = await findCreditCodes(trx, fresh.flatMap(({ change }) => change.credit_code ?? []))
  return fresh.filter(entry => {
    const code = entry.change.credit_code
    if (code === undefined || code === null) return true
    if (taken.has(code)) {
      refuse(run, entry, creditCodeTaken(code))
      return false
    }
    taken.set(code, entry.code)
    return true
  })
}

const creditCodeTaken = (code: string) =>
  problem('credit-code-taken', { credit_code: code }, {
    errors: [{ pointer: '/credit_code', found: code, expected: { en: 'a code of its own', zh: '唯一的代码' } }]
  })

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

/** Gives those that could not be saved. */
async function saveKnown (trx: Transaction<Database>, forms: Forms, run: AgencyRun, known: Known[]): Promise<Known[]> {
  const left: Known[] = []
  for (const entry of known) {
    run.options.signal?.throwIfAborted()
    if (await failureOf(trx, forms, run, entry) === undefined) run.counts.updated++
    else left.push(entry)
  }
  return left
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

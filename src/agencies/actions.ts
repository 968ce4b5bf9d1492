// Registers agencies and changes their place in the tree. periods.ts has the rules of a change; here the change is
// validated against the tree, and the totals of exactly the years concerned are updated.
import { type Kysely, sql, type Transaction } from 'kysely'
import { type AuditContext, recordEvent } from '../audit/record.ts'
import { inTransaction } from '../database/transaction.ts'
import { type Database, NO_FIRST_YEAR, NO_LAST_YEAR } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { type Conditions, etagOf } from '../http/etag.ts'
import { problem, throwIfFaults } from '../problems/problem.ts'
import { agencyEvent, changesDetails, detailsOf } from './agency-events.ts'
import { findChangeFaults } from './change-faults.ts'
import { recordHistory } from './history.ts'
import { moveAgency } from './move-agency.ts'
import { composeName } from './names.ts'
import { changedFields, changeSince, changeUntil, correctName, type Period, type Standing } from './periods.ts'
import { requirePlacement } from './placement.ts'
import { Agency, AgencyChange, NewAgency } from './schemas.ts'
import { findAgency } from './store.ts'
import { checkPredecessors, checkSuccessor, successorAfter } from './successors.ts'
import { findPeriods, lockTree } from './tree.ts'

interface ConditionalChange {
  change: AgencyChange
  conditions: Conditions
}

/** Throws `agency-changed` if the agency, undefined if there is none, does not meet the conditions. */
function checkConditions (code: string, agency: Agency | undefined, { match, noneMatch }: Conditions): void {
  const etag = agency === undefined ? undefined : etagOf(agency)
  const isOneOf = (tags: Conditions['match']) => etag !== undefined && (tags === '*' || tags?.includes(etag) === true)
  const failed = match !== undefined && !isOneOf(match)
    ? 'If-Match'
    : noneMatch !== undefined && isOneOf(noneMatch)
    ? 'If-None-Match'
    : undefined
  if (failed !== undefined) throw problem('agency-changed', { agency: code, header: failed }, { etag: etag ?? null })
}

/** Registers a new agency. */
export async function registerAgency (
  db: Kysely<Database>,
  forms: Forms,
  by: AuditContext,
  change: NewAgency
): Promise<Agency> {
  return await inTransaction(db, async trx => {
    await lockTree(trx)
    if (await findAgency(trx, change.code)) throw problem('agency-exists', { agency: change.code })
    return await writeAgency(trx, forms, by, change.code, { change, before: undefined })
  })
}

/** Registers or changes an agency; `created` says which. */
export async function putAgency (
  db: Kysely<Database>,
  forms: Forms,
  by: AuditContext,
  code: string,
  { change, conditions }: ConditionalChange
): Promise<{ agency: Agency, created: boolean }> {
  return await inTransaction(db, async trx => {
    await lockTree(trx)
    const before = await findAgency(trx, code)
    checkConditions(code, before, conditions)
    return { agency: await writeAgency(trx, forms, by, code, { change, before }), created: before === undefined }
  })
}

/** Changes a registered agency. Throws `agency-not-found`. */
export async function changeAgency (
  db: Kysely<Database>,
  forms: Forms,
  by: AuditContext,
  code: string,
  { change, conditions }: ConditionalChange
): Promise<Agency> {
  return await inTransaction(db, async trx => {
    await lockTree(trx)
    const before = await findAgency(trx, code)
    if (before === undefined) throw problem('agency-not-found', { agency: code })
    checkConditions(code, before, conditions)
    return await writeAgency(trx, forms, by, code, { change, before })
  })
}

async function writeAgency (
  trx: Transaction<Database>,
  forms: Forms,
  by: AuditContext,
  code: string,
  changed: { change: AgencyChange, before: Agency | undefined }
): Promise<Agency> {
  // The tree is locked: neither this agency nor the caller's moves any more.
  await requirePlacement(trx, by.caller, code, changed.change)
  if (await applyAgencyChange(trx, forms, by, code, changed)) await recordHistory(trx, [code])
  return (await findAgency(trx, code))!
}

/**
 * Applies a change. Requires the agency-tree lock; `before` is the agency as stored. Returns whether the caller must
 * call `recordHistory`, as the last step of the transaction.
 */
export async function applyAgencyChange (
  trx: Transaction<Database>,
  forms: Forms,
  by: AuditContext,
  code: string,
  { change: given, before }: { change: AgencyChange, before: Agency | undefined }
): Promise<boolean> {
  const change = composeName(given)
  throwIfFaults('body-invalid', findChangeFaults(code, change, before))
  const old = before === undefined ? [] : await findPeriods(trx, code)
  const periods = periodsAfter(change, old)
  const successor = successorAfter(change, before, periods)
  await checkSuccessor(trx, successor, periods)
  await checkPredecessors(trx, code, periods)
  const details = { ...change, name: periods.at(-1)!.name, successor }
  const succeeded = successor !== (before?.successor ?? null)
  const moved = JSON.stringify(periods) !== JSON.stringify(old)
  if (before === undefined) {
    await trx.insertInto('agency').values({
      code,
      name: details.name,
      credit_code: change.credit_code ?? null,
      division_code: change.division_code ?? null,
      successor
    }).execute()
  } else if (changesDetails(details, before)) {
    await trx.updateTable('agency').set({ ...detailsOf(details), updated_at: sql`now()` }).where('code', '=', code)
      .execute()
  }
  const event = agencyEvent(code, details, before, old, periods)
  const record = async () => await recordEvent(trx, by, event)
  if (moved) await moveAgency(trx, forms, code, { old, periods }, record)
  else if (Object.keys(event.details!.changes as object).length > 0) await record()
  return moved || succeeded
}

/** Returns the periods after a change; `old` is empty for a new agency. Throws if the change is not possible. */
export function periodsAfter (change: AgencyChange, old: Period[]): Period[] {
  const { parent, level, kind, reporting, name, since, until } = change
  const given = Object.fromEntries(
    Object.entries({ parent, level, kind, reporting, name }).filter(([, value]) => value !== undefined)
  ) as Partial<Standing>
  const last = until === undefined ? undefined : until ?? NO_LAST_YEAR
  return old.length === 0
    ? [
      {
        parent: null,
        reporting: 'own',
        ...given,
        since: since ?? NO_FIRST_YEAR,
        until: last ?? NO_LAST_YEAR
      } as Period
    ]
    : firstPeriods(old, given, since ?? undefined, last)
}

function firstPeriods (
  old: Period[],
  given: Partial<Standing>,
  since: number | undefined,
  until: number | undefined
): Period[] {
  const ended = until === undefined ? old : changeUntil(old, until)
  if (ended.length === 0) {
    throw wrongYears(
      '/until',
      until,
      `not before the first year, ${old[0]!.since}`,
      `不早于第一个年度 ${old[0]!.since}`
    )
  }
  if (since !== undefined) {
    if (since > ended.at(-1)!.until) {
      throw wrongYears(
        '/since',
        since,
        `not after the last year, ${ended.at(-1)!.until}`,
        `不晚于最后一个年度 ${ended.at(-1)!.until}`
      )
    }
    return changeSince(ended, given, since)
  }
  const changed = changedFields(ended.at(-1)!, given)
  if (changed.length > 0) {
    throw problem('since-required', { changed: changed.join(', ') }, {
      errors: [{
        pointer: '/since',
        expected: { en: 'the first year for which the change holds', zh: '变更生效的第一个年度' }
      }]
    })
  }
  // A client that repeats the name of today changes nothing in the names of earlier years.
  return given.name === undefined || given.name === ended.at(-1)!.name ? ended : correctName(ended, given.name)
}

const wrongYears = (pointer: string, found: unknown, en: string, zh: string) =>
  problem('body-invalid', {}, { errors: [{ pointer, found, expected: { en, zh } }] })

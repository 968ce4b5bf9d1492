// Registering agencies and changing where they stand: the rule for a change is in periods.ts; here it is held against
// the tree, and the totals of exactly the years concerned follow.
import { sql, type Kysely, type Transaction } from 'kysely'
import { expectedChanges, shiftExpected, shiftTotals, totalChanges } from '../aggregates/apply-deltas.ts'
import { contributedExpected, contributedTotals } from '../aggregates/contributions.ts'
import { recordEvent, type By, type NewEvent } from '../audit/record.ts'
import { FOR_EVER, FROM_EVER, inTransaction, UNTIL_FURTHER_NOTICE, type Database } from '../database/connection.ts'
import type { Forms } from '../forms/forms.ts'
import { problem, refuse, type Fault } from '../problems/problem.ts'
import { creditCodeCheck } from './credit-code.ts'
import { recordAgencies } from './history.ts'
import { changedFields, changeSince, changeUntil, showYears, type Period, type Standing } from './periods.ts'
import type { Agency, AgencyChange, NewAgency } from './schemas.ts'
import { findAgency } from './store.ts'
import { findPeriods, lockAgencies, lockTree, replaceAncestors, replacePeriods, subtreeOf } from './tree.ts'

/** Registers a new agency. */
export async function registerAgency (db: Kysely<Database>, forms: Forms, by: By, change: NewAgency): Promise<Agency> {
  return await inTransaction(db, async trx => {
    await lockTree(trx)
    if (await findAgency(trx, change.code)) throw problem('agency-exists', { agency: change.code })
    if (await saveAgency(trx, forms, by, change.code, change, undefined)) await recordAgencies(trx, [change.code])
    return (await findAgency(trx, change.code))!
  })
}

/** Registers or changes; `created` tells which. With `known`, only changes. */
export async function putAgency (
  db: Kysely<Database>,
  forms: Forms,
  by: By,
  code: string,
  change: AgencyChange,
  known = false
): Promise<{ agency: Agency, created: boolean }> {
  return await inTransaction(db, async trx => {
    await lockTree(trx)
    const before = await findAgency(trx, code)
    if (known && before === undefined) throw problem('agency-not-found', { agency: code })
    if (await saveAgency(trx, forms, by, code, change, before)) await recordAgencies(trx, [code])
    return { agency: (await findAgency(trx, code))!, created: before === undefined }
  })
}

/**
 * The caller holds the lock of the tree, and `before` is how the agency is. Gives whether `recordAgencies` is to
 * follow, as the last thing of the transaction.
 */
export async function saveAgency (
  trx: Transaction<Database>,
  forms: Forms,
  by: By,
  code: string,
  change: AgencyChange,
  before: Agency | undefined
): Promise<boolean> {
  refuse('body-invalid', faultsOf(code, change, before))
  const old = before === undefined ? [] : await findPeriods(trx, code)
  const periods = periodsAfter(change, old)
  const renamed = change.name !== undefined && change.name !== before?.name
  const moved = JSON.stringify(periods) !== JSON.stringify(old)
  if (before === undefined) {
    await trx.insertInto('agency').values({
      code,
      name: change.name!,
      credit_code: change.credit_code ?? null,
      division_code: change.division_code ?? null
    }).execute()
  } else if (changesDetails(change, before)) {
    await trx.updateTable('agency').set({ ...detailsOf(change), updated_at: sql`now()` }).where('code', '=', code)
      .execute()
  }
  const event = agencyEvent(code, change, before, old, periods)
  const record = async () => await recordEvent(trx, by, event)
  if (moved) await moveAgency(trx, forms, code, old, periods, record)
  else if (Object.keys(event.details!.changes as object).length > 0) await record()
  return moved || renamed
}

export function agencyEvent (
  code: string,
  change: AgencyChange,
  before: Agency | undefined,
  old: Period[],
  periods: Period[]
): NewEvent {
  const changes = changesOf({ ...before, periods: old }, { ...detailsOf(change), periods })
  return {
    kind: before === undefined ? 'agency_registered' : 'agency_changed',
    agency: code,
    year: null,
    details: { changes }
  }
}

/** By field: what it was and what it is. */
function changesOf (
  before: Record<string, unknown>,
  after: Record<string, unknown>
): Record<string, [unknown, unknown]> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) =>
      value === undefined || JSON.stringify(value) === JSON.stringify(before[name] ?? null)
        ? []
        : [[name, [before[name] ?? null, value]]]
    )
  )
}

const detailsOf = (change: AgencyChange) => ({
  name: change.name,
  credit_code: change.credit_code,
  division_code: change.division_code
})

export const changesDetails = (change: AgencyChange, before: Agency): boolean =>
  Object.entries(detailsOf(change)).some(([name, value]) =>
    value !== undefined && value !== before[name as keyof ReturnType<typeof detailsOf>]
  )

/** The ranges of years that a change leads to; `old` is empty for a new agency. Throws where the change cannot be. */
export function periodsAfter ({ parent, level, kind, reporting, since, until }: AgencyChange, old: Period[]): Period[] {
  const given = Object.fromEntries(
    Object.entries({ parent, level, kind, reporting }).filter(([, value]) => value !== undefined)
  ) as Partial<Standing>
  const last = until === undefined ? undefined : until ?? UNTIL_FURTHER_NOTICE
  return old.length === 0
    ? [
      {
        parent: null,
        reporting: 'own',
        ...given,
        since: since ?? FROM_EVER,
        until: last ?? UNTIL_FURTHER_NOTICE
      } as Period
    ]
    : newPeriods(old, given, since ?? undefined, last)
}

function newPeriods (
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
  return ended
}

const wrongYears = (pointer: string, found: unknown, en: string, zh: string) =>
  problem('body-invalid', {}, { errors: [{ pointer, found, expected: { en, zh } }] })

/** Rules that the schema cannot say. */
export function faultsOf (code: string, change: AgencyChange, before: Agency | undefined): Fault[] {
  const faults: Fault[] = []
  if (change.code !== undefined && change.code !== code) {
    faults.push({
      pointer: '/code',
      found: change.code,
      expected: { en: `${code}, as in the path`, zh: `与路径一致：${code}` }
    })
  }
  if (before === undefined) {
    for (const name of ['name', 'level', 'kind'] as const) {
      if (change[name] === undefined) {
        faults.push({ pointer: `/${name}`, expected: { en: 'it is required for a new agency', zh: '新机关必须给出' } })
      }
    }
    if (change.since && change.until && change.until < change.since) {
      faults.push({
        pointer: '/until',
        found: change.until,
        expected: { en: `not before since, ${change.since}`, zh: `不早于 since：${change.since}` }
      })
    }
  }
  if (change.credit_code && creditCodeCheck(change.credit_code) !== change.credit_code[17]) {
    faults.push({
      pointer: '/credit_code',
      found: change.credit_code,
      expected: {
        en: `a code whose check character is right: ${creditCodeCheck(change.credit_code)} for these 17 characters`,
        zh: `校验码正确的代码：这 17 位的校验码应为 ${creditCodeCheck(change.credit_code)}`
      }
    })
  }
  if (change.parent === code) {
    faults.push({ pointer: '/parent', found: code, expected: { en: 'another agency', zh: '另一机关' } })
  }
  if (change.periods !== undefined && JSON.stringify(change.periods) !== JSON.stringify(before?.periods)) {
    faults.push({
      pointer: '/periods',
      expected: {
        en: 'as it was read: it is read-only and follows from since',
        zh: '与读取时一致：只读，由 since 推得'
      }
    })
  }
  return faults
}

/** Gives an agency its ranges of years; what it and those below it contribute moves with it. */
async function moveAgency (
  trx: Transaction<Database>,
  forms: Forms,
  code: string,
  old: Period[],
  periods: Period[],
  record: () => Promise<void>
): Promise<void> {
  const isNew = old.length === 0
  const moves = JSON.stringify(old.map(places)) !== JSON.stringify(periods.map(places))
  const concerned = isNew || !moves ? [code] : await subtreeOf(trx, code)
  await lockAgencies(trx, concerned)
  // Between the locks of the agencies and those of the totals, as when a report is published.
  await record()
  await holdParents(trx, code, periods)
  await holdChildren(trx, code, periods)
  await holdReports(trx, code, periods)
  const hasPublished =
    await trx.selectFrom('report_version').select('year').where('agency', '=', sql<string>`any(${concerned})`).where(
      'public_until',
      '=',
      FOR_EVER
    ).executeTakeFirst() !== undefined
  const contributed = async () => ({
    expected: await contributedExpected(trx, concerned),
    totals: !hasPublished ? [] : await contributedTotals(trx, concerned, forms.width)
  })
  const before = await contributed()
  await replacePeriods(trx, code, periods)
  await replaceAncestors(trx, concerned)
  const after = await contributed()
  await shiftExpected(trx, expectedChanges(before.expected, after.expected))
  await shiftTotals(trx, forms, totalChanges(before.totals, after.totals))
}

const places = ({ since, until, parent }: Period) => ({ since, until, parent })

/** Each parent is there in all years in which it is one, and is not below the agency. */
async function holdParents (trx: Transaction<Database>, code: string, periods: Period[]): Promise<void> {
  for (const { parent, since, until } of periods) {
    if (parent === null) continue
    const own = await findPeriods(trx, parent)
    if (own.length === 0) {
      throw problem('agency-unknown', { agency: parent }, {
        errors: [{ pointer: '/parent', found: parent, expected: { en: 'a registered agency', zh: '已登记的机关' } }]
      })
    }
    const [from, to] = [own[0]!.since, own.at(-1)!.until]
    if (from > since || to < until) {
      throw problem('parent-not-in-year', {
        parent,
        agency: code,
        parent_years: showYears(from, to),
        years: showYears(since, until)
      })
    }
    const circle = await trx.selectFrom('agency_ancestor').select(['since', 'until'])
      .where('agency', '=', parent).where('ancestor', '=', code).where('since', '<=', until).where('until', '>=', since)
      .executeTakeFirst()
    if (circle !== undefined) {
      throw problem('agency-cycle', { agency: code, parent, years: showYears(circle.since, circle.until) })
    }
  }
}

async function holdChildren (trx: Transaction<Database>, code: string, periods: Period[]): Promise<void> {
  const orphans = await trx.selectFrom('agency_period').select('agency').distinct().where('parent', '=', code)
    .where(or => or.or([or('since', '<', periods[0]!.since), or('until', '>', periods.at(-1)!.until)])).orderBy(
      'agency'
    ).limit(5).execute()
  if (orphans.length > 0) {
    throw problem('agency-has-children', {
      agency: code,
      children: orphans.map(row => row.agency).join(', ')
    })
  }
}

async function holdReports (trx: Transaction<Database>, code: string, periods: Period[]): Promise<void> {
  const left = await trx.selectFrom('report').select('year').where('agency', '=', code)
    .where(or => or.or([or('year', '<', periods[0]!.since), or('year', '>', periods.at(-1)!.until)])).orderBy('year')
    .execute()
  if (left.length > 0) {
    throw problem('agency-has-reports', {
      agency: code,
      years: left.map(row => row.year).join(', ')
    })
  }
}

import { sql, type Transaction } from 'kysely'
import { applyExpectedDeltas, applyTotalDeltas, diffExpected, diffTotals } from '../aggregates/apply-deltas.ts'
import { contributedExpected, contributedTotals } from '../aggregates/contributions.ts'
import { type Database, FOR_EVER } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { problem } from '../problems/problem.ts'
import { formatYears, type Period, withoutNames } from './periods.ts'
import { findPeriods, lockAgenciesForUpdate, replaceAncestors, replacePeriods, subtreeOf } from './tree.ts'

/** Replaces the periods of an agency and moves the contributions of its subtree. */
export async function moveAgency (
  trx: Transaction<Database>,
  forms: Forms,
  code: string,
  { old, periods }: { old: Period[], periods: Period[] },
  record: () => Promise<void>
): Promise<void> {
  if (JSON.stringify(withoutNames(old)) === JSON.stringify(withoutNames(periods))) {
    await lockAgenciesForUpdate(trx, [code])
    await record()
    await replacePeriods(trx, code, periods)
    return
  }
  const isNew = old.length === 0
  const moves = JSON.stringify(old.map(places)) !== JSON.stringify(periods.map(places))
  const concerned = isNew || !moves ? [code] : await subtreeOf(trx, code)
  await lockAgenciesForUpdate(trx, concerned)
  // The event comes after the locks of the agencies and before those of the totals, as in a publication.
  await record()
  await checkParents(trx, code, periods)
  await checkChildren(trx, code, periods)
  await checkReports(trx, code, periods)
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
  await applyExpectedDeltas(trx, diffExpected(before.expected, after.expected))
  await applyTotalDeltas(trx, forms, diffTotals(before.totals, after.totals))
}

const places = ({ since, until, parent }: Period) => ({ since, until, parent })

/** Throws unless each parent is registered in all years of its period and is not a descendant of the agency. */
async function checkParents (trx: Transaction<Database>, code: string, periods: Period[]): Promise<void> {
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
        parent_years: formatYears(from, to),
        years: formatYears(since, until)
      })
    }
    const circle = await trx.selectFrom('agency_ancestor').select(['since', 'until'])
      .where('agency', '=', parent).where('ancestor', '=', code).where('since', '<=', until).where('until', '>=', since)
      .executeTakeFirst()
    if (circle !== undefined) {
      throw problem('agency-cycle', { agency: code, parent, years: formatYears(circle.since, circle.until) })
    }
  }
}

async function checkChildren (trx: Transaction<Database>, code: string, periods: Period[]): Promise<void> {
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

async function checkReports (trx: Transaction<Database>, code: string, periods: Period[]): Promise<void> {
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

// Stores the agency tree: the periods of agencies, and the ancestors derived from them.
import { type Kysely, sql, type Transaction } from 'kysely'
import { formatTimestamp } from '../database/clock.ts'
import { Conflict } from '../database/errors.ts'
import type { Database } from '../database/types.ts'
import type { Period } from './periods.ts'

/**
 * Serializes changes of the tree: two concurrent ones could close a cycle that neither sees. Readers and publishers of
 * other agencies are not blocked.
 */
export const lockTree = (trx: Transaction<Database>) =>
  sql`lock table agency_period in share row exclusive mode`.execute(trx)

/**
 * Returns a function that locks the tree against changes until commit, and throws a conflict, after which the
 * transaction is attempted again, if one of the given agencies, or one above it, has changed since `watchTree`.
 */
export async function watchTree (trx: Transaction<Database>): Promise<(agencies: Set<string>) => Promise<void>> {
  const { rows: [clock] } = await sql<{ at: string }>`select ${formatTimestamp(sql`at`)} as at from clock`.execute(trx)
  return async agencies => {
    await sql`lock table agency_period in share mode`.execute(trx)
    const { rows } = await sql<{ agency: string }>`
      select distinct agency from agency_record where recorded_at > ${clock!.at}::timestamptz`.execute(trx)
    const changed = rows.length === 0 ? [] : await subtreesOf(trx, rows.map(row => row.agency))
    if (changed.some(agency => agencies.has(agency))) throw new Conflict('the agency tree has changed')
  }
}

/**
 * Locks the agencies FOR NO KEY UPDATE, in the order of their codes, so that two transactions cannot deadlock. It does
 * not wait for transactions that only refer to the agencies, such as an import of drafts.
 */
export async function lockAgenciesForUpdate (trx: Transaction<Database>, codes: string[]): Promise<void> {
  await sql`select from agency where code = any(${codes}) order by code for no key update`.execute(trx)
}

/** Locks the agency FOR SHARE: its place cannot change before commit. */
export async function lockAgencyForShare (trx: Transaction<Database>, code: string): Promise<void> {
  await sql`select from agency where code = ${code} for share`.execute(trx)
}

export async function findPeriods (db: Kysely<Database>, agency: string): Promise<Period[]> {
  return await db.selectFrom('agency_period').select(['since', 'until', 'parent', 'level', 'kind', 'reporting', 'name'])
    .where('agency', '=', agency).orderBy('since').execute()
}

export async function findPeriod (db: Kysely<Database>, agency: string, year: number): Promise<Period | undefined> {
  return await db.selectFrom('agency_period').select(['since', 'until', 'parent', 'level', 'kind', 'reporting', 'name'])
    .where('agency', '=', agency).where('since', '<=', year).where('until', '>=', year).executeTakeFirst()
}

/** Returns the placement of an agency in a year, with all its ancestors; '' is the whole registry. */
export async function placementOf (
  trx: Transaction<Database>,
  agency: string,
  year: number
): Promise<Pick<Period, 'level' | 'kind' | 'reporting'> & { above: string[] }> {
  const { rows: [standing] } = await sql<Pick<Period, 'level' | 'kind' | 'reporting'> & { above: string[] }>`
    select p.level, p.kind, p.reporting, array(
      select a.ancestor from agency_ancestor a where a.agency = p.agency and a.since <= ${year} and a.until >= ${year}
    ) as above
    from agency_period p where p.agency = ${agency} and p.since <= ${year} and p.until >= ${year}`.execute(trx)
  return standing!
}

/** Returns the agencies and all that were ever below them. */
export async function subtreesOf (db: Kysely<Database>, agencies: string[]): Promise<string[]> {
  const rows = await db.selectFrom('agency_ancestor').select('agency').distinct().where(
    'ancestor',
    '=',
    sql<string>`any(${agencies})`
  ).execute()
  return [...new Set([...agencies, ...rows.map(row => row.agency)])]
}

/** Returns the agency and all that were ever below it. */
export async function subtreeOf (db: Kysely<Database>, agency: string): Promise<string[]> {
  const rows = await db.selectFrom('agency_ancestor').select('agency').distinct().where('ancestor', '=', agency)
    .execute()
  return [agency, ...rows.map(row => row.agency)]
}

export async function replacePeriods (trx: Transaction<Database>, agency: string, periods: Period[]): Promise<void> {
  await trx.deleteFrom('agency_period').where('agency', '=', agency).execute()
  await trx.insertInto('agency_period').values(periods.map(period => ({ agency, ...period }))).execute()
}

/** Rebuilds the ancestors of these agencies, which must be whole subtrees of a tree without cycles. */
export async function replaceAncestors (trx: Transaction<Database>, agencies: string[]): Promise<void> {
  await trx.deleteFrom('agency_ancestor').where('agency', '=', sql<string>`any(${agencies})`).execute()
  await sql`
    with recursive above (agency, ancestor, since, until) as (
      select agency, parent, since, until from agency_period where agency = any(${agencies}) and parent is not null
      union all
      select above.agency, p.parent, greatest(above.since, p.since), least(above.until, p.until)
      from above join agency_period p on p.agency = above.ancestor and p.since <= above.until and p.until >= above.since
      where p.parent is not null
    )
    insert into agency_ancestor (agency, ancestor, since, until)
    select agency, ancestor, since, until from above
    union all
    select agency, '', min(since), max(until) from agency_period where agency = any(${agencies}) group by agency`
    .execute(trx)
}

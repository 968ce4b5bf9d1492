// Reads agencies.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type Database, NO_FIRST_YEAR, NO_LAST_YEAR } from '../database/types.ts'
import type { Agency } from './schemas.ts'
import { findPredecessors } from './successors.ts'

const orNull = (year: number, none: number) => year === none ? null : year
const writeYears = <P extends { since: number, until: number }>(period: P) => ({
  ...period,
  since: orNull(period.since, NO_FIRST_YEAR),
  until: orNull(period.until, NO_LAST_YEAR)
})

/** Returns the agency as in its latest years, with all its periods. */
export const findAgency = async (db: Kysely<Database>, code: string): Promise<Agency | undefined> =>
  (await findAgencies(db, [code])).get(code)

/** Returns the name of the agency in a year, or its latest if it is not there in that year. */
export const nameInYear = ({ name, names = [] }: Agency, year: number): string =>
  names.find(({ since, until }) => (since ?? NO_FIRST_YEAR) <= year && year <= (until ?? NO_LAST_YEAR))?.name ?? name

/** Returns the code of the agency with this name; null if none or several have it. */
export async function findAgencyByName (db: Kysely<Database>, name: string): Promise<string | null> {
  const found = await db.selectFrom('agency').select('code').where('name', '=', name.normalize('NFC')).limit(2)
    .execute()
  return found.length === 1 ? found[0]!.code : null
}

/** Returns the code of an agency that has this name in some year; undefined if `code` itself has it. */
export async function findOtherAgency (db: Kysely<Database>, name: string, code: string): Promise<string | undefined> {
  const { rows: [found] } = await sql<{ agency: string }>`
    select agency from agency_period where name = ${name.normalize('NFC')} order by agency <> ${code} limit 1`.execute(
    db
  )
  return found === undefined || found.agency === code ? undefined : found.agency
}

/** Returns the registered agencies among these codes, by code. */
export async function findAgencies (db: Kysely<Database>, codes: string[]): Promise<Map<string, Agency>> {
  const among = sql<string>`any(${codes})`
  const rows = await db.selectFrom('agency').select(['code', 'name', 'credit_code', 'division_code', 'successor'])
    .where('code', '=', among).execute()
  if (rows.length === 0) return new Map()
  const periods = await db.selectFrom('agency_period').select([
    'agency',
    'since',
    'until',
    'parent',
    'level',
    'kind',
    'reporting',
    'name'
  ])
    .where('agency', '=', among).orderBy('agency').orderBy('since').execute()
  const byAgency = new Map<string, NonNullable<Agency['periods']>>(rows.map(row => [row.code, []]))
  for (const { agency, ...period } of periods) byAgency.get(agency)!.push(writeYears(period))
  const predecessors = await findPredecessors(db, codes)
  return new Map(rows.map(row => {
    const own = byAgency.get(row.code)!
    return [row.code, {
      ...row,
      ...own.at(-1)!,
      name: row.name,
      periods: own,
      names: namesOf(own),
      predecessors: predecessors.get(row.code) ?? []
    }]
  }))
}

function namesOf (periods: NonNullable<Agency['periods']>): NonNullable<Agency['names']> {
  const names: NonNullable<Agency['names']> = []
  for (const { since, until, name = '' } of periods) {
    const before = names.at(-1)
    if (before?.name === name) before.until = until
    else names.push({ since, until, name })
  }
  return names
}

export interface AgencyFilter {
  under?: string
  level?: string
  kind?: string
  q?: string
  year?: number
}

/**
 * Lists agencies in the order of their codes, as in `year` or else in their latest years. `under` follows the tree of
 * that same time.
 */
export async function listAgencies (
  db: Kysely<Database>,
  { under, level, kind, q, year }: AgencyFilter,
  after: string,
  limit: number
): Promise<Agency[]> {
  const conditions: RawBuilder<unknown>[] = [
    sql`a.code > ${after} and p.agency > ${after}`,
    year === undefined
      ? sql`not exists (select from agency_period later where later.agency = a.code and later.since > p.since)`
      : sql`p.since <= ${year} and p.until >= ${year}`
  ]
  if (level !== undefined) conditions.push(sql`p.level = ${level}`)
  if (kind !== undefined) conditions.push(sql`p.kind = ${kind}`)
  if (q !== undefined) {
    const like = pattern(q.normalize('NFKC'))
    conditions.push(sql`(normalize(p.name, nfkc) ilike ${like} or a.code ilike ${like})`)
  }
  // Without `year`, the ancestors are those of the agency's last year.
  const moment = year === undefined ? sql`p.until` : sql`${year}`
  if (under !== undefined) {
    // The first condition finds the few agencies by index, the second checks the year.
    conditions.push(
      sql`a.code in (select ${under} union all select agency from agency_ancestor where ancestor = ${under})
      and (a.code = ${under} or exists (
        select from agency_ancestor x where x.agency = a.code and x.ancestor = ${under} and x.since <= ${moment} and x.until >= ${moment}))`
    )
  }
  const { rows } = await sql<Agency & { since: number, until: number }>`
    select a.code, p.name, a.credit_code, a.division_code, a.successor, p.level, p.kind, p.reporting, p.parent, p.since, p.until
    from agency a join agency_period p on p.agency = a.code
    where ${sql.join(conditions, sql` and `)}
    order by a.code limit ${limit}`.execute(db)
  return rows.map(writeYears)
}

const pattern = (q: string) => `%${q.replace(/[\\%_]/g, '\\$&')}%`

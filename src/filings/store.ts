// Filings: every agency of a year's tree with the state of its report. They are computed when asked.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { WHOLE_REGISTRY } from '../auth/actor.ts'
import { formatTimestamp } from '../database/clock.ts'
import { unprepared } from '../database/connection.ts'
import { type Database, FOR_EVER } from '../database/types.ts'
import { dayInChina, firstPublishedAt, formatDay, statutoryDay } from '../reports/deadlines/due.ts'
import {
  type Filing,
  FILING_STATUSES,
  type FilingCounts,
  type FilingStatus,
  type SummaryKey,
  type Timeliness,
  TIMELINESS
} from './schemas.ts'

export interface FilingFilter {
  year: number
  under?: string
  level?: string
  kind?: string
  reporting?: string
  status?: FilingStatus
  timeliness?: Timeliness
}

/**
 * Lists filings in the order of their agencies. `subtree` is the part of the tree that the caller acts for, null for
 * none: of other agencies only what is published is read.
 */
export async function listFilings (
  db: Kysely<Database>,
  filter: FilingFilter,
  subtree: string | null,
  after: string,
  limit: number
): Promise<Filing[]> {
  // Reads as many agencies at a time as fill a page if each of them passes the filter; no plan of a single statement
  // would stop there.
  const found: Filing[] = []
  for (let from = after, some = limit; found.length < limit; some *= 4) {
    const batch = sql`
      select p.agency from (${codesOf(filter, from)}) as x join agency_period p on p.agency = x.agency
      where ${conditionsOf(filter)} order by p.agency limit ${some}`
    const { rows } = await sql<Filing & { last: string, read: number }>`
      with batch as materialized (${batch}), ${filingsOf(filter, subtree, sql`select agency from batch`)}
      select read.*, f.agency, f.name as agency_name, f.parent, f.level, f.kind, f.reporting, ${filter.year}::integer as year,
             f.status, ${formatDay(sql`f.due`)} as due, ${formatTimestamp(sql`f.published_at`)} as first_published_at,
             ${formatDay(dayInChina(sql`f.published_at`))} as first_published_on, f.timeliness
      from (select count(*)::integer as read, max(agency) as last from batch) as read
      left join (select * from filing f where ${statesOf(filter)} order by agency limit ${
      limit - found.length
    }) as f on true
      order by f.agency`.execute(db)
    const [first] = rows
    for (const { read, last, ...filing } of rows) if (filing.agency !== null) found.push(filing)
    if (first!.read < some) break
    from = first!.last
  }
  return found
}

/** Counts filings by these keys, in the order of the keys. */
export async function countFilings (
  db: Kysely<Database>,
  filter: FilingFilter,
  by: SummaryKey[],
  subtree: string | null
): Promise<FilingCounts[]> {
  const byChild = by.includes('child')
  const agencies = byChild ? subtreesOf(filter, await childrenOf(db, filter)) : codesOf(filter, '')
  const keys = by.map(key => sql.ref(key))
  const { rows } = await sql<FilingCounts>`
    ${unprepared} with ${filingsOf(filter, subtree, agencies)},
    part as (
      select ${sql.join([...keys, sql`status, timeliness, count(*) as filings`])} from filing f where ${
    statesOf(filter)
  }
      group by ${sql.join([...keys, sql`status, timeliness`])}
    ),
    counted as (
      select ${sql.join([...keys, ...COUNTS])} from part ${keys.length > 0 ? sql`group by ${sql.join(keys)}` : sql``}
    )
    select counted.* ${byChild ? sql`, c.name as child_name` : sql``}
    from counted
    ${byChild ? sql`join agency_period c on c.agency = counted.child and ${isInYear('c', filter.year)}` : sql``}
    ${keys.length > 0 ? sql`order by ${sql.join(keys)}` : sql``}`.execute(db)
  return rows
}

const sumWhere = (name: string, condition: RawBuilder<unknown>) =>
  sql`coalesce(sum(filings) filter (where ${condition}), 0)::integer as ${sql.ref(name)}`

const COUNTS = [
  sumWhere('expected', sql`true`),
  ...FILING_STATUSES.map(status => sumWhere(status, sql`status = ${status}`)),
  ...TIMELINESS.map(timeliness => sumWhere(timeliness, sql`timeliness = ${timeliness}`))
]

const isInYear = (row: string, year: number) =>
  sql`${sql.ref(`${row}.since`)} <= ${year} and ${sql.ref(`${row}.until`)} >= ${year}`

/** Selects the codes after `after`, of `under` and all below it in that year. */
function codesOf ({ year, under }: FilingFilter, after: string): RawBuilder<unknown> {
  const below = sql`
    select x.agency from agency_ancestor x
    where x.ancestor = ${under ?? WHOLE_REGISTRY} and ${isInYear('x', year)} and x.agency > ${after}`
  return under === undefined ? below : sql`${below} union all select ${under} where ${under} > ${after}`
}

/** Returns the agencies just below `under` in that year, or else the roots. */
async function childrenOf (db: Kysely<Database>, { year, under }: FilingFilter): Promise<string[]> {
  const { rows } = await sql<{ agency: string }>`
    select c.agency from agency_period c
    where ${under === undefined ? sql`c.parent is null` : sql`c.parent = ${under}`} and ${isInYear('c', year)}`
    .execute(db)
  return rows.map(row => row.agency)
}

/**
 * Selects the same agencies, each with the child in whose subtree it is; `under` is with itself. The planner knows how
 * large the subtrees of given codes are, and not those of a subquery.
 */
const subtreesOf = ({ year, under }: FilingFilter, children: string[]): RawBuilder<unknown> =>
  sql`
    select x.agency, x.ancestor as child from agency_ancestor x
    where x.ancestor = any(${children}) and ${isInYear('x', year)}
    union all select c, c from unnest(${children}::text[]) as c
    ${under === undefined ? sql`` : sql`union all select ${under}, ${under}`}`

function conditionsOf ({ year, level, kind, reporting }: FilingFilter): RawBuilder<unknown> {
  return sql.join([
    isInYear('p', year),
    ...Object.entries({ level, kind, reporting }).flatMap(([name, value]) =>
      value === undefined ? [] : [sql`${sql.ref(`p.${name}`)} = ${value}`]
    )
  ], sql` and `)
}

const statesOf = ({ status, timeliness }: FilingFilter): RawBuilder<unknown> =>
  sql.join([
    sql`true`,
    ...status === undefined ? [] : [sql`f.status = ${status}`],
    ...timeliness === undefined ? [] : [sql`f.timeliness = ${timeliness}`]
  ], sql` and `)

/**
 * The common table expressions that end in `filing`: the state of each of these agencies that passes the filter of
 * agencies. What is not public is read of the caller's subtree only.
 */
function filingsOf (filter: FilingFilter, subtree: string | null, agencies: RawBuilder<unknown>): RawBuilder<unknown> {
  const { year } = filter
  const seen = subtree === null ? sql`` : sql`
    left join (
      select r.agency, r.status from report r where r.year = ${year} ${isSeen(subtree, year)}
    ) as seen on seen.agency = p.agency`
  return sql`
    subtree_deadline as materialized (
      select agency, date from deadline where year = ${year} and applies_to = 'subtree'
    ),
    above as (
      select x.agency, min(d.date) as date from subtree_deadline d join agency_ancestor x on x.ancestor = d.agency
      where ${isInYear('x', year)} and x.agency in (select agency from (${agencies}) as l) group by x.agency
    ),
    state as (
      select x.*, p.name, p.parent, p.level, p.kind, p.reporting, ${firstPublishedAt('first')} as published_at,
             least(${statutoryDay('p', year)}, own.date, above.date) as due,
             ${subtree === null ? PUBLIC_STATUS : sql`coalesce(seen.status, ${PUBLIC_STATUS})`} as status
      from (${agencies}) as x
      join agency_period p on p.agency = x.agency
      left join deadline own on own.agency = x.agency and own.year = ${year}
      left join above on above.agency = x.agency
      left join report_version first on first.agency = x.agency and first.year = ${year} and first.version = 1
      ${seen}
      where ${conditionsOf(filter)}
      offset 0
    ),
    filing as (
      select state.*, case
        when published_at is null then case when ${dayInChina(sql`now()`)} > due then 'overdue' else 'open' end
        when ${dayInChina(sql`published_at`)} > due then 'late' else 'on_time' end as timeliness
      from state
      offset 0
    )`
}

const isSeen = (subtree: string, year: number) =>
  subtree === WHOLE_REGISTRY ? sql`` : sql`
    and r.agency in (
      select x.agency from agency_ancestor x where x.ancestor = ${subtree} and ${isInYear('x', year)}
      union all select ${subtree})`

const PUBLIC_STATUS = sql`
  case when first.agency is null then 'missing'
    when first.public_until = ${FOR_EVER} or exists (
      select from report_version v
      where v.agency = first.agency and v.year = first.year and v.public_until = ${FOR_EVER}) then 'published'
    else 'withdrawn' end`

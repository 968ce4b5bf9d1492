// The feed: events in the order of their sequence numbers.
import { type Kysely, sql } from 'kysely'
import { isCovered, yearOrLatest } from '../../auth/coverage.ts'
import type { Database } from '../../database/types.ts'

export interface StoredEvent {
  seq: number
  n: number
  at: string
  body: string
  previous: string
  hash: string
}

export interface EventFilter {
  agency?: string | undefined
  under?: string | undefined
  year?: number | undefined
  kind?: string | undefined
}

/**
 * Lists the events of `subtree` in the order of the feed. Events of reports follow the tree of their year, those of
 * agencies and keys the latest tree.
 */
export async function listEvents (
  db: Kysely<Database>,
  subtree: string,
  { agency, under, year, kind }: EventFilter,
  after: number,
  limit: number
): Promise<StoredEvent[]> {
  const isUnder = sql`and (e.chain = ${under} or exists (
    select from agency_ancestor as a where a.agency = e.chain and a.ancestor = ${under}))`
  const { rows } = await sql<StoredEvent>`
    select e.seq, e.n, event_time(e.at) as at, e.body, encode(e.hash, 'hex') as hash,
           coalesce((select encode(p.hash, 'hex') from event as p where p.chain = e.chain and p.n = e.n - 1), '') as previous
    from event as e
    where e.seq > ${after} and ${isCovered(subtree, sql`e.chain`, yearOrLatest(sql`e.chain`, sql`e.year`))}
      ${agency === undefined ? sql`` : sql`and e.chain = ${agency}`}
      ${under === undefined ? sql`` : isUnder}
      ${year === undefined ? sql`` : sql`and e.year = ${year}`}
      ${kind === undefined ? sql`` : sql`and ${isOfKind(kind)}`}
    order by e.seq limit ${limit}`.execute(db)
  return rows
}

/** Matches events of these kinds. The kind is the first member of the body, so the body need not be parsed. */
function isOfKind (...kinds: string[]) {
  const starts = kinds.map(kind => `{"kind":"${kind}"`)
  return sql`(${sql.join(starts.map(start => sql`starts_with(e.body, ${start})`), sql` or `)})`
}

export interface Publication {
  seq: number
  at: string
  kind: 'published' | 'amended' | 'withdrawn'
  agency: string
  agency_name: string
  year: number
  version: number
}

/**
 * Lists what became public and what was withdrawn, in the order of the feed. `under` follows the tree of the report's
 * year.
 */
export async function listPublications (
  db: Kysely<Database>,
  { under, year }: Pick<EventFilter, 'under' | 'year'>,
  after: number,
  limit: number
): Promise<Publication[]> {
  const isUnder = sql`and (e.chain = ${under} or exists (
    select from agency_ancestor as a
    where a.agency = e.chain and a.ancestor = ${under} and a.since <= e.year and a.until >= e.year))`
  const { rows } = await sql<Publication>`
    ${selectPublications}
    where e.seq > ${after} and ${isOfKind('published', 'withdrawn')}
      ${under === undefined ? sql`` : isUnder}
      ${year === undefined ? sql`` : sql`and e.year = ${year}`}
    order by e.seq limit ${limit}`.execute(db)
  return rows
}

/** Lists the latest publications and withdrawals, the last one first. */
export async function latestPublications (db: Kysely<Database>, limit: number): Promise<Publication[]> {
  const { rows } = await sql<Publication>`
    ${selectPublications}
    where e.seq > 0 and ${isOfKind('published', 'withdrawn')} order by e.seq desc limit ${limit}`.execute(db)
  return rows
}

const selectPublications = sql`
  select e.seq, event_time(e.at) as at, e.chain as agency, p.name as agency_name, e.year, v.version,
    case when ${isOfKind('withdrawn')} then 'withdrawn' when v.version = 1 then 'published' else 'amended' end as kind
  from event as e
  join agency_period as p on p.agency = e.chain and p.since <= e.year and p.until >= e.year
  cross join lateral (select (e.body::json ->> 'version')::integer as version) as v`

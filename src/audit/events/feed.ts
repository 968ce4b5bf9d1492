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
}

/**
 * Lists the events of `subtree` in the order of the feed. Events of reports follow the tree of their year, those of
 * agencies and keys the latest tree.
 */
export async function listEvents (
  db: Kysely<Database>,
  subtree: string,
  { agency, under, year }: EventFilter,
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
    order by e.seq limit ${limit}`.execute(db)
  return rows
}

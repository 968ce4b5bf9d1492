// Authorizes changes of the tree: the agency must be in the caller's subtree in all the years concerned, before and
// after the change.
import { type Kysely, sql } from 'kysely'
import { type Actor, WHOLE_REGISTRY } from '../auth/actor.ts'
import { outsideSubtree } from '../auth/coverage.ts'
import { type Database, NO_FIRST_YEAR, NO_LAST_YEAR } from '../database/types.ts'
import { AgencyChange } from './schemas.ts'
import { findPeriods } from './tree.ts'

interface Place {
  parent: string | null
  since: number
  until: number
}

/**
 * Throws `outside-subtree`. An agency that is not registered yet must be in the caller's subtree from its first year
 * on.
 */
export async function requirePlacement (
  db: Kysely<Database>,
  actor: Actor,
  code: string,
  change: unknown
): Promise<void> {
  if (actor.agency === WHOLE_REGISTRY) return
  const places = await placesConcerned(db, code, change as AgencyChange)
  for (const { parent, since, until } of places) {
    if (parent === null || !await standsBelow(db, actor.agency, parent, since, until)) {
      throw outsideSubtree(actor, { agency: code, year: since === NO_FIRST_YEAR ? undefined : since })
    }
  }
}

async function placesConcerned (
  db: Kysely<Database>,
  code: string,
  { parent, since, until }: AgencyChange
): Promise<Place[]> {
  const old = await findPeriods(db, code)
  const end = until ?? NO_LAST_YEAR
  if (old.length === 0) return [{ parent: parent ?? null, since: since ?? NO_FIRST_YEAR, until: end }]
  const [first, last] = [old[0]!, old.at(-1)!]
  const from = Math.min(since ?? last.until, until === undefined ? last.until : end + 1)
  const places: Place[] = old.filter(period => period.until >= from).map(period => ({
    ...period,
    since: Math.max(period.since, from)
  }))
  if (from < first.since) places.push({ parent: first.parent, since: from, until: first.since - 1 })
  if (until !== undefined && end > last.until) places.push({ parent: last.parent, since: last.until + 1, until: end })
  if (parent !== undefined) {
    places.push({ parent, since: from, until: until === undefined ? last.until : Math.max(end, from) })
  }
  return places
}

/** Returns whether `agency` is `above` or a descendant of it in every one of these years in which it is registered. */
async function standsBelow (
  db: Kysely<Database>,
  above: string,
  agency: string,
  since: number,
  until: number
): Promise<boolean> {
  if (agency === above) return true
  const { rows } = await sql<{ ancestor: string, since: number, until: number }>`
    select ancestor, since, until from agency_ancestor where agency = ${agency} and ancestor in (${above}, ${WHOLE_REGISTRY}) order by since`
    .execute(db)
  const life = rows.find(row => row.ancestor === WHOLE_REGISTRY)
  // An agency that is not registered, or not in that year, is reported by the action itself.
  if (life === undefined) return true
  let next = Math.max(since, life.since)
  const last = Math.min(until, life.until)
  for (const row of rows) {
    if (row.ancestor === above && row.since <= next && row.until >= next) next = row.until + 1
  }
  return next > last
}

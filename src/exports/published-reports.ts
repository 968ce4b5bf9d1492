// Reads what was published at a moment, page by page: versions never change, so all pages together are one snapshot,
// and no transaction stays open between them.
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/types.ts'
import type { Content } from '../form/content.ts'
import { readVector } from '../form/vector.ts'
import type { Years } from '../http/parameters.ts'
import { below, isPublic, wasRecorded } from '../totals/as-of.ts'
import { isWithin } from '../totals/relations.ts'

export interface PublishedReport {
  agency: string
  agency_name: string
  year: number
  form: string
  version: number
  published_at: string
  content: Content
}

export interface ExportScope {
  /** Settled: everything up to it is recorded. */
  moment: string
  under: string | undefined
  years: Years | undefined
  /** Only what comes after it, in the order of agency and year. */
  after: [agency: string, year: number]
}

type Row = Omit<PublishedReport, 'content'> & Omit<Content, 'figures'> & { figures: string }

/** Reports per page: few, so that writing a page does not delay other requests. */
const PAGE = 200
const AGENCIES = 2000

/** Yields the published reports in the order of agency and year. */
export async function* publishedReports (
  db: Kysely<Database>,
  scope: ExportScope
): AsyncGenerator<PublishedReport[]> {
  if (scope.under === undefined) return yield* pagesOf(db, scope, undefined)
  const places = await findPlaces(db, scope, scope.under)
  for (let i = 0; i < places.length; i += AGENCIES) yield* pagesOf(db, scope, places.slice(i, i + AGENCIES))
}

/** An agency, and a range of years in which it is in the subtree. */
interface Place {
  agency: string
  since: number
  until: number
}

async function findPlaces (db: Kysely<Database>, scope: ExportScope, under: string): Promise<Place[]> {
  const { rows } = await sql<Place>`
    with recursive below as (${below({ by: [], under }, sql`${scope.moment}::timestamptz`)})
    select agency, since, until from below where agency >= ${scope.after[0]} order by agency, since`.execute(db)
  return rows
}

async function* pagesOf (
  db: Kysely<Database>,
  { moment: at, years, after: start }: ExportScope,
  places: Place[] | undefined
): AsyncGenerator<PublishedReport[]> {
  const moment = sql`${at}::timestamptz`
  const within = places === undefined ? sql`` : sql`
    and v.agency = any(${[...new Set(places.map(place => place.agency))]})
    and exists (
      select from unnest(${places.map(place => place.agency)}::text[], ${places.map(place => place.since)}::integer[],
                         ${places.map(place => place.until)}::integer[]) as place (agency, since, until)
      where place.agency = v.agency and v.year between place.since and place.until)`
  const ofYears = years === undefined ? sql`` : sql`and ${isWithin(sql`v.year`, years)}`
  for (let after = start;;) {
    const { rows } = await sql<Row>`
      select v.agency, coalesce(r.name, a.name) as agency_name, v.year, v.form, v.version, v.figures, v.notes, v.sections,
             v.explanations, to_char(v.published_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as published_at
      from (
        select * from report_version v
        where (v.agency, v.year) > (${after[0]}, ${after[1]}) and ${isPublic('v', moment)} ${ofYears} ${within}
        order by v.agency, v.year limit ${PAGE}
      ) v
      join agency a on a.code = v.agency
      left join agency_record r on r.agency = v.agency and v.year between r.since and r.until and ${
      wasRecorded('r', moment)
    }
      order by v.agency, v.year`.execute(db)
    if (rows.length > 0) yield rows.map(reportOf)
    if (rows.length < PAGE) return
    after = [rows.at(-1)!.agency, rows.at(-1)!.year]
  }
}

const reportOf = ({ figures, notes, sections, explanations, ...report }: Row): PublishedReport => ({
  ...report,
  content: { figures: readVector(figures), notes, sections, explanations }
})

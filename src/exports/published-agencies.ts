// Reads the agencies as they were recorded at a moment, as the lines of a bulk import.
import { type Kysely, sql } from 'kysely'
import { type Database, NO_FIRST_YEAR, NO_LAST_YEAR } from '../database/types.ts'
import { below, wasRecorded } from '../totals/as-of.ts'
import type { ExportScope } from './published-reports.ts'

export const AGENCY_MEMBERS = [
  'code',
  'name',
  'level',
  'kind',
  'reporting',
  'parent',
  'credit_code',
  'division_code',
  'successor',
  'since',
  'until'
] as const

/** A line for each range of years in which an agency stood elsewhere or had another name; null leaves it as it is. */
export type AgencyLine = Record<typeof AGENCY_MEMBERS[number], string | number | null>

type Row = AgencyLine & { code: string, since: number, until: number, is_last: boolean }

const PAGE = 1000

/** Yields the lines in the order of code and year. */
export async function* publishedAgencies (
  db: Kysely<Database>,
  { moment: at, under, after: [start] }: ExportScope
): AsyncGenerator<AgencyLine[]> {
  const moment = sql`${at}::timestamptz`
  const within = under === undefined ? sql`` : sql`and r.agency in (select agency from below)`
  const tree = under === undefined ? sql`` : sql`with recursive below as (${below({ by: [], under }, moment)})`
  for (let after = start;;) {
    const { rows } = await sql<Row>`
      ${tree} select r.agency as code, r.name, r.level, r.kind, r.reporting, r.parent, a.credit_code, a.division_code,
             r.successor, r.since, r.until, r.until = max(r.until) over (partition by r.agency) as is_last
      from agency_record r join agency a on a.code = r.agency
      where ${wasRecorded('r', moment)} and r.agency in (
        select distinct r.agency from agency_record r
        where r.agency > ${after} and ${wasRecorded('r', moment)} ${within} order by r.agency limit ${PAGE})
      order by r.agency, r.since`.execute(db)
    if (rows.length > 0) yield rows.flatMap(linesOf)
    if (new Set(rows.map(row => row.code)).size < PAGE) return
    after = rows.at(-1)!.code
  }
}

/** An end comes on a line of its own: those below an agency may have moved away before it ends. */
function linesOf ({ is_last: isLast, until, since, successor, ...standing }: Row): AgencyLine[] {
  const line = { ...standing, successor: null, since: since === NO_FIRST_YEAR ? null : since, until: null }
  return isLast && until !== NO_LAST_YEAR ? [line, { ...line, successor, until }] : [line]
}

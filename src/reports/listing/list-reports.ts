// Lists reports without their content, in the order of agency and year or of their publication.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { WHOLE_REGISTRY } from '../../auth/actor.ts'
import { isCovered } from '../../auth/coverage.ts'
import { formatTimestamp } from '../../database/clock.ts'
import { type Database, FOR_EVER } from '../../database/types.ts'
import type { Years } from '../../http/parameters.ts'
import { firstPublishedAt } from '../deadlines/due.ts'
import type { Status } from '../workflow/transitions.ts'
import type { ReportSummary } from './schemas.ts'

export interface ReportFilter {
  agency?: string
  under?: string
  year?: Years
  form?: string
  status?: Status
}

/** `key` is the first part of the sort key in the order of a moment. */
type ListedReport = Omit<ReportSummary, 'updated_at'> & { updated_at: Date, key?: string }

export const SORTS = ['published_at', 'first_published_at'] as const
export type Sort = typeof SORTS[number]
export type Order = 'asc' | 'desc'
/** A timestamp, or `infinity` or `-infinity` for a report without one, which comes last. */
export type SortKey = [moment: string, agency: string, year: number]

const STATE = sql.raw(
  ['agency', 'year', 'form', 'status', 'version', 'revision', 'updated_at'].map(name => `r.${name}`).join(', ')
)

/** Selects the reports of `subtree` in their working state and all others as published. Null means no subtree. */
function reportsSeen (subtree: string | null): RawBuilder<unknown> {
  const published = sql`
    select v.agency, v.year, v.form, 'published' as status, v.version, v.revision, v.published_at as updated_at
    from report_version v where v.public_until = ${FOR_EVER}`
  if (subtree === null) return sql`(${published})`
  if (subtree === WHOLE_REGISTRY) return sql`report`
  return sql`(
    select ${STATE} from report r where ${isCovered(subtree, sql`r.agency`, sql`r.year`)}
    union all ${published} and not ${isCovered(subtree, sql`v.agency`, sql`v.year`)})`
}

/**
 * Lists reports in the order of agency and year. `subtree` is the part of the tree that the caller acts for; it and
 * `under` follow the tree of each report's year.
 */
export async function listReports (
  db: Kysely<Database>,
  filter: ReportFilter,
  subtree: string | null,
  after: [agency: string, year: number],
  limit: number
): Promise<ListedReport[]> {
  if (filter.under === undefined) return await pageOf(db, filter, subtree, after, limit)
  // Reads as many agencies at a time as fill a page if each has a report; no plan of a single statement would stop
  // there.
  const found: ListedReport[] = []
  for (let from = sql`>= ${after[0]}`, some = limit; found.length < limit; some *= 4) {
    const { rows } = await sql<{ agency: string }>`
      select distinct agency from (
        select agency from agency_ancestor where ancestor = ${filter.under} and agency ${from}
        union all select ${filter.under} where ${filter.under} ${from}
      ) as below order by agency limit ${some}`.execute(db)
    found.push(
      ...await pageOf(db, { ...filter, agencies: rows.map(row => row.agency) }, subtree, after, limit - found.length)
    )
    if (rows.length < some) break
    from = sql`> ${rows.at(-1)!.agency}`
  }
  return found
}

async function pageOf (
  db: Kysely<Database>,
  { agencies, ...filter }: ReportFilter & { agencies?: string[] },
  subtree: string | null,
  after: [string, number],
  limit: number
): Promise<ListedReport[]> {
  const conditions = [
    sql`(r.agency, r.year) > (${after[0]}, ${after[1]})`,
    ...agencies === undefined ? [] : [sql`r.agency = any(${agencies})`],
    ...conditionsOf(filter)
  ]
  // Joins the names and versions to the page, not the page to all of them: a page far into the list is as fast as the
  // first.
  const { rows } = await sql<ListedReport>`
    ${selectListed(sql`${formatTimestamp(PUBLISHED_AT)}`, sql`${formatTimestamp(FIRST_PUBLISHED_AT)}`)}
    from (
      select ${STATE} from ${reportsSeen(subtree)} r
      where ${sql.join(conditions, sql` and `)}
      order by r.agency, r.year limit ${limit}
    ) r ${joinVersions} ${joinName}
    order by r.agency, r.year`.execute(db)
  return rows
}

/** Lists reports as `listReports` does, in the order of a moment; those that were never published come last. */
export async function listByPublication (
  db: Kysely<Database>,
  filter: ReportFilter,
  subtree: string | null,
  { sort, order, after }: { sort: Sort, order: Order, after: SortKey | undefined },
  limit: number
): Promise<ListedReport[]> {
  const direction = order === 'asc' ? sql`asc` : sql`desc`
  const beyond = order === 'asc' ? sql`>` : sql`<`
  const isAfter = after === undefined ? sql`true` : sql`(
    r.moment ${beyond} ${after[0]}::timestamptz
    or (r.moment = ${after[0]}::timestamptz and (r.agency, r.year) > (${after[1]}, ${after[2]})))`
  const last = order === 'asc' ? sql`'infinity'::timestamptz` : sql`'-infinity'::timestamptz`
  const { rows } = await sql<ListedReport>`
    ${selectListed(formatTimestamp(sql`r.published_at`), formatTimestamp(sql`r.first_published_at`))},
           case when isfinite(r.moment) then ${formatTimestamp(sql`r.moment`)} else r.moment::text end as key
    from (
      select * from (
        select r.*, coalesce(${sql.ref(`r.${sort}`)}, ${last}) as moment
        from (
          select ${STATE}, ${PUBLISHED_AT} as published_at, ${FIRST_PUBLISHED_AT} as first_published_at
          from ${reportsSeen(subtree)} r ${joinVersions}
          where ${sql.join([sql`true`, ...conditionsOf(filter)], sql` and `)}
        ) r
      ) r
      where ${isAfter}
      order by r.moment ${direction}, r.agency, r.year limit ${limit}
    ) r ${joinName}
    order by r.moment ${direction}, r.agency, r.year`.execute(db)
  return rows
}

const PUBLISHED_AT = sql`current.published_at`
const FIRST_PUBLISHED_AT = firstPublishedAt('first')

const selectListed = (publishedAt: RawBuilder<unknown>, firstAt: RawBuilder<unknown>) =>
  sql`
    select r.agency, p.name as agency_name, r.year, r.form, r.status, r.version, r.revision, r.updated_at,
           ${publishedAt} as published_at, ${firstAt} as first_published_at`

const joinVersions = sql`
  left join report_version current
    on current.agency = r.agency and current.year = r.year and current.version = r.version
  left join report_version first on first.agency = r.agency and first.year = r.year and first.version = 1`

const joinName = sql`join agency_period p on p.agency = r.agency and p.since <= r.year and p.until >= r.year`

function conditionsOf ({ agency, under, year, form, status }: ReportFilter): RawBuilder<unknown>[] {
  return [
    ...agency === undefined ? [] : [sql`r.agency = ${agency}`],
    ...form === undefined ? [] : [sql`r.form = ${form}`],
    ...status === undefined ? [] : [sql`r.status = ${status}`],
    ...year === undefined ? [] : [sql`r.year between ${year.first} and ${year.last}`],
    ...year?.only === undefined ? [] : [sql`r.year = any(${year.only})`],
    ...under === undefined ? [] : [sql`(r.agency = ${under} or exists (
      select from agency_ancestor x
      where x.agency = r.agency and x.ancestor = ${under} and x.since <= r.year and x.until >= r.year))`]
  ]
}

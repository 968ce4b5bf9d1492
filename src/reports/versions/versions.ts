// Versions: the immutable published content, and the period in which each version was the public one.
import { type Kysely, sql, type Transaction } from 'kysely'
import { formatTimestamp, TAKE_TIMESTAMP } from '../../database/clock.ts'
import { type Database, FOR_EVER } from '../../database/types.ts'
import type { Content } from '../../form/content.ts'
import { readVector } from '../../form/vector.ts'
import { problem } from '../../problems/problem.ts'
import { formatDay } from '../deadlines/due.ts'
import { STATE, type State } from '../store.ts'
import type { ReportId, StoredReport } from '../stored-report.ts'
import type { VersionSummary } from './schemas.ts'

interface VersionRow {
  form: string
  version: number
  revision: number
  published_at: string
  reason: string | null
  figures: string
  notes: Content['notes']
  sections: Content['sections']
  explanations: Content['explanations']
}

const PUBLISHED_AT = formatTimestamp(sql`published_at`)
const PUBLIC_UNTIL = formatTimestamp(sql`public_until`)
const COLUMNS =
  sql`form, version, revision, ${PUBLISHED_AT} as published_at, reason, figures, notes, sections, explanations`

/** Converts a version to a report as it was published: later transitions of the report do not change it. */
const asPublished = (
  { agency, year }: ReportId,
  { form, version, revision, published_at: publishedAt, reason, figures, ...texts }: VersionRow
): StoredReport => ({
  agency,
  year,
  form,
  status: 'published',
  status_since: publishedAt,
  version,
  revision,
  published_at: publishedAt,
  amendment_reason: reason,
  reason: null,
  remarks: null,
  cell_revisions: null,
  created: 0,
  content: {
    figures: readVector(figures),
    notes: texts.notes,
    sections: texts.sections,
    explanations: texts.explanations
  }
})

export async function findVersion (
  db: Kysely<Database>,
  id: ReportId,
  version: number
): Promise<StoredReport | undefined> {
  const { rows: [row] } = await sql<VersionRow>`
    select ${COLUMNS} from report_version where agency = ${id.agency} and year = ${id.year} and version = ${version}`
    .execute(db)
  return row && asPublished(id, row)
}

/** Returns a version. Throws `version-not-found`, or `report-not-found` if the report has no version at all. */
export async function getVersion (db: Kysely<Database>, id: ReportId, version: number): Promise<StoredReport> {
  const found = await findVersion(db, id, version)
  if (found !== undefined) return found
  const { rows } = await sql`select from report_version where agency = ${id.agency} and year = ${id.year} limit 1`
    .execute(db)
  throw rows.length === 0 ? problem('report-not-found', { ...id }) : problem('version-not-found', { ...id, version })
}

/** Returns the public version; undefined if there is none. */
export async function findPublic (db: Kysely<Database>, id: ReportId): Promise<StoredReport | undefined> {
  const { rows: [row] } = await sql<VersionRow>`
    select ${COLUMNS} from report_version where agency = ${id.agency} and year = ${id.year} and public_until = ${FOR_EVER}`
    .execute(db)
  return row && asPublished(id, row)
}

/**
 * Returns the public version, now or as of a settled moment. Throws `report-not-found` before the first version, and
 * `report-withdrawn` with the public facts of the withdrawal.
 */
export async function getPublic (db: Kysely<Database>, id: ReportId, asOf?: string): Promise<StoredReport> {
  const moment = asOf === undefined ? FOR_EVER : sql`${asOf}::timestamptz`
  const { rows: [row] } = await sql<VersionRow & { withdrawn_at: string | null, withdrawal_reason: string | null }>`
    select ${COLUMNS}, withdrawal_reason,
           case when public_until <= ${moment} and public_until <> ${FOR_EVER} then ${PUBLIC_UNTIL} end as withdrawn_at
    from report_version where agency = ${id.agency} and year = ${id.year} and published_at <= ${moment}
    order by version desc limit 1`.execute(db)
  if (row === undefined) throw problem('report-not-found', { ...id })
  const { withdrawn_at: withdrawnAt, withdrawal_reason: reason, version, published_at: publishedAt } = row
  if (withdrawnAt === null) return asPublished(id, row)
  // A replaced version has a successor. This is the latest one, so it was withdrawn.
  throw problem('report-withdrawn', { ...id, withdrawn_at: withdrawnAt, reason: reason! }, {
    tombstone: { ...id, version, published_at: publishedAt, withdrawn_at: withdrawnAt, reason }
  })
}

/** Lists the versions after number `after`, in the order of their numbers. */
export async function listVersions (
  db: Kysely<Database>,
  { agency, year }: ReportId,
  after: number,
  limit: number
): Promise<VersionSummary[]> {
  const { rows } = await sql<VersionSummary>`
    select version, form, revision, ${formatTimestamp(sql`published_at`)} as published_at, reason as amendment_reason,
           ${formatTimestamp(sql`nullif(public_until, ${FOR_EVER})`)} as public_until, withdrawal_reason,
           ${formatDay(sql`published_on`)} as published_on
    from report_version where agency = ${agency} and year = ${year} and version > ${after} order by version limit ${limit}`
    .execute(db)
  return rows
}

/**
 * Publishes the draft as the next version, which replaces the previous one, in one statement: the content moves from
 * the report to the version.
 */
export async function saveVersion (trx: Transaction<Database>, { agency, year }: ReportId): Promise<State> {
  // The count makes the old version end before the new one is inserted, because at most one version is public.
  const { rows: [state] } = await sql<State>`
    with moment as (${TAKE_TIMESTAMP}),
    ended as (
      update report_version v set public_until = moment.at from moment
      where v.agency = ${agency} and v.year = ${year} and v.public_until = ${FOR_EVER} returning 1
    ),
    made as (
      insert into report_version (agency, year, version, form, figures, notes, sections, explanations, revision, reason, published_at, reading)
      select r.agency, r.year, coalesce(r.version, 0) + 1, r.form, r.figures, r.notes, r.sections, coalesce(r.explanations, '{}'), r.revision + 1, r.amendment_reason, moment.at, r.reading
      from report r, moment, (select count(*) from ended) as e
      where r.agency = ${agency} and r.year = ${year}
      returning version, published_at
    )
    update report r set version = made.version, status = 'published', status_since = made.published_at, updated_at = made.published_at, revision = r.revision + 1,
                        reason = null, remarks = null, amendment_reason = null, figures = null, notes = null, sections = null, explanations = null, cell_revisions = null, reading = null
    from made where r.agency = ${agency} and r.year = ${year} returning ${STATE}`.execute(trx)
  return state!
}

/** Ends the public version without a successor. */
export async function saveWithdrawal (
  trx: Transaction<Database>,
  { agency, year }: ReportId,
  reason: string
): Promise<State> {
  const { rows: [state] } = await sql<State>`
    with moment as (${TAKE_TIMESTAMP}),
    ended as (
      update report_version v set public_until = moment.at, withdrawal_reason = ${reason} from moment
      where v.agency = ${agency} and v.year = ${year} and v.public_until = ${FOR_EVER} returning v.public_until
    )
    update report r set status = 'withdrawn', status_since = ended.public_until, updated_at = ended.public_until, revision = r.revision + 1, reason = ${reason}
    from ended where r.agency = ${agency} and r.year = ${year} returning ${STATE}`.execute(trx)
  return state!
}

/** Opens a draft with the content of the latest version. */
export async function openAmendment (
  trx: Transaction<Database>,
  { agency, year }: ReportId,
  reason: string
): Promise<State> {
  const { rows: [state] } = await sql<State>`
    update report r set status = 'draft', status_since = now(), updated_at = now(), revision = r.revision + 1,
                        reason = null, amendment_reason = ${reason}, form = v.form, figures = v.figures, notes = v.notes, sections = v.sections, explanations = v.explanations, reading = v.reading,
                        cell_revisions = array_fill(r.revision + 1, array[cardinality(v.figures::bigint[])])
    from report_version v where r.agency = ${agency} and r.year = ${year} and v.agency = r.agency and v.year = r.year and v.version = r.version
    returning ${STATE}`.execute(trx)
  return state!
}

/**
 * Discards an amendment: the report is published or withdrawn again, as before. Deletes the readings of documents that
 * were imported into the draft.
 */
export async function discardAmendment (trx: Transaction<Database>, { agency, year }: ReportId): Promise<void> {
  await sql`
    delete from reading where agency = ${agency} and year = ${year} and number > (
      select coalesce(max(reading), 0) from report_version where agency = ${agency} and year = ${year})`.execute(trx)
  await sql`
    update report r set status = case when v.public_until = ${FOR_EVER} then 'published' else 'withdrawn' end,
                        status_since = case when v.public_until = ${FOR_EVER} then v.published_at else v.public_until end,
                        updated_at = now(), revision = r.revision + 1, reason = v.withdrawal_reason, remarks = null, amendment_reason = null,
                        form = v.form, figures = null, notes = null, sections = null, explanations = null, cell_revisions = null, reading = null
    from report_version v where r.agency = ${agency} and r.year = ${year} and v.agency = r.agency and v.year = r.year and v.version = r.version`
    .execute(trx)
}

// Reads and writes a batch of reports with a few statements.
import { sql, type Transaction } from 'kysely'
import { formatTimestamp } from '../../database/clock.ts'
import { CopyRows, readCopied } from '../../database/copy-rows.ts'
import { copyInto } from '../../database/copy.ts'
import { type Database, FOR_EVER } from '../../database/types.ts'
import { dayInChina, formatDay } from '../../reports/deadlines/due.ts'
import type { Status } from '../../reports/workflow/transitions.ts'
import { Batch, type PackedReport, type ReportPlacement } from './batch.ts'
import { VERSION_COLUMNS } from './parsing/chunk.ts'

/** An arbitrary number that no other advisory lock of the database has. */
const IMPORT_LOCK = 71_046_011

/** Makes imports of reports run one after another, in whichever process. */
export async function lockImports (trx: Transaction<Database>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${IMPORT_LOCK})`.execute(trx)
}

/** Returns the placements in the order of the reports. */
export async function findPlacements (trx: Transaction<Database>, reports: PackedReport[]): Promise<ReportPlacement[]> {
  // Returns all rows as one string: the driver needs three times as long to parse separate rows.
  const { rows: [row] } = await sql<{ standings: string }>`
    select string_agg(
      concat_ws(E'\\t', coalesce(p.parent, '\\N'), coalesce(p.level, '\\N'), coalesce(p.kind, '\\N'),
        coalesce(p.reporting, '\\N'), r.agency is not null),
      E'\\n' order by u.i
    ) as standings
    from ${named(reports)} with ordinality as u (agency, year, i)
    left join agency_period p on p.agency = u.agency and p.since <= u.year and p.until >= u.year
    left join report r on r.agency = u.agency and r.year = u.year`.execute(trx)
  let last = ''
  let standing: ReportPlacement
  return row!.standings.split('\n').map(line => {
    // Consecutive rows are mostly equal, so only a changed one is parsed.
    if (line === last) return standing
    const [parent, level, kind, reporting, exists] = readCopied(line) as [
      string,
      string | null,
      string | null,
      string | null,
      string
    ]
    last = line
    standing = { parent, level, kind, reporting, exists: exists === 't' }
    return standing
  })
}

const named = (reports: PackedReport[], days?: (string | null)[]) =>
  sql`unnest(${reports.map(report => report.agency)}::text[], ${reports.map(report => report.year)}::integer[] ${
    days === undefined ? sql`` : sql`, ${days}::date[]`
  })`

/**
 * Inserts the reports, published or as drafts. Returns those inserted; the others were created meanwhile by concurrent
 * requests.
 */
export async function insertReports (
  trx: Transaction<Database>,
  batch: Batch,
  reports: PackedReport[],
  publish: boolean
): Promise<PackedReport[]> {
  if (publish && await copyReports(trx, reports)) return reports
  const content = sent(batch, reports)
  const insert = publish
    ? sql`
      insert into report (agency, year, form, status, version)
      select agency, year, form, 'published', 1 from ${content}`
    : sql`
      insert into report (agency, year, form, status, figures, notes, sections, explanations)
      select agency, year, form, 'draft', figures, notes, coalesce(sections, '{}'), explanations from ${content}`
  const { rows } = await sql<{ agency: string, year: number }>`
    ${insert} on conflict on constraint report_pkey do nothing returning agency, year`.execute(trx)
  const inserted = new Set(rows.map(({ agency, year }) => `${agency} ${year}`))
  return reports.filter(({ agency, year }) => inserted.has(`${agency} ${year}`))
}

/** Copies the reports, in half the time of an insert. Returns false after a conflict, when none was copied. */
async function copyReports (trx: Transaction<Database>, reports: PackedReport[]): Promise<boolean> {
  const rows = new CopyRows()
  for (const { agency, year, form } of reports) rows.add([agency, year, form, 'published', 1])
  await sql`savepoint reports`.execute(trx)
  try {
    await copyInto(trx, 'report', ['agency', 'year', 'form', 'status', 'version'], rows.bytes)
    await sql`release savepoint reports`.execute(trx)
    return true
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'report_pkey') throw error
    await sql`rollback to savepoint reports`.execute(trx)
    return false
  }
}

/** Inserts the first version of reports that this transaction inserted as `published` without content. */
export async function insertVersions (
  trx: Transaction<Database>,
  batch: Batch,
  reports: PackedReport[]
): Promise<void> {
  await copyInto(trx, 'report_version', VERSION_COLUMNS, batch.versionsOf(reports))
}

export interface Existing {
  status: Status
  version: number | null
  status_since: string
  /** The stated day of the first publication, and the day on which the registry recorded it; null before it. */
  published_on: string | null
  recorded_on: string | null
  /** Whether the sent content equals that of the draft, and that of the public version. */
  sameDraft: boolean
  sameVersion: boolean
}

/**
 * Locks the reports and compares the new content with the stored one. Results are in the order of the reports;
 * undefined if a report was deleted.
 */
export async function lockExistingReports (
  trx: Transaction<Database>,
  batch: Batch,
  reports: PackedReport[]
): Promise<(Existing | undefined)[]> {
  const same = (table: string) =>
    sql.raw(`coalesce(${table}.form = u.form and ${table}.figures = u.figures and ${table}.notes = u.notes
      and (u.sections is null or ${table}.sections = u.sections)
      and (u.explanations is null or coalesce(${table}.explanations, '{}') = u.explanations), false)`)
  const statusSince = formatTimestamp(sql`r.status_since`)
  const { rows } = await sql<Existing & { i: number }>`
    select u.i, r.status, r.version, ${statusSince} as status_since,
           ${formatDay(sql`first.published_on`)} as published_on,
           ${formatDay(dayInChina(sql`first.published_at`))} as recorded_on, ${same('r')} as "sameDraft", ${
    same('v')
  } as "sameVersion"
    from ${sent(batch, reports)}
    join report r on r.agency = u.agency and r.year = u.year
    left join report_version v on v.agency = r.agency and v.year = r.year and v.public_until = ${FOR_EVER}
    left join report_version first on first.agency = r.agency and first.year = r.year and first.version = 1
    for update of r`.execute(trx)
  const found: (Existing | undefined)[] = reports.map(() => undefined)
  for (const { i, ...existing } of rows) found[i - 1] = existing
  return found
}

/** Publishes drafts that were never published, with their stored content. */
export async function publishDrafts (
  trx: Transaction<Database>,
  reports: PackedReport[],
  moment: string
): Promise<void> {
  const published = sql`from ${named(reports)} as u (agency, year)`
  const days = reports.map(report => report.publishedOn ?? null)
  await sql`
    insert into report_version (agency, year, version, form, figures, notes, sections, explanations, revision, published_at, reading, published_on)
    select r.agency, r.year, 1, r.form, r.figures, r.notes, r.sections, coalesce(r.explanations, '{}'), r.revision + 1, ${moment}::timestamptz, r.reading, u.published_on
    from ${
    named(reports, days)
  } as u (agency, year, published_on) join report r on r.agency = u.agency and r.year = u.year`.execute(trx)
  await sql`
    update report r set status = 'published', status_since = ${moment}::timestamptz, version = 1,
      revision = r.revision + 1, updated_at = ${moment}::timestamptz, reason = null, remarks = null,
      amendment_reason = null, figures = null, notes = null, sections = null, explanations = null, cell_revisions = null, reading = null
    ${published} where r.agency = u.agency and r.year = u.year`.execute(trx)
}

/** States the day of the first publication of reports that are published without one. */
export async function stateDays (trx: Transaction<Database>, reports: PackedReport[]): Promise<void> {
  const days = reports.map(report => report.publishedOn!)
  await sql`
    update report_version v set published_on = u.published_on
    from ${named(reports, days)} as u (agency, year, published_on)
    where v.agency = u.agency and v.year = u.year and v.version = 1`.execute(trx)
}

/**
 * Returns the reports as rows `u (i, agency, year, form, figures, notes, sections,
 * explanations)`.
 */
function sent (batch: Batch, reports: PackedReport[]) {
  const contents = reports.map(report => batch.contentOf(report))
  return sql`(
    select i, agency, year, form, figures, notes::jsonb as notes, sections::jsonb as sections,
           explanations::jsonb as explanations
    from unnest(
      ${reports.map(report => report.agency)}::text[],
      ${reports.map(report => report.year)}::integer[],
      ${reports.map(report => report.form)}::text[],
      ${contents.map(content => content.vector)}::text[],
      ${contents.map(content => content.notes)}::text[],
      ${contents.map(content => content.sections)}::text[],
      ${contents.map(content => content.explanations)}::text[]
    ) with ordinality as t (agency, year, form, figures, notes, sections, explanations, i)
  ) as u`
}

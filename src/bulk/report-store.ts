// A batch of reports in the database: a few statements for all of them, however many they are.
import { sql, type Transaction } from 'kysely'
import type { Figure } from '../form/figures.ts'
import { shownMoment } from '../platform/clock.ts'
import { copyInto, FOR_EVER, writeVector, type Database } from '../platform/database.ts'
import { digestOf } from '../reports/changes.ts'
import type { Status } from '../reports/moves.ts'
import type { SentReport } from './report-lines.ts'

/** A report as the statements take it: texts, which cost little to keep until a batch is full. */
export interface PackedReport {
  line: number
  agency: string
  year: number
  form: string
  figures: Figure[]
  vector: string
  notes: string
  /** Null: those that are there stay. */
  sections: string | null
  stated: SentReport['stated']
  /** Of its content, as the audit trail has it; '' when nothing is written. */
  digest: string
}

export function pack ({ line, agency, year, form, content, figuresOnly, stated }: SentReport, isWriting: boolean): PackedReport {
  const { figures, notes, sections } = content
  const vector = writeVector(figures)
  return {
    line,
    // A part of the line would keep the whole of it in memory.
    agency: Buffer.from(agency, 'latin1').toString('latin1'),
    year,
    form: form.id,
    figures,
    vector,
    notes: JSON.stringify(notes),
    sections: figuresOnly ? null : JSON.stringify(sections),
    stated,
    digest: isWriting ? digestOf({ form, content }, vector) : ''
  }
}

/** What is known of the agency of a report in its year, and whether there is such a report. */
export interface Standing { registered: boolean, parent: string | null, level: string | null, kind: string | null, reporting: string | null, exists: boolean }

/** In the order of the batch. The caller holds the tree in its place. */
export async function findStandings (trx: Transaction<Database>, batch: PackedReport[]): Promise<Standing[]> {
  const { rows } = await sql<Standing>`
    select a.code is not null as registered, p.parent, p.level, p.kind, p.reporting, r.agency is not null as "exists"
    from unnest(${batch.map(report => report.agency)}::text[], ${batch.map(report => report.year)}::integer[]) with ordinality as u (agency, year, i)
    left join agency a on a.code = u.agency
    left join agency_period p on p.agency = u.agency and p.since <= u.year and p.until >= u.year
    left join report r on r.agency = u.agency and r.year = u.year
    order by u.i`.execute(trx)
  return rows
}

/** Inserts those that are not there, published or as drafts. Gives their indexes: another may have been quicker with the rest. */
export async function insertReports (trx: Transaction<Database>, batch: PackedReport[], publish: boolean): Promise<Set<number>> {
  const { rows } = publish
    ? await sql<{ agency: string, year: number }>`
        insert into report (agency, year, form, status, version)
        select agency, year, form, 'published', 1
        from unnest(${batch.map(report => report.agency)}::text[], ${batch.map(report => report.year)}::integer[], ${batch.map(report => report.form)}::text[]) as u (agency, year, form)
        on conflict on constraint report_pkey do nothing returning agency, year`.execute(trx)
    : await sql<{ agency: string, year: number }>`
        insert into report (agency, year, form, status, figures, notes, sections)
        select agency, year, form, 'draft', figures, notes, coalesce(sections, '{}') from ${sent(batch)}
        on conflict on constraint report_pkey do nothing returning agency, year`.execute(trx)
  if (rows.length === batch.length) return new Set(batch.keys())
  const inserted = new Set(rows.map(row => `${row.agency} ${row.year}`))
  return new Set([...batch.keys()].filter(i => inserted.has(`${batch[i]!.agency} ${batch[i]!.year}`)))
}

/** Of reports that are `published` without content since this transaction, the first version. */
export async function insertVersions (trx: Transaction<Database>, batch: PackedReport[], moment: string): Promise<void> {
  await copyInto(trx, 'report_version', ['agency', 'year', 'version', 'form', 'figures', 'notes', 'sections', 'revision', 'published_at'],
    batch.map(({ agency, year, form, vector, notes, sections }) => [agency, year, 1, form, vector, notes, sections ?? '{}', 1, moment]))
}

export interface Existing {
  status: Status
  version: number | null
  status_since: string
  /** What was sent is what the draft, or the public version, says. */
  sameDraft: boolean
  sameVersion: boolean
}

/** Locks the reports and holds what was sent against what they say. In the order of the batch; undefined: it is gone. */
export async function holdReports (trx: Transaction<Database>, batch: PackedReport[]): Promise<(Existing | undefined)[]> {
  const same = (table: string) => sql.raw(`coalesce(${table}.form = u.form and ${table}.figures = u.figures and ${table}.notes = u.notes
    and (u.sections is null or ${table}.sections = u.sections), false)`)
  const { rows } = await sql<Existing & { i: number }>`
    select u.i, r.status, r.version, ${shownMoment(sql`r.status_since`)} as status_since, ${same('r')} as "sameDraft", ${same('v')} as "sameVersion"
    from ${sent(batch)}
    join report r on r.agency = u.agency and r.year = u.year
    left join report_version v on v.agency = r.agency and v.year = r.year and v.public_until = ${FOR_EVER}
    for update of r`.execute(trx)
  const found: (Existing | undefined)[] = batch.map(() => undefined)
  for (const { i, ...existing } of rows) found[i - 1] = existing
  return found
}

/** Of drafts that were never published, as they are now. */
export async function publishDrafts (trx: Transaction<Database>, batch: PackedReport[], moment: string): Promise<void> {
  const published = sql`from unnest(${batch.map(report => report.agency)}::text[], ${batch.map(report => report.year)}::integer[]) as u (agency, year)`
  await sql`
    insert into report_version (agency, year, version, form, figures, notes, sections, revision, published_at)
    select r.agency, r.year, 1, r.form, r.figures, r.notes, r.sections, r.revision + 1, ${moment}::timestamptz
    ${published} join report r on r.agency = u.agency and r.year = u.year`.execute(trx)
  await sql`
    update report r set status = 'published', status_since = ${moment}::timestamptz, version = 1, revision = r.revision + 1, updated_at = ${moment}::timestamptz,
      reason = null, remarks = null, amendment_reason = null, figures = null, notes = null, sections = null, cell_revisions = null
    ${published} where r.agency = u.agency and r.year = u.year`.execute(trx)
}

/** The batch as rows `u (i, agency, year, form, figures, notes, sections)`. */
const sent = (batch: PackedReport[]) => sql`(
  select i, agency, year, form, figures, notes::jsonb as notes, sections::jsonb as sections
  from unnest(${batch.map(report => report.agency)}::text[], ${batch.map(report => report.year)}::integer[], ${batch.map(report => report.form)}::text[],
    ${batch.map(report => report.vector)}::text[], ${batch.map(report => report.notes)}::text[],
    ${batch.map(report => report.sections)}::text[])
    with ordinality as t (agency, year, form, figures, notes, sections, i)
) as u`

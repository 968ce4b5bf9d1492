// A batch of reports in the database: a few statements for all of them, however many they are.
import { sql, type Transaction } from 'kysely'
import type { Figure } from '../form/figures.ts'
import type { Database } from '../platform/database.ts'
import type { Status } from '../reports/schemas.ts'
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
}

export function pack ({ line, agency, year, form, content: { figures, notes, sections }, figuresOnly, stated }: SentReport): PackedReport {
  return {
    line,
    // A part of the line would keep the whole of it in memory.
    agency: Buffer.from(agency, 'latin1').toString('latin1'),
    year,
    form: form.id,
    figures,
    vector: vector(figures),
    notes: JSON.stringify(notes),
    sections: figuresOnly ? null : JSON.stringify(sections),
    stated
  }
}

/** As PostgreSQL reads it. `join` alone would make nothing of a null. */
const vector = (figures: Figure[]) => `{${(figures.includes(null) ? figures.map(figure => figure ?? 'NULL') : figures).join()}}`

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
export async function insertVersions (trx: Transaction<Database>, batch: PackedReport[]): Promise<void> {
  await sql`
    insert into report_version (agency, year, version, form, figures, notes, sections)
    select agency, year, 1, form, figures, notes, coalesce(sections, '{}') from ${sent(batch)}`.execute(trx)
}

export interface Existing {
  status: Status
  version: number | null
  revision: number
  reason: string | null
  /** What was sent is what the draft, or the current version, says. */
  sameDraft: boolean
  sameVersion: boolean
}

/** Locks the reports and holds what was sent against what they say. In the order of the batch; undefined: it is gone. */
export async function holdReports (trx: Transaction<Database>, batch: PackedReport[]): Promise<(Existing | undefined)[]> {
  const same = (table: string) => sql.raw(`coalesce(${table}.form = u.form and ${table}.figures = u.figures and ${table}.notes = u.notes
    and (u.sections is null or ${table}.sections = u.sections), false)`)
  const { rows } = await sql<Existing & { i: number }>`
    select u.i, r.status, r.version, r.revision, r.reason, ${same('r')} as "sameDraft", ${same('v')} as "sameVersion"
    from ${sent(batch)}
    join report r on r.agency = u.agency and r.year = u.year
    left join report_version v on v.agency = r.agency and v.year = r.year and v.version = r.version
    for update of r`.execute(trx)
  const found: (Existing | undefined)[] = batch.map(() => undefined)
  for (const { i, ...existing } of rows) found[i - 1] = existing
  return found
}

export async function replaceDrafts (trx: Transaction<Database>, batch: PackedReport[]): Promise<void> {
  await sql`
    update report r set form = u.form, figures = u.figures, notes = u.notes, sections = coalesce(u.sections, r.sections),
      revision = r.revision + 1, updated_at = now()
    from ${sent(batch)} where r.agency = u.agency and r.year = u.year`.execute(trx)
}

/** Of drafts that were never published: what was sent becomes the first version. */
export async function publishDrafts (trx: Transaction<Database>, batch: PackedReport[]): Promise<void> {
  await sql`
    insert into report_version (agency, year, version, form, figures, notes, sections)
    select u.agency, u.year, 1, u.form, u.figures, u.notes, coalesce(u.sections, r.sections)
    from ${sent(batch)} join report r on r.agency = u.agency and r.year = u.year`.execute(trx)
  await sql`
    update report r set status = 'published', version = 1, form = u.form, reason = null, figures = null, notes = null, sections = null,
      revision = r.revision + 1, updated_at = now()
    from unnest(${batch.map(report => report.agency)}::text[], ${batch.map(report => report.year)}::integer[], ${batch.map(report => report.form)}::text[]) as u (agency, year, form)
    where r.agency = u.agency and r.year = u.year`.execute(trx)
}

/** The batch as rows `u (i, agency, year, form, figures, notes, sections)`. */
const sent = (batch: PackedReport[]) => sql`(
  select i, agency, year, form, figures::bigint[] as figures, notes::jsonb as notes, sections::jsonb as sections
  from unnest(${batch.map(report => report.agency)}::text[], ${batch.map(report => report.year)}::integer[], ${batch.map(report => report.form)}::text[],
    ${batch.map(report => report.vector)}::text[], ${batch.map(report => report.notes)}::text[],
    ${batch.map(report => report.sections)}::text[])
    with ordinality as t (agency, year, form, figures, notes, sections, i)
) as u`

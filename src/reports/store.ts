// Reads and writes reports in the database. The rules are in actions.ts; versions are in versions.ts.
import { type Kysely, sql, type Transaction } from 'kysely'
import { formatTimestamp } from '../database/clock.ts'
import type { Database } from '../database/types.ts'
import type { Content } from '../form/content.ts'
import type { Form } from '../form/form.ts'
import { readVector, writeVector } from '../form/vector.ts'
import type { StoredReport } from './stored-report.ts'
import type { Status } from './workflow/transitions.ts'

/** The columns of a report that a transition changes. */
export type State = Pick<
  StoredReport,
  'status' | 'status_since' | 'version' | 'revision' | 'reason' | 'remarks' | 'cell_revisions'
>

/** The columns of a `State`, selected from `report as r`. */
const STATUS_SINCE = formatTimestamp(sql`r.status_since`)
export const STATE = sql`
  r.status, ${STATUS_SINCE} as status_since, r.version, r.revision, r.reason, r.remarks, r.cell_revisions`
const PUBLISHED_AT = formatTimestamp(sql`v.published_at`)
const CREATED = sql`(extract(epoch from r.created_at) * 1000000)::bigint`

type ReportRow = Omit<StoredReport, 'content'> & Omit<Content, 'figures'> & { figures: string }
const storedReport = ({ figures, notes, sections, explanations, ...report }: ReportRow): StoredReport => ({
  ...report,
  content: { figures: readVector(figures), notes, sections, explanations }
})

/** Returns the working state: the draft, or the latest version if no draft is open. */
export async function findReport (
  db: Kysely<Database>,
  agency: string,
  year: number
): Promise<StoredReport | undefined> {
  const { rows: [row] } = await sql<ReportRow>`
    select r.agency, r.year, r.form, ${STATE}, ${CREATED} as created, ${PUBLISHED_AT} as published_at,
           coalesce(r.amendment_reason, v.reason) as amendment_reason, coalesce(r.figures, v.figures) as figures,
           coalesce(r.notes, v.notes) as notes, coalesce(r.sections, v.sections) as sections,
           coalesce(r.explanations, v.explanations, '{}') as explanations
    from report r
    left join report_version v
      on r.figures is null and v.agency = r.agency and v.year = r.year and v.version = r.version
    where r.agency = ${agency} and r.year = ${year}`.execute(db)
  return row && storedReport(row)
}

/** Locks the report until the end of the transaction and returns its working state. */
export async function lockReport (
  trx: Transaction<Database>,
  agency: string,
  year: number
): Promise<StoredReport | undefined> {
  const { rows: [row] } = await sql<Omit<ReportRow, 'figures'> & { figures: string | null }>`
    select r.agency, r.year, r.form, ${STATE}, ${CREATED} as created, null as published_at, r.amendment_reason, r.figures, r.notes, r.sections,
           coalesce(r.explanations, '{}') as explanations
    from report r where r.agency = ${agency} and r.year = ${year} for update`.execute(trx)
  // The version is read only after the lock: it may have been replaced while this transaction waited.
  return row?.figures === null ? await findReport(trx, agency, year) : row && storedReport(row as ReportRow)
}

const columns = (content: Content) => ({
  figures: writeVector(content.figures),
  notes: JSON.stringify(content.notes),
  sections: JSON.stringify(content.sections),
  explanations: JSON.stringify(content.explanations)
})

/** Inserts a draft. Returns undefined if there is a report of that agency and year already. */
export async function insertReport (
  db: Kysely<Database>,
  agency: string,
  year: number,
  form: Form,
  content: Content
): Promise<StoredReport | undefined> {
  const { figures, notes, sections, explanations } = columns(content)
  const { rows: [made] } = await sql<State & { created: number }>`
    insert into report as r (agency, year, form, status, figures, notes, sections, explanations)
    values (${agency}, ${year}, ${form.id}, 'draft', ${figures}, ${notes}, ${sections}, ${explanations})
    on conflict on constraint report_pkey do nothing returning ${STATE}, ${CREATED} as created`.execute(db)
  return made && { agency, year, form: form.id, ...made, published_at: null, amendment_reason: null, content }
}

export async function saveContent (
  trx: Transaction<Database>,
  { agency, year, form, revision, cell_revisions: cellRevisions, content }: StoredReport
): Promise<void> {
  await trx.updateTable('report')
    .set({ form, ...columns(content), cell_revisions: cellRevisions, revision, updated_at: sql`now()` })
    .where('agency', '=', agency).where('year', '=', year).execute()
}

export async function saveStatus (
  trx: Transaction<Database>,
  { agency, year }: StoredReport,
  status: Status,
  reason: string | null,
  remarks: Record<string, string> | null
): Promise<State> {
  const { rows: [state] } = await sql<State>`
    update report as r set status = ${status}, status_since = now(), reason = ${reason},
      remarks = ${remarks && JSON.stringify(remarks)}, revision = revision + 1, updated_at = now()
    where r.agency = ${agency} and r.year = ${year} returning ${STATE}`.execute(trx)
  return state!
}

export async function removeReport (trx: Transaction<Database>, { agency, year }: StoredReport): Promise<void> {
  await trx.deleteFrom('report').where('agency', '=', agency).where('year', '=', year).execute()
}

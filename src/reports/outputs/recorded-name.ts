import { type Kysely, sql } from 'kysely'
import { findAgency, nameInYear } from '../../agencies/store.ts'
import type { Database } from '../../database/types.ts'
import type { ReportId } from '../stored-report.ts'

/**
 * Returns the name of the agency in the year of the report as it was recorded when the version was published, so that a
 * later correction does not change the document of a version; for a draft, as it is recorded now.
 */
export async function nameOnDocument (
  db: Kysely<Database>,
  { agency, year }: ReportId,
  publishedAt: string | null
): Promise<string> {
  if (publishedAt !== null) {
    const { rows: [row] } = await sql<{ name: string }>`
      select name from agency_record
      where agency = ${agency} and recorded_at <= ${publishedAt}::timestamptz
        and recorded_until > ${publishedAt}::timestamptz and since <= ${year}
      order by since desc limit 1`.execute(db)
    if (row !== undefined) return row.name
  }
  return nameInYear((await findAgency(db, agency))!, year)
}

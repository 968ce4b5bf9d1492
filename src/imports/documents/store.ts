// Stores documents and the readings parsed from them.
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../../database/types.ts'
import type { ReadingProblem, Source } from '../../documents/reading/reading.ts'
import type { Figure } from '../../form/figures.ts'
import { readVector, writeVector } from '../../form/vector.ts'

export interface StoredReading {
  document: string
  content_type: string
  form: string
  figures: Figure[]
  sources: Record<string, Source>
  problems: ReadingProblem[]
}

/** Stores what was read of a document and makes it the reading of the draft, which must be locked. */
export async function saveReading (
  trx: Transaction<Database>,
  agency: string,
  year: number,
  { figures, sources, problems, ...reading }: StoredReading & { text: string },
  bytes: Buffer
): Promise<void> {
  await trx.insertInto('document').values({ sha256: reading.document, bytes }).onConflict(conflict =>
    conflict.doNothing()
  ).execute()
  const { number } = await trx.insertInto('reading').values({
    agency,
    year,
    ...reading,
    figures: writeVector(figures),
    number: sql`(select coalesce(max(number), 0) + 1 from reading where agency = ${agency} and year = ${year})`,
    sources: JSON.stringify(sources),
    problems: JSON.stringify(problems)
  }).returning('number').executeTakeFirstOrThrow()
  await trx.updateTable('report').set({ reading: number }).where('agency', '=', agency).where('year', '=', year)
    .execute()
}

/** Selects the reading that a version came from, or the draft if `version` is null. */
const readingOf = (agency: string, year: number, version: number | null) =>
  sql`
  agency = ${agency} and year = ${year} and number = (${
    version === null
      ? sql`select reading from report where agency = ${agency} and year = ${year}`
      : sql`select reading from report_version where agency = ${agency} and year = ${year} and version = ${version}`
  })`

export async function findReading (
  db: Kysely<Database>,
  agency: string,
  year: number,
  version: number | null
): Promise<StoredReading | undefined> {
  const { rows: [row] } = await sql<Omit<StoredReading, 'figures'> & { figures: string }>`
    select document, content_type, form, figures, sources, problems from reading where ${
    readingOf(agency, year, version)
  }`
    .execute(db)
  return row && { ...row, figures: readVector(row.figures) }
}

export async function findText (
  db: Kysely<Database>,
  agency: string,
  year: number,
  version: number | null
): Promise<string | undefined> {
  const { rows: [row] } = await sql<{ text: string }>`select text from reading where ${
    readingOf(agency, year, version)
  }`
    .execute(db)
  return row?.text
}

export async function findDocument (
  db: Kysely<Database>,
  agency: string,
  year: number,
  version: number | null
): Promise<{ sha256: string, content_type: string, bytes: Buffer } | undefined> {
  const { rows: [row] } = await sql<{ sha256: string, content_type: string, bytes: Buffer }>`
    select d.sha256, r.content_type, d.bytes
    from (select document, content_type from reading where ${readingOf(agency, year, version)}) as r
    join document d on d.sha256 = r.document`.execute(db)
  return row
}

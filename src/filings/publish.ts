// Publishes every submitted report of a year below an agency.
import { type Kysely, sql } from 'kysely'
import { requireTree } from '../agencies/year-tree.ts'
import type { Actor } from '../auth/actor.ts'
import { isCovered, refuseOutside } from '../auth/coverage.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import type { Language } from '../problems/fault.ts'
import { formatDetail } from '../problems/format.ts'
import { Problem } from '../problems/problem.ts'
import { publishReport } from '../reports/workflow/workflow.ts'
import type { WriteRequest } from '../reports/write-request.ts'
import type { PublishedFilings, PublishFilings } from './schemas.ts'

/** Maximum number of reports of a request, which takes some ten seconds. */
export const MAX_PUBLISHED = 1000

/**
 * Publishes each report in a transaction of its own: what is published stays so, whatever becomes of the others.
 * Without `under`, those of the caller's whole subtree. Throws `outside-subtree`, what `requireTree` throws, and every
 * problem that would befall the others, too.
 */
export async function publishFilings (
  db: Kysely<Database>,
  forms: Forms,
  { actor, by, language }: { actor: Actor, by: WriteRequest['by'], language: Language },
  { year, under }: PublishFilings
): Promise<PublishedFilings> {
  if (under !== undefined) await refuseOutside(db, actor, [{ agency: under, year, at: { pointer: '/under' } }])
  await requireTree(db, year, under)
  const { rows } = await sql<{ agency: string }>`
    select r.agency from report r
    where r.year = ${year} and r.status = 'submitted'
      and ${isCovered(under ?? actor.agency, sql`r.agency`, sql`${year}::integer`)}
    order by r.agency`.execute(db)
  const answer: PublishedFilings = { published: [], refused: [], left: Math.max(0, rows.length - MAX_PUBLISHED) }
  for (const { agency } of rows.slice(0, MAX_PUBLISHED)) {
    try {
      const { version } = await publishReport(db, forms, { by, conditions: {} }, { agency, year })
      answer.published.push({ agency, version: version! })
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 401 || error.status >= 500) throw error
      answer.refused.push({ agency, code: error.code, detail: formatDetail(error)[language] })
    }
  }
  return answer
}

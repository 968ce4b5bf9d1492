// The revision of what totals are made from: it changes exactly when one of them may change, and never comes back.
import { CompiledQuery, type Kysely } from 'kysely'
import type { Database } from '../database/types.ts'

/** The figures of an agency and all below it in a range of years; '' is the whole registry. */
export interface Covered {
  under: string
  years: { first: number, last: number } | undefined
}

/**
 * Every publication and withdrawal below an agency updates the agency's sums of that year, and so gives these rows
 * another `xmin`. The agency's own report is not in its sums. Names, levels and places are those of the tree.
 */
const REVISION = `
  select concat_ws(' ', c.tree_at,
    (select string_agg(t.year || ':' || t.xmin, ',' order by t.agency, t.year, t.form) from total t
     where t.agency = any($1) and t.level = '' and t.kind = '' and t.year between $2 and $3),
    (select string_agg(v.year || '.' || v.version, ',' order by v.year) from report_version v
     where v.agency = $4 and v.public_until = 'infinity' and v.year between $2 and $3)) as revision
  from clock c where c.id = 1`

export async function readRevision (db: Kysely<Database>, { under, years }: Covered): Promise<string> {
  // Without years, the answer has every year in which anything is published anywhere.
  const sums = years === undefined && under !== '' ? [under, ''] : [under]
  const { first, last } = years ?? { first: 0, last: 9999 }
  const { rows: [row] } = await db.executeQuery<{ revision: string }>(
    CompiledQuery.raw(REVISION, [sums, first, last, under])
  )
  return row!.revision
}

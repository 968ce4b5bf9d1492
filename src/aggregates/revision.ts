// The revision of the data behind a total. It changes whenever the total may change and is never reused.
import { CompiledQuery, type Kysely } from 'kysely'
import type { Database } from '../database/types.ts'

/** The data a total covers: an agency with its subtree, or '' for the whole registry, in a range of years. */
export interface Covered {
  under: string
  years: { first: number, last: number } | undefined
}

/**
 * Every publication and withdrawal below an agency updates the rows of its sums of that year and thus their `xmin`. The
 * agency's own report is not part of these sums, so its current version is added. `tree_at` covers names, levels and
 * places in the tree.
 */
const REVISION = `
  select concat_ws(' ', c.tree_at,
    (select string_agg(t.year || ':' || t.xmin, ',' order by t.agency, t.year, t.form) from total t
     where t.agency = any($1) and t.level = '' and t.kind = '' and t.year between $2 and $3),
    (select string_agg(v.year || '.' || v.version, ',' order by v.year) from report_version v
     where v.agency = $4 and v.public_until = 'infinity' and v.year between $2 and $3)) as revision
  from clock c where c.id = 1`

export async function readRevision (db: Kysely<Database>, { under, years }: Covered): Promise<string> {
  // Without a range, the response lists every year with a published report in the registry.
  const sums = years === undefined && under !== '' ? [under, ''] : [under]
  const { first, last } = years ?? { first: 0, last: 9999 }
  const { rows: [row] } = await db.executeQuery<{ revision: string }>(
    CompiledQuery.raw(REVISION, [sums, first, last, under])
  )
  return row!.revision
}

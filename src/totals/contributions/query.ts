// The statements behind GET /v1/totals/contributions: the reports that are added, and then the agencies that add
// nothing. Most pages need the first only, which reads no more than the reports of the year.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../../database/types.ts'
import type { Measure } from '../../form/form.ts'
import { Forms } from '../../forms/forms.ts'
import { agenciesOf, type Filers, measureIn, nameOf, reportsOf, wasPublished, withFilers } from '../filers.ts'
import { positionsOf } from '../values.ts'
import type { State } from './schemas.ts'

/** The sort key of an item: what it adds, and its agency. */
export type After = [value: number | null, agency: string]

/** An item; `value` as it is stored. */
export interface ItemRow {
  agency: string
  agency_name: string
  form: string | null
  version: number | null
  value: number | null
  state: State
}

export interface Page {
  state: State | undefined
  after: After | undefined
  limit: number
}

/** Returns the reports with a figure, the largest first. */
export async function addedRows (
  db: Kysely<Database>,
  forms: Forms,
  { id }: Measure,
  filers: Filers,
  { after, limit }: Omit<Page, 'state'>
): Promise<ItemRow[]> {
  const { select, indexOf } = reportsOf(filers, positionsOf(forms, [id]))
  const isAfter = after === undefined
    ? sql``
    : sql`and (value < ${after[0]} or (value = ${after[0]} and agency collate "C" > ${after[1]}))`
  const { rows } = await sql<ItemRow>`
    with recursive ${withFilers(filers)}
    select agency, ${nameOf(filers, 'page')} as agency_name, form, version, value, 'added' as state
    from (
      select * from (select agency, form, version, ${measureIn(forms, id, indexOf)} as value from (${select}) as r) as v
      where value is not null ${isAfter}
      order by value desc, agency collate "C" limit ${limit}
    ) as page
    order by value desc, agency collate "C"`.execute(db)
  return rows
}

/** Returns the agencies that add nothing, in the order of their codes. With `isMixed`, no report adds anything. */
export async function otherRows (
  db: Kysely<Database>,
  forms: Forms,
  { id }: Measure,
  filers: Filers,
  { state, after, limit, isMixed }: Page & { isMixed: boolean }
): Promise<ItemRow[]> {
  const { select, indexOf } = agenciesOf(filers, positionsOf(forms, [id]))
  const stateOf = (table: 'filed' | 'page') =>
    sql`
    case when reporting <> 'own' then 'consolidated'
         when version is null then case when ${wasPublished(filers, table)} then 'withdrawn' else 'missing' end
         else ${isMixed ? sql`'not_comparable'` : sql`'blank'`} end`
  const conditions: RawBuilder<unknown>[] = [
    isMixed ? sql`true` : sql`(reporting <> 'own' or ${measureIn(forms, id, indexOf)} is null)`,
    ...(state === undefined ? [] : [sql`${stateOf('filed')} = ${state}`]),
    ...(after === undefined ? [] : [sql`agency collate "C" > ${after[1]}`])
  ]
  const { rows } = await sql<ItemRow>`
    with recursive ${withFilers(filers)}
    select agency, ${nameOf(filers, 'page')} as agency_name, form, version, null as value, ${stateOf('page')} as state
    from (
      select agency, reporting, form, version from (${select}) as filed where ${sql.join(conditions, sql` and `)}
      order by agency collate "C" limit ${limit}
    ) as page
    order by agency collate "C"`.execute(db)
  return rows
}

// What makes up a total: the agencies, what each adds, and why the others add nothing.
import type { Kysely } from 'kysely'
import type { Database } from '../../database/types.ts'
import { writeFigure } from '../../form/figures.ts'
import type { Measure } from '../../form/form.ts'
import { quotientOf } from '../../form/rates/quotient.ts'
import { Forms } from '../../forms/forms.ts'
import type { Filers } from '../filers.ts'
import { readSnapshot } from '../snapshot.ts'
import { totalsOf } from '../totals.ts'
import { addedRows, type After, type ItemRow, otherRows, type Page } from './query.ts'
import type { Contributions } from './schemas.ts'

/** Returns one item more than `limit` if there is a further page, and the sort key of the last item of this one. */
export async function contributionsOf (
  db: Kysely<Database>,
  forms: Forms,
  measure: Measure,
  filers: Filers,
  page: Page
): Promise<Omit<Contributions, 'next'> & { last: After | undefined }> {
  // The total and the items of one snapshot agree.
  return await readSnapshot(db, async trx => {
    const { year, moment, ...filter } = filers
    const scope = { level: undefined, kind: undefined, form: undefined, ...filter }
    const { totals: [group] } = await totalsOf(
      trx,
      forms,
      [measure],
      { ...scope, by: [], years: { first: year, last: year } },
      moment
    )
    const { coverage, values, not_comparable: mixed } = group!
    const { id, unit, label, scale } = measure
    const rows = await itemRows(trx, forms, measure, filers, { ...page, isMixed: mixed !== undefined })
    const total = values[id]!
    const last = rows[page.limit - 1]
    return {
      measure: id,
      unit,
      label,
      year,
      total,
      coverage,
      items: rows.map(({ agency, agency_name: name, form, version, value, state }) => ({
        agency,
        agency_name: name,
        form,
        version,
        value: writeFigure(scale, value),
        share: value === null || total === null ? null : quotientOf(BigInt(value), BigInt(Math.round(total * scale))),
        state
      })),
      last: last && [last.value, last.agency]
    }
  })
}

/** Returns the items of a page, and one more if there is a further page. */
async function itemRows (
  db: Kysely<Database>,
  forms: Forms,
  measure: Measure,
  filers: Filers,
  { state, after, limit, isMixed }: Page & { isMixed: boolean }
): Promise<ItemRow[]> {
  const isPastAdded = after !== undefined && after[0] === null
  const added = isMixed || isPastAdded || (state ?? 'added') !== 'added'
    ? []
    : await addedRows(db, forms, measure, filers, { after, limit: limit + 1 })
  if (added.length > limit || state === 'added') return added
  const others = await otherRows(db, forms, measure, filers, {
    state,
    after: isPastAdded ? after : undefined,
    limit: limit + 1 - added.length,
    isMixed
  })
  return [...added, ...others]
}

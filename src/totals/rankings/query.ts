// The statement that ranks values, whatever they are values of.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { unprepared } from '../../database/connection.ts'
import type { Database } from '../../database/types.ts'
import { QUOTIENT_SCALE } from '../../form/rates/quotient.ts'
import { isRate, partsOf, type Quantity, type Rate } from '../../form/rates/rates.ts'
import { Forms } from '../../forms/forms.ts'
import { type Filers, measureIn, reportsOf } from '../filers.ts'
import { positionsOf } from '../values.ts'

/** The sort key of an item. */
export type After = [value: number, agency: string]

export interface Page {
  order: 'desc' | 'asc'
  focus: string | undefined
  after: After | undefined
  limit: number
}

/** Values as they are stored. */
interface ItemRow {
  rank: number
  agency: string
  agency_name: string
  value: number
}

export interface RankingRows {
  count: number
  /** The values around the minimum, the quartiles and the maximum; null if nothing is ranked. */
  lows: number[] | null
  highs: number[] | null
  focus_rank: number | null
  focus_value: number | null
  items: ItemRow[]
}

/** Ranks `values`, which selects `agency` and `value`; leaves out those without a value. The names are of the year. */
export async function rankValues (
  db: Kysely<Database>,
  values: RawBuilder<unknown>,
  { year, order, focus, after, limit }: Page & { year: number }
): Promise<RankingRows> {
  const direction = order === 'asc' ? sql`asc` : sql`desc`
  const beyond = order === 'asc' ? sql`>` : sql`<`
  const isAfter = after === undefined
    ? sql`true`
    : sql`(value ${beyond} ${after[0]} or (value = ${after[0]} and agency collate "C" > ${after[1]}))`
  const { rows } = await sql<Omit<RankingRows, 'items'> & { [Name in keyof ItemRow]: ItemRow[Name] | null }>`
    ${unprepared} with ranked as materialized (
      select agency, value, rank() over (order by value ${direction}) as rank,
             row_number() over (order by value ${direction}) as n
      from (${values}) as given where value is not null
    ), counted as (
      select count(*) as count from ranked
    ), quartile as (
      -- The values of a quarter k of the way lie around the position (count - 1) * k / 4, from 0.
      select array_agg(low.value order by k) as lows, array_agg(high.value order by k) as highs
      from counted cross join generate_series(0, 4) as k
      join ranked low on low.n = 1 + ${quarter(order, sql`(count - 1) * k / 4`)}
      join ranked high on high.n = 1 + ${quarter(order, sql`((count - 1) * k + 3) / 4`)}
    ), page as (
      select * from ranked where ${isAfter} order by value ${direction}, agency collate "C" limit ${limit}
    )
    select counted.count::integer, quartile.lows, quartile.highs,
           focus.rank::integer as focus_rank, focus.value as focus_value,
           page.rank::integer, page.agency, a.name as agency_name, page.value
    from counted cross join quartile
    left join ranked focus on focus.agency = ${focus ?? null}
    left join page on true
    left join agency_period a on a.agency = page.agency and a.since <= ${year} and a.until >= ${year}
    order by page.value ${direction}, page.agency collate "C"`.execute(db)
  return { ...rows[0]!, items: rows.filter(({ agency }) => agency !== null) as ItemRow[] }
}

const quarter = (order: 'desc' | 'asc', position: RawBuilder<unknown>) =>
  order === 'asc' ? position : sql`count - 1 - ${position}`

/** Selects the value of each report that totals add. */
export function selectReportValues (forms: Forms, quantity: Quantity, filers: Filers): RawBuilder<unknown> {
  const { select, indexOf } = reportsOf(filers, positionsOf(forms, partsOf(quantity).map(({ id }) => id)))
  const valueOf = (id: string) => measureIn(forms, id, indexOf)
  if (!isRate(quantity)) return sql`select agency, ${valueOf(quantity.id)} as value from (${select}) as report`
  return selectQuotients(quantity, valueOf, select)
}

/** Selects the quotients of reports as `quotientOf` rounds them: half to even. No part of a rate is negative. */
function selectQuotients (
  { numerator, denominator }: Rate,
  valueOf: (id: string) => RawBuilder<unknown>,
  reports: RawBuilder<unknown>
): RawBuilder<unknown> {
  const sumOf = (measures: Rate['numerator']) => sql.join(measures.map(({ id }) => valueOf(id)), sql` + `)
  const dividend = sql.lit(QUOTIENT_SCALE * denominator[0]!.scale)
  const divisor = sql.lit(numerator[0]!.scale)
  return sql`
    select agency, (q + case when 2 * r > d or (2 * r = d and q % 2 = 1) then 1 else 0 end)::bigint as value
    from (
      select agency, d, div(n, d) as q, mod(n, d) as r
      from (
        select agency, (${sumOf(numerator)})::numeric * ${dividend} as n,
               nullif((${sumOf(denominator)})::numeric * ${divisor}, 0) as d
        from (${reports}) as report offset 0
      ) as sums offset 0
    ) as divided`
}

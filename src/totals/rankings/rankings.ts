// Agencies, or the children of an agency with all below each, in the order of a value.
import { type Kysely, sql } from 'kysely'
import type { Database } from '../../database/types.ts'
import { writeFigure } from '../../form/figures.ts'
import type { Quantity } from '../../form/rates/rates.ts'
import { Forms } from '../../forms/forms.ts'
import { problem } from '../../problems/problem.ts'
import { isCounted } from '../filers.ts'
import { readSnapshot } from '../snapshot.ts'
import { totalsOf } from '../totals.ts'
import { type After, type Page, rankValues, type RankingRows, selectReportValues } from './query.ts'
import type { Quartiles, Ranking } from './schemas.ts'

export interface Question {
  year: number
  /** '' for the whole registry. */
  under: string
  of: 'agency' | 'child'
  level: string | undefined
  kind: string | undefined
}

/** What is ranked: a selection of values, and how many there are with those without a value. */
interface Candidates {
  values: ReturnType<typeof selectReportValues>
  count: number
  has: (agency: string) => Promise<boolean>
}

/** Returns one item more than `limit` if there is a further page, and the sort key of the last item of this one. */
export async function rankingOf (
  db: Kysely<Database>,
  forms: Forms,
  quantity: Quantity,
  question: Question,
  page: Page
): Promise<Omit<Ranking, 'next'> & { last: After | undefined }> {
  // Counts, ranks and totals are of one snapshot.
  return await readSnapshot(db, async trx => {
    const candidates = await (question.of === 'child' ? children : agencies)(trx, forms, quantity, question)
    const rows = await rankValues(trx, candidates.values, { ...page, year: question.year, limit: page.limit + 1 })
    const { id, unit, label, scale } = quantity
    const last = rows.items[page.limit - 1]
    return {
      measure: id,
      unit,
      label,
      year: question.year,
      of: question.of,
      order: page.order,
      count: rows.count,
      without: candidates.count - rows.count,
      quartiles: quartilesOf(rows, scale),
      items: rows.items.map(item => ({
        rank: item.rank,
        agency: item.agency,
        agency_name: item.agency_name,
        value: writeFigure(scale, item.value)!
      })),
      ...page.focus !== undefined && { focus: await focusOf(trx, candidates, page.focus, rows, scale) },
      last: last && [last.value, last.agency]
    }
  })
}

async function agencies (
  db: Kysely<Database>,
  forms: Forms,
  quantity: Quantity,
  { year, under, level, kind }: Question
): Promise<Candidates> {
  const filers = { year, under, level, kind }
  const counted = async (agency?: string) => {
    const isAsked = agency === undefined ? sql`true` : sql`p.agency = ${agency}`
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from agency_period p
      where p.reporting = 'own' and ${isAsked} and ${isCounted(filers)}`.execute(db)
    return rows[0]!.count
  }
  return {
    values: selectReportValues(forms, quantity, filers),
    count: await counted(),
    has: async agency => await counted(agency) > 0
  }
}

async function children (
  db: Kysely<Database>,
  forms: Forms,
  quantity: Quantity,
  { year, under, level, kind }: Question
): Promise<Candidates> {
  const scope = {
    by: ['child' as const],
    under,
    years: { first: year, last: year },
    level: undefined,
    kind: undefined,
    form: undefined
  }
  const { totals } = await totalsOf(db, forms, [quantity], scope)
  const filters = { year, under: '', level, kind }
  const { rows } = await sql<{ agency: string }>`
    select p.agency from agency_period p
    where p.agency = any(${totals.map(group => group.child!)}) and p.agency <> ${under} and ${isCounted(filters)}`
    .execute(db)
  const codes = new Set(rows.map(({ agency }) => agency))
  const groups = totals.filter(group => codes.has(group.child!))
  const stored = groups.map(({ values }) => {
    const value = values[quantity.id]!
    return value === null ? null : Math.round(value * quantity.scale)
  })
  return {
    values: sql`select agency, value from unnest(${
      groups.map(group => group.child!)
    }::text[], ${stored}::bigint[]) as child (agency, value)`,
    count: groups.length,
    has: async agency => codes.has(agency)
  }
}

async function focusOf (
  db: Kysely<Database>,
  candidates: Candidates,
  agency: string,
  { focus_rank: rank, focus_value: value }: RankingRows,
  scale: number
): Promise<NonNullable<Ranking['focus']>> {
  const named = await db.selectFrom('agency').select('name').where('code', '=', agency).executeTakeFirst()
  if (named === undefined) throw problem('agency-unknown', { agency })
  if (rank === null && !await candidates.has(agency)) throw problem('agency-not-ranked', { agency })
  return { rank, agency, agency_name: named.name, value: writeFigure(scale, value) }
}

function quartilesOf ({ count, lows, highs }: RankingRows, scale: number): Quartiles {
  const at = (k: number) => {
    if (lows === null || highs === null) return null
    const rest = BigInt((count - 1) * k % 4)
    return decimalOf(BigInt(lows[k]!) * (4n - rest) + BigInt(highs[k]!) * rest, 4 * scale)
  }
  return { min: at(0), p25: at(1), median: at(2), p75: at(3), max: at(4) }
}

/** Returns the quotient as the nearest JSON number. The divisor is 4 times a power of ten: the decimals end. */
function decimalOf (dividend: bigint, divisor: number): number {
  const digits = String(divisor).length + 1
  const all = dividend * 10n ** BigInt(digits) / BigInt(divisor)
  return Number(`${all}e-${digits}`)
}

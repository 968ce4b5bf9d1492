// Updates the maintained totals. Each update is one statement that locks its rows in one fixed order, by agency from
// the last code to the first: transactions cannot deadlock, and the row of the whole registry (''), which all of them
// need, is locked last and so for the shortest time.
import { sql, type Transaction } from 'kysely'
import type { Database, ExpectedTable, TotalTable } from '../database/types.ts'
import { largestTotal } from '../form/figures.ts'
import { Forms } from '../forms/forms.ts'
import { problem } from '../problems/problem.ts'

/** A row of `total` by level and kind, or a delta to one, whose numbers may be negative. */
export type Total = TotalTable
export type Expected = ExpectedTable

/**
 * Adds deltas to the totals; each agency, year, form, level and kind occurs at most once. Throws `total-overflow`. The
 * row of all levels and kinds is updated even if its sum stays the same: its `xmin` invalidates cached responses.
 */
export async function applyTotalDeltas (trx: Transaction<Database>, forms: Forms, changes: Total[]): Promise<void> {
  const rows = withSums(
    changes.filter(row => row.reports !== 0 || row.figures.some(Boolean) || row.present.some(Boolean))
  )
  if (rows.length === 0) return
  // The rows of one report share their vectors: each is sent and parsed once.
  const vectors = [...new Set(rows.flatMap(row => [row.figures, row.present]))]
  const places = new Map(vectors.map((vector, i) => [vector, i + 1]))
  const { rows: large } = await sql<{ agency: string, year: number, form: string, large: string | null }>`
    with vector as materialized (
      select n, text::bigint[] as elements
      from unnest(${vectors.map(vector => `{${vector.join()}}`)}::text[]) with ordinality as v (text, n)
    )
    insert into total as t (agency, year, form, level, kind, reports, figures, present)
    select agency, year, form, level, kind, reports, f.elements, p.elements
    from unnest(
      ${rows.map(row => row.agency)}::text[],
      ${rows.map(row => row.year)}::integer[],
      ${rows.map(row => row.form)}::text[],
      ${rows.map(row => row.level)}::text[],
      ${rows.map(row => row.kind)}::text[],
      ${rows.map(row => row.reports)}::integer[],
      ${rows.map(row => places.get(row.figures))}::integer[],
      ${rows.map(row => places.get(row.present))}::integer[]
    ) as c (agency, year, form, level, kind, reports, figures, present)
    join vector f on f.n = c.figures join vector p on p.n = c.present
    order by agency desc, year, form, level, kind
    on conflict on constraint total_pkey do update set
      reports = t.reports + excluded.reports,
      figures = add_vectors(t.figures, excluded.figures),
      present = add_vectors(t.present, excluded.present)
    returning agency, year, form,
      case when ${MIN_LIMIT} < any(figures) or ${-MIN_LIMIT} > any(figures) then figures::text end as large`.execute(
    trx
  )
  for (const row of large) {
    if (row.large === null) continue
    const figures = row.large.slice(1, -1).split(',').map(BigInt)
    const cell = forms.get(row.form).cells.find(cell => {
      const figure = figures[cell.position - 1]!
      return (figure < 0n ? -figure : figure) > BigInt(largestTotal(cell.scale))
    })
    if (cell !== undefined) throw problem('total-overflow', { where: `${cell.id}, ${row.year}` })
  }
}

/** The lowest of the limits by scale: the limit of each cell is checked only above it. */
const MIN_LIMIT = Math.min(...[1, 100, 1_000_000].map(largestTotal))

/** Adds deltas to the expected counts. Requires the agency-tree lock. */
export async function applyExpectedDeltas (trx: Transaction<Database>, changes: Expected[]): Promise<void> {
  const rows = changes.filter(row => row.change !== 0)
  if (rows.length === 0) return
  await sql`
    insert into expected as e (agency, year, level, kind, change)
    select agency, year, level, kind, change
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as c (agency text, year integer, level text, kind text, change integer)
    order by agency desc, year, level, kind
    on conflict on constraint expected_pkey do update set change = e.change + excluded.change`.execute(trx)
}

/** Appends the sums over all levels and kinds. */
export function withSums (rows: Total[]): Total[] {
  return [...rows, ...addByKey(rows.map(row => ({ ...row, level: '', kind: '' })), addTotals, totalKey)]
}

/** Returns after - before, row by row; unchanged rows have a difference of zero. */
export const diffTotals = (before: Total[], after: Total[]): Total[] =>
  addByKey([...after, ...before.map(negatedTotal)], addTotals, totalKey)

export const diffExpected = (before: Expected[], after: Expected[]): Expected[] =>
  addByKey(
    [...after, ...before.map(row => ({ ...row, change: -row.change }))],
    (a, b) => ({ ...a, change: a.change + b.change }),
    expectedKey
  )

export const totalKey = (row: Total) => [row.agency, row.year, row.form, row.level, row.kind].join(' ')
export const expectedKey = (row: Expected) => [row.agency, row.year, row.level, row.kind].join(' ')

function addByKey<Row> (rows: Row[], add: (a: Row, b: Row) => Row, keyOf: (row: Row) => string): Row[] {
  const sums = new Map<string, Row>()
  for (const row of rows) {
    const key = keyOf(row)
    const sum = sums.get(key)
    sums.set(key, sum === undefined ? row : add(sum, row))
  }
  return [...sums.values()]
}

const addTotals = (a: Total, b: Total): Total => ({
  ...a,
  reports: a.reports + b.reports,
  figures: a.figures.map((figure, i) => figure + b.figures[i]!),
  present: a.present.map((count, i) => count + b.present[i]!)
})

const negatedTotal = (row: Total): Total => ({
  ...row,
  reports: -row.reports,
  figures: row.figures.map(figure => -figure),
  present: row.present.map(count => -count)
})

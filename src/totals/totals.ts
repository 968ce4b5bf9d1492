// Totals with their coverage. A measure is added across forms only if each of them has it.
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import type { Quantity } from '../form/rates/rates.ts'
import { Forms } from '../forms/forms.ts'
import { pastSumRows, pastSumStatement } from './as-of.ts'
import { type SumRow, sumRows, sumRowsInOrder, sumStatement } from './query.ts'
import { Group, type Totals } from './schemas.ts'
import { isNamed, type Key, type Scope, yearsIn } from './scope.ts'
import { type Cells, cellsOf, valueOf } from './values.ts'

/** A requested sum, with the cells that it needs. */
interface Sum {
  forms: Forms
  measures: Quantity[]
  scope: Scope
  cells: Cells
}

const sumOf = (forms: Forms, measures: Quantity[], scope: Scope): Sum => ({
  forms,
  measures,
  scope,
  cells: cellsOf(forms, measures)
})

export const headOf = (measures: Quantity[], scope: Scope): Omit<Totals, 'totals'> => ({
  measures: measures.map(({ id, unit, label }) => ({ id, unit, label })),
  by: scope.by
})

/** Returns the totals, as of `moment` if given; it must be settled. */
export async function totalsOf (
  db: Kysely<Database>,
  forms: Forms,
  measures: Quantity[],
  scope: Scope,
  moment?: string
): Promise<Totals> {
  const sum = sumOf(forms, measures, scope)
  const rows = await (moment === undefined
    ? sumRows(db, scope, sum.cells.positions)
    : pastSumRows(db, scope, sum.cells.positions, moment))
  const groups = new Map<string, SumRow[]>()
  for (const row of [...unasked(scope), ...rows]) {
    const key = keyOf(scope, row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  const totals = [...groups.values()].map(group => totalOf(sum, group)).filter(group =>
    alwaysListed(scope) || isListed(group)
  )
  return { ...headOf(measures, scope), totals: totals.sort((a, b) => compareKeys(scope.by, a, b)) }
}

/**
 * Yields the groups in the order of their keys, in pieces, because there may be as many groups as agencies. `moment` as
 * in `totalsOf`.
 */
export async function* totalsInPieces (
  db: Kysely<Database>,
  forms: Forms,
  measures: Quantity[],
  scope: Scope,
  moment?: string
): AsyncGenerator<Group[]> {
  const sum = sumOf(forms, measures, scope)
  const statement = moment === undefined
    ? sumStatement(scope, sum.cells.positions, true)
    : pastSumStatement(scope, sum.cells.positions, moment, true)
  // The last group of a piece may continue in the next piece.
  let open: SumRow[] = []
  for await (const rows of sumRowsInOrder(db, statement)) {
    const groups: Group[] = []
    for (const row of rows) {
      if (open.length > 0 && keyOf(scope, row) !== keyOf(scope, open[0]!)) {
        groups.push(totalOf(sum, open))
        open = []
      }
      open.push(row)
    }
    yield groups.filter(isListed)
  }
  if (open.length > 0) yield [totalOf(sum, open)].filter(isListed)
}

const keyOf = ({ by }: Scope, row: SumRow) => by.length === 1 ? `${row[by[0]!]}` : by.map(name => row[name]).join(' ')

/** Returns whether the group expects or includes a report. */
export const isListed = ({ coverage }: Group) => coverage.included > 0 || (coverage.expected ?? 0) > 0

const alwaysListed = ({ by, years }: Scope) =>
  by.length === 0 || (years !== undefined && by.length === 1 && by[0] === 'year')

/**
 * Returns the groups that are listed even if empty: each year of a requested range, or the only group if there is no
 * key.
 */
function unasked (scope: Scope): SumRow[] {
  const empty: SumRow = { form: '', included: 0, expected: 0, figures: null, present: null }
  if (!alwaysListed(scope)) return []
  if (scope.by.length === 0) return [empty]
  return yearsIn(scope.years!).map(year => ({ ...empty, year }))
}

function totalOf ({ forms, measures, scope, cells }: Sum, rows: SumRow[]): Group {
  const added = rows.filter(row => row.included > 0 && forms.get(row.form))
  const included = added.reduce((sum, row) => sum + row.included, 0)
  const expected = scope.form !== undefined || scope.by.includes('form')
    ? null
    : rows.reduce((sum, row) => sum + row.expected, 0)
  const values: Group['values'] = {}
  const blank: Group['blank'] = {}
  const missingIn: string[] = []
  for (const measure of measures) {
    const { id } = measure
    const found = valueOf(measure, cells, added)
    if (found === undefined) missingIn.push(id)
    values[id] = found?.value ?? null
    blank[id] = found?.blank ?? null
  }
  const keys: Record<string, unknown> = {}
  for (const key of scope.by) {
    keys[key] = rows[0]![key]
    if (isNamed(key)) keys[`${key}_name`] = rows[0]![`${key}_name`]
  }
  return {
    ...keys,
    values,
    coverage: { expected, included, missing: expected === null ? null : expected - included },
    blank,
    ...(missingIn.length > 0 ? { not_comparable: missingIn } : {})
  }
}

function compareKeys (by: Key[], a: Group, b: Group): number {
  for (const key of by) {
    const [left, right] = [a[key] ?? null, b[key] ?? null]
    if (left !== right) return right === null || (left !== null && left < right) ? -1 : 1
  }
  return 0
}

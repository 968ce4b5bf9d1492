// Totals with their coverage. A measure is added across forms only if each of them has it.
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { largestTotal, writeFigure } from '../form/figures.ts'
import type { Measure } from '../form/form.ts'
import { Forms } from '../forms/forms.ts'
import { problem, throwIfFaults } from '../problems/problem.ts'
import { pastSumRows, pastSumStatement } from './as-of.ts'
import { type SumRow, sumRows, sumRowsInOrder, sumStatement } from './query.ts'
import { Group, type Totals } from './schemas.ts'
import type { Key, Scope } from './scope.ts'

/** Returns the measures with these ids. Throws `measure-unknown` with all ids that are in no form. */
export function findMeasures (forms: Forms, ids: string[]): Measure[] {
  const known = forms.measures
  throwIfFaults(
    'measure-unknown',
    ids.filter(id => !known.has(id)).map(id => ({
      parameter: 'measure',
      found: id,
      expected: { en: 'a measure of a form: table.row.column', zh: '格式中的指标：table.row.column' },
      candidates: [...known.keys()]
    }))
  )
  return [...new Set(ids)].map(id => known.get(id)!)
}

/** A requested sum, with the positions of the leaves of its measures. */
interface Sum {
  forms: Forms
  measures: Measure[]
  scope: Scope
  positions: number[]
  indexes: Map<string, (number[] | undefined)[]>
}

function sumOf (forms: Forms, measures: Measure[], scope: Scope): Sum {
  const positions = [
    ...new Set(forms.all.flatMap(form => measures.flatMap(({ id }) => form.measures.get(id)?.positions ?? [])))
  ]
  // By form: the indexes into `positions` of the leaves of each measure.
  const indexes = new Map(
    forms.all.map(form => [
      form.id,
      measures.map(({ id }) => form.measures.get(id)?.positions.map(position => positions.indexOf(position)))
    ])
  )
  return { forms, measures, scope, positions, indexes }
}

export const headOf = (measures: Measure[], scope: Scope): Omit<Totals, 'totals'> => ({
  measures: measures.map(({ id, unit, label }) => ({ id, unit, label })),
  by: scope.by
})

/** Returns the totals, as of `moment` if given; it must be settled. */
export async function totalsOf (
  db: Kysely<Database>,
  forms: Forms,
  measures: Measure[],
  scope: Scope,
  moment?: string
): Promise<Totals> {
  const sum = sumOf(forms, measures, scope)
  const rows =
    await (moment === undefined ? sumRows(db, scope, sum.positions) : pastSumRows(db, scope, sum.positions, moment))
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
  measures: Measure[],
  scope: Scope,
  moment?: string
): AsyncGenerator<Group[]> {
  const sum = sumOf(forms, measures, scope)
  const statement = moment === undefined
    ? sumStatement(scope, sum.positions, true)
    : pastSumStatement(scope, sum.positions, moment, true)
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
  const { first, last } = scope.years!
  return Array.from({ length: last - first + 1 }, (_, i) => ({ ...empty, year: first + i }))
}

function totalOf ({ forms, measures, scope, indexes }: Sum, rows: SumRow[]): Group {
  const added = rows.filter(row => row.included > 0)
  const included = added.reduce((sum, row) => sum + row.included, 0)
  const expected = scope.form !== undefined || scope.by.includes('form')
    ? null
    : rows.reduce((sum, row) => sum + row.expected, 0)
  const values: Group['values'] = {}
  const blank: Group['blank'] = {}
  const missingIn: string[] = []
  const leavesIn = added.map(row => indexes.get(forms.get(row.form).id)!)
  for (const [m, { id, scale }] of measures.entries()) {
    if (leavesIn.some(leaves => leaves[m] === undefined)) {
      missingIn.push(id)
      values[id] = blank[id] = null
      continue
    }
    let sum = 0
    let present = 0
    let of = 0
    for (const [r, row] of added.entries()) {
      for (const i of leavesIn[r]![m]!) {
        sum += row.figures![i] ?? 0
        present += row.present![i]!
        of += row.included
      }
    }
    values[id] = present === 0 ? null : writeFigure(scale, checkTotal(id, scale, sum))
    blank[id] = of - present
  }
  const keys: Record<string, unknown> = {}
  for (const key of scope.by) {
    keys[key] = rows[0]![key]
    if (key === 'child' || key === 'agency') keys[`${key}_name`] = rows[0]![`${key}_name`]
  }
  return {
    ...keys,
    values,
    coverage: { expected, included, missing: expected === null ? null : expected - included },
    blank,
    ...(missingIn.length > 0 ? { not_comparable: missingIn } : {})
  }
}

/** Throws `total-overflow`: a sum over years, forms or leaves may exceed the limit that each of its parts is within. */
export function checkTotal (id: string, scale: number, sum: number): number {
  if (Math.abs(sum) > largestTotal(scale)) throw problem('total-overflow', { where: id })
  return sum
}

function compareKeys (by: Key[], a: Group, b: Group): number {
  for (const key of by) {
    const [left, right] = [a[key]!, b[key]!]
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

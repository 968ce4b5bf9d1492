// Totals with what they cover. Nothing is added across forms unless the measure is in each of them.
import type { Kysely } from 'kysely'
import { largestTotal, writeFigure } from '../form/figures.ts'
import type { Measure } from '../form/form.ts'
import type { Forms } from '../forms/forms.ts'
import type { Database } from '../platform/database.ts'
import { problem, refuse } from '../platform/problem.ts'
import { pastSumRows } from './past.ts'
import { sumRows, type Key, type Scope, type SumRow } from './query.ts'
import type { Group, Totals } from './schemas.ts'

/** Throws `measure-unknown` naming all that are in no form. */
export function findMeasures (forms: Forms, ids: string[]): Measure[] {
  const known = forms.measures
  refuse('measure-unknown', ids.filter(id => !known.has(id)).map(id =>
    ({ parameter: 'measure', found: id, expected: { en: 'a measure of a form: table.row.column', zh: '格式中的指标：table.row.column' }, among: [...known.keys()] })))
  return [...new Set(ids)].map(id => known.get(id)!)
}

/** `moment`: as of then; it must be settled. */
export async function totalsOf (db: Kysely<Database>, forms: Forms, measures: Measure[], scope: Scope, moment?: string): Promise<Totals> {
  const positions = [...new Set(forms.all.flatMap(form => measures.flatMap(({ id }) => form.measures.get(id)?.positions ?? [])))]
  const rows = await (moment === undefined ? sumRows(db, scope, positions) : pastSumRows(db, scope, positions, moment))
  const groups = new Map<string, SumRow[]>()
  for (const row of [...unasked(scope), ...rows]) {
    const key = scope.by.map(name => row[name]).join(' ')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  const totals = [...groups.values()].map(group => totalOf(forms, measures, positions, scope, group))
    .filter(({ coverage }) => coverage.included > 0 || (coverage.expected ?? 0) > 0 || alwaysListed(scope))
  return {
    measures: measures.map(({ id, unit, label }) => ({ id, unit, label })),
    by: scope.by,
    totals: totals.sort((a, b) => compareKeys(scope.by, a, b))
  }
}

const alwaysListed = ({ by, years }: Scope) => by.length === 0 || (years !== undefined && by.length === 1 && by[0] === 'year')

/** Groups that are listed even when there is nothing in them: each year of a stated range, and the one of no key. */
function unasked (scope: Scope): SumRow[] {
  const empty: SumRow = { form: '', included: 0, expected: 0, figures: null, present: null }
  if (!alwaysListed(scope)) return []
  if (scope.by.length === 0) return [empty]
  const { first, last } = scope.years!
  return Array.from({ length: last - first + 1 }, (_, i) => ({ ...empty, year: first + i }))
}

function totalOf (forms: Forms, measures: Measure[], positions: number[], scope: Scope, rows: SumRow[]): Group {
  const included = rows.reduce((sum, row) => sum + row.included, 0)
  const expected = scope.form !== undefined || scope.by.includes('form') ? null : rows.reduce((sum, row) => sum + row.expected, 0)
  const sums = rows.filter(row => row.included > 0).map(row => ({ row, form: forms.get(row.form) }))
  const values: Group['values'] = {}
  const blank: Group['blank'] = {}
  const missingIn = measures.filter(({ id }) => sums.some(({ form }) => !form.measures.has(id))).map(({ id }) => id)
  for (const { id, scale } of measures) {
    if (missingIn.includes(id)) {
      values[id] = blank[id] = null
      continue
    }
    let sum = 0
    let present = 0
    let of = 0
    for (const { row, form } of sums) {
      for (const position of form.measures.get(id)!.positions) {
        const i = positions.indexOf(position)
        sum += row.figures![i] ?? 0
        present += row.present![i]!
        of += row.included
      }
    }
    values[id] = present === 0 ? null : writeFigure(scale, exact(id, scale, sum))
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

/** A sum over years, forms or leaves may pass what each of its parts may not. */
function exact (id: string, scale: number, sum: number): number {
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

// The values of a group: sums of cells, and quotients of such sums.
import { type Figure, largestTotal, writeFigure } from '../form/figures.ts'
import type { Measure } from '../form/form.ts'
import { quotientOf } from '../form/rates/quotient.ts'
import { isRate, partsOf, type Quantity, type Rate } from '../form/rates/rates.ts'
import { Forms } from '../forms/forms.ts'
import { problem } from '../problems/problem.ts'
import type { SumRow } from './query.ts'

/** The cells that quantities need. */
export interface Cells {
  positions: number[]
  /** By form and measure, the indexes of its cells among `positions`. A form may lack a measure. */
  indexes: Map<string, Map<string, number[]>>
}

export function cellsOf (forms: Forms, quantities: Quantity[]): Cells {
  const ids = [...new Set(quantities.flatMap(partsOf).map(({ id }) => id))]
  const positions = positionsOf(forms, ids)
  const indexesIn = ({ measures }: Forms['all'][number]) =>
    new Map(
      ids.filter(id => measures.has(id)).map(id => [
        id,
        measures.get(id)!.positions.map(position => positions.indexOf(position))
      ])
    )
  return { positions, indexes: new Map(forms.all.map(form => [form.id, indexesIn(form)])) }
}

/** Returns the positions of all cells of the measures, in any form. */
export const positionsOf = (forms: Forms, measures: string[]): number[] => [
  ...new Set(forms.all.flatMap(form => measures.flatMap(id => form.measures.get(id)?.positions ?? [])))
]

/** Returns a value and the number of blank cells under it; undefined if the form of a row lacks a measure. */
export function valueOf (
  quantity: Quantity,
  { indexes }: Cells,
  rows: SumRow[]
): { value: Figure, blank: number } | undefined {
  const parts = partsOf(quantity)
  const indexesOf = (measure: Measure, row: SumRow) => indexes.get(row.form)!.get(measure.id)
  if (rows.some(row => parts.some(part => indexesOf(part, row) === undefined))) return undefined
  const sumOf = (measure: Measure) => totalOf(measure, rows, row => indexesOf(measure, row)!)
  let blank = 0
  for (const row of rows) {
    for (const i of new Set(parts.flatMap(part => indexesOf(part, row)!))) blank += row.included - row.present![i]!
  }
  return { value: isRate(quantity) ? rateOf(quantity, sumOf) : writeFigure(quantity.scale, sumOf(quantity)), blank }
}

/** Returns the stored sum; null over no figure. */
function totalOf ({ id, scale }: Measure, rows: SumRow[], indexesOf: (row: SumRow) => number[]): Figure {
  let sum = 0
  let present = 0
  for (const row of rows) {
    for (const i of indexesOf(row)) {
      sum += row.figures![i] ?? 0
      present += row.present![i]!
    }
  }
  return present === 0 ? null : checkTotal(id, scale, sum)
}

function rateOf ({ numerator, denominator }: Rate, sumOf: (measure: Measure) => Figure): Figure {
  const [dividend, divisor] = [addAll(numerator.map(sumOf)), addAll(denominator.map(sumOf))]
  if (dividend === null || divisor === null) return null
  return quotientOf(dividend * BigInt(denominator[0]!.scale), divisor * BigInt(numerator[0]!.scale))
}

const addAll = (totals: Figure[]): bigint | null =>
  totals.reduce<bigint | null>((sum, total) => sum === null || total === null ? null : sum + BigInt(total), 0n)

/** Throws `total-overflow`: a sum over years, forms or leaves may exceed the limit that each of its parts is within. */
export function checkTotal (id: string, scale: number, sum: number): number {
  if (Math.abs(sum) > largestTotal(scale)) throw problem('total-overflow', { where: id })
  return sum
}

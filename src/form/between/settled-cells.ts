// What last year's report settles of this year's: the cells that a check between the two makes equal to its figures.
import type { Figure } from '../figures.ts'
import type { Form } from '../form.ts'

/** The figure is `constant` plus those of the cells of this report, each `times`. In storage units. */
export interface SettledCell {
  constant: number
  terms: { cell: string, times: number }[]
}

/** Returns the settled cells by id. `previous` has last year's figures in the order of the form's cells. */
export function findSettledCells (form: Form, previous: Figure[]): Map<string, SettledCell> {
  const settled = new Map<string, SettledCell>()
  for (const { rule, terms } of form.between) {
    const [left, ...others] = terms.filter(({ side }) => side === 'left')
    const right = terms.filter(({ side }) => side === 'right')
    const isLastYears = right.some(({ report }) => report === 'previous_year') &&
      right.every(({ report }) => report !== 'below')
    if (rule !== 'equal' || left === undefined || others.length > 0 || !isLastYears) continue
    let constant: Figure = 0
    for (const { cell, report, times } of right) {
      const figure: Figure | undefined = report === 'previous_year' ? previous[form.cell.get(cell)!.position - 1] : 0
      constant = constant === null || figure == null ? null : constant + figure * times
    }
    if (constant === null || constant < 0) continue
    const own = right.filter(({ report }) => report === 'this').map(({ cell, times }) => ({ cell, times }))
    settled.set(left.cell, { constant, terms: own })
  }
  return settled
}

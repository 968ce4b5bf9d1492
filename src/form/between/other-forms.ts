// Figures of reports in other forms, in the order of the cells of one form. The id of a measure means the same in every
// form, so a cell of one form may be a heading of the other.
import type { Content } from '../content.ts'
import type { Figure } from '../figures.ts'
import type { Form } from '../form.ts'

export interface OtherReport {
  /** Null if the caller of a check did not say. */
  agency: string | null
  year: number
  version: number | null
  form: Form
  content: Content
}

/** By form and other form: for each cell of the form, the positions in the other form that have its meaning. */
const matches = new WeakMap<Form, WeakMap<Form, (number[] | undefined)[]>>()

function matchCells (form: Form, other: Form): (number[] | undefined)[] {
  let known = matches.get(form)
  if (known === undefined) matches.set(form, known = new WeakMap())
  let match = known.get(other)
  if (match === undefined) {
    match = form.cells.map(({ id }) => other.measures.get(id)?.positions)
    known.set(other, match)
  }
  return match
}

/** Returns the figures of a report in another form, in the order of this form's cells; null if there is none. */
function alignFigures (form: Form, { form: other, content }: Pick<OtherReport, 'form' | 'content'>): Figure[] {
  if (other === form) return content.figures
  return matchCells(form, other).map(positions =>
    positions === undefined ? null : sumWithBlanks(other, content, positions)
  )
}

/** Adds as a check does: a blank counts as 0 beside a number, an unknown figure makes the sum unknown. */
function sumWithBlanks (form: Form, { figures, notes }: Content, positions: number[]): Figure {
  let sum: Figure = null
  for (const position of positions) {
    const figure = figures[position - 1] ?? null
    if (figure !== null) sum = (sum ?? 0) + figure
    else {
      const state = notes[form.cells[position - 1]!.id]?.state
      if (state !== 'blank' && state !== 'not_applicable') return null
    }
  }
  return sum
}

/** Adds the figures of reports, in the order of this form's cells; null where one of them is not known. */
export function addReports (form: Form, reports: OtherReport[]): Figure[] {
  const [first, ...others] = reports.map(report => alignFigures(form, report))
  return others.reduce(
    (sum, figures) => sum.map((figure, i) => figure === null || figures[i] == null ? null : figure + figures[i]),
    first!
  )
}

/** The sum of the reports of one form, as kept for totals. */
export interface SumOfForm {
  form: Form
  reports: number
  figures: number[]
  /** How many of the reports have a figure there. */
  present: number[]
}

export interface CellSum {
  /** Null if no report has a figure, or if a report is in a form without this cell. */
  sum: Figure
  /** How many of the reports have no figure there. */
  blank: number
  isComparable: boolean
}

/** Adds sums of several forms, in the order of this form's cells. */
export function addForms (form: Form, sums: SumOfForm[]): CellSum[] {
  return form.cells.map((_, i) => {
    const total: CellSum = { sum: null, blank: 0, isComparable: true }
    for (const { form: other, reports, figures, present } of sums) {
      const positions = other === form ? [i + 1] : matchCells(form, other)[i]
      if (positions === undefined) return { sum: null, blank: 0, isComparable: false }
      const counts = positions.map(position => present[position - 1] ?? 0)
      total.blank += reports * positions.length - counts.reduce((a, b) => a + b, 0)
      if (counts.every(count => count === 0)) continue
      total.sum = positions.reduce((sum, position) => sum + (figures[position - 1] ?? 0), total.sum ?? 0)
    }
    return total
  })
}

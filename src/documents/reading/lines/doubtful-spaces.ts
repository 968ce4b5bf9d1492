// Finds rows of text without bars whose spaces or lines may mislead: a footnote mark that runs into its label looks
// like a figure, and a number that is wrapped or has a space in it like two.
import type { TableLine } from './table-line.ts'
import type { Token } from './tokens.ts'

/** Number of spaces that separate columns. */
const COLUMN_GAP = 3

export function markDoubtfulSpaces (rows: TableLine[]): void {
  const beside = rows.filter(row => row.labels.length > 0 && labelOf(row) !== undefined)
  const touching = beside.filter(row => labelOf(row)!.end === row.valueFields[0]!.start)
  // Where no space separates any figure from its label, the text has lost its spaces.
  if (touching.length < beside.length) { for (const row of touching) row.doubtful = true }
  for (const row of rows) {
    const gaps = row.valueFields.slice(1).flatMap((token, i) =>
      token.line === row.valueFields[i]!.line ? [token.start - row.valueFields[i]!.end] : []
    )
    if (gaps.some(gap => gap === 1) && gaps.some(gap => gap >= COLUMN_GAP)) row.doubtful = true
  }
}

/**
 * Marks the rows whose figures have no place but their order, if any such row of the document has too few or too many:
 * where blanks leave no trace and numbers are wrapped, a row with both has the right number of figures.
 */
export function markUnevenRows (rows: TableLine[]): void {
  const ordered = rows.filter(row => !row.divided && row.labels.some(label => !label.heading) && isDense(row))
  if (ordered.every(isEven)) return
  for (const row of ordered) if (row.valueFields.length > 1) row.doubtful = true
}

/** True if only their order tells the columns of the figures: each is on a line of its own, or one space apart. */
export const isDense = ({ stream, divided, valueFields }: TableLine): boolean =>
  stream || (!divided && valueFields.slice(1).every((token, i) => token.start - valueFields[i]!.end === 1))

const isEven = ({ labels, valueFields, spaced }: TableLine) =>
  labels.some(({ table: { columns: { length } } }) => valueFields.length === length || spaced?.length === length)

/** The last word of the label if it is on the line of the figures. */
const labelOf = (row: TableLine): Token | undefined =>
  row.used.findLast(token => token.line === row.valueFields[0]?.line)

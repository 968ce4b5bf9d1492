// Finds rows of aligned text whose spaces may mislead: a footnote mark that runs into its label looks like a figure,
// and a number with a space in it like two.
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

/** The last word of the label if it is on the line of the figures. */
const labelOf = (row: TableLine): Token | undefined =>
  row.used.findLast(token => token.line === row.valueFields[0]?.line)

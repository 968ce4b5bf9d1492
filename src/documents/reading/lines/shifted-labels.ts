// Finds tables whose figures stand above their labels: each label would get the figures of the next row.
import { type LabelIndex, labelsOf } from '../label-index.ts'
import { isCount } from './strays.ts'
import type { TableLine } from './table-line.ts'
import type { Token } from './tokens.ts'

/** Maximum number of lines of a broken label. */
const MAX_PIECES = 6

/**
 * Removes all labels that are on lines above their figures, unless the first figures have a label and the last label
 * has figures. `tail` are the words after the last figures.
 */
export function dropShiftedLabels (
  rows: TableLine[],
  tail: Token[],
  labelIndex: LabelIndex,
  tables: Set<string>
): void {
  const above = new Set(rows.filter(isBelowLabel))
  const first = rows.findIndex(isRow)
  const isShifted = above.size > 0 && (
    rows.some((row, i) => above.has(row) && followsUnlabelled(rows, i, first)) ||
    beginsWithLabel(tail, labelIndex, tables) || endsWithLabel(rows)
  )
  if (isShifted) { for (const row of above) Object.assign(row, { labels: [], used: [] }) }
}

const isFigure = (token: Token) => token.kind !== 'blank'
const isRow = (row: TableLine) => row.labels.some(label => !label.heading)

function isBelowLabel (row: TableLine): boolean {
  const first = row.valueFields.find(isFigure)
  return first !== undefined && isRow(row) && row.used.every(token => token.line < first.line)
}

/**
 * True if the row before row `i` has as many figures and no label, nor words that may be one. `first` is the first row
 * with a label.
 */
function followsUnlabelled (rows: TableLine[], i: number, first: number): boolean {
  const [before, row] = [rows[i - 1], rows[i]!]
  if (before === undefined || before.labels.length > 0) return false
  const figures = before.valueFields.filter(isFigure)
  if (figures.length !== row.labels[0]!.table.columns.length || isCount(figures)) return false
  // Words above the first row are headings; below it they are the label of a row that the form does not have.
  const above = rows[i - 2]
  const hasWords = before.texts.length > 0 ||
    (above !== undefined && above.texts.length > 0 && !above.valueFields.some(isFigure))
  return !hasWords || first === i
}

function beginsWithLabel (tokens: Token[], labelIndex: LabelIndex, tables: Set<string>): boolean {
  return tokens.slice(0, MAX_PIECES).some((_, i) => {
    const pieces = tokens.slice(0, i + 1)
    const [key, full] = [pieces.map(token => token.key).join(''), pieces.map(token => token.full).join('')]
    return labelsOf(labelIndex, tables, key, full).some(label => !label.heading)
  })
}

const endsWithLabel = (rows: TableLine[]): boolean => {
  const last = rows.findLast(row => isRow(row) || row.valueFields.some(isFigure))
  return last !== undefined && isRow(last) && !last.valueFields.some(isFigure)
}

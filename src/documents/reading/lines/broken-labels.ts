// Joins labels and figures of lines with fields that are on several lines: the text of a cell is broken over lines, or
// a label is on the line above its figures.
import { type Label, type LabelIndex, labelsOf, withSameNumber } from '../label-index.ts'
import { labelKey } from '../normalize.ts'
import type { TableLine } from './table-line.ts'
import type { Token } from './tokens.ts'

/** How many lines a label may extend above and below its figures. */
const MAX_ABOVE = 4
const MAX_BELOW = 2
const MAX_PIECE = 200

export function joinBrokenLabels (rows: TableLine[], labelIndex: LabelIndex, tables: Set<string>): TableLine[] {
  const taken = new Set<Token>()
  const isUsual = isLabelAboveUsual(rows)
  const joined = rows.map((row, i) => {
    if (row.labels.length > 0 || !hasFigures(row)) return row
    const above = rowsWithoutFigures(rows, i, -1, MAX_ABOVE)
    const found = labelAbove(row, above[0], isUsual) ??
      labelInPieces(row, above, rowsWithoutFigures(rows, i, 1, MAX_BELOW), labelIndex, tables)
    if (found === null) return row
    for (const token of found.used) taken.add(token)
    return { ...row, ...found }
  })
  return joined.filter(row => hasFigures(row) || row.texts.length === 0 || !row.texts.some(token => taken.has(token)))
}

const hasFigures = (row: TableLine) => row.valueFields.some(token => token.kind !== 'blank')

function rowsWithoutFigures (rows: TableLine[], from: number, step: 1 | -1, most: number): TableLine[] {
  const found: TableLine[] = []
  for (let i = from + step; found.length < most && rows[i] !== undefined && !hasFigures(rows[i]!); i += step) {
    if (rows[i]!.texts.length > 0) found.push(rows[i]!)
  }
  return found
}

type Found = Pick<TableLine, 'labels' | 'used' | 'texts'>

const isRow = (row: TableLine) => row.labels.some(label => !label.heading)

/** True if all labels, at least two, have only blank cells beside them and a line of figures alone directly below. */
function isLabelAboveUsual (rows: TableLine[]): boolean {
  const at = rows.flatMap((row, i) => isRow(row) ? [i] : [])
  return at.length >= 2 && at.every(i => {
    const next = rows[i + 1]
    return !hasFigures(rows[i]!) && next !== undefined && next.texts.length === 0 && hasFigures(next) &&
      isNextLine(rows[i]!, next)
  })
}

const isNextLine = (row: TableLine, next: TableLine) => Math.max(...row.lines) + 1 === Math.min(...next.lines)

/**
 * A line of figures alone, one for each column, below a line with a label alone. A label with blank cells beside it is
 * that of a blank row unless all labels of the table are like it.
 */
function labelAbove (row: TableLine, above: TableLine | undefined, isUsual: boolean): Found | null {
  if (row.stream || row.texts.length > 0 || above === undefined) return null
  if (above.valueFields.length > 0 && !isUsual) return null
  const { labels } = above
  const figures = row.valueFields.filter(token => token.kind !== 'blank').length
  const fits = labels.length > 0 && labels.every(({ table }) => table.columns.length === figures)
  return fits ? { labels, used: above.used, texts: above.texts } : null
}

function labelInPieces (
  row: TableLine,
  above: TableLine[],
  below: TableLine[],
  labelIndex: LabelIndex,
  tables: Set<string>
): Found | null {
  const own = row.texts.at(-1)
  if (own === undefined) return null
  for (let up = 0; up <= above.length; up++) {
    for (let down = 0; down <= below.length; down++) {
      const pieces = [
        ...above.slice(0, up).reverse().map(line => line.texts.at(-1)!),
        own,
        ...below.slice(0, down).map(line => line.texts[0]!)
      ]
      const text = pieces.map(token => token.raw.slice(0, MAX_PIECE)).join('')
      const key = pieces.map(token => token.full).join('')
      const labels = pieces.length === 1 ? [] : labelsOf(labelIndex, tables, labelKey(text), key)
      const rows = withSameNumber(labelIndex, labels, pieces[0]!.raw).filter((label: Label) => !label.heading)
      if (rows.length > 0) return { labels: rows, used: pieces, texts: [...row.texts.slice(0, -1), ...pieces] }
    }
  }
  return null
}

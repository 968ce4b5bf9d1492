// Assigns the fields of a table line to the columns of the form.
import type { TableLine } from './lines/table-line.ts'
import type { Token } from './lines/tokens.ts'

/** The fields of one row in the order of the columns, or why the assignment is uncertain. */
export type Assignment = { fields: Token[] } | {
  fault: 'too-few-figures' | 'too-many-figures' | 'figures-not-aligned' | 'columns-unknown'
}

export interface Row {
  line: TableLine
  /** How many figures the row must have. */
  columns: number
}

/**
 * Returns a function that assigns the fields of a row. Compares each row with all `rows` of the table, as a document
 * fills merged and blank cells alike in every row. From the heading, as far as known: `template` has the columns in the
 * grid, `size` the number of fields on the line with the column labels, `least` the largest number on any line above
 * the rows.
 */
export function columnAssigner (
  rows: Row[],
  template: number[] | null,
  size: number | null = null,
  least = 0
): (row: Row) => Assignment {
  const whole = rows.filter(isWhole)
  const grids = whole.filter(({ line }) => line.grid).map(row => figures(row).map(token => token.column))
  const common = template ?? mostCommon(grids)
  const trailing = new Set(
    rows.filter(row => row.line.divided).map(({ line }) => line.lead + line.valueFields.length)
  )
  const width = mostCommon(rows.map(({ line }) => [line.lead + line.valueFields.length]))?.[0]
  const end = ({ line }: Row) => {
    const last = line.valueFields.at(-1)
    return last === undefined ? 0 : last.column + last.width
  }
  const edge = mostCommon(rows.filter(({ line }) => line.divided && !line.stream).map(row => [end(row)]))?.[0]
  const share = (predicate: (row: Row) => boolean) => rows.filter(predicate).length / rows.length
  const exact = share(({ line, columns }) => line.valueFields.length === columns)
  const left = (row: Row) =>
    row.line.lead + row.line.valueFields.length === width && row.line.valueFields.length >= row.columns &&
    row.line.valueFields.slice(row.columns).every(isBlank)
  const right = (row: Row) =>
    row.line.lead + row.line.valueFields.length === width && row.line.valueFields.length >= row.columns &&
    row.line.valueFields.slice(0, -row.columns).every(isBlank)
  const fixed = share(({ line }) => line.lead + line.valueFields.length === width)
  // Blanks before the first figure where other rows have none: one of the fields may belong to another row.
  const lead = mostCommon(whole.map(({ line }) => [leading(line)]))?.[0] ?? 0
  const isTooWide = ({ line, columns }: Row) =>
    line.divided && !line.grid && leading(line) !== lead && leading(line) > 0 &&
    (exact < 0.9 && fixed >= 0.8
      ? line.lead + line.valueFields.length > width!
      : exact < 0.5 || line.valueFields.length > columns)
  // Several rows have too many figures: the table has a column that the form does not have.
  const crowded = rows.filter(row => figures(row).length > row.columns).length >= 2
  const spaced = (columns: number) => {
    const like = rows.filter(row => row.columns === columns && row.line.spaced !== undefined)
    return like.filter(row => row.line.spaced!.length === columns).length / like.length
  }
  const toLeft = trailing.size > 0 && rows.length >= 3 ? share(left) : 0
  const toRight = trailing.size > 0 && rows.length >= 3 ? share(right) : 0

  /** The fields under the columns of the grid; undefined unless each column has exactly one field. */
  const underGrid = (row: Row, columns: number[]): Token[] | undefined => {
    const { line } = row
    const fields = columns.map(column =>
      line.valueFields.filter(token => token.column <= column && column < token.column + token.width)
    )
    const chosen = fields.map(([token]) => token)
    return end(row) === edge && fields.every(tokens => tokens.length === 1) &&
        new Set(chosen).size === columns.length &&
        figures(row).every(token => chosen.includes(token))
      ? chosen as Token[]
      : undefined
  }
  /** All assignments by the number of fields that are consistent with the other rows. */
  const byNumber = (row: Row): Token[][] => {
    const { line: { valueFields }, columns } = row
    const options: Token[][] = []
    if (valueFields.length === columns && exact >= 0.9) options.push(valueFields)
    if (toLeft >= 0.8 && left(row)) options.push(valueFields.slice(0, columns))
    // No blank of a merged cell follows the last figure, so no field is missing.
    if (valueFields.length === columns && toRight < 0.5 && !isBlank(valueFields.at(-1)!)) options.push(valueFields)
    if (toRight >= 0.8 && right(row)) options.push(valueFields.slice(-columns))
    return options
  }
  const assignDivided = (row: Row): Assignment => {
    const { line, columns } = row
    const { valueFields, grid, stream } = line
    const fieldsOfLine = line.lead + valueFields.length
    if (!grid && !stream && fieldsOfLine < Math.max(least, size ?? 0)) return { fault: 'figures-not-aligned' }
    if (common !== null && common.length === columns && (grid || (template !== null && line.lead === 1))) {
      const fields = underGrid(row, common)
      return fields === undefined ? { fault: 'figures-not-aligned' } : { fields }
    }
    const [first, ...others] = byNumber(row)
    if (first === undefined) {
      return {
        fault: figures(row).length < columns && valueFields.length < columns ? 'too-few-figures' : 'figures-not-aligned'
      }
    }
    return others.every(other => other.every((token, i) => token === first[i]))
      ? { fields: first }
      : { fault: 'figures-not-aligned' }
  }

  return row => {
    const { line, columns } = row
    const filled = figures(row)
    if (filled.length > columns) return { fault: 'too-many-figures' }
    if (crowded || isTooWide(row)) return { fault: 'columns-unknown' }
    if (isWhole(row)) return hasGaps(line) ? { fault: 'figures-not-aligned' } : { fields: filled }
    if (line.spaced !== undefined) {
      return line.spaced.length === columns && spaced(columns) >= 0.8
        ? { fields: line.spaced }
        : { fault: 'too-few-figures' }
    }
    return line.divided ? assignDivided(row) : aligned(row, rows)
  }
}

const leading = (line: TableLine) => Math.max(0, line.valueFields.findIndex(token => !isBlank(token)))

export const isBlank = (token: Token) => token.kind === 'blank'

/** True if the empty lines between the figures of a stream are irregular: one of them may be a blank cell. */
function hasGaps (line: TableLine): boolean {
  if (line.spaced === undefined) return false
  const gaps = line.valueFields.map((token, i) =>
    line.spaced!.indexOf(token) - (i === 0 ? -1 : line.spaced!.indexOf(line.valueFields[i - 1]!))
  )
  return gaps.some(gap => gap !== gaps[0])
}

/** True if the row has all its figures, without a blank between them. */
export function isWhole ({ line, columns }: Row): boolean {
  const filled = line.valueFields.filter(token => !isBlank(token))
  return filled.length === columns &&
    line.valueFields.indexOf(filled.at(-1)!) - line.valueFields.indexOf(filled[0]!) === columns - 1
}

const figures = ({ line }: Row) => line.valueFields.filter(token => !isBlank(token))

/** Columns separated by spaces do not show blank cells; the positions of figures in the other rows reveal them. */
function aligned (row: Row, rows: Row[]): Assignment {
  const { valueFields } = row.line
  if (valueFields.length === 0) return { fault: 'too-few-figures' }
  const others = rows.filter(({ line, columns }) =>
    columns === row.columns && !line.divided && line.spaced === undefined
  )
  // Lines are aligned by the number of characters or by their display width. Both methods must agree.
  const found = [others, others.map(widened)].flatMap((rows, wide) => {
    const own = wide === 0 ? valueFields : widened(row).line.valueFields
    const columns = underWhole(own, row.columns, rows.filter(isWhole))
    return columns !== null && columns.join() === inBlocks(own, row.columns, rows)?.join() ? [columns] : []
  })
  const [first, second] = found
  if (first === undefined || (second !== undefined && second.join() !== first.join())) {
    return { fault: 'figures-not-aligned' }
  }
  const last = valueFields.at(-1)!
  const blank = { ...last, start: last.end, end: last.end, raw: '', kind: 'blank' as const }
  return { fields: Array.from({ length: row.columns }, (_, column) => valueFields[first.indexOf(column)] ?? blank) }
}

const widenedRows = new WeakMap<Row, Row>()

/** The row with positions in which a wide character takes two columns. */
function widened (row: Row): Row {
  const known = widenedRows.get(row)
  if (known !== undefined) return known
  const valueFields = row.line.valueFields.map(token => ({ ...token, column: token.column + token.wide }))
  const wide = { ...row, line: { ...row.line, valueFields } }
  widenedRows.set(row, wide)
  return wide
}

/** The column of each figure by its left end, middle or right end, whichever varies least in the whole rows. */
function underWhole (valueFields: Token[], size: number, whole: Row[]): number[] | null {
  if (whole.length < 3) return null
  const anchors = [0, 0.5, 1].map(part => (token: Token) => token.column + token.width * part)
  const spans = anchors.map(anchor => {
    const columns = Array.from({ length: size }, (_, i) => {
      const at = whole.map(({ line }) => anchor(line.valueFields[i]!))
      return { from: Math.min(...at) - 1, to: Math.max(...at) + 1 }
    })
    return { anchor, columns, width: columns.reduce((sum, { from, to }) => sum + to - from, 0) }
  })
  const { anchor, columns } = spans.reduce((a, b) => b.width < a.width ? b : a)
  if (columns.some((column, i) => i > 0 && column.from <= columns[i - 1]!.to)) return null
  return distinct(
    valueFields.map(token =>
      columns.flatMap(({ from, to }, i) => anchor(token) >= from && anchor(token) <= to ? [i] : [])
    )
  )
}

/** The column of each figure by the gaps that no row fills; null unless they leave exactly `size` blocks. */
function inBlocks (valueFields: Token[], size: number, rows: Row[]): number[] | null {
  const spans = rows.flatMap(({ line }) => line.valueFields).map(token => ({
    from: token.column,
    to: token.column + token.width
  })).sort((a, b) => a.from - b.from)
  const blocks: { from: number, to: number }[] = []
  for (const { from, to } of spans) {
    const last = blocks.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else blocks.push({ from, to })
  }
  if (rows.length < 6 || blocks.length !== size) return null
  return distinct(
    valueFields.map(token => blocks.flatMap(({ from, to }, i) => token.column >= from && token.column < to ? [i] : []))
  )
}

/** Returns null unless each figure fits exactly one column and no column has two figures. */
function distinct (fits: number[][]): number[] | null {
  const columns = fits.map(fit => fit.length === 1 ? fit[0]! : -1)
  return columns.includes(-1) || new Set(columns).size < columns.length ? null : columns
}

function mostCommon (lists: number[][]): number[] | null {
  const counts = new Map<string, number>()
  for (const list of lists) counts.set(list.join(), (counts.get(list.join()) ?? 0) + 1)
  const best = [...counts].sort((a, b) => b[1] - a[1])[0]
  return best === undefined || best[1] * 2 <= lists.length ? null : best[0].split(',').map(Number)
}

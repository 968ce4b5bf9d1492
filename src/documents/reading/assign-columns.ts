// Which of the fields behind a label are its figures.
import type { TableLine } from './lines/table-line.ts'
import type { Token } from './lines/tokens.ts'

/** The fields of one row in the order of the columns, or why they cannot be told. */
export type Assignment = { fields: Token[] } | { fault: 'too-few-figures' | 'too-many-figures' | 'figures-not-aligned' }

export interface Row {
  entry: TableLine
  columns: number
}

/**
 * `template`: where the columns stand in the grid, `size`: how many fields their line has, `least`: how many any
 * line over the rows has, as far as the heading tells.
 */
export function columnAssigner (
  rows: Row[],
  template: number[] | null,
  size: number | null = null,
  least = 0
): (row: Row) => Assignment {
  const whole = rows.filter(isWhole)
  const grids = whole.filter(({ entry }) => entry.grid).map(row => figures(row).map(token => token.column))
  const common = template ?? mostCommon(grids)
  const trailing = new Set(
    rows.filter(row => row.entry.divided).map(({ entry }) => entry.lead + entry.valueFields.length)
  )
  const width = mostCommon(rows.map(({ entry }) => [entry.lead + entry.valueFields.length]))?.[0]
  const end = ({ entry }: Row) => {
    const last = entry.valueFields.at(-1)
    return last === undefined ? 0 : last.column + last.width
  }
  const edge = mostCommon(rows.filter(({ entry }) => entry.divided && !entry.stream).map(row => [end(row)]))?.[0]
  const share = (holds: (row: Row) => boolean) => rows.filter(holds).length / rows.length
  const exact = share(({ entry, columns }) => entry.valueFields.length === columns)
  const left = (row: Row) =>
    row.entry.lead + row.entry.valueFields.length === width && row.entry.valueFields.length >= row.columns &&
    row.entry.valueFields.slice(row.columns).every(isBlank)
  const right = (row: Row) =>
    row.entry.lead + row.entry.valueFields.length === width && row.entry.valueFields.length >= row.columns &&
    row.entry.valueFields.slice(0, -row.columns).every(isBlank)
  const fixed = share(({ entry }) => entry.lead + entry.valueFields.length === width)
  // Blanks before the first figure where other rows have none: a figure may stand there that is not this row's.
  const lead = mostCommon(whole.map(({ entry }) => [leading(entry)]))?.[0] ?? 0
  const isTooWide = ({ entry, columns }: Row) =>
    entry.divided && !entry.grid && leading(entry) !== lead && leading(entry) > 0 &&
    (exact < 0.9 && fixed >= 0.8
      ? entry.lead + entry.valueFields.length > width!
      : exact < 0.5 || entry.valueFields.length > columns)
  // Several rows with a figure too many: the table has a column that the form does not have.
  const crowded = rows.filter(row => figures(row).length > row.columns).length >= 2
  const spaced = (columns: number) => {
    const like = rows.filter(row => row.columns === columns && row.entry.spaced !== undefined)
    return like.filter(row => row.entry.spaced!.length === columns).length / like.length
  }
  const toLeft = trailing.size > 0 && rows.length >= 3 ? share(left) : 0
  const toRight = trailing.size > 0 && rows.length >= 3 ? share(right) : 0

  /** Where a grid tells the columns, the fields under them; undefined where they are not one for one. */
  const underGrid = (row: Row, columns: number[]): Token[] | undefined => {
    const { entry } = row
    const fields = columns.map(column =>
      entry.valueFields.filter(token => token.column <= column && column < token.column + token.width)
    )
    const chosen = fields.map(([token]) => token)
    return end(row) === edge && fields.every(tokens => tokens.length === 1) &&
        new Set(chosen).size === columns.length &&
        figures(row).every(token => chosen.includes(token))
      ? chosen as Token[]
      : undefined
  }
  /** Each way to tell the fields by their number that fits the other rows, too. */
  const byNumber = (row: Row): Token[][] => {
    const { entry: { valueFields }, columns } = row
    const options: Token[][] = []
    if (valueFields.length === columns && exact >= 0.9) options.push(valueFields)
    if (toLeft >= 0.8 && left(row)) options.push(valueFields.slice(0, columns))
    // No blank of a merged cell stands behind the last figure: all fields are there.
    if (valueFields.length === columns && toRight < 0.5 && !isBlank(valueFields.at(-1)!)) options.push(valueFields)
    if (toRight >= 0.8 && right(row)) options.push(valueFields.slice(-columns))
    return options
  }
  const assignDivided = (row: Row): Assignment => {
    const { entry, columns } = row
    const { valueFields, grid, stream } = entry
    const fieldsOfLine = entry.lead + valueFields.length
    if (!grid && !stream && fieldsOfLine < Math.max(least, size ?? 0)) return { fault: 'figures-not-aligned' }
    if (common !== null && common.length === columns && (grid || (template !== null && entry.lead === 1))) {
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
    const { entry, columns } = row
    const filled = figures(row)
    if (filled.length > columns || crowded || isTooWide(row)) return { fault: 'too-many-figures' }
    if (isWhole(row)) return hasGaps(entry) ? { fault: 'figures-not-aligned' } : { fields: filled }
    if (entry.spaced !== undefined) {
      return entry.spaced.length === columns && spaced(columns) >= 0.8
        ? { fields: entry.spaced }
        : { fault: 'too-few-figures' }
    }
    return entry.divided ? assignDivided(row) : aligned(row, rows)
  }
}

const leading = (entry: TableLine) => Math.max(0, entry.valueFields.findIndex(token => !isBlank(token)))

export const isBlank = (token: Token) => token.kind === 'blank'

/** Empty lines among the figures of a stream that do not stand before each of them alike: one may be a cell. */
function hasGaps (entry: TableLine): boolean {
  if (entry.spaced === undefined) return false
  const gaps = entry.valueFields.map((token, i) =>
    entry.spaced!.indexOf(token) - (i === 0 ? -1 : entry.spaced!.indexOf(entry.valueFields[i - 1]!))
  )
  return gaps.some(gap => gap !== gaps[0])
}

/** Has all its figures, one after the other. */
export function isWhole ({ entry, columns }: Row): boolean {
  const filled = entry.valueFields.filter(token => !isBlank(token))
  return filled.length === columns &&
    entry.valueFields.indexOf(filled.at(-1)!) - entry.valueFields.indexOf(filled[0]!) === columns - 1
}

const figures = ({ entry }: Row) => entry.valueFields.filter(token => !isBlank(token))

/** Rows divided by spaces show no blank: where the figures of the other rows stand tells where one is. */
function aligned (row: Row, rows: Row[]): Assignment {
  const { valueFields } = row.entry
  if (valueFields.length === 0) return { fault: 'too-few-figures' }
  const others = rows.filter(({ entry, columns }) =>
    columns === row.columns && !entry.divided && entry.spaced === undefined
  )
  // Both ways or none: lines may be aligned by the width of the characters on a screen instead of by their number.
  const first = underWhole(valueFields, row.columns, others.filter(isWhole))
  if (first === null || first.join() !== inBlocks(valueFields, row.columns, others)?.join()) {
    return { fault: 'figures-not-aligned' }
  }
  const last = valueFields.at(-1)!
  const blank = { ...last, start: last.end, end: last.end, raw: '', kind: 'blank' as const }
  return { fields: Array.from({ length: row.columns }, (_, column) => valueFields[first.indexOf(column)] ?? blank) }
}

/** The column of each figure: by left ends, middles or right ends, whichever agree best in the whole rows. */
function underWhole (valueFields: Token[], size: number, whole: Row[]): number[] | null {
  if (whole.length < 3) return null
  const anchors = [0, 0.5, 1].map(part => (token: Token) => token.column + token.width * part)
  const spans = anchors.map(anchor => {
    const columns = Array.from({ length: size }, (_, i) => {
      const at = whole.map(({ entry }) => anchor(entry.valueFields[i]!))
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

/** The figures of all rows, one line laid over the other, leave gaps between the columns: as many blocks as columns. */
function inBlocks (valueFields: Token[], size: number, rows: Row[]): number[] | null {
  const spans = rows.flatMap(({ entry }) => entry.valueFields).map(token => ({
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

/** Null unless each figure has one column and each column one figure. */
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

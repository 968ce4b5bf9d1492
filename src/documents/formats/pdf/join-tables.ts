// Joins the parts of a table that goes on over pages.
import { UNCERTAIN } from './characters.ts'
import type { PdfCell, PdfLine, PdfPage, PdfTable } from './page.ts'
import { levelsOf } from './ruled-grid.ts'

/** Edges of columns that differ by less, in points, are one. */
const SAME_EDGE = 4

/** The lines and tables of all pages in order; a table that goes on over pages is one. */
export function joinPages (pages: PdfPage[]): (PdfTable | PdfLine)[] {
  const joined: (PdfTable | PdfLine)[] = []
  pages.forEach((page, i) => {
    const [first, ...others] = page.blocks
    const last = joined.at(-1)
    if (
      first?.kind === 'table' && last?.kind === 'table' && last.page === pages[i - 1]?.number &&
      isContinued(last, first)
    ) {
      appendTable(last, first)
      joined.push(...others)
    } else joined.push(...page.blocks)
  })
  for (const table of joined) if (table.kind === 'table') doubtOpenRows(table)
  return joined
}

/** Columns of figures that both parts must have. */
const MIN_COMMON_EDGES = 5

/**
 * All edges of one part are edges of the other, up to the same right edge. Or the edges from the right agree: on the
 * left, labels are divided otherwise, and one that goes on over pages may have lost its lines.
 */
function isContinued (a: PdfTable, b: PdfTable): boolean {
  const isNear = (x: number, y: number) => Math.abs(x - y) < SAME_EDGE
  const [few, many] = a.xs.length < b.xs.length ? [a.xs, b.xs] : [b.xs, a.xs]
  let common = 0
  while (common < few.length && isNear(few.at(-1 - common)!, many.at(-1 - common)!)) common++
  return common >= MIN_COMMON_EDGES ||
    (common > 0 && few.length > 2 && few.every(x => many.some(y => isNear(x, y))))
}

function appendTable (table: PdfTable, more: PdfTable): void {
  const xs = levelsOf([...table.xs, ...more.xs], SAME_EDGE)
  const before = moveToColumns(table.rows, table.xs, xs)
  const after = withoutRepeatedHeading(before, moveToColumns(more.rows, more.xs, xs))
  if ((table.isOpenBelow && more.isOpenAbove) || isCut(before.at(-1), after[0])) {
    doubtRow(before.at(-1))
    doubtRow(after[0])
  }
  const { page, bottom, isOpenBelow } = more
  const beside = [...table.beside, ...more.beside]
  Object.assign(table, { xs, rows: [...before, ...after], beside, page, bottom, isOpenBelow })
}

/** What no line closes and no other page continues may be cut off. */
function doubtOpenRows ({ rows, isOpenAbove, isOpenBelow }: PdfTable): void {
  if (isOpenAbove) doubtRow(rows[0])
  if (isOpenBelow) doubtRow(rows.at(-1))
}

function moveToColumns (rows: PdfCell[][], from: number[], to: number[]): PdfCell[][] {
  const indices = from.map(x => to.reduce((best, y, i) => Math.abs(y - x) < Math.abs(to[best]! - x) ? i : best, 0))
  return rows.map(row =>
    row.map(cell => {
      const column = indices[cell.column]!
      return { ...cell, column, width: indices[cell.column + cell.width]! - column }
    })
  )
}

/** A heading has at most so many rows. */
const MAX_HEADING = 4

function withoutRepeatedHeading (before: PdfCell[][], after: PdfCell[][]): PdfCell[][] {
  const keyOf = (row: PdfCell[] | undefined) =>
    row?.map(({ text, column, width }) => [text, column, width].join()).join('|')
  let repeated = 0
  while (repeated < MAX_HEADING && repeated < after.length - 1 && keyOf(after[repeated]) === keyOf(before[repeated])) {
    repeated++
  }
  return after.slice(repeated)
}

/** How a row of the statutory tables begins: with its number, or with one of the names in part two. */
const ROW_START =
  /^(?:[一二三四五六七八九十]+\s*[、.．]|[(（](?:[一二三四五六七八九十]+|\d{1,2})[)）]|\d{1,2}(?:\s*[.．、]|(?=\p{Script=Han}))|规章|行政规范性文件|规范性文件|行政许可|其他对外管理服务事项|行政处罚|行政强制|行政事业性收费|政府集中采购)/u

const isWords = ({ text }: PdfCell) => /\p{Script=Han}{2}/u.test(text)
const isFigure = (cell: PdfCell) => cell.text !== '' && !isWords(cell)

/**
 * True if the first row after a page break may be the rest of the row before it. It is not if it has no figures: then
 * those of the row before are whole. Nor if its figures are below the words of a heading.
 */
function isCut (before: PdfCell[] | undefined, after: PdfCell[] | undefined): boolean {
  const figures = after?.filter(isFigure) ?? []
  if (after === undefined || figures.length === 0) return false
  const isBelowWords = figures.every(({ column }) =>
    before?.some(cell => cell.column <= column && column < cell.column + cell.width && isWords(cell))
  )
  const label = after.slice(0, after.indexOf(figures[0]!)).findLast(cell => cell.text !== '')?.text ?? ''
  return !isBelowWords && !ROW_START.test(label)
}

/** Blank cells as well, but not those before the label of the row. */
function doubtRow (row: PdfCell[] = []): void {
  const first = row.findIndex(isWords)
  row.forEach((cell, i) => {
    if (!isWords(cell) && (i > first || cell.text !== '')) cell.text += UNCERTAIN
  })
}

// Damages to labels and headers: exchanged, lost, or from another table.
import { type Cell, type Grid, gridsOf, type Page } from '../page.ts'
import type { Random } from '../random.ts'
import { cellsOf, figuresIn, forbid, pickFrom, rowsOf, tableOf } from './damage.ts'

const ownLabel = (row: Cell[]) => row.filter(cell => cell.kind === 'label').at(-1)

export function swapLabels (page: Page, random: Random): boolean {
  const rows = rowsOf(page).filter(row => ownLabel(row) !== undefined)
  const row = pickFrom(random, rows)
  const other = row &&
    pickFrom(random, rows.filter(other => other !== row && (random.chance(0.3) || tableOf(other) === tableOf(row))))
  if (row === undefined || other === undefined) return false
  const [a, b] = [ownLabel(row)!, ownLabel(other)!]
  const text = a.text
  a.text = b.text
  b.text = text
  return true
}

export function loseLabel (page: Page, random: Random): boolean {
  const row = pickFrom(random, rowsOf(page).filter(row => ownLabel(row) !== undefined))
  if (row === undefined) return false
  ownLabel(row)!.text = random.pick(['', '***', '项目'])
  return true
}

/** Exchanges two cells of a header row that are above figures. */
export function swapHeaders (page: Page, random: Random): boolean {
  const rows = gridsOf(page).flatMap(grid =>
    grid.rows.filter(row => row.filter(isColumn).length >= 2 && row.every(cell => cell.kind === 'header'))
  )
  const row = pickFrom(random, rows)
  if (row === undefined) return false
  const at = random.int(row.filter(isColumn).length - 1)
  const [a, b] = row.filter(isColumn).slice(at) as [Cell, Cell]
  const text = a.text
  a.text = b.text
  b.text = text
  return true
}

const isColumn = (cell: Cell) =>
  cell.kind === 'header' &&
  /^(自然人|商业|科研|社会公益|法律服务|总 ?计|结果|其他|尚未|本年|现行|对外|上一年|处理|采购|未经|复议后|行政复议|行政诉讼)/
    .test(cell.text)

/** Moves the totals and their header to the first column. */
export function totalFirst (page: Page): boolean {
  const grid = gridsOf(page).find(grid => grid.name === 'requests')!
  for (const row of grid.rows) {
    const last = row.at(-1)!
    const first = row.findIndex(cell => cell.text.includes('自然人') || cell.kind === 'figure')
    if (first < 0 || !(last.kind === 'figure' || /^总 ?计/.test(last.text))) continue
    row.splice(first, 0, row.pop()!)
  }
  return true
}

/** Puts the header of another block above a block: no figure under a foreign header may be read. */
export function strangeHeader (page: Page, random: Random): boolean {
  const headers = gridsOf(page).flatMap(grid =>
    grid.rows.flatMap((row, r) => {
      const below = grid.rows[r + 1]
      return row.some(isColumn) && row.every(cell => cell.kind === 'header') && below !== undefined &&
          figuresIn(below).length > 0
        ? [{ row, below, table: tableOf(below) }]
        : []
    })
  ).filter(header => header.table !== 'requests' && header.table !== 'review_litigation')
  const mine = pickFrom(random, headers)
  const texts = mine && pickFrom(random, headers.filter(other => other !== mine))?.row.slice(1).map(cell => cell.text)
  if (mine === undefined || texts === undefined) return false
  let changed = false
  mine.row.slice(1).forEach((cell, i) => {
    const text = texts[i] ?? texts.at(-1)!
    if (text === cell.text) return
    changed = true
    cell.text = text
    const column = figuresIn(mine.below)[i]!.id.split('.')[2]!
    forbid(page, cellsOf(page, mine.table).filter(id => id.endsWith(`.${column}`)))
  })
  return changed
}

/** The figures of 行政复议 and 行政诉讼 under a header of applicants, or the applicants' under that of another table. */
export function headerOfAnotherPart (page: Page, random: Random): boolean {
  const grids = gridsOf(page)
  const requests = grids.find(grid => grid.name === 'requests')
  const four = grids.find(grid => grid.name === 'review_litigation')
  if (requests === undefined || four === undefined) return false
  const headerRows = (grid: Grid) => grid.rows.filter(row => row.every(cell => cell.kind === 'header'))
  const [from, to] = random.chance(0.5) ? [requests, four] : [four, requests]
  const head = headerRows(from).map(row =>
    row.filter(cell => cell.text.length < 20).map(cell => ({ ...cell, colspan: 1, rowspan: 1 }))
  )
  to.rows = [...head, ...to.rows.filter(row => !row.every(cell => cell.kind === 'header'))]
  return forbid(page, cellsOf(page, to.name))
}

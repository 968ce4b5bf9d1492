// Damages to cells: removed, joined, split or moved.
import { gridsOf, type Page } from '../page.ts'
import type { Random } from '../random.ts'
import { figuresIn, forbid, GONE, pickFrom, rowsOf, SEPARATOR, tableOf } from './damage.ts'

export function dropCell (page: Page, random: Random): boolean {
  const row = pickFrom(random, rowsOf(page, 3))
  if (row === undefined) return false
  random.pick(figuresIn(row)).text = GONE
  return true
}

export function blankCell (page: Page, random: Random): boolean {
  const row = pickFrom(random, rowsOf(page, 3))
  if (row === undefined) return false
  const cell = random.pick(figuresIn(row))
  cell.text = ''
  return forbid(page, [cell.id])
}

export function dropColumn (page: Page, random: Random): boolean {
  const at = random.int(7)
  const rows = rowsOf(page, 7, ['requests'])
  for (const row of rows) figuresIn(row)[at]!.text = GONE
  return rows.length > 0
}

/** Joins two neighbouring figures. `separatorStays`: an empty cell remains in place of the second. */
export const glue = (separatorStays: boolean) => (page: Page, random: Random): boolean => {
  const pairs = rowsOf(page, 3, separatorStays ? ['requests'] : undefined).flatMap(row => {
    const cells = figuresIn(row)
    const pairs = cells.slice(1).map((right, i) => [cells[i]!, right] as const).filter(pair =>
      pair.every(cell => /\d$/.test(cell.text))
    )
    return separatorStays
      ? pairs.filter(([, right]) => !right.id.endsWith('.total') && /\d/.test(cells.at(-1)!.text))
      : pairs
  })
  const pair = pickFrom(random, pairs)
  if (pair === undefined) return false
  pair[0].text += pair[1].text
  pair[1].text = separatorStays ? '' : GONE
  return true
}

export function glueRow (page: Page, random: Random): boolean {
  const row = pickFrom(random, rowsOf(page, 3).filter(row => figuresIn(row).every(cell => /^\d+$/.test(cell.text))))
  if (row === undefined) return false
  const [first, ...rest] = figuresIn(row)
  first!.text = figuresIn(row).map(cell => cell.text).join('')
  for (const cell of rest) cell.text = GONE
  return true
}

export const breakNumber = (by: readonly string[]) => (page: Page, random: Random): boolean => {
  const cell = pickFrom(random, rowsOf(page).flatMap(figuresIn).filter(cell => /^\d{2,}$/.test(cell.text)))
  if (cell === undefined) return false
  const at = 1 + random.int(cell.text.length - 1)
  cell.text = cell.text.slice(0, at) + random.pick(by) + cell.text.slice(at)
  return true
}

export function lookAlike (page: Page, random: Random): boolean {
  const ALIKE: Record<string, string[]> = { 0: ['O', 'o', '〇', '○'], 1: ['l', 'I', 'i'], 2: ['Z'], 5: ['S'] }
  const cell = pickFrom(random, rowsOf(page).flatMap(figuresIn).filter(cell => /^[0125]+$/.test(cell.text)))
  if (cell === undefined) return false
  const at = random.int(cell.text.length)
  cell.text = cell.text.slice(0, at) + random.pick(ALIKE[cell.text[at]!]!) + cell.text.slice(at + 1)
  return true
}

export function moveToNextRow (page: Page, random: Random): boolean {
  const rows = rowsOf(page, 3)
  const at = random.int(rows.length)
  const [row, next] = [rows[at], rows[at + 1]]
  if (row === undefined || next === undefined || tableOf(row) !== tableOf(next)) return false
  const last = figuresIn(row).at(-1)!
  const first = figuresIn(next)[0]!
  if (last.text === '' || first.text === '') return false
  first.text = last.text + SEPARATOR + first.text
  last.text = GONE
  return true
}

/** Removes blank cells with their separators, so that the columns of the remaining figures are unknown. */
export function blanksLeaveNothing (page: Page, random: Random): boolean {
  for (const cell of rowsOf(page, 3).flatMap(figuresIn)) {
    if (page.expected.get(cell.id) !== 0 || random.chance(0.3)) continue
    page.expected.set(cell.id, 'blank')
    cell.text = GONE
  }
  return true
}

/** Adds a column of subtotals that the form does not have. */
export function oneColumnMore (page: Page, random: Random): boolean {
  const grid = gridsOf(page).find(grid => grid.name === 'requests')!
  const at = random.int(7)
  for (const row of grid.rows) {
    const figures = row.filter(cell => cell.kind === 'figure')
    if (figures.length === 7) {
      row.splice(row.indexOf(figures[at]!), 0, {
        text: String(random.int(99)),
        colspan: 1,
        rowspan: 1,
        kind: 'figure',
        id: ''
      })
    }
  }
  grid.width++
  return true
}

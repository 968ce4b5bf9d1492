// Cells by ruling lines: lines that cross form a grid, and a line that is missing between two fields makes them one.
import { checkLimit } from '../limits.ts'
import type { Char } from './characters.ts'
import { type Box } from './geometry.ts'
import { joinRules, type Rule, TOLERANCE } from './rules.ts'

export interface GridCell {
  row: number
  column: number
  height: number
  width: number
  /** False if the lines around the cell do not make a rectangle. */
  isClosed: boolean
}

export interface Grid {
  /** Edges of the columns from left to right, and of the rows from top to bottom. */
  xs: number[]
  ys: number[]
  /** A page break may leave the first row without its upper line, and the last without its lower one. */
  isOpenAbove: boolean
  isOpenBelow: boolean
  cells: GridCell[]
  /** The cell that covers a field of the grid. */
  cellAt: (row: number, column: number) => GridCell
}

export const boxOfCell = ({ xs, ys }: Grid, { row, column, height, width }: GridCell): Box => ({
  x0: xs[column]!,
  y0: ys[row]!,
  x1: xs[column + width]!,
  y1: ys[row + height]!
})

export function findGrids (rules: Rule[]): Grid[] {
  const joined = joinRules(rules.filter(rule => !rule.isVertical)).concat(
    joinRules(rules.filter(rule => rule.isVertical))
  )
  return groupCrossing(joined).flatMap(group => gridOf(group) ?? [])
}

const crosses = (a: Rule, b: Rule) =>
  a.isVertical !== b.isVertical && b.at >= a.from - TOLERANCE && b.at <= a.to + TOLERANCE &&
  a.at >= b.from - TOLERANCE && a.at <= b.to + TOLERANCE

function groupCrossing (rules: Rule[]): Rule[][] {
  const root = disjointSets(rules.length)
  const horizontal = rules.findIndex(rule => rule.isVertical)
  const middle = horizontal < 0 ? rules.length : horizontal
  for (let i = 0; i < middle; i++) {
    for (let j = middle; j < rules.length; j++) if (crosses(rules[i]!, rules[j]!)) root.join(i, j)
  }
  const groups = new Map<number, Rule[]>()
  rules.forEach((rule, i) => {
    const group = groups.get(root.of(i))
    if (group === undefined) groups.set(root.of(i), [rule])
    else group.push(rule)
  })
  return [...groups.values()]
}

function disjointSets (count: number) {
  const parents = Array.from({ length: count }, (_, i) => i)
  const of = (i: number): number => {
    while (parents[i] !== i) i = parents[i] = parents[parents[i]!]!
    return i
  }
  return {
    of,
    join (i: number, j: number) {
      parents[of(j)] = of(i)
    }
  }
}

/** Positions that differ by less than the tolerance are one. */
export function levelsOf (positions: number[], tolerance = TOLERANCE): number[] {
  const levels: { last: number, sum: number, count: number }[] = []
  for (const position of [...positions].sort((a, b) => a - b)) {
    const level = levels.at(-1)
    if (level !== undefined && position - level.last <= tolerance) {
      level.last = position
      level.sum += position
      level.count++
    } else levels.push({ last: position, sum: position, count: 1 })
  }
  return levels.map(({ sum, count }) => sum / count)
}

function gridOf (rules: Rule[]): Grid | null {
  const [horizontal, vertical] = [rules.filter(rule => !rule.isVertical), rules.filter(rule => rule.isVertical)]
  if (horizontal.length < 2 || vertical.length < 2) return null
  const xs = levelsOf(vertical.map(rule => rule.at))
  const ruled = levelsOf(horizontal.map(rule => rule.at))
  const top = Math.min(...vertical.map(rule => rule.from))
  const bottom = Math.max(...vertical.map(rule => rule.to))
  const isOpenAbove = top < ruled[0]! - 2 * TOLERANCE
  const isOpenBelow = bottom > ruled.at(-1)! + 2 * TOLERANCE
  const ys = [...isOpenAbove ? [top] : [], ...ruled, ...isOpenBelow ? [bottom] : []]
  const [columns, rows] = [xs.length - 1, ys.length - 1]
  if (columns < 1 || rows < 1) return null
  checkLimit('fieldsOfPage', columns * rows)
  const walls = (list: Rule[], levels: number[]) =>
    levels.map(at => list.filter(rule => Math.abs(rule.at - at) <= TOLERANCE))
  const [vWalls, hWalls] = [walls(vertical, xs), walls(horizontal, ys)]
  const fields = disjointSets(rows * columns)
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      if (c + 1 < columns && !isWalled(vWalls[c + 1]!, ys[r]!, ys[r + 1]!)) {
        fields.join(r * columns + c, r * columns + c + 1)
      }
      if (r + 1 < rows && !isWalled(hWalls[r + 1]!, xs[c]!, xs[c + 1]!)) {
        fields.join(r * columns + c, (r + 1) * columns + c)
      }
    }
  }
  const cells = mergeFields(fields, rows, columns)
  const isClosed = ({ row, column, height, width }: GridCell) =>
    every(height, i => isWalled(vWalls[column]!, ys[row + i]!, ys[row + i + 1]!)) &&
    every(height, i => isWalled(vWalls[column + width]!, ys[row + i]!, ys[row + i + 1]!)) &&
    ((isOpenAbove && row === 0) ||
      every(width, i => isWalled(hWalls[row]!, xs[column + i]!, xs[column + i + 1]!))) &&
    ((isOpenBelow && row + height === rows) ||
      every(width, i => isWalled(hWalls[row + height]!, xs[column + i]!, xs[column + i + 1]!)))
  for (const cell of cells.values()) cell.isClosed &&= isClosed(cell)
  return {
    xs,
    ys,
    isOpenAbove,
    isOpenBelow,
    cells: [...cells.values()],
    cellAt: (row, column) => cells.get(fields.of(row * columns + column))!
  }
}

/** The cells by the number of their set of fields. */
function mergeFields (fields: ReturnType<typeof disjointSets>, rows: number, columns: number): Map<number, GridCell> {
  const cells = new Map<number, GridCell>()
  const counts = new Map<GridCell, number>()
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const id = fields.of(r * columns + c)
      const cell = cells.get(id) ?? { row: r, column: c, height: 1, width: 1, isClosed: true }
      const [right, below] = [Math.max(cell.column + cell.width, c + 1), Math.max(cell.row + cell.height, r + 1)]
      cell.column = Math.min(cell.column, c)
      cell.width = right - cell.column
      cell.height = below - cell.row
      cells.set(id, cell)
      counts.set(cell, (counts.get(cell) ?? 0) + 1)
    }
  }
  for (const [cell, count] of counts) cell.isClosed = count === cell.height * cell.width
  return cells
}

const every = (count: number, holds: (i: number) => boolean) => Array.from({ length: count }, (_, i) => i).every(holds)

/** A wall may be a little shorter than the field that it closes. */
function isWalled (rules: Rule[], from: number, to: number): boolean {
  const slack = TOLERANCE + (to - from) * 0.2
  return rules.some(rule => rule.from <= from + slack && rule.to >= to - slack)
}

export interface Place {
  grid: Grid
  cell: GridCell
}

/** The cell of each character, in the smallest grid around it. */
export function placeChars (chars: Char[], grids: Grid[]): Map<Char, Place> {
  const places = new Map<Char, Place>()
  for (const char of chars) {
    const [x, y] = [(char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2]
    for (const grid of grids) {
      const [column, row] = [fieldOf(grid.xs, x), fieldOf(grid.ys, y)]
      if (column < 0 || row < 0) continue
      places.set(char, { grid, cell: grid.cellAt(row, column) })
      break
    }
  }
  return places
}

function fieldOf (edges: number[], at: number): number {
  if (at < edges[0]! || at > edges.at(-1)!) return -1
  return Math.min(edges.findLastIndex(edge => edge <= at), edges.length - 2)
}

import type { GridCell } from './printed.ts'

export interface PlacedCell {
  cell: GridCell
  /** From 0, in the grid. */
  row: number
  column: number
}

/** Returns the cells of each row with their places: a row fills the columns that cells above leave free. */
export function placeCells (rows: GridCell[][]): PlacedCell[][] {
  /** For each column, the first row that no cell above covers. */
  const free: number[] = []
  return rows.map((cells, row) => {
    let column = 0
    return cells.map(cell => {
      while ((free[column] ?? 0) > row) column++
      const placed = { cell, row, column }
      for (let i = 0; i < cell.width; i++) free[column++] = row + cell.height
      return placed
    })
  })
}

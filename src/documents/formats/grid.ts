// Cells with their heights and widths take their places in a grid, as a browser would put them.
import type { Cell } from './document-writer.ts'
import { limit } from './limits.ts'

export interface GridCell {
  text: string
  width: number
  height: number
  group: number
}

/** `take` gets the cells of each row with their columns, and the number of the row, from 1. */
export function placeCells (rows: GridCell[][], take: (cells: Cell[], row: number) => void): void {
  /** For each column the first row that is free again. */
  const taken: number[] = []
  let group: number | undefined
  rows.forEach((row, y) => {
    if (row[0] !== undefined && row[0].group !== group) {
      group = row[0].group
      taken.length = 0
    }
    let x = 0
    take(
      row.map(({ text, width, height }) => {
        while ((taken[x] ?? 0) > y) x++
        const column = x
        // A title that spans more columns than there can be is as wide as the table.
        limit('fieldsInRow', column + 1)
        x = Math.min(column + width, 1000)
        for (let i = column; i < x; i++) taken[i] = Math.max(taken[i] ?? 0, y + height)
        return { text, column, width: x - column }
      }),
      y + 1
    )
  })
}

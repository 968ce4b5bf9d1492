// Places cells with row and column spans in a grid, as a browser does.
import type { Cell } from './document-writer.ts'
import { checkLimit } from './limits.ts'

export interface GridCell {
  text: string
  width: number
  height: number
  /** The group of rows, such as a `<tbody>`: row spans end with it. */
  group: number
}

/** Calls `onRow` with the cells of each row and the number of the row, from 1. */
export function placeCells (rows: GridCell[][], onRow: (cells: Cell[], row: number) => void): void {
  /** For each column, the first row that no cell above covers. */
  const taken: number[] = []
  let group: number | undefined
  rows.forEach((row, y) => {
    if (row[0] !== undefined && row[0].group !== group) {
      group = row[0].group
      taken.length = 0
    }
    let x = 0
    onRow(
      row.map(({ text, width, height }) => {
        while ((taken[x] ?? 0) > y) x++
        const column = x
        // A title may span more columns than the limit; it is cut to 1000.
        checkLimit('fieldsInRow', column + 1)
        x = Math.min(column + width, 1000)
        for (let i = column; i < x; i++) taken[i] = Math.max(taken[i] ?? 0, y + height)
        return { text, column, width: x - column }
      }),
      y + 1
    )
  })
}

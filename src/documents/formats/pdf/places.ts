// Which cell each character of a page stands in.
import type { Char } from './characters.ts'
import type { Grid, GridCell } from './grid/ruled-grid.ts'

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

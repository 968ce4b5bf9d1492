// Prints a report as the pages of a PDF: tables with ruling lines, cells that wrap, tables that go on over pages.
import type { Cell, Grid, Page } from '../../reading/page.ts'
import type { Random } from '../../reading/random.ts'
import { boxAt, HEIGHT, pdf, type RuleStyle, textAt, WIDTH, widthOfText } from './write-pdf.ts'

const MARGIN = 40
const PADDING = 3

interface Print {
  size: number
  style: RuleStyle
  align: 'left' | 'center' | 'right'
  pages: string[]
  y: number
}

export function printPage (page: Page, random: Random): Buffer {
  return pdf(contentsOf(page, random))
}

export function contentsOf (page: Page, random: Random): string[] {
  const print: Print = {
    size: 7 + random.int(3),
    style: random.pick(['boxes', 'lines', 'fills']),
    align: random.pick(['left', 'center', 'right']),
    pages: [''],
    y: MARGIN
  }
  for (const title of page.title) printLines(print, title, 14)
  for (const part of page.parts) {
    if ('grid' in part) printTable(print, part.grid)
    else printLines(print, part.paragraph, print.size + 1)
  }
  print.pages = print.pages.map((content, i) => content + textAt(WIDTH / 2, HEIGHT - 20, `- ${i + 1} -`, 8))
  return print.pages
}

function wrap (text: string, width: number, size: number): string[] {
  const lines = ['']
  for (const char of text) {
    if (char === '\n' || widthOfText(lines.at(-1)! + char, size) > width) lines.push(char === '\n' ? '' : char)
    else lines[lines.length - 1] += char
  }
  return lines
}

function newPage (print: Print): void {
  print.pages.push('')
  print.y = MARGIN
}

const draw = (print: Print, content: string) => {
  print.pages[print.pages.length - 1] += content
}

function printLines (print: Print, text: string, size: number): void {
  for (const line of wrap(text, WIDTH - 2 * MARGIN, size)) {
    if (print.y + 2 * size > HEIGHT - MARGIN) newPage(print)
    print.y += 1.5 * size
    draw(print, textAt(MARGIN, print.y, line, size))
  }
  print.y += size
}

interface Placed extends Cell {
  row: number
  column: number
  lines: string[]
}

function printTable (print: Print, grid: Grid): void {
  const { size, style, align } = print
  const placed = placeCells(grid)
  const isFigures = (column: number) => placed.some(cell => cell.column === column && cell.kind === 'figure')
  const columns = Array.from({ length: grid.width }, (_, i) => i)
  const figures = columns.filter(isFigures).length
  const narrow = Math.min(45, (WIDTH - 2 * MARGIN) / Math.max(figures, 1))
  const wide = (WIDTH - 2 * MARGIN - figures * narrow) / Math.max(1, grid.width - figures)
  const xs = columns.reduce((edges, column) => [...edges, edges.at(-1)! + (isFigures(column) ? narrow : wide)], [
    MARGIN
  ])
  const pitch = 1.3 * size
  for (const cell of placed) {
    cell.lines = wrap(cell.text, xs[cell.column + cell.colspan]! - xs[cell.column]! - 2 * PADDING, size)
  }
  const heights = grid.rows.map((_, row) =>
    Math.max(...placed.filter(cell => cell.row === row && cell.rowspan === 1).map(cell => cell.lines.length), 1) *
      pitch +
    2 * PADDING
  )
  for (const cell of placed.filter(cell => cell.rowspan > 1)) {
    const rows = heights.slice(cell.row, cell.row + cell.rowspan)
    const lack = cell.lines.length * pitch + 2 * PADDING - rows.reduce((a, b) => a + b, 0)
    if (lack > 0) heights[cell.row + cell.rowspan - 1]! += lack
  }
  let from = 0
  while (from < grid.rows.length) {
    let to = from
    let height = 0
    while (to < grid.rows.length && print.y + height + heights[to]! < HEIGHT - MARGIN) height += heights[to++]!
    // The heading stays together with the first row.
    const isInHeading = from === 0 && to < grid.rows.length &&
      grid.rows.slice(0, to).flat().every(cell => cell.kind !== 'figure')
    if (to === from || (isInHeading && print.y > MARGIN)) {
      if (print.y === MARGIN) throw new Error('a row is higher than a page')
      newPage(print)
      continue
    }
    const ys = heights.slice(from, to).reduce((edges, h) => [...edges, edges.at(-1)! + h], [print.y])
    for (const cell of placed) {
      const [top, bottom] = [Math.max(cell.row, from), Math.min(cell.row + cell.rowspan, to)]
      if (top >= bottom) continue
      const [x0, x1] = [xs[cell.column]!, xs[cell.column + cell.colspan]!]
      draw(print, boxAt(x0, ys[top - from]!, x1, ys[bottom - from]!, style))
      if (cell.row < from) continue
      cell.lines.forEach((line, i) => {
        const room = x1 - x0 - widthOfText(line, size)
        const x = align === 'left' ? x0 + PADDING : align === 'center' ? x0 + room / 2 : x0 + room - PADDING
        draw(print, textAt(x, ys[top - from]! + PADDING + pitch * (i + 0.8), line, size))
      })
    }
    print.y = ys.at(-1)!
    from = to
    if (from < grid.rows.length) newPage(print)
  }
  print.y += size
}

function placeCells (grid: Grid): Placed[] {
  const taken = new Set<string>()
  const placed: Placed[] = []
  grid.rows.forEach((cells, row) => {
    let column = 0
    for (const cell of cells) {
      while (taken.has(`${row} ${column}`)) column++
      placed.push({ ...cell, row, column, lines: [] })
      for (let r = 0; r < cell.rowspan; r++) {
        for (let c = 0; c < cell.colspan; c++) taken.add(`${row + r} ${column + c}`)
      }
    }
  })
  return placed
}

// Reads one page: its tables with the text of their cells, and the lines of text outside of them.
import { UnreadableFile } from '../unreadable-file.ts'
import { linesOf, type TextLine, textOfCell } from './cell-text.ts'
import { type Char, isSpace, readCharacters, UNCERTAIN } from './characters.ts'
import { boxesOfDoubt, isDoubtfulFigure, type Surroundings } from './doubts.ts'
import { around, type Box, containsCentre, type Matrix } from './geometry.ts'
import { renderInk } from './ink.ts'
import { readDrawing } from './objects.ts'
import type { Pdfium } from './pdfium.ts'
import { boxOfCell, findGrids, type Grid, type GridCell, type Place, placeChars } from './ruled-grid.ts'

export interface PdfCell {
  text: string
  /** From 0, in the columns of its table. */
  column: number
  width: number
  page: number
  box: Box
  isJoined: boolean
}

export interface PdfTable {
  kind: 'table'
  page: number
  top: number
  bottom: number
  /** No line closes the first or the last row. */
  isOpenAbove: boolean
  isOpenBelow: boolean
  /** Edges of its columns. */
  xs: number[]
  /** The cells that begin in each row. */
  rows: PdfCell[][]
  /** Lines of text at its sides, such as a label whose lines are missing. */
  beside: PdfLine[]
}

export interface PdfLine {
  kind: 'line'
  page: number
  top: number
  bottom: number
  text: string
  line: TextLine
}

export interface PdfPage {
  number: number
  width: number
  height: number
  /** From top to bottom. */
  blocks: (PdfTable | PdfLine)[]
  counts: { chars: number, invisible: number, unmapped: number, images: number }
}

export function readPage (pdfium: Pdfium, document: number, index: number, scratch: number): PdfPage {
  const page = pdfium.FPDF_LoadPage(document, index)
  if (page === 0) {
    throw new UnreadableFile('damaged', {
      zh: `文件已损坏：第 ${index + 1} 页不能打开。`,
      en: `The file is damaged: page ${index + 1} cannot be opened.`
    })
  }
  const size = { width: pdfium.FPDF_GetPageWidthF(page), height: pdfium.FPDF_GetPageHeightF(page) }
  const toPage = matrixOfPage(pdfium, page, size, scratch)
  const textPage = pdfium.FPDFText_LoadPage(page)
  const { chars, invisible, unmapped } = readCharacters(pdfium, textPage, toPage, scratch)
  pdfium.FPDFText_ClosePage(textPage)
  const drawing = readDrawing(pdfium, page, toPage, scratch)
  const counts = {
    chars: chars.filter(char => !isSpace(char)).length,
    invisible,
    unmapped,
    images: drawing.images.length
  }
  const outside: Box = { x0: 0, y0: 0, x1: size.width, y1: size.height }
  const shown = chars.filter(char => containsCentre(outside, char) && !char.isWatermark)
  const grids = findGrids(drawing.rules).sort((a, b) => areaOf(a) - areaOf(b))
  const places = placeChars(shown, grids)
  const tables = grids.filter(grid => isTable(grid, places))
  const ink = tables.length > 0 ? renderInk(pdfium, page, size) : null
  const doubtful = tables.length > 0 ? boxesOfDoubt(pdfium, page, { chars, drawing, toPage, scratch }) : []
  const watermark = chars.filter(char => char.isWatermark)
  const blocks: PdfPage['blocks'] = tables.map(grid => {
    const of = { page: index + 1, grid, places, chars: shown, drawing, ink: ink!, doubtful, watermark }
    return writeTable(of)
  })
  const inTables = new Set([...places].filter(([, { grid }]) => tables.includes(grid)).map(([char]) => char))
  for (const line of linesOf(shown.filter(char => !inTables.has(char)))) {
    const { y0: top, y1: bottom } = around(line.chars)
    const found: PdfLine = { kind: 'line', page: index + 1, top, bottom, text: line.text, line }
    const beside = blocks.find(block => block.kind === 'table' && isBeside(found, block))
    if (beside?.kind === 'table') beside.beside.push(found)
    else blocks.push(found)
  }
  pdfium.FPDF_ClosePage(page)
  blocks.sort((a, b) => a.top - b.top)
  return { number: index + 1, ...size, blocks, counts }
}

function writeTable (of: Surroundings): PdfTable {
  const { xs, ys, isOpenAbove, isOpenBelow, cells } = of.grid
  const rows = ys.slice(1).map((_, row) =>
    cells.filter(cell => cell.row === row).sort((a, b) => a.column - b.column).map(cell => readCell(cell, of))
  )
  return {
    kind: 'table',
    page: of.page,
    top: ys[0]!,
    bottom: ys.at(-1)!,
    xs,
    isOpenAbove,
    isOpenBelow,
    rows,
    beside: []
  }
}

const isBeside = (line: PdfLine, { top, bottom }: PdfTable) =>
  (line.top + line.bottom) / 2 > top && (line.top + line.bottom) / 2 < bottom

/** From the coordinates of the file to those of the page as it is shown, cropped and turned. */
function matrixOfPage (
  pdfium: Pdfium,
  page: number,
  { width, height }: { width: number, height: number },
  scratch: number
): Matrix {
  const SCALE = 1000
  const at = (x: number, y: number): [number, number] => {
    pdfium.FPDF_PageToDevice(page, 0, 0, width * SCALE, height * SCALE, 0, x, y, scratch, scratch + 4)
    return [pdfium.integer(scratch) / SCALE, pdfium.integer(scratch + 4) / SCALE]
  }
  const [e, f] = at(0, 0)
  const [ax, ay] = at(1000, 0)
  const [cx, cy] = at(0, 1000)
  return [(ax - e) / 1000, (ay - f) / 1000, (cx - e) / 1000, (cy - f) / 1000, e, f]
}

const areaOf = ({ xs, ys }: Grid) => (xs.at(-1)! - xs[0]!) * (ys.at(-1)! - ys[0]!)

/** A table with a longer cell is taken for the layout of the page, and one with a single cell for a frame. */
const MAX_CELL = 1000

function isTable (grid: Grid, places: Map<Char, Place>): boolean {
  if (grid.cells.length < 2) return false
  const counts = new Map<GridCell, number>()
  for (const place of places.values()) {
    if (place.grid === grid) counts.set(place.cell, (counts.get(place.cell) ?? 0) + 1)
  }
  return [...counts.values()].every(count => count <= MAX_CELL)
}

function readCell (cell: GridCell, of: Surroundings): PdfCell {
  const box = boxOfCell(of.grid, cell)
  const chars = of.chars.filter(char => of.places.get(char)?.cell === cell)
  const { text, isJoined } = textOfCell(linesOf(chars), box)
  const isDoubtful = !/\p{Script=Han}{2}/u.test(text) && isDoubtfulFigure(cell, { ...of, chars }, box, isJoined)
  return {
    text: isDoubtful ? text + UNCERTAIN : text,
    column: cell.column,
    width: cell.width,
    page: of.page,
    box: chars.length > 0 ? around(chars) : box,
    isJoined: isJoined && !isDoubtful
  }
}

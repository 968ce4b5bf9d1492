// Reads one page: its tables with the text of their cells, and the lines of text outside of them.
import { UnreadableFile } from '../unreadable-file.ts'
import { type Char, isFigureChar, isSpace, readCharacters, UNCERTAIN } from './characters.ts'
import { linesOf, type TextLine, textOfCell } from './cell-text.ts'
import { type Box, around, containsCentre, grow, type Matrix, overlaps, transform } from './geometry.ts'
import { type Ink, renderInk } from './ink.ts'
import { type Drawing, readDrawing } from './objects.ts'
import type { Pdfium } from './pdfium.ts'
import { boxOfCell, findGrids, type Grid, type GridCell } from './ruled-grid.ts'
import type { Rule } from './rules.ts'

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
  const counts = { chars: chars.filter(char => !isSpace(char)).length, invisible, unmapped, images: drawing.images.length }
  const outside: Box = { x0: 0, y0: 0, x1: size.width, y1: size.height }
  const shown = chars.filter(char => containsCentre(outside, char) && !char.isSlanted)
  const grids = findGrids(drawing.rules).sort((a, b) => areaOf(a) - areaOf(b))
  const places = placeChars(shown, grids)
  const tables = grids.filter(grid => isTable(grid, places))
  const ink = tables.length > 0 ? renderInk(pdfium, page, size) : null
  const doubtful = tables.length > 0 ? boxesOfDoubt(pdfium, page, { chars, drawing, toPage, scratch }) : []
  const blocks: PdfPage['blocks'] = []
  for (const grid of tables) {
    const of = { page: index + 1, grid, places, chars: shown, rules: drawing.rules, ink: ink!, doubtful, slanted: chars.filter(char => char.isSlanted) }
    for (const char of places.keys()) if (ink !== null && isHidden(char, drawing, ink)) char.text = UNCERTAIN
    const rows = grid.ys.slice(1).map((_, row) =>
      grid.cells.filter(cell => cell.row === row).sort((a, b) => a.column - b.column).map(cell => readCell(cell, of))
    )
    blocks.push({
      kind: 'table',
      page: index + 1,
      top: grid.ys[0]!,
      bottom: grid.ys.at(-1)!,
      isOpenAbove: grid.isOpenAbove,
      isOpenBelow: grid.isOpenBelow,
      xs: grid.xs,
      rows
    })
  }
  const inTables = new Set(tables.flatMap(grid => shown.filter(char => places.get(char)?.grid === grid)))
  for (const line of linesOf(shown.filter(char => !inTables.has(char)))) {
    const box = around(line.chars)
    blocks.push({ kind: 'line', page: index + 1, top: box.y0, bottom: box.y1, text: line.text, line })
  }
  pdfium.FPDF_ClosePage(page)
  blocks.sort((a, b) => a.top - b.top)
  return { number: index + 1, ...size, blocks, counts }
}

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

interface Place {
  grid: Grid
  cell: GridCell
}

/** The cell of each character, in the smallest grid around it. */
function placeChars (chars: Char[], grids: Grid[]): Map<Char, Place> {
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

/** Text that is drawn in the colour of its background, or below something else. Only of figures: see ink.ts. */
function isHidden (char: Char, drawing: Drawing, ink: Ink): boolean {
  if (!isFigureChar(char) && !/[A-Za-z]/.test(char.text)) return false
  const order = drawing.texts.get(char.object)?.order ?? 0
  return !ink.isInked(char) ||
    [...drawing.images, ...drawing.fills].some(cover => cover.order > order && containsCentre(cover, char))
}

/** Annotations that show nothing on the page, or leave what is below them as it is. */
const HARMLESS_ANNOTATIONS = [1, 2, 9, 10, 11, 16]

/** Where something stands on the page that is not among the characters. */
function boxesOfDoubt (
  pdfium: Pdfium,
  page: number,
  { chars, drawing, toPage, scratch }: { chars: Char[], drawing: Drawing, toPage: Matrix, scratch: number }
): Box[] {
  const boxes: Box[] = []
  const seen = new Set(chars.map(char => char.object))
  for (const [object, { box, x, y }] of drawing.texts) {
    // PDFium takes a text for the shadow of the one before it and drops it, by mistake where a width is unknown.
    if (seen.has(object) || chars.some(char => Math.abs(char.x - x) < 1 && Math.abs(char.baseline - y) < 1)) continue
    boxes.push({ ...box, x1: Math.max(box.x1, box.x0 + 0.1), y1: Math.max(box.y1, box.y0 + 0.1) })
  }
  for (let i = 0; i < Math.min(pdfium.FPDFPage_GetAnnotCount(page), 1000); i++) {
    const annotation = pdfium.FPDFPage_GetAnnot(page, i)
    if (!HARMLESS_ANNOTATIONS.includes(pdfium.FPDFAnnot_GetSubtype(annotation))) {
      pdfium.FPDFAnnot_GetRect(annotation, scratch)
      const [left, top, right, bottom] = [0, 4, 8, 12].map(offset => pdfium.float(scratch + offset))
      const [a, b] = [transform(toPage, left!, top!), transform(toPage, right!, bottom!)]
      boxes.push(around([a, b].map(([x, y]) => ({ x0: x, x1: x, y0: y, y1: y }))))
    }
    pdfium.FPDFPage_CloseAnnot(annotation)
  }
  return boxes
}

interface Surroundings {
  page: number
  grid: Grid
  places: Map<Char, Place>
  /** All characters of the page. */
  chars: Char[]
  rules: Rule[]
  ink: Ink
  doubtful: Box[]
  slanted: Char[]
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

/** Points between a ruling line and what counts as drawn in the cell. */
const INSET = 1.8

function isDoubtfulFigure (
  cell: GridCell,
  { grid, places, chars, rules, ink, doubtful, slanted }: Surroundings,
  box: Box,
  isJoined: boolean
): boolean {
  const inner = grow(box, -INSET)
  return (chars.length > 0 && !cell.isClosed) ||
    (isJoined && cell.height > 1) ||
    doubtful.some(doubt => overlaps(doubt, inner)) ||
    chars.some(char => isStruck(char, rules) || isTorn(char, cell, box, { grid, places })) ||
    ink.hasOtherInk(inner, [...chars.map(char => grow(char, 1)), ...slanted.map(char => grow(char, 2))])
}

/** A line through the middle of a character strikes it out. */
const isStruck = ({ x0, y0, x1, y1 }: Char, rules: Rule[]) =>
  rules.some(rule =>
    rule.isVertical
      ? rule.at > x0 + 0.3 * (x1 - x0) && rule.at < x1 - 0.3 * (x1 - x0) && rule.from < y1 && rule.to > y0
      : rule.at > y0 + 0.25 * (y1 - y0) && rule.at < y1 - 0.25 * (y1 - y0) && rule.from < x1 && rule.to > x0
  )

/** A number that crosses a line goes on in the next cell. */
function isTorn (char: Char, cell: GridCell, box: Box, { grid, places }: Pick<Surroundings, 'grid' | 'places'>): boolean {
  if (!isFigureChar(char) && char.text !== UNCERTAIN) return false
  if (char.x0 < box.x0 - 1 || char.x1 > box.x1 + 1) return true
  const near = 0.2 * char.size
  if (char.x0 - box.x0 > near && box.x1 - char.x1 > near) return false
  for (const [other, place] of places) {
    if (place.grid !== grid || place.cell === cell || !isFigureChar(other)) continue
    if (Math.abs(other.baseline - char.baseline) > 0.2 * char.size) continue
    if (other.x0 - char.x1 < near && char.x0 - other.x1 < near) return true
  }
  return false
}

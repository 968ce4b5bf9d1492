// What makes it uncertain which figure a reader sees in a cell.
import { type Char, isFigureChar, UNCERTAIN } from './characters.ts'
import { around, type Box, containsCentre, grow, type Matrix, overlaps, transform } from './geometry.ts'
import type { Ink } from './ink.ts'
import type { Drawing } from './objects.ts'
import type { Pdfium } from './pdfium.ts'
import type { Grid, GridCell, Place } from './ruled-grid.ts'
import type { Rule } from './rules.ts'

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
export function boxesOfDoubt (
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

export interface Surroundings {
  page: number
  grid: Grid
  places: Map<Char, Place>
  /** All characters of the page. */
  chars: Char[]
  drawing: Drawing
  ink: Ink
  doubtful: Box[]
  watermark: Char[]
}

/** Points between a ruling line and what counts as drawn in the cell. */
const INSET = 1.8

export function isDoubtfulFigure (
  cell: GridCell,
  { grid, places, chars, drawing, ink, doubtful, watermark }: Surroundings,
  box: Box,
  isJoined: boolean
): boolean {
  const inner = grow(box, -INSET)
  return (chars.length > 0 && !cell.isClosed) ||
    (isJoined && cell.height > 1) ||
    doubtful.some(doubt => overlaps(doubt, inner)) ||
    chars.some(char =>
      isHidden(char, drawing, ink) || isStruck(char, drawing.rules) ||
      isTorn(char, cell, box, { grid, places })
    ) ||
    ink.hasOtherInk(inner, [...chars.map(char => grow(char, 1)), ...watermark.map(char => grow(char, 2))])
}

/** A line through a character strikes it out. The box of a character may be higher than its glyph. */
const isStruck = ({ x0, x1, baseline, size }: Char, rules: Rule[]) =>
  rules.some(rule =>
    rule.isVertical
      ? rule.at > x0 + 0.3 * (x1 - x0) && rule.at < x1 - 0.3 * (x1 - x0) && rule.from < baseline &&
        rule.to > baseline - 0.7 * size
      : rule.at > baseline - 0.65 * size && rule.at < baseline - 0.1 * size && rule.from < x1 && rule.to > x0
  )

/** A number that crosses a line goes on in the next cell. */
function isTorn (
  char: Char,
  cell: GridCell,
  box: Box,
  { grid, places }: Pick<Surroundings, 'grid' | 'places'>
): boolean {
  if (!isFigureChar(char) && char.text !== UNCERTAIN) return false
  if (char.x0 < box.x0 - 1 || char.x1 > box.x1 + 1) return true
  const near = 0.08 * char.size
  if (char.x0 - box.x0 > near && box.x1 - char.x1 > near) return false
  for (const [other, place] of places) {
    if (place.grid !== grid || place.cell === cell || !isFigureChar(other)) continue
    if (Math.abs(other.baseline - char.baseline) > 0.2 * char.size) continue
    if (other.x0 - char.x1 < near && char.x0 - other.x1 < near) return true
  }
  return false
}

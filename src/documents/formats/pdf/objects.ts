// What is drawn on a page beside its text: ruling lines, pictures, and text that PDFium leaves out.
import { checkLimit } from '../limits.ts'
import { type Box, boxOf, IDENTITY, type Matrix, multiply, transform } from './geometry.ts'
import type { Pdfium } from './pdfium.ts'
import { type Rule, rulesOfPath } from './rules.ts'

const [TEXT, PATH, IMAGE, FORM] = [1, 2, 3, 5]
const [BEZIER, MOVE] = [1, 2]
/** Forms are drawn in forms; a form that draws itself ends here. */
const MAX_DEPTH = 12

export interface Drawing {
  rules: Rule[]
  images: (Box & { order: number })[]
  /** Areas that are filled with a colour that hides what is below, such as a white box over a figure. */
  fills: (Box & { order: number })[]
  /** The place of each text object in the order of drawing. */
  texts: Map<number, { order: number, box: Box, x: number, y: number }>
}

export function readDrawing (pdfium: Pdfium, page: number, toPage: Matrix, scratch: number): Drawing {
  const drawing: Drawing = { rules: [], images: [], fills: [], texts: new Map() }
  let order = 0
  const floats = (count: number) => Array.from({ length: count }, (_, i) => pdfium.float(scratch + 4 * i))
  const matrixOf = (object: number): Matrix =>
    pdfium.FPDFPageObj_GetMatrix(object, scratch) ? floats(6) as Matrix : IDENTITY
  const boundsOf = (object: number, outer: Matrix): Box => {
    pdfium.FPDFPageObj_GetBounds(object, scratch, scratch + 4, scratch + 8, scratch + 12)
    const [left, bottom, right, top] = floats(4)
    return boxOf(outer, left!, top!, right!, bottom!)
  }
  const colour = (read: (object: number, r: number, g: number, b: number, a: number) => boolean, object: number) => {
    if (!read(object, scratch, scratch + 4, scratch + 8, scratch + 12)) return null
    const [r, g, b, a] = [0, 4, 8, 12].map(offset => pdfium.integer(scratch + offset))
    return { isLight: Math.min(r!, g!, b!) > 235, alpha: a! }
  }
  const visitPath = (object: number, outer: Matrix) => {
    const matrix = multiply(matrixOf(object), outer)
    pdfium.FPDFPath_GetDrawMode(object, scratch, scratch + 4)
    const [isFilled, isStroked] = [pdfium.integer(scratch) !== 0, pdfium.integer(scratch + 4) !== 0]
    const fill = isFilled ? colour(pdfium.FPDFPageObj_GetFillColor, object) : null
    const stroke = isStroked ? colour(pdfium.FPDFPageObj_GetStrokeColor, object) : null
    const pieces: { points: [number, number][], isClosed: boolean, isCurved: boolean }[] = []
    const count = pdfium.FPDFPath_CountSegments(object)
    checkLimit('objectsOfPage', count)
    for (let i = 0; i < count; i++) {
      const segment = pdfium.FPDFPath_GetPathSegment(object, i)
      pdfium.FPDFPathSegment_GetPoint(segment, scratch, scratch + 4)
      const point = transform(matrix, pdfium.float(scratch), pdfium.float(scratch + 4))
      const type = pdfium.FPDFPathSegment_GetType(segment)
      if (type === MOVE) pieces.push({ points: [], isClosed: false, isCurved: false })
      const piece = pieces.at(-1)
      if (piece === undefined) continue
      piece.points.push(point)
      if (type === BEZIER) piece.isCurved = true
      if (pdfium.FPDFPathSegment_GetClose(segment)) piece.isClosed = true
    }
    for (const { points, isClosed, isCurved } of pieces) {
      const box = boxOfPoints(points)
      if (fill !== null && fill.alpha > 127 && box.x1 - box.x0 > 3 && box.y1 - box.y0 > 3) {
        drawing.fills.push({ ...box, order })
      }
      if (isCurved) continue
      // White lines separate nothing that can be seen.
      drawing.rules.push(...rulesOfPath(points, {
        isClosed,
        isFilled: fill !== null && !fill.isLight && fill.alpha > 25,
        isStroked: stroke !== null && !stroke.isLight && stroke.alpha > 25
      }))
    }
  }
  const visit = (object: number, outer: Matrix, depth: number): void => {
    checkLimit('objectsOfPage', ++order)
    const type = pdfium.FPDFPageObj_GetType(object)
    if (type === TEXT) {
      const box = boundsOf(object, outer)
      const [, , , , x, y] = multiply(matrixOf(object), outer)
      drawing.texts.set(object, { order, box, x, y })
    } else if (type === IMAGE) drawing.images.push({ ...boxOf(multiply(matrixOf(object), outer), 0, 0, 1, 1), order })
    else if (type === PATH) visitPath(object, outer)
    else if (type === FORM && depth < MAX_DEPTH) {
      const inner = multiply(matrixOf(object), outer)
      for (let i = 0; i < pdfium.FPDFFormObj_CountObjects(object); i++) {
        visit(pdfium.FPDFFormObj_GetObject(object, i), inner, depth + 1)
      }
    }
  }
  const count = pdfium.FPDFPage_CountObjects(page)
  checkLimit('objectsOfPage', count)
  for (let i = 0; i < count; i++) visit(pdfium.FPDFPage_GetObject(page, i), toPage, 0)
  return drawing
}

function boxOfPoints (points: [number, number][]): Box {
  const box: Box = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity }
  for (const [x, y] of points) {
    box.x0 = Math.min(box.x0, x)
    box.y0 = Math.min(box.y0, y)
    box.x1 = Math.max(box.x1, x)
    box.y1 = Math.max(box.y1, y)
  }
  return box
}

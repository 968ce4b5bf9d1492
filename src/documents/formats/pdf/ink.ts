// The page as it is drawn, in shades of grey: what the text of a cell says must be what can be seen there.
import { checkLimit } from '../limits.ts'
import type { Box } from './geometry.ts'
import type { Pdfium } from './pdfium.ts'

const SCALE = 2
const GREY = 1
const WITH_ANNOTATIONS = 1
const WHITE = 0xFFFFFFFF
/** Of 255. Less is no ink for a reader; a watermark is lighter than the second. */
const FAINT = 45
const DARK = 80
/** Pixels: fewer may come from the edge of a glyph. */
const MIN_INK = 4

export interface Ink {
  /** True if something can be seen in the box. */
  isInked: (box: Box) => boolean
  /** True if there is ink in the box that is in none of `explained`. */
  hasOtherInk: (box: Box, explained: Box[]) => boolean
}

export function renderInk (pdfium: Pdfium, page: number, size: { width: number, height: number }): Ink {
  const [width, height] = [Math.ceil(size.width * SCALE), Math.ceil(size.height * SCALE)]
  checkLimit('pixels', width * height)
  const bitmap = pdfium.FPDFBitmap_CreateEx(width, height, GREY, 0, 0)
  if (bitmap === 0) throw new WebAssembly.RuntimeError('no bitmap')
  pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE)
  pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, WITH_ANNOTATIONS)
  const [start, stride] = [pdfium.FPDFBitmap_GetBuffer(bitmap), pdfium.FPDFBitmap_GetStride(bitmap)]
  const pixels = pdfium.bytes().slice(start, start + stride * height)
  pdfium.FPDFBitmap_Destroy(bitmap)
  const inPixels = ({ x0, y0, x1, y1 }: Box) => ({
    left: Math.max(0, Math.floor(x0 * SCALE)),
    right: Math.min(width, Math.ceil(x1 * SCALE)),
    top: Math.max(0, Math.floor(y0 * SCALE)),
    bottom: Math.min(height, Math.ceil(y1 * SCALE))
  })
  return {
    isInked (box) {
      const { left, right, top, bottom } = inPixels(box)
      let [darkest, lightest] = [255, 0]
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const shade = pixels[y * stride + x]!
          if (shade < darkest) darkest = shade
          if (shade > lightest) lightest = shade
        }
      }
      return lightest - darkest >= FAINT
    },
    hasOtherInk (box, explained) {
      const { left, right, top, bottom } = inPixels(box)
      if (right <= left || bottom <= top) return false
      const boxes = explained.map(inPixels)
      const counts = new Uint32Array(256)
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) counts[pixels[y * stride + x]!]!++
      const background = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)))
      let ink = 0
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          if (Math.abs(pixels[y * stride + x]! - background) < DARK) continue
          if (boxes.some(box => x >= box.left && x < box.right && y >= box.top && y < box.bottom)) continue
          if (++ink >= MIN_INK) return true
        }
      }
      return false
    }
  }
}

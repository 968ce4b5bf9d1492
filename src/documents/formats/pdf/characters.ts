// The characters of a page, with their boxes.
import { checkLimit } from '../limits.ts'
import { type Box, boxOf, type Matrix, multiply, transform } from './geometry.ts'
import type { Pdfium } from './pdfium.ts'

export interface Char extends Box {
  /** U+FFFD where it is not certain what a reader sees. */
  text: string
  /** The text object of the file that it belongs to. */
  object: number
  /** Origin of the glyph. */
  x: number
  baseline: number
  size: number
  /** Large and written across the page. */
  isWatermark: boolean
}

export const UNCERTAIN = '\uFFFD'
/** Text that shows nothing (3), and text that only clips what follows (7). */
const INVISIBLE_MODES = [3, 7]

export interface Characters {
  chars: Char[]
  /** Characters that are drawn invisibly, as over the picture of a scanned page. */
  invisible: number
  /** Characters that the font does not map to Unicode. */
  unmapped: number
}

export function readCharacters (pdfium: Pdfium, textPage: number, toPage: Matrix, scratch: number): Characters {
  const count = pdfium.FPDFText_CountChars(textPage)
  checkLimit('charactersOfPage', count)
  const found: Characters = { chars: [], invisible: 0, unmapped: 0 }
  const modes = new Map<number, boolean>()
  const isInvisible = (object: number) => {
    const known = modes.get(object) ?? INVISIBLE_MODES.includes(pdfium.FPDFTextObj_GetTextRenderMode(object))
    modes.set(object, known)
    return known
  }
  // PDFium gives the box of the glyph where the font says no width.
  const hasNoWidth = (i: number, code: number, right: number, size: number) =>
    isDigit(code) && pdfium.FPDFText_GetCharBox(textPage, i, scratch, scratch + 8, scratch + 16, scratch + 24) &&
    Math.abs(pdfium.double(scratch + 8) - right) < NO_BEARING * size
  for (let i = 0; i < count; i++) {
    // PDFium adds spaces and line breaks of its own.
    if (pdfium.FPDFText_IsGenerated(textPage, i) === 1) continue
    if (!pdfium.FPDFText_GetLooseCharBox(textPage, i, scratch)) continue
    const [left, top, right, bottom] = [0, 4, 8, 12].map(offset => pdfium.float(scratch + offset))
    if (!pdfium.FPDFText_GetMatrix(textPage, i, scratch)) continue
    const own = [0, 4, 8, 12, 16, 20].map(offset => pdfium.float(scratch + offset)) as Matrix
    const [a, b, c, d] = multiply(own, toPage)
    if (!pdfium.FPDFText_GetCharOrigin(textPage, i, scratch, scratch + 8)) continue
    const [x, baseline] = transform(toPage, pdfium.double(scratch), pdfium.double(scratch + 8))
    const object = pdfium.FPDFText_GetTextObject(textPage, i)
    const code = pdfium.FPDFText_GetUnicode(textPage, i)
    const isUnmapped = pdfium.FPDFText_HasUnicodeMapError(textPage, i) === 1 || code === 0
    const isHidden = isInvisible(object)
    const height = Math.hypot(c, d)
    const fontSize = pdfium.FPDFText_GetFontSize(textPage, i) || 1
    // Upright: from left to right, upwards, perhaps italic.
    const isUpright = a > 0 && d < 0 && Math.abs(b) < 0.03 * a && Math.abs(d) > 0.8 * height
    if (isUnmapped) found.unmapped++
    if (isHidden) found.invisible++
    found.chars.push({
      ...boxOf(toPage, left!, top!, right!, bottom!),
      text: isUnmapped || isHidden || !isUpright || hasNoWidth(i, code, right!, fontSize) ? UNCERTAIN : textOf(code),
      object,
      x,
      baseline,
      size: fontSize * height,
      isWatermark: isSlanted(a, b)
    })
  }
  const size = medianSize(found.chars)
  for (const char of found.chars) char.isWatermark &&= char.size > WATERMARK * size
  return found
}

/** In sizes of the text of the page. */
const WATERMARK = 1.5

function medianSize (chars: Char[]): number {
  const sizes = chars.filter(char => !char.isWatermark).map(char => char.size).sort((a, b) => a - b)
  return sizes[Math.floor(sizes.length / 2)] ?? 0
}

/**
 * Of the size of the font: digits keep a distance from their right edge. Where a damaged font gives them no width,
 * alike digits fall on each other, and PDFium keeps one of them.
 */
const NO_BEARING = 0.002

const isDigit = (code: number) => (code >= 0x30 && code <= 0x39) || (code >= 0xFF10 && code <= 0xFF19)

/** A hyphen at the end of a line is U+0002 in PDFium. */
const textOf = (code: number) => code === 2 ? '-' : code < 32 ? ' ' : String.fromCodePoint(code)

/** Between 15 and 75 degrees to the edges of the page. */
function isSlanted (a: number, b: number): boolean {
  const angle = Math.abs(Math.atan2(b, a)) % (Math.PI / 2)
  return angle > Math.PI / 12 && angle < Math.PI / 2 - Math.PI / 12
}

export const isSpace = (char: Char) => char.text.trim() === ''
/** What a figure may consist of. */
export const isFigureChar = (char: Char) => /[\d０-９.,，．+\-－−]/.test(char.text)

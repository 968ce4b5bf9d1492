// The styles of the cells of a workbook: number formats, and whether the font shows the text as it is.
import { BLACK, type Colour, colourOfHex, contrast, UNCERTAIN_CONTRAST, UNSEEN_CONTRAST, WHITE } from '../../colours.ts'
import type { PieceStyle } from '../../styled-text.ts'
import { readXml } from '../xml.ts'
import { builtInFormat, type Format, formatOf, PLAIN } from './number-formats.ts'

export interface CellStyle {
  format: Format
  /** The cell shows its text otherwise, or hides it. */
  shown: PieceStyle
}

export interface CellStyles {
  /** By style index. */
  cells: CellStyle[]
  /** For each format of conditions, whether it hides or changes text. */
  conditional: boolean[]
}

/** The font of a run of text, or of a cell. */
export interface Font {
  struck: boolean
  vertAlign: string
  /** Null if it is not known; undefined if it is not set. */
  colour: Colour | null | undefined
  size: number | undefined
  symbols: boolean
}

export const newFont = (): Font => ({
  struck: false,
  vertAlign: '',
  colour: undefined,
  size: undefined,
  symbols: false
})
const SYMBOLS = /wingdings|webdings|^symbol$|mt extra/i
const isOn = (value: string | undefined) => value !== '0' && value !== 'false'

/** Takes over a property of a font. */
export function setFont (font: Font, name: string, attributes: Record<string, string>): void {
  const { val } = attributes
  if (name === 'strike') font.struck = isOn(val)
  else if (name === 'vertAlign') font.vertAlign = val ?? ''
  else if (name === 'color') font.colour = colourOf(attributes)
  else if (name === 'sz') font.size = Number(val) || undefined
  else if (name === 'name' || name === 'rFont') font.symbols = SYMBOLS.test(val ?? '')
}

/** Of the palette: the first eight are those of the second eight. */
const PALETTE = ['000000', 'ffffff', 'ff0000', '00ff00', '0000ff', 'ffff00', 'ff00ff', '00ffff']

function colourOf ({ rgb, indexed, theme, tint = '0', auto }: Record<string, string>): Colour | null | undefined {
  if (auto !== undefined && isOn(auto)) return undefined
  if (rgb !== undefined) return colourOfHex(rgb)
  if (indexed === '64') return BLACK
  if (indexed === '65') return WHITE
  if (indexed !== undefined) return Number(indexed) < 16 ? colourOfHex(PALETTE[Number(indexed) % 8]!) : null
  // A tint changes a colour of the theme: white becomes grey.
  if (theme === '0') return Number(tint) < -0.2 ? null : WHITE
  if (theme === '1') return Number(tint) > 0.6 ? null : BLACK
  return null
}

/** `ground` is null if it is not known. */
export function styleOfFont ({ struck, vertAlign, colour, size, symbols }: Font, ground: Colour | null): PieceStyle {
  const style: PieceStyle = {
    unseen: struck,
    uncertain: symbols || (size !== undefined && size < 3),
    raised: vertAlign === 'superscript',
    lowered: vertAlign === 'subscript'
  }
  if (size !== undefined) style.size = size
  if (colour !== undefined && colour !== null) {
    const seen = contrast(colour, ground ?? WHITE)
    if (seen < UNSEEN_CONTRAST && ground !== null) style.unseen = true
    else if (seen < UNCERTAIN_CONTRAST) style.uncertain = true
  }
  return style
}

/** True if the style hides or changes the text. */
const isOdd = ({ unseen, uncertain, raised, lowered }: PieceStyle) =>
  unseen === true || uncertain === true || raised === true || lowered === true

export function readCellStyles (xml: string): CellStyles {
  const formats = new Map<string, Format>()
  const fonts: Font[] = []
  const fills: (Colour | null)[] = []
  const styles: CellStyles = { cells: [], conditional: [] }
  let font: Font | null = null
  let odd = false
  const path: string[] = []
  const openInDifference = (name: string, parent: string | undefined, attributes: Record<string, string>) => {
    if (parent === 'font' && font !== null) setFont(font, name, attributes)
    if (name === 'numFmt') odd = true
  }
  const openFormat = (name: string, attributes: Record<string, string>) => {
    if (name === 'xf') {
      const { numFmtId = '0', fontId = '0', fillId = '0' } = attributes
      const ground = fills[Number(fillId)]
      const own = fonts[Number(fontId)]
      styles.cells.push({
        format: formats.get(numFmtId) ?? builtInFormat(Number(numFmtId)),
        shown: own === undefined ? {} : styleOfFont(own, ground === undefined ? WHITE : ground)
      })
    } else if (name === 'alignment' && attributes.horizontal === 'fill') {
      // The text is repeated over the width of the cell.
      const last = styles.cells.at(-1)
      if (last !== undefined) last.shown = { ...last.shown, uncertain: true }
    }
  }
  readXml(xml, {
    open (name, attributes) {
      const parent = path.at(-1)
      path.push(name)
      if (name === 'dxf') odd = false
      if (name === 'font') font = newFont()
      if (path.includes('dxfs')) openInDifference(name, parent, attributes())
      else if (name === 'numFmt') {
        const { numFmtId = '', formatCode = '' } = attributes()
        formats.set(numFmtId, formatOf(formatCode))
      } else if (parent === 'font') setFont(font!, name, attributes())
      else if (name === 'fill') fills.push(WHITE)
      else if (parent === 'fill' || parent === 'patternFill') {
        fills[fills.length - 1] = groundOf(name, attributes(), fills.at(-1)!)
      } else if (path.includes('cellXfs')) openFormat(name, attributes())
    },
    close (name) {
      path.pop()
      if (name === 'font' && font !== null) {
        if (path.includes('dxfs')) odd ||= isOdd(styleOfFont(font, null))
        else if (path.at(-1) === 'fonts') fonts.push(font)
        font = null
      }
      if (name === 'dxf') styles.conditional.push(odd)
    }
  })
  return styles
}

export const PLAIN_STYLE: CellStyle = { format: PLAIN, shown: {} }

function groundOf (name: string, attributes: Record<string, string>, before: Colour | null): Colour | null {
  if (name === 'patternFill') {
    return attributes.patternType === undefined || attributes.patternType === 'none'
      ? WHITE
      : null
  }
  if (name === 'fgColor') return colourOf(attributes) ?? null
  return name === 'gradientFill' ? null : before
}

// The formatting of a run of Word: what is set on the spot, and what a person sees of the text.
import { type Colour, colourOfHex, contrast, BLACK, UNCERTAIN_CONTRAST, UNSEEN_CONTRAST, WHITE } from '../../colours.ts'
import type { PieceStyle } from '../../styled-text.ts'

/** Undefined members are not set. */
export interface Format {
  vanish?: boolean
  strike?: boolean
  dstrike?: boolean
  vertAlign?: string
  /** Raised by so many half points. */
  position?: number
  /** In half points. */
  size?: number
  colour?: Colour | 'auto'
  /** Null if it is not known. */
  ground?: Colour | null
  /** Shown otherwise than by its characters, such as in a font of symbols. */
  odd?: boolean
  /** The number of the list that a paragraph belongs to; '0' takes it out of a list. */
  list?: string
}

export const isOn = (value: string | undefined) => value !== '0' && value !== 'false' && value !== 'off'

const SYMBOLS = /wingdings|webdings|^symbol$|mt extra|zapf dingbats/i
/** In half points: smaller text is not certainly seen. */
const TINY = 7
/** In twentieths of a point: characters that are closer lie over each other. */
const CONDENSED = -80

type Attributes = Record<string, string>

const SETTERS: Record<string, (format: Format, attributes: Attributes) => void> = {
  vanish: (format, { val }) => {
    format.vanish = isOn(val)
  },
  strike: (format, { val }) => {
    format.strike = isOn(val)
  },
  dstrike: (format, { val }) => {
    format.dstrike = isOn(val)
  },
  vertAlign: (format, { val = '' }) => {
    format.vertAlign = val
  },
  position: (format, { val }) => {
    format.position = Number(val) || 0
  },
  sz: (format, { val }) => {
    format.size = Number(val) || 0
  },
  color: (format, { val = '' }) => {
    format.colour = colourOfHex(val) ?? 'auto'
  },
  shd: setGround,
  highlight: (format, { val = '' }) => {
    setGround(format, { fill: val === 'none' ? 'auto' : HIGHLIGHTS[val] ?? '?' })
  },
  rFonts: (format, attributes) => {
    format.odd = Object.values(attributes).some(font => SYMBOLS.test(font))
  },
  spacing: (format, { val }) => {
    if (Number(val) < CONDENSED) format.odd = true
  },
  eastAsianLayout: (format, { combine, vert }) => {
    if (isSet(combine) || isSet(vert)) format.odd = true
  },
  numId: (format, { val = '0' }) => {
    format.list = val
  }
}

/** Takes over a property of `w:rPr`, or the list and the ground of `w:pPr`. */
export function setFormat (format: Format, name: string, attributes: Attributes): void {
  if (Object.hasOwn(SETTERS, name)) SETTERS[name]!(format, attributes)
}

const isSet = (value: string | undefined) => value !== undefined && isOn(value)

const HIGHLIGHTS: Record<string, string> = {
  white: 'FFFFFF',
  black: '000000',
  yellow: 'FFFF00',
  green: '00FF00',
  cyan: '00FFFF',
  magenta: 'FF00FF',
  blue: '0000FF',
  red: 'FF0000',
  darkBlue: '000080',
  darkCyan: '008080',
  darkGreen: '008000',
  darkMagenta: '800080',
  darkRed: '800000',
  darkYellow: '808000',
  darkGray: '808080',
  lightGray: 'C0C0C0'
}

function setGround (format: Format, { val = 'clear', fill = 'auto', color = 'auto' }: Record<string, string>): void {
  if (fill === 'auto' && (val === 'clear' || val === 'nil')) return
  // A pattern mixes both colours.
  const found = val === 'solid' ? color : val === 'clear' ? fill : '?'
  format.ground = found === 'auto' && val === 'solid' ? BLACK : colourOfHex(found)
}

/** Takes over what `w14:textFill` says. */
export function setTextFill (format: Format, name: string, value: string | undefined): void {
  if (name === 'noFill') format.odd = true
  else if (name === 'srgbClr') format.colour = colourOfHex(value ?? '') ?? 'auto'
  else if (name === 'schemeClr' && /^(?:bg1|lt1)$/.test(value ?? '')) format.colour = WHITE
}

/** The formats from the weakest to the strongest; a switch that two styles turn on is uncertain. */
export interface Layers {
  /** Of the document, and of the style of the table. */
  defaults: Format
  paragraph: Format
  character: Format
  direct: Format
  /** The ground of the cell; undefined if it has none of its own. */
  cell: Colour | null | undefined
  /** The table has a style that may colour its ground or its text. */
  styledTable: boolean
}

export interface RunStyle extends PieceStyle {
  gone: boolean
}

export function styleOfRun ({ defaults, paragraph, character, direct, cell, styledTable }: Layers): RunStyle {
  const all = { ...defaults, ...paragraph, ...character, ...direct }
  let uncertain = all.odd === true
  const isSwitchedOn = (name: 'vanish' | 'strike' | 'dstrike'): boolean => {
    if (direct[name] !== undefined) return direct[name]
    const on = [paragraph[name], character[name]].filter(value => value === true).length
    if (on === 2) uncertain = true
    return on > 0 || (defaults[name] === true && paragraph[name] === undefined && character[name] === undefined)
  }
  const style: RunStyle = {
    gone: isSwitchedOn('vanish'),
    unseen: isSwitchedOn('strike') || isSwitchedOn('dstrike'),
    raised: all.vertAlign === 'superscript',
    lowered: all.vertAlign === 'subscript',
    position: String(all.position ?? 0)
  }
  if (all.size !== undefined) style.size = all.size
  if (all.size !== undefined && all.size < TINY) uncertain = true
  const ground = direct.ground ?? character.ground ?? paragraph.ground ?? cell ?? (styledTable ? null : WHITE)
  const colour = all.colour === undefined || all.colour === 'auto' ? null : all.colour
  if (colour !== null) {
    const seen = contrast(colour, ground ?? WHITE)
    if (seen < UNCERTAIN_CONTRAST && (ground === null || seen >= UNSEEN_CONTRAST)) uncertain = true
    else if (seen < UNSEEN_CONTRAST) style.unseen = true
  }
  if (uncertain) style.uncertain = true
  return style
}

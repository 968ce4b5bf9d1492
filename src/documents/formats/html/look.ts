// How an element of a web page looks, by its tag, its attributes and the style sheets in the page.
import type { DefaultTreeAdapterTypes } from 'parse5'
import { BLACK, type Colour, contrast, parseColour, UNCERTAIN_CONTRAST, UNSEEN_CONTRAST, WHITE } from '../colours.ts'
import type { PieceStyle } from '../styled-text.ts'
import { lengthOf, sizeOf, sizeOfFont } from './lengths.ts'
import {
  attributeOf,
  type Declarations,
  parentOf,
  parseDeclarations,
  type Rule,
  type StyleSheets
} from './style-sheet.ts'

type Element = DefaultTreeAdapterTypes.Element

export interface Look {
  /** Not shown, and takes no space. */
  gone: boolean
  /** Takes space and shows nothing. */
  invisible: boolean
  /** Something is shown before or after the text. */
  shows: 'figure' | 'ornament' | null
  /** Stands apart from the text around it. */
  apart: boolean
  inCell: boolean
  struck: boolean
  unseen: boolean
  uncertain: boolean
  raised: boolean
  lowered: boolean
  /** In pixels. */
  size: number
  colour: Colour
  /** Null if it is not known. */
  ground: Colour | null
  /** Classes within the cell, where style sheets outside of the page may mean something. */
  classes: string
  reversed: boolean
  /** How far the text is moved up or down in its cell. */
  shift: string
  /** Items of lists have no numbers and bullets. */
  unlisted: boolean
}

const INITIAL: Look = {
  gone: false,
  invisible: false,
  shows: null,
  apart: false,
  inCell: false,
  struck: false,
  unseen: false,
  uncertain: false,
  raised: false,
  lowered: false,
  size: 16,
  colour: BLACK,
  ground: WHITE,
  classes: '',
  reversed: false,
  shift: '',
  unlisted: false
}

/** Smaller text is not seen, and below the second size it is not certain that it is. In pixels. */
const UNSEEN_SIZE = 2
const UNCERTAIN_SIZE = 5
/** What lies so far outside is off the page, or out of its cell. In pixels. */
const FAR = 1000
const FAR_IN_CELL = 100

/** A figure that is moved farther up or down may seem to be in another row. In pixels. */
const MAX_SHIFT = 8

const BLOCK = /^(?:block|flow-root|table(?!-column)|list-item|flex|grid)/
const CLIPPED = /rect\(\s*0|rect\(\s*1px|inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(/
const SYMBOLS = /wingdings|webdings|symbol|dingbats|icon|barcode/

export function styleOf (look: Look): PieceStyle {
  const faint = isFaint(look)
  return {
    unseen: look.unseen || look.struck || look.size < UNSEEN_SIZE || faint === 'unseen',
    uncertain: look.uncertain || look.reversed || look.size < UNCERTAIN_SIZE || faint === 'uncertain',
    raised: look.raised,
    lowered: look.lowered,
    size: look.size,
    position: `${look.shift} ${look.classes}`
  }
}

export class Looks {
  readonly #sheets: StyleSheets
  readonly #looks = new WeakMap<Element, Look>()

  constructor (sheets: StyleSheets) {
    this.#sheets = sheets
  }

  of (element: Element): Look {
    const missing: Element[] = []
    let above: Element | null = element
    while (above !== null && !this.#looks.has(above)) {
      missing.push(above)
      above = parentOf(above)
    }
    // Styles outside of the page may colour the ground.
    let look = above === null ? { ...INITIAL, ground: this.#sheets.external ? null : WHITE } : this.#looks.get(above)!
    for (const next of missing.reverse()) this.#looks.set(next, look = this.#compute(next, look))
    return look
  }

  #compute (element: Element, parent: Look): Look {
    const look: Look = { ...parent, shows: null, apart: false, gone: false }
    if (element.tagName === 'td' || element.tagName === 'th') look.inCell = true
    const rules = this.#sheets.rulesOf(element)
    applyTag(look, element)
    const own = rules.filter(rule => !rule.pseudo && !rule.partial).map(rule => rule.declarations)
    const declared = merge([
      ...own,
      parseDeclarations((attributeOf(element, 'style') ?? '').replace(/\/\*.*?\*\//gs, ''))
    ])
    apply(look, declared, parent, element.tagName)
    for (const { declarations } of rules.filter(rule => rule.pseudo)) look.shows ??= contentOf(declarations)
    for (const rule of rules) {
      if (rule.partial && !rule.pseudo && changes(look, rule, parent, element.tagName)) look.uncertain = true
    }
    if (this.#sheets.external && look.inCell && element.tagName !== 'td' && element.tagName !== 'th') {
      look.classes = `${parent.classes} ${attributeOf(element, 'class') ?? ''}`.trim()
    }
    return look
  }
}

/** True if a rule that may or may not apply would change whether or how the text is seen. */
function changes (look: Look, { declarations }: Rule, parent: Look, tag: string): boolean {
  const other = { ...look }
  apply(other, declarations, parent, tag)
  return isFaint(other) !== isFaint(look) || other.lowered !== look.lowered || other.gone !== look.gone ||
    other.invisible !== look.invisible || other.struck !== look.struck ||
    other.unseen !== look.unseen || other.uncertain !== look.uncertain || other.raised !== look.raised ||
    other.reversed !== look.reversed
}

function merge (all: Declarations[]): Declarations {
  const merged: Declarations = new Map()
  for (const declarations of all) {
    for (const [property, declared] of declarations) {
      if (merged.get(property)?.important !== true || declared.important) merged.set(property, declared)
    }
  }
  return merged
}

function applyTag (look: Look, element: Element): void {
  const { tagName } = element
  if (attributeOf(element, 'hidden') !== undefined) look.gone = true
  if (tagName === 'del' || tagName === 's' || tagName === 'strike') look.struck = true
  else if (tagName === 'sup') look.raised = true
  else if (tagName === 'sub') look.lowered = true
  else if (tagName === 'small' || tagName === 'big') look.size *= tagName === 'small' ? 0.79 : 1.2
  else if (tagName === 'font') {
    look.size = sizeOfFont(attributeOf(element, 'size'), look.size)
    setColour(look, attributeOf(element, 'color') ?? '')
  } else if (tagName === 'bdo') look.reversed = attributeOf(element, 'dir')?.toLowerCase() === 'rtl'
  else if (tagName === 'details' && attributeOf(element, 'open') === undefined) look.uncertain = true
  else if (tagName === 'dialog' && attributeOf(element, 'open') === undefined) look.gone = true
  setGround(look, attributeOf(element, 'bgcolor') ?? '')
  if (attributeOf(element, 'background') !== undefined) look.ground = null
}

function apply (look: Look, declared: Declarations, parent: Look, tag: string): void {
  const get = (property: string) => declared.get(property)?.value ?? ''
  const has = (property: string, pattern: RegExp) => pattern.test(get(property))
  if (declared.size === 0) return
  if (has('display', /^none/) || has('mso-hide', /^all/) || has('content-visibility', /^hidden/)) look.gone = true
  else if (has('display', /./)) look.gone = false
  if (has('visibility', /^(?:hidden|collapse)/)) look.invisible = true
  else if (has('visibility', /^visible/)) look.invisible = false
  look.apart = BLOCK.test(get('display')) || has('float', /^(?:left|right)/) || isSpaced(declared, look.size)
  if (/line-through/.test(get('text-decoration') + get('text-decoration-line'))) look.struck = true
  if (has('direction', /^rtl/) && has('unicode-bidi', /override/)) look.reversed = true
  if (/\bnone\b/.test(get('list-style') + ' ' + get('list-style-type'))) look.unlisted = true
  if (look.inCell && /url\(/.test(get('background') + get('background-image'))) look.shows = 'ornament'
  applySize(look, declared, parent)
  applyColours(look, declared)
  const isCell = /^t[dhr]$|^table$/.test(tag)
  applyVisibility(look, declared, isCell)
  if (look.inCell && !isCell) applyPlace(look, declared)
}

const isSpaced = (declared: Declarations, em: number): boolean =>
  ['margin-left', 'margin-right', 'padding-left', 'padding-right', 'margin', 'padding'].some(property =>
    (declared.get(property)?.value ?? '').split(' ').some(part => Math.abs(lengthOf(part, em) ?? 0) > 2)
  )

function applySize (look: Look, declared: Declarations, parent: Look): void {
  const size = declared.get('font-size')?.value ??
    /(?:^|\s)([\d.]+[a-z%]+)(?:\s*\/|\s)/.exec(declared.get('font')?.value ?? '')?.[1]
  if (size !== undefined) {
    const found = sizeOf(size, parent.size)
    if (found === null) look.uncertain ||= /\d|\(/.test(size)
    else look.size = found
  }
  const family = declared.get('font-family')?.value.split(',')[0] ?? declared.get('font')?.value ?? ''
  if (SYMBOLS.test(family) && !family.includes('segoe')) look.uncertain = true
}

function setColour (look: Look, value: string): void {
  if (value === '' || /^(?:inherit|initial|unset|currentcolor|auto)/.test(value)) return
  const found = parseColour(value)
  if (found === null) {
    // A name that is not listed is dark enough; a function may give any colour.
    if (value.includes('(')) look.uncertain = true
    return
  }
  look.colour = found.colour
  if (found.alpha < 0.15) look.unseen = true
  else if (found.alpha < 0.5) look.uncertain = true
}

function setGround (look: Look, value: string): void {
  if (value === '' || /^(?:inherit|initial|unset|none|transparent)/.test(value)) return
  if (/url\(|gradient\(|var\(/.test(value)) {
    look.ground = null
    return
  }
  const found = parseColour(value) ?? value.split(/\s+(?![^(]*\))/).map(parseColour).find(part => part !== null) ?? null
  if (found !== null && found.alpha === 1) look.ground = found.colour
  else if (found !== null ? found.alpha > 0 : /^[a-z]+$/.test(value) || value.includes('(')) look.ground = null
}

function applyColours (look: Look, declared: Declarations): void {
  const get = (property: string) => declared.get(property)?.value ?? ''
  setGround(look, get('background'))
  setGround(look, get('background-color'))
  setGround(look, get('background-image'))
  setColour(look, get('color'))
  setColour(look, get('-webkit-text-fill-color'))
}

/** Compares the colours once all of them are known. */
export function isFaint ({ colour, ground }: Look): 'unseen' | 'uncertain' | null {
  if (ground === null) return contrast(colour, WHITE) < UNCERTAIN_CONTRAST ? 'uncertain' : null
  const found = contrast(colour, ground)
  return found < UNSEEN_CONTRAST ? 'unseen' : found < UNCERTAIN_CONTRAST ? 'uncertain' : null
}

function applyVisibility (look: Look, declared: Declarations, isCell: boolean): void {
  const get = (property: string) => declared.get(property)?.value ?? ''
  const opacity = parseFloat(get('opacity')) / (get('opacity').endsWith('%') ? 100 : 1)
  if (opacity < 0.15 || /opacity\(\s*0%?\s*\)|alpha\(opacity=0\)/.test(get('filter'))) look.unseen = true
  else if (opacity < 0.5) look.uncertain = true
  const indent = lengthOf(get('text-indent'), look.size)
  const far = look.inCell ? FAR_IN_CELL : FAR
  if (indent !== null && Math.abs(indent) > far) look.unseen = true
  if (/scale[xy]?\(\s*0\s*[,)]/.test(get('transform'))) look.unseen = true
  const hides = /hidden|clip/.test(get('overflow') + get('overflow-x'))
  const isEmpty = ['width', 'height', 'max-width', 'max-height'].some(property => {
    const length = lengthOf(get(property), look.size)
    return length !== null && length <= 1
  })
  if (hides && isEmpty && !isCell) look.unseen = true
  const isPlaced = (look.inCell ? /absolute|fixed|relative/ : /absolute|fixed/).test(get('position'))
  const places = isPlaced ? ['left', 'right', 'top', 'bottom', 'margin-left'] : ['margin-left']
  const isFar = places.some(property => {
    const length = get(property).endsWith('%') ? null : lengthOf(get(property), look.size)
    return length !== null && (length < -far || length > 20 * FAR)
  })
  if (isFar || CLIPPED.test(get('clip') + get('clip-path')) && (isPlaced || get('clip-path') !== '')) look.unseen = true
}

/** What is moved within a cell may stand anywhere in its figure. */
function applyPlace (look: Look, declared: Declarations): void {
  const get = (property: string) => declared.get(property)?.value ?? ''
  const align = get('vertical-align')
  const length = lengthOf(align, look.size)
  if (/^(?:super|text-top)/.test(align) || (length !== null && length > 0 && !align.startsWith('0'))) look.raised = true
  else if (/^(?:sub|text-bottom)/.test(align) || (length !== null && length < 0)) look.lowered = true
  const top = lengthOf(get('top'), look.size) ?? 0
  const bottom = lengthOf(get('bottom'), look.size) ?? 0
  if (get('position') === 'relative') {
    look.shift = `${get('top')} ${get('bottom')}`
    if (Math.abs(top) + Math.abs(bottom) > MAX_SHIFT || /[1-9]/.test(get('left') + get('right'))) look.uncertain = true
  } else if (/absolute|fixed|sticky/.test(get('position'))) look.uncertain = true
  const odd = get('transform') + get('translate') + get('scale') + get('rotate')
  if (odd !== '' && odd !== 'none') look.uncertain = true
  if (/reverse/.test(get('flex-direction')) || /[1-9]/.test(get('order'))) look.uncertain = true
  if (/disc|circle|square/.test(get('-webkit-text-security'))) look.uncertain = true
  const spacing = lengthOf(get('letter-spacing'), look.size)
  if (spacing !== null && spacing < -0.3 * look.size) look.uncertain = true
}

/** What `::before` or `::after` shows. */
function contentOf (declarations: Declarations): Look['shows'] {
  const content = declarations.get('content')?.value ?? ''
  if (
    content === '' || /^(?:none|normal|""|''|inherit)/.test(content) || declarations.get('display')?.value === 'none'
  ) return null
  return /[\d(\\]/.test(content) ? 'figure' : /["'][\s.|·•]*["']/.test(content) ? null : 'ornament'
}

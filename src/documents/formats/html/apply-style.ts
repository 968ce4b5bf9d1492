// Applies declarations of CSS, and what tags and attributes mean, to the look of an element.
import type { DefaultTreeAdapterTypes } from 'parse5'
import { parseColour } from '../colours.ts'
import { lengthOf, sizeOf, sizeOfFont } from './lengths.ts'
import type { Look } from './look-of-text.ts'
import { attributeOf, type Declarations } from './style-sheet.ts'

type Element = DefaultTreeAdapterTypes.Element

/** What lies so far outside is off the page, or out of its cell. In pixels. */
const FAR = 1000
const FAR_IN_CELL = 100

/** A figure that is moved farther up or down may seem to be in another row. In pixels. */
const MAX_SHIFT = 8

const BLOCK = /^(?:block|flow-root|table(?!-column)|list-item|flex|grid)/
const CLIPPED = /rect\(\s*0|rect\(\s*1px|inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(/
const SYMBOLS = /wingdings|webdings|symbol|dingbats|icon|barcode/

export function applyTag (look: Look, element: Element): void {
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

export function apply (look: Look, declared: Declarations, parent: Look, tag: string): void {
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
  if (isOddlyPlaced(get)) look.uncertain = true
  const spacing = lengthOf(get('letter-spacing'), look.size)
  if (spacing !== null && spacing < -0.3 * look.size) look.uncertain = true
}

function isOddlyPlaced (get: (property: string) => string): boolean {
  const moved = get('transform') + get('translate') + get('scale') + get('rotate')
  return (moved !== '' && moved !== 'none') || /reverse/.test(get('flex-direction')) || /[1-9]/.test(get('order')) ||
    /disc|circle|square/.test(get('-webkit-text-security'))
}

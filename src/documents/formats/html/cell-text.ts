// The text of a table cell, and whether the cell shows more than text.
import { StyledText } from '../styled-text.ts'
import { lengthOf } from './lengths.ts'
import { styleOf } from './look-of-text.ts'
import type { Looks } from './look.ts'
import { attributeOf, parentOf } from './style-sheet.ts'
import { BLOCKS, childrenOf, type Element, isElement, isText, type Node, visit } from './visit.ts'

/** Set apart by spaces. */
const APART = new Set(['textarea', 'select'])
/** Show something that is not known from the text of the page. */
const PICTURES = new Set(['img', 'svg', 'canvas', 'object', 'embed', 'applet', 'iframe', 'video', 'meter', 'progress'])
const FORMULAS = /^m(?:frac|sup|sub|subsup|under|over|underover|root|sqrt|multiscripts|table|enclose|phantom)$/
/** A picture of this size only fills a space. In pixels. */
const SPACER = 3

export interface Page {
  looks: Looks
  /** The ids of elements that scripts of the page name: their content may be changed. */
  scripted: Set<string>
}

/** Returns one line. A break or a new paragraph becomes a space, so that two figures stay separate. */
export function cellText (cell: Element, page: Page): string {
  const text = new StyledText()
  const { looks } = page
  const isApart = (element: Element) =>
    BLOCKS.has(element.tagName) || APART.has(element.tagName) || element.tagName === 'br' || looks.of(element).apart
  const show = (element: Element) => addShown(text, element, page)
  show(cell)
  visit(cell, looks, {
    enter (node) {
      if (isText(node)) {
        const look = looks.of(node.parentNode as Element)
        if (!look.invisible) text.add(node.value, styleOf(look))
        return false
      }
      if (!isElement(node)) return childrenOf(node).length > 0
      if (isApart(node)) text.space()
      show(node)
      text.add(controlValue(node))
      return node.tagName !== 'select'
    },
    leave (element) {
      if (isApart(element)) text.space()
    },
    unread: show
  })
  return text.takeCell()
}

/** Adds what the element shows besides text. */
function addShown (text: StyledText, element: Element, { looks, scripted }: Page): void {
  const { tagName } = element
  const look = looks.of(element)
  if (look.invisible) return
  if (tagName === 'script') {
    if (/\bwrite(?:ln)?\s*\(|innerHTML|innerText|textContent|append|insertAdjacent/.test(textOf(element))) {
      text.addSign()
    }
    return
  }
  if (PICTURES.has(tagName) ? !isSpacer(element) : FORMULAS.test(tagName)) text.addSign()
  else if (tagName === 'li' && !look.unlisted) {
    if (parentOf(element)?.tagName === 'ol') text.addSign()
    else text.addOrnament()
  } else if (tagName === 'hr') text.addOrnament()
  else if (tagName === 'input') addControl(text, element)
  if (scripted.has(attributeOf(element, 'id') ?? '')) text.addSign()
  if (look.shows === 'figure') text.addSign()
  else if (look.shows === 'ornament') text.addOrnament()
}

function addControl (text: StyledText, input: Element): void {
  const type = (attributeOf(input, 'type') ?? 'text').toLowerCase()
  if (/^(?:image|range|color|date|datetime-local|month|time|week|password)$/.test(type)) text.addSign()
  else if (/^(?:checkbox|radio|button|submit|reset|file)$/.test(type)) text.addOrnament()
  else if (type !== 'hidden' && attributeOf(input, 'placeholder') !== undefined) text.addOrnament()
}

const isSpacer = (element: Element): boolean =>
  ['width', 'height'].some(name => {
    const style = new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`, 'i').exec(attributeOf(element, 'style') ?? '')?.[1]
    const length = lengthOf((style ?? attributeOf(element, name) ?? '').trim().toLowerCase(), 16)
    return length !== null && length <= SPACER
  })

/** The value of a form control. A `<select>` becomes U+FFFD, as its choice is not known from the markup alone. */
function controlValue (element: Element): string {
  if (element.tagName === 'select') return '\uFFFD'
  if (
    element.tagName !== 'input' ||
    /^(?:hidden|checkbox|radio|button|submit|reset|image|file|password)$/i.test(attributeOf(element, 'type') ?? '')
  ) return ''
  return ` ${attributeOf(element, 'value') ?? ''} `
}

/** All text of an element, shown or not. */
export const textOf = (node: Node): string =>
  childrenOf(node).map(child => isText(child) ? child.value : isElement(child) ? textOf(child) : '').join('')

// Converts a web page to a document: its visible text line by line, its tables row by row.
import { defaultTreeAdapter, type DefaultTreeAdapterTypes, parse } from 'parse5'
import type { Document } from '../document.ts'
import { DocumentWriter } from './document-writer.ts'
import { type GridCell, placeCells } from './grid.ts'
import { checkLimit, LIMITS, MAX_CELL_LENGTH } from './limits.ts'
import { tooDeep } from './unreadable-file.ts'
import { CollapsedText } from './whitespace.ts'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

const words = (text: string) => new Set(text.split(' '))
const BLOCKS = words(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary table tbody td tfoot th thead tr ul'
)

/** Elements that are not shown, and text that does not count: struck out, or pinyin above characters (rt). */
const HIDDEN = words(
  'head script style template noscript noframes noembed iframe object audio video canvas svg datalist xml title rt rp del s strike'
)
const PREFORMATTED = words('pre listing xmp plaintext')
/** Surrounded by spaces, so that a footnote mark does not extend the figure before it. */
const SEPARATED = words('sup sub textarea select')
/** Form controls: their text is ignored outside of table cells. */
const FORM_CONTROLS = words('textarea select')

export function documentOfHtml (html: string): Document {
  const page = parse(html, { treeAdapter: countingAdapter() })
  const writer = new DocumentWriter()
  flow(page, { writer, layout: layoutTables(page) })
  return writer.document(titleOf(page))
}

/** Expands self-closing tags first: an HTML parser takes `<script/>` for an opening tag. */
export const documentOfXhtml = (xhtml: string): Document =>
  documentOfHtml(
    xhtml.replace(/<([a-z][\w:-]*)((?:\s[^<>]*)?)\/>/gi, (tag, name: string, rest: string) =>
      /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i.test(name)
        ? tag
        : `<${name}${rest}></${name}>`)
  )

/** Stops the parser if broken or malicious markup creates too many or too deeply nested elements. */
function countingAdapter (): typeof defaultTreeAdapter {
  let elements = 0
  let attributes = 0
  let depth = 0
  return {
    ...defaultTreeAdapter,
    createElement (...given) {
      checkLimit('elements', ++elements)
      checkLimit('attributes', attributes += given[2].length)
      return defaultTreeAdapter.createElement(...given)
    },
    onItemPush () {
      if (++depth > LIMITS.depth) throw tooDeep()
    },
    onItemPop () {
      depth--
    }
  }
}

const isElement = (node: Node): node is Element => 'tagName' in node
const attribute = (element: Element, name: string) => element.attrs.find(attr => attr.name === name)?.value
const childrenOf = (node: Node): Node[] => 'childNodes' in node ? node.childNodes : []

function isVisible (element: Element): boolean {
  if (HIDDEN.has(element.tagName) || attribute(element, 'hidden') !== undefined) return false
  const style = attribute(element, 'style')
  return style === undefined || !/(?:^|;)\s*(?:display\s*:\s*none|mso-hide\s*:\s*all)/i.test(style)
}

/** True if the element takes up space but shows nothing, or struck out text. */
const isBlanked = (element: Element) =>
  /(?:^|;)\s*(?:visibility\s*:\s*(?:hidden|collapse)|text-decoration(?:-line)?\s*:[^;]*line-through)/i.test(
    attribute(element, 'style') ?? ''
  )

/** Visits the visible nodes in document order. Where `enter` returns false, skips the children and `leave`. */
function visit (root: Node, enter: (node: Node) => boolean, leave: (element: Element) => void): void {
  const open: { node: Node, next: number }[] = [{ node: root, next: 0 }]
  while (open.length > 0) {
    const top = open.at(-1)!
    const child = childrenOf(top.node)[top.next++]
    if (child === undefined) {
      open.pop()
      if (open.length > 0 && isElement(top.node)) leave(top.node)
    } else if ((!isElement(child) || (isVisible(child) && !isBlanked(child))) && enter(child)) {
      // The HTML parser moves misplaced elements, so the tree may be deeper than its stack ever was.
      if (open.push({ node: child, next: 0 }) > 2 * LIMITS.depth) throw tooDeep()
    }
  }
}

/** Tables that contain another table: they lay out the page. */
function layoutTables (page: Node): Set<Element> {
  const layout = new Set<Element>()
  const open: Element[] = []
  visit(page, node => {
    if (isElement(node) && node.tagName === 'table') {
      if (open.length > 0) layout.add(open.at(-1)!)
      open.push(node)
    }
    return true
  }, element => {
    if (element === open.at(-1)) open.pop()
  })
  return layout
}

interface Flow {
  writer: DocumentWriter
  layout: Set<Element>
}

function flow (root: Node, { writer, layout }: Flow): void {
  const text = new CollapsedText()
  const endLine = () => {
    const line = text.take()
    if (line !== '') writer.line(line)
  }
  let preformatted = 0
  visit(root, node => {
    if (node.nodeName === '#text') {
      const { value } = node as DefaultTreeAdapterTypes.TextNode
      if (preformatted === 0) text.add(value)
      else {
        value.split('\n').forEach((line, i) => {
          if (i > 0) endLine()
          text.addPreformatted(line)
        })
      }
      return false
    }
    if (!isElement(node)) return childrenOf(node).length > 0
    if (FORM_CONTROLS.has(node.tagName)) return false
    if (BLOCKS.has(node.tagName) || node.tagName === 'br') endLine()
    if (SEPARATED.has(node.tagName)) text.add(' ')
    if (PREFORMATTED.has(node.tagName)) preformatted++
    if (node.tagName === 'table' && !layout.has(node)) {
      const rows = rowsOf(node)
      if (!isLayout(rows)) {
        for (const caption of node.childNodes) {
          if (isElement(caption) && caption.tagName === 'caption' && isVisible(caption)) {
            flow(caption, { writer, layout })
          }
        }
        const table = writer.newTable()
        placeCells(rows, (cells, row) => {
          if (cells.length > 0) writer.row(cells, { table, row })
        })
        return false
      }
    }
    return true
  }, element => {
    if (BLOCKS.has(element.tagName)) endLine()
    if (SEPARATED.has(element.tagName)) text.add(' ')
    if (PREFORMATTED.has(element.tagName)) preformatted--
  })
  endLine()
}

const isLayout = (rows: GridCell[][]) =>
  rows.flat().length === 1 || rows.some(row => row.some(cell => cell.text.length > MAX_CELL_LENGTH))

/** The cells of each row, with the group of the row. */
function rowsOf (table: Element): GridCell[][] {
  const rows: GridCell[][] = []
  const add = (row: Element, group: number) => {
    rows.push(
      row.childNodes.filter(isElement).filter(cell =>
        (cell.tagName === 'td' || cell.tagName === 'th') && isVisible(cell)
      )
        .map(cell => ({
          text: isBlanked(row) || isBlanked(cell) ? '' : cellText(cell),
          width: parseSpan(attribute(cell, 'colspan'), 1, 1000),
          height: parseSpan(attribute(cell, 'rowspan'), 0, 65534) || Infinity,
          group
        }))
    )
  }
  table.childNodes.filter(isElement).filter(isVisible).forEach((child, group) => {
    for (const row of childrenOf(child)) if (isElement(row) && row.tagName === 'tr' && isVisible(row)) add(row, group)
  })
  return rows
}

/** Parses a span by the rules of HTML: 1 if it is not a number, the maximum if it is too large. */
function parseSpan (value: string | undefined, min: number, max: number): number {
  const number = /^\s*\+?(\d+)/.exec(value ?? '')?.[1]
  return number === undefined || Number(number) < min ? 1 : Math.min(Number(number), max)
}

/** The text of a cell as one line. A break or a new paragraph becomes a space, so that two figures stay separate. */
function cellText (cell: Element): string {
  const text = new CollapsedText()
  const isSeparated = (node: Node) =>
    isElement(node) && (BLOCKS.has(node.tagName) || SEPARATED.has(node.tagName) || node.tagName === 'br')
  visit(cell, node => {
    if (node.nodeName === '#text') text.add((node as DefaultTreeAdapterTypes.TextNode).value)
    if (isSeparated(node)) text.add(' ')
    if (isElement(node)) text.add(controlValue(node))
    return isElement(node) && node.tagName !== 'select'
  }, element => {
    if (isSeparated(element)) text.add(' ')
  })
  return text.take()
}

/** The value of a form control. A `<select>` becomes U+FFFD, as its choice is not known from the markup alone. */
function controlValue (element: Element): string {
  if (element.tagName === 'select') return '\uFFFD'
  if (
    element.tagName !== 'input' ||
    /^(?:hidden|checkbox|radio|button|submit|reset|image|file|password)$/i.test(attribute(element, 'type') ?? '')
  ) return ''
  return ` ${attribute(element, 'value') ?? ''} `
}

function titleOf (page: Node): string | null {
  const root = childrenOf(page).filter(isElement)[0]
  const head = root?.childNodes.filter(isElement).find(element => element.tagName === 'head')
  const title = head?.childNodes.filter(isElement).find(element => element.tagName === 'title')
  return title === undefined ? null : cellText(title) || null
}

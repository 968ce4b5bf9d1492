// Converts a web page to a document: its visible text line by line, its tables row by row.
import { defaultTreeAdapter, parse } from 'parse5'
import type { Document } from '../document.ts'
import { DocumentWriter } from './document-writer.ts'
import { placeCells } from './grid.ts'
import { type Page, textOf } from './html/cell-text.ts'
import { styleOf } from './html/look-of-text.ts'
import { Looks } from './html/look.ts'
import { attributeOf, StyleSheets } from './html/style-sheet.ts'
import { findLayoutTables, isLayout, rowsOf } from './html/tables.ts'
import { BLOCKS, childrenOf, type Element, isElement, isShown, isText, type Node, visit } from './html/visit.ts'
import { checkLimit, LIMITS } from './limits.ts'
import { SIGN, StyledText } from './styled-text.ts'
import { tooDeep } from './unreadable-file.ts'
import { CollapsedText } from './whitespace.ts'

const PREFORMATTED = new Set(['pre', 'listing', 'xmp', 'plaintext'])
/** Form controls: their text is ignored outside of table cells. */
const FORM_CONTROLS = new Set(['textarea', 'select'])
/** Pictures outside of tables are noted, as a table may be one. */
const PICTURES = new Set(['img', 'object', 'embed', 'iframe', 'canvas', 'svg'])

export function documentOfHtml (html: string): Document {
  const writer = new DocumentWriter()
  return writer.document(writeHtml(html, writer))
}

/** Writes the page and returns its title. */
export function writeHtml (html: string, writer: DocumentWriter): string | null {
  const root = parse(html, { treeAdapter: countingAdapter() })
  const { sheets, scripted } = readHead(root)
  const page: Page = { looks: new Looks(sheets), scripted }
  flow(root, { ...page, writer, layout: findLayoutTables(root, page.looks) })
  return titleOf(root)
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

/** Reads the style sheets, and the ids that scripts name, wherever they are in the page. */
function readHead (root: Node): { sheets: StyleSheets, scripted: Set<string> } {
  const sheets = new StyleSheets()
  const scripted = new Set<string>()
  const open: Node[] = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const child of childrenOf(node).toReversed()) open.push(child)
    if (!isElement(node)) continue
    const media = attributeOf(node, 'media') ?? ''
    if (node.tagName === 'style') sheets.add(media === '' ? textOf(node) : `@media ${media} { ${textOf(node)} }`)
    else if (node.tagName === 'link' && /stylesheet/i.test(attributeOf(node, 'rel') ?? '')) sheets.external = true
    else if (node.tagName === 'script') {
      for (const [, id] of textOf(node).matchAll(/["'`]#?([\w-]{1,100})["'`]/g)) scripted.add(id!)
    }
  }
  return { sheets, scripted }
}

interface Flow extends Page {
  writer: DocumentWriter
  layout: Set<Element>
}

function flow (root: Node, given: Flow): void {
  const { writer, layout, looks } = given
  const text = new StyledText()
  const endLine = () => {
    const line = text.takeLine()
    if (line !== '') writer.line(line)
  }
  let preformatted = 0
  const addText = (value: string, parent: Node) => {
    const look = isElement(parent) ? looks.of(parent) : null
    if (look?.invisible === true) return
    const style = look === null ? {} : styleOf(look)
    if (preformatted === 0) {
      text.add(value, style)
      if (style.uncertain === true && /\d/.test(value)) text.add(SIGN)
    } else if (style.unseen !== true) {
      value.split('\n').forEach((line, i) => {
        if (i > 0) endLine()
        text.addPreformatted(line)
      })
    }
  }
  visit(root, looks, {
    enter (node) {
      if (isText(node)) {
        addText(node.value, node.parentNode!)
        return false
      }
      if (!isElement(node)) return childrenOf(node).length > 0
      if (FORM_CONTROLS.has(node.tagName)) return false
      if (BLOCKS.has(node.tagName) || node.tagName === 'br') endLine()
      if (looks.of(node).apart) text.space()
      if (PREFORMATTED.has(node.tagName)) preformatted++
      if (PICTURES.has(node.tagName)) writer.notice('picture', attributeOf(node, 'src') ?? node.tagName)
      return node.tagName !== 'table' || layout.has(node) || !writeTable(node, given)
    },
    leave (element) {
      if (BLOCKS.has(element.tagName)) endLine()
      if (looks.of(element).apart) text.space()
      if (PREFORMATTED.has(element.tagName)) preformatted--
    },
    unread (element) {
      if (PICTURES.has(element.tagName)) writer.notice('picture', attributeOf(element, 'src') ?? element.tagName)
    }
  })
  endLine()
}

/** Returns false if the table lays out the page. */
function writeTable (element: Element, given: Flow): boolean {
  const { writer, looks } = given
  const rows = rowsOf(element, given)
  if (isLayout(rows)) return false
  for (const caption of element.childNodes.filter(isElement)) {
    if (caption.tagName === 'caption' && isShown(caption, looks)) flow(caption, given)
  }
  const table = writer.newTable()
  placeCells(rows, (cells, row) => {
    if (cells.length > 0) writer.row(cells, { table, row })
  })
  return true
}

function titleOf (page: Node): string | null {
  const root = childrenOf(page).find(isElement)
  const head = root?.childNodes.filter(isElement).find(element => element.tagName === 'head')
  const title = head?.childNodes.filter(isElement).find(element => element.tagName === 'title')
  if (title === undefined) return null
  const text = new CollapsedText()
  text.add(textOf(title))
  return text.take() || null
}

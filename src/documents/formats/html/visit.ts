// Visits the nodes of a web page that are shown.
import { defaultTreeAdapter, type DefaultTreeAdapterTypes } from 'parse5'
import { LIMITS } from '../limits.ts'
import { tooDeep } from '../unreadable-file.ts'
import type { Looks } from './look.ts'

export type Node = DefaultTreeAdapterTypes.Node
export type Element = DefaultTreeAdapterTypes.Element
export type TextNode = DefaultTreeAdapterTypes.TextNode

const words = (text: string) => new Set(text.split(' '))

export const BLOCKS = words(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search section summary table tbody td tfoot th thead tr ul'
)

/** Elements whose content is not shown, or is no text that counts, such as pinyin above characters (rt). */
const UNREAD = words(
  'head script style template noscript noframes noembed iframe object audio video canvas svg datalist xml title rt rp'
)

export const isElement = (node: Node): node is Element => defaultTreeAdapter.isElementNode(node)
export const isText = (node: Node): node is TextNode => defaultTreeAdapter.isTextNode(node)
export const childrenOf = (node: Node): Node[] => 'childNodes' in node ? node.childNodes : []

export const isShown = (element: Element, looks: Looks) => !UNREAD.has(element.tagName) && !looks.of(element).gone

interface Visitor {
  /** If it returns false, the children and `leave` are skipped. */
  enter: (node: Node) => boolean
  leave?: (element: Element) => void
  /** Called for elements that have no text that counts, and may show something else. */
  unread?: (element: Element) => void
}

/** Visits the nodes in document order. */
export function visit (root: Node, looks: Looks, { enter, leave, unread }: Visitor): void {
  const open: { node: Node, next: number }[] = [{ node: root, next: 0 }]
  while (open.length > 0) {
    const top = open.at(-1)!
    const child = childrenOf(top.node)[top.next++]
    if (child === undefined) {
      open.pop()
      if (open.length > 0 && isElement(top.node)) leave?.(top.node)
    } else if (isElement(child) && !isShown(child, looks)) {
      if (!looks.of(child).gone) unread?.(child)
    } else if (enter(child)) {
      // The HTML parser moves misplaced elements, so the tree may be deeper than its stack ever was.
      if (open.push({ node: child, next: 0 }) > 2 * LIMITS.depth) throw tooDeep()
    }
  }
}

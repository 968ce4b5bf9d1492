// The tables of a web page: which of them lay out the page, and the cells of the others.
import type { GridCell } from '../grid.ts'
import { MAX_CELL_LENGTH } from '../limits.ts'
import { cellText, type Page, textOf } from './cell-text.ts'
import type { Looks } from './look.ts'
import { attributeOf } from './style-sheet.ts'
import { childrenOf, type Element, isElement, isShown, type Node, visit } from './visit.ts'

/** A nested table of one row with so much text at most may stand in a cell. */
const MAX_NESTED_LENGTH = 200

/** Tables that lay out the page, because they contain other tables. */
export function findLayoutTables (page: Node, looks: Looks): Set<Element> {
  const nested = new Map<Element, Element[]>()
  const open: Element[] = []
  visit(page, looks, {
    enter (node) {
      if (isElement(node) && node.tagName === 'table') {
        const outer = open.at(-1)
        if (outer !== undefined) nested.set(outer, [...nested.get(outer) ?? [], node])
        open.push(node)
      }
      return true
    },
    leave (element) {
      if (element === open.at(-1)) open.pop()
    }
  })
  const isSmall = (table: Element) =>
    !nested.has(table) && tableRows(table, looks).length === 1 && textOf(table).trim().length <= MAX_NESTED_LENGTH
  const layout = new Set<Element>()
  for (const [outer, inner] of nested) {
    if (!inner.every(isSmall) || !hasMoreRows(outer, inner.length, looks)) layout.add(outer)
  }
  return layout
}

/** True if most rows of the table are rows of data without a nested table. */
function hasMoreRows (table: Element, nested: number, looks: Looks): boolean {
  const rows = tableRows(table, looks)
  const data = rows.filter(({ row }) => row.childNodes.filter(isElement).length > 1).length
  return rows.length >= 4 && nested * 3 < rows.length && data * 2 > rows.length
}

/** Rows in the order in which a browser shows them, with the part of the table that they belong to. */
function tableRows (table: Element, looks: Looks): { row: Element, group: number }[] {
  const parts = table.childNodes.filter(isElement).filter(part => isShown(part, looks))
  const head = parts.find(part => part.tagName === 'thead')
  const foot = parts.find(part => part.tagName === 'tfoot')
  const between = parts.filter(part => part !== head && part !== foot)
  return [head, ...between, foot].flatMap((part, group) =>
    part === undefined
      ? []
      : childrenOf(part).filter(isElement).filter(row => row.tagName === 'tr' && isShown(row, looks)).map(row => ({
        row,
        group
      }))
  )
}

/** The cells of each row. */
export const rowsOf = (table: Element, page: Page): GridCell[][] =>
  tableRows(table, page.looks).map(({ row, group }) =>
    row.childNodes.filter(isElement).filter(cell =>
      (cell.tagName === 'td' || cell.tagName === 'th') && isShown(cell, page.looks)
    ).map(cell => ({
      text: cellText(cell, page),
      width: parseSpan(attributeOf(cell, 'colspan'), 1, 1000),
      height: parseSpan(attributeOf(cell, 'rowspan'), 0, 65534) || Infinity,
      group
    }))
  )

/** A table of one cell, or of long texts, lays out the page. */
export const isLayout = (rows: GridCell[][]) =>
  rows.flat().length === 1 || rows.some(row => row.some(cell => cell.text.length > MAX_CELL_LENGTH))

/** Parses a span by the rules of HTML: 1 if it is not a number, the maximum if it is too large. */
function parseSpan (value: string | undefined, min: number, max: number): number {
  const number = /^\s*\+?(\d+)/.exec(value ?? '')?.[1]
  return number === undefined || Number(number) < min ? 1 : Math.min(Number(number), max)
}

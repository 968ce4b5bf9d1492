// Converts a .docx to a document: paragraphs become lines, tables keep their grid.
import type { Document } from '../../document.ts'
import { type Cell, DocumentWriter } from '../document-writer.ts'
import { checkLimit, MAX_CELL_LENGTH } from '../limits.ts'
import type { Parts } from './archive.ts'
import { mainPart, relationsOf } from './relations.ts'
import { type Block, isOn, readBody, type WordCell, type WordRow, type WordTable } from './word-body.ts'
import { readXml } from './xml.ts'

/** Ignores headers, footers, notes and comments, which are parts of their own: the report is in the main part. */
export function documentOfWord (parts: Parts): Document {
  const { name, xml } = mainPart(parts, 'word/document.xml')
  const styles = relationsOf(parts, name).find(({ type }) => type === 'styles')?.target ?? 'word/styles.xml'
  const writer = new DocumentWriter()
  write(readBody(xml, hidingStyles(parts.get(styles) ?? '<none/>')), writer)
  return writer.document(null)
}

function write (blocks: Block[], writer: DocumentWriter): void {
  for (const block of blocks) {
    if (typeof block === 'string') writer.line(block)
    else if (isLayout(block)) {
      for (const row of withoutDeleted(block.rows)) {
        for (const cell of withoutDeleted(row.cells)) write(cell.blocks, writer)
      }
    } else writeTable(block, writer)
  }
}

const withoutDeleted = <T extends { deleted: boolean }>(all: T[]): T[] => all.filter(({ deleted }) => !deleted)

/** As on a web page, a table with a single cell, nested tables or long texts lays out the page. */
function isLayout ({ rows }: WordTable): boolean {
  const cells = withoutDeleted(rows).flatMap(row => withoutDeleted(row.cells))
  return cells.length === 1 ||
    cells.some(cell => cell.blocks.some(block => typeof block !== 'string') || textOf(cell).length > MAX_CELL_LENGTH)
}

const textOf = (cell: WordCell): string => cell.blocks.join(' ')

function writeTable ({ rows }: WordTable, writer: DocumentWriter): void {
  const table = writer.newTable()
  let above: Merged = new Map()
  withoutDeleted(rows).forEach((row, i) => {
    const placed = placeRow(row, above)
    above = placed.merged
    if (placed.cells.length > 0) writer.row(placed.cells, { table, row: i + 1 })
  })
}

/** The widths of the cells that may continue in the next row, by column. */
type Merged = Map<number, number>

/** A cell continues the one above only if that has the same column and width; otherwise it is a cell of its own. */
function placeRow (row: WordRow, above: Merged): { cells: Cell[], merged: Merged } {
  const cells: Cell[] = row.before > 0 ? [{ text: '', column: 0, width: row.before }] : []
  const merged: Merged = new Map()
  let column = row.before
  let last: Cell | null = null
  for (const cell of withoutDeleted(row.cells)) {
    checkLimit('fieldsInRow', column + 1)
    const isContinuation = cell.down === 'continue' && above.get(column) === cell.width
    if (cell.down !== null) merged.set(column, cell.width)
    if (cell.left && last !== null && !isContinuation) last.width += cell.width
    else {
      last = isContinuation ? null : { text: textOf(cell), column, width: cell.width }
      if (last !== null) cells.push(last)
    }
    column += cell.width
  }
  return { cells, merged }
}

/** Returns a predicate for styles that hide text, by themselves or through the style that they are based on. */
function hidingStyles (xml: string): (id: string) => boolean {
  const styles = new Map<string, { basedOn: string | null, hides: boolean | null }>()
  const path: string[] = []
  let style = { basedOn: null as string | null, hides: null as boolean | null }
  readXml(xml, {
    open (name, attributes) {
      if (name === 'style') styles.set(attributes().styleId ?? '', style = { basedOn: null, hides: null })
      else if (name === 'basedOn') style.basedOn = attributes().val ?? null
      else if (name === 'vanish' && path.at(-1) === 'rPr' && path.at(-2) === 'style') {
        style.hides = isOn(attributes().val)
      }
      path.push(name)
    },
    close: () => {
      path.pop()
    }
  })
  return id => {
    let found = styles.get(id)
    for (let steps = 0; found !== undefined && steps < 20; steps++) {
      if (found.hides !== null) return found.hides
      found = styles.get(found.basedOn ?? '')
    }
    return false
  }
}

// Converts a .docx to a document: paragraphs become lines, tables keep their grid.
import type { Document } from '../../../document.ts'
import { type Cell, DocumentWriter } from '../../document-writer.ts'
import { decode } from '../../encoding.ts'
import { writeHtml } from '../../html.ts'
import { checkLimit, MAX_CELL_LENGTH } from '../../limits.ts'
import { withSign } from '../../styled-text.ts'
import type { Archive } from '../archive.ts'
import { mainPart, relationsOf } from '../relations.ts'
import type { Block, EmbeddedFile, WordCell, WordRow, WordTable } from './blocks.ts'
import { readBody } from './body.ts'
import { readStyles } from './styles.ts'

interface Output {
  writer: DocumentWriter
  /** Writes a file that is embedded in the text. */
  embed: (file: EmbeddedFile) => void
}

/** Ignores headers, footers, notes and comments, which are parts of their own: the report is in the main part. */
export function documentOfWord ({ parts, embedded }: Archive): Document {
  const { name, xml } = mainPart(parts, 'word/document.xml')
  const relations = relationsOf(parts, name)
  const styles = relations.find(({ type }) => type === 'styles')?.target ?? 'word/styles.xml'
  const writer = new DocumentWriter()
  const embed = ({ id }: EmbeddedFile) => {
    const target = relations.find(relation => relation.id === id)?.target ?? id
    const bytes = embedded.get(target.toLowerCase())
    if (bytes !== undefined && /\.x?html?$/i.test(target)) writeHtml(decode(bytes, '', true), writer)
    else writer.notice('embedded', target)
  }
  write(readBody(xml, readStyles(parts.get(styles) ?? '<none/>')), { writer, embed })
  return writer.document(null)
}

function write (blocks: Block[], output: Output): void {
  for (const block of blocks) {
    if (typeof block === 'string') output.writer.line(block)
    else if ('id' in block) output.embed(block)
    else if (isLayout(block)) {
      for (const row of withoutDeleted(block.rows)) {
        for (const cell of withoutDeleted(row.cells)) write(cell.blocks, output)
      }
    } else writeTable(block, output.writer)
  }
}

const withoutDeleted = <T extends { deleted: boolean }>(all: T[]): T[] => all.filter(({ deleted }) => !deleted)

/** A nested table of one row with so much text at most may stand in a cell. */
const MAX_NESTED_LENGTH = 200

/** As on a web page, a table with a single cell, nested tables or long texts lays out the page. */
function isLayout (table: WordTable): boolean {
  const rows = withoutDeleted(table.rows).map(row => withoutDeleted(row.cells))
  const cells = rows.flat()
  const nested = rows.filter(row => row.some(cell => cell.blocks.some(block => typeof block !== 'string'))).length
  return cells.length === 1 || cells.some(cell => textOf(cell).length > MAX_CELL_LENGTH) ||
    (nested > 0 && !(rows.length >= 4 && nested * 3 < rows.length && cells.every(cell => cell.blocks.every(isInCell))))
}

function isInCell (block: Block): boolean {
  if (typeof block === 'string') return true
  if ('id' in block) return false
  const rows = withoutDeleted(block.rows)
  const cells = rows.flatMap(row => withoutDeleted(row.cells))
  return rows.length === 1 && cells.every(cell => cell.blocks.every(inner => typeof inner === 'string')) &&
    cells.map(textOf).join('').length <= MAX_NESTED_LENGTH
}

const textOf = (cell: WordCell): string => withSign(cell.blocks.map(textOfBlock).join(' '), cell.marks)

const textOfBlock = (block: Block): string =>
  typeof block === 'string'
    ? block
    : 'id' in block
    ? ''
    : withoutDeleted(block.rows).flatMap(row => withoutDeleted(row.cells)).map(cell =>
      cell.blocks.map(inner => typeof inner === 'string' ? inner : '').join(' ')
    ).join(' ')

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

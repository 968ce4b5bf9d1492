// A document under way: lines are added, and the text with its spans grows.
import type { Document, Field, Line } from '../document.ts'
import { limit } from './limits.ts'

export interface Cell {
  text: string
  column: number
  width: number
}

const BETWEEN = ' | '

export class DocumentWriter {
  readonly #texts: string[] = []
  readonly #lines: Line[] = []
  #end = -1
  #fields = 0
  #tables = 0

  newTable (): number {
    return ++this.#tables
  }

  /** Running text, one line of it. */
  line (text: string): void {
    this.#add(text, null, null)
  }

  row (cells: Cell[], grid: { table: number, row: number }): void {
    limit('fieldsInRow', cells.length)
    limit('fields', this.#fields += cells.length)
    let at = this.#end + 1
    const fields = cells.map(({ text, column, width }): Field => {
      const start = at
      at += text.length + BETWEEN.length
      return { start, end: start + text.length, column, width }
    })
    this.#add(cells.map(cell => cell.text).join(BETWEEN), fields, grid)
  }

  document (title: string | null): Document {
    return { text: this.#texts.join('\n'), lines: this.#lines, title }
  }

  #add (text: string, fields: Field[] | null, grid: Line['grid']): void {
    const start = this.#end + 1
    // What PostgreSQL cannot keep becomes the sign for it, of the same length.
    text = text.toWellFormed().replaceAll('\0', '\uFFFD')
    this.#end = start + text.length
    limit('characters', this.#end)
    this.#texts.push(text)
    this.#lines.push({ start, end: this.#end, fields, grid })
    limit('lines', this.#lines.length)
  }
}

// Builds a document line by line and computes the spans.
import type { Document, Field, Line, Notice, Place } from '../document.ts'
import { checkLimit, countWords } from './limits.ts'

export interface Cell {
  text: string
  column: number
  width: number
  place?: Place
}

const SEPARATOR = ' | '

const MAX_NOTICES = 1000

export class DocumentWriter {
  readonly #texts: string[] = []
  readonly #lines: Line[] = []
  readonly #notices: Notice[] = []
  #end = -1
  #fields = 0
  #words = 0
  #tables = 0

  /** Adds a notice of what is shown before the next line. */
  notice (kind: Notice['kind'], name: string): void {
    if (this.#notices.length < MAX_NOTICES) {
      this.#notices.push({ kind, line: this.#lines.length, name: name.slice(0, 200) })
    }
  }

  newTable (): number {
    return ++this.#tables
  }

  /** Adds one line of running text. */
  line (text: string): void {
    checkLimit('words', this.#words += countWords(text))
    this.#add(text, null, null)
  }

  row (cells: Cell[], grid: Line['grid']): void {
    checkLimit('fieldsInRow', cells.length)
    checkLimit('fields', this.#fields += cells.length)
    let at = this.#end + 1
    const fields = cells.map(({ text, column, width, place }): Field => {
      const start = at
      at += text.length + SEPARATOR.length
      checkLimit('characters', at - SEPARATOR.length)
      const field = { start, end: start + text.length, column, width }
      return place === undefined ? field : { ...field, place }
    })
    this.#add(cells.map(cell => cell.text).join(SEPARATOR), fields, grid)
  }

  document (title: string | null): Document {
    return { text: this.#texts.join('\n'), lines: this.#lines, title, notices: this.#notices }
  }

  #add (text: string, fields: Field[] | null, grid: Line['grid']): void {
    const start = this.#end + 1
    // PostgreSQL cannot store lone surrogates and NUL. The replacement characters keep the length, so spans stay valid.
    text = text.toWellFormed().replaceAll('\0', '\uFFFD')
    this.#end = start + text.length
    checkLimit('characters', this.#end)
    this.#texts.push(text)
    this.#lines.push({ start, end: this.#end, fields, grid })
    checkLimit('lines', this.#lines.length)
  }
}

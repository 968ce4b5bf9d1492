// A document as the reader sees it, whatever it was before: lines of text, some of them divided into fields.

/** Offsets into the text of the document, in UTF-16 code units; `end` is not included. */
export interface Span {
  start: number
  end: number
}

/**
 * A field of a line that is a row of a table. `column` counts from 0 in the table's grid, where a merged cell stands
 * once, at its first row and column, and is `width` columns wide. Where the document has no grid (text with bars or
 * tabs) the fields are counted and each is 1 wide.
 */
export interface Field extends Span {
  column: number
  width: number
}

export interface Line extends Span {
  /** Null for running text; a field may be empty. */
  fields: Field[] | null
  /**
   * Which table of the document the line is a row of, and which row, both from 1; null where the document has no grid.
   */
  grid: { table: number, row: number } | null
}

/**
 * `text` is what spans count in: slicing it by a span gives the raw text. Lines stand in their order, do not overlap,
 * and each ends before the line feed (or the end of the text); the number of a line is its index + 1 and is also the
 * number of the line in `text`.
 */
export interface Document {
  text: string
  lines: Line[]
  /** The title that the document carries beside its text, as `<title>` of a page; null where it has none. */
  title: string | null
}

export const slice = (document: Document, { start, end }: Span) => document.text.slice(start, end)
/** A line drawn between the rows of a table: `|---|---|`, `+----+`, `├──┼──┤`. */
export const RULED_LINE = /^(?=.*([-=]{3}|[─━]))[\s|｜│┃:+\-=─━┌┬┐├┼┤└┴┘┏┳┓┣╋┫┗┻┛]+$/
export const isRule = (text: string, { start, end }: { start: number, end: number }) =>
  RULED_LINE.test(text.slice(start, end))

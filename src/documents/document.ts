// A document independent of its file format: lines of text, some of them divided into fields.

/** Offsets into the text of the document, in UTF-16 code units; `end` is exclusive. */
export interface Span {
  start: number
  end: number
}

/**
 * A field of a line that is a row of a table. `column` counts from 0 in the grid of the table. A merged cell appears
 * once, at its first row and column, and is `width` columns wide. In a document without a grid (text with bars or tabs)
 * `column` is the number of the field and `width` is 1.
 */
export interface Field extends Span {
  column: number
  width: number
  place?: Place
}

/** Where the text of a field stands on the pages of a PDF. */
export interface Place {
  /** From 1. */
  page: number
  /** Left, top, right and bottom in points, from the upper left corner of the page. */
  box: [number, number, number, number]
  /** True if the text was wrapped over lines in its cell. */
  isJoined: boolean
}

export interface Line extends Span {
  /** Null for running text; a field may be empty. */
  fields: Field[] | null
  /** The table of the document and the row that the line is, both from 1; null if the document has no grid. */
  grid: { table: number, row: number } | null
}

/** Something in the file that is not in `text`. */
export interface Notice {
  kind: 'picture' | 'embedded'
  /** Index of the line that follows it. */
  line: number
  name: string
}

/**
 * Spans are offsets into `text`. Lines are in order, do not overlap, and each ends before a line feed or at the end of
 * the text: line i has the number i + 1 in `text`.
 */
export interface Document {
  text: string
  lines: Line[]
  /** The title outside of the text, such as `<title>` of a web page; null if there is none. */
  title: string | null
  notices: Notice[]
}

export const slice = (document: Document, { start, end }: Span) => document.text.slice(start, end)
/** Matches a line drawn between the rows of a table: `|---|---|`, `+----+`, `├──┼──┤`. */
export const RULED_LINE = /^(?=.*([-=]{3}|[─━]))[\s|｜│┃:+\-=─━┌┬┐├┼┤└┴┘┏┳┓┣╋┫┗┻┛]+$/
export const isRule = (text: string, { start, end }: { start: number, end: number }) =>
  RULED_LINE.test(text.slice(start, end))

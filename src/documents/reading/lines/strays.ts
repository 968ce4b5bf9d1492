// Finds figures on lines without a label: the rest of numbers that are wrapped in their cells, or whose cell is aligned
// to another line than the label.
import type { Label } from '../label-index.ts'
import { bare, normalizeText } from '../normalize.ts'
import type { TableLine } from './table-line.ts'
import type { Token, TokenLine } from './tokens.ts'

/** How far, in characters, the rest of a number may stand beside the number. */
const SLACK = 2
/** A row without a label, as in part four, has at least so many figures. */
const MIN_FIGURES = 5
/** A figure on a line of its own that begins further left is a cell of text with one cell per line. */
const MIN_INDENT = 4

/** A longer word is no piece of a label. */
const MAX_PIECE = 100
/** The beginning of another row. */
const NUMBERED = /^[(（]?[\d０-９]{1,2}[)）.．、]/
const BROKEN = /^\d[\d,.]*$|^,$/
const UNIT = /^[十百千万亿]*[元件项万亿]$/

/** Adds to each row the figures nearby that may belong to its numbers. `labels` are the labels of the tables. */
export function addStrays (rows: TableLine[], lines: TokenLine[], labels: Label[]): void {
  const ordered = rows.filter(isRow).sort((a, b) => lineOf(a) - lineOf(b))
  const claimed = new Set(ordered.flatMap(row => row.valueFields))
  const isPiece = pieceOf(rows, labels)
  let next = 0
  /** The line before, if it has tokens. */
  let last: Token[] = []
  /** True if only figures stand between the last row and the line. */
  let adjacent = false
  for (const line of lines.filter(({ tokens }) => tokens.length > 0)) {
    const before = last
    last = line.tokens
    if (line.tokens.some(token => claimed.has(token))) {
      while (next < ordered.length && lineOf(ordered[next]!) <= line.index) next++
      adjacent = true
      continue
    }
    const { values, texts } = partsOf(line.tokens)
    const [above, below] = [ordered[next - 1], ordered[next]]
    if (texts.every(isPiece)) {
      const isOtherRow = texts.length === 0 && isUnknownLabel(before, isPiece) &&
        values.length >= (above?.valueFields.length ?? 0) && !(above !== undefined && mayContinue(above, values))
      if (!isOtherRow && (above !== undefined || !isCount(values))) addWhereTouching([above, below], values)
    } else if (adjacent && above !== undefined && isRestOf(above, texts, values)) {
      addWhereTouching([above], values)
    }
    adjacent &&= texts.length === 0
  }
  dropImpossible(ordered)
}

/** A number before a word, such as `1.`, belongs to the word. */
function partsOf (tokens: Token[]): { values: Token[], texts: Token[] } {
  const values = tokens.filter((token, i) =>
    isFigure(token) && !(token.kind === 'text' && tokens[i + 1]?.kind === 'text')
  )
  return { values, texts: tokens.filter(token => token.kind === 'text' && !values.includes(token)) }
}

/** True for the label of a row that the form does not have, alone on a line; not for the heading of a new page. */
const isUnknownLabel = (tokens: Token[], isPiece: (token: Token) => boolean): boolean =>
  tokens.length === 1 && tokens[0]!.kind === 'text' && tokens[0]!.full.length >= 3 && !isPiece(tokens[0]!) &&
  !/[续表页]|单位|情况/.test(tokens[0]!.full)

/** The same for lines that are divided into fields: the lines directly before and after a row. */
export function addStrayFields (rows: TableLine[], labels: Label[]): void {
  const isPiece = pieceOf(rows, labels)
  rows.forEach((row, i) => {
    if (row.labels.length > 0 || row.stream) return
    const { values, texts } = partsOf([...row.texts, ...row.valueFields])
    const [above, below] = [rows[i - 1], rows[i + 1]]
    if (values.length === 0 || (above === undefined && isCount(values))) return
    for (const other of [above, texts.length === 0 ? below : undefined]) {
      const isRest = other === above && texts.every(token => isPiece(token) || isExplanation([token]))
      if (
        other !== undefined && other.labels.length > 0 && other.valueFields.length > 0 &&
        (texts.length === 0 || isRest)
      ) addTo(other, values)
    }
  })
  dropImpossible(rows)
}

function dropImpossible (rows: TableLine[]): void {
  for (const row of rows) if (row.strays !== undefined && isImpossible(row, row.strays)) delete row.strays
}

/** Returns a predicate for words that are part of a label. */
function pieceOf (rows: TableLine[], labels: Label[]): (token: Token) => boolean {
  const texts = [...new Set(labels.map(({ row }) => bare(normalizeText(row.zh))))]
  const used = new Set(rows.filter(row => row.labels.length > 0).flatMap(row => row.used))
  return token =>
    used.has(token) ||
    (token.full.length < MAX_PIECE && !NUMBERED.test(token.raw) && texts.some(text => text.includes(token.full)))
}

const isFigure = (token: Token) => {
  if (token.raw.length > MAX_PIECE) return false
  const text = normalizeText(token.raw)
  return token.kind === 'value' ? /\d/.test(text) : UNIT.test(text) || BROKEN.test(text)
}

/** A row of part four has no label, but stands below its headings. */
const isRow = (row: TableLine) =>
  row.valueFields.some(isFigure) &&
  (row.labels.length > 0 || (row.valueFields.length >= MIN_FIGURES && row.texts.length >= MIN_FIGURES))

/** A row whose cells are on lines of their own begins with the first. */
const lineOf = (row: TableLine) => row.valueFields[0]!.line

function addWhereTouching (rows: (TableLine | undefined)[], values: Token[]): void {
  for (const row of rows) if (row !== undefined && touches(row, values)) addTo(row, values)
}

function addTo (row: TableLine, strays: Token[]): void {
  row.strays = [...row.strays ?? [], ...strays]
}

/** Fewer figures that count up may be those of a row, or the beginnings of its numbers. */
const MIN_COUNT = 4

/** 1, 2, 3, 4 … below the headings number the columns: the total of such a row would be greater. */
export const isCount = (values: Token[]) =>
  values.length >= MIN_COUNT && values.every((token, i) => token.raw === String(i + 1))

/**
 * Returns true if the figures may continue those of the row: they stand beside an explanation of its label, are fewer
 * than a row of its own would have, or each of them may complete the figure above it.
 */
function isRestOf (row: TableLine, texts: Token[], values: Token[]): boolean {
  return values.length > 0 && (
    values.length < row.valueFields.length || isExplanation(texts) ||
    (mayContinue(row, values) && !texts.some(({ raw }) => NUMBERED.test(raw)))
  )
}

/** Returns true if each figure may be the end of a wrapped figure above it: that one is not 0, and no shorter. */
function mayContinue (row: TableLine, values: Token[]): boolean {
  const text = (token: Token) => normalizeText(token.raw.slice(0, MAX_PIECE))
  return values.length === row.valueFields.length && values.every((token, i) => {
    const above = text(row.valueFields[i]!)
    return /[1-9]/.test(above) && text(token).length <= above.length
  })
}

const isExplanation = (texts: Token[]) =>
  /^\((?!\s*[\d一二三四五六七八九十]{1,2}\s*\))|^[^(]*\)/.test(
    normalizeText(texts.map(token => token.raw.slice(0, MAX_PIECE)).join(''))
  )

/**
 * True if some of the figures stand under or above those of the row. A wide character takes between one and two columns
 * of the text, depending on the program that wrote it.
 */
function touches (row: TableLine, values: Token[]): boolean {
  const isStream = row.stream && values.every(token => token.column < MIN_INDENT)
  return !isStream && values.some(token => row.valueFields.some(figure => overlap(token, figure)))
}

const overlap = (a: Token, b: Token): boolean =>
  a.column <= b.column + b.wide + b.width + SLACK && b.column <= a.column + a.wide + a.width + SLACK

/** True if the figures, all on one line, cannot be digits of the row: no number begins with a zero and a digit. */
function isImpossible (row: TableLine, strays: Token[]): boolean {
  const { line } = strays[0]!
  const text = (token: Token) => normalizeText(token.raw)
  const [upper, lower] = line < lineOf(row) ? [strays, row.valueFields] : [row.valueFields, strays]
  const zero = (token: Token) => text(token) === '0'
  return strays.every(token => token.line === line) &&
    (upper === strays ? upper.some(zero) : upper.every(token => zero(token) || !isFigure(token))) &&
    lower.every(token => !isFigure(token) || /^\d/.test(text(token)))
}

// Splits the lines of a document into tokens: labels, figures and empty cells, each with its position.
import { type Document, type Field, isRule, type Line, type Span } from '../../document.ts'
import { fullKey, labelKey } from '../normalize.ts'
import { looksLikeValue } from '../value.ts'
import { findPageNumbers } from './page-numbers.ts'

export interface Token extends Span {
  /** Index of its line. */
  line: number
  raw: string
  kind: 'text' | 'value' | 'blank'
  /** Keys of the text without and with the words in brackets (see normalize.ts); empty for figures. */
  key: string
  full: string
  /** Position in the line: a column of the grid, or a character offset. */
  column: number
  width: number
  /** How many wide characters precede it on its line; 0 in divided lines. */
  wide: number
}

export interface TokenLine {
  index: number
  /** Offset in the text. */
  start: number
  tokens: Token[]
  /** True if the document divides the line into fields; otherwise spaces do. */
  divided: boolean
  grid: Line['grid']
  /** A page number, or another line that is no part of the report. */
  furniture: boolean
}

export function tokenize (document: Document): TokenLine[] {
  const pageNumbers = findPageNumbers(document)
  return document.lines.map((line, index) => {
    const raw = document.text.slice(line.start, line.end)
    const divided = line.fields !== null
    const furniture = pageNumbers.has(index)
    const spans = furniture || isRule(document.text, line) ? [] : line.fields ?? wordSpans(raw, line.start)
    const tokens = withWideCharacters(raw, divided, line.start, spans).map((span): Token => {
      const text = document.text.slice(span.start, span.end)
      return { ...span, line: index, raw: text, ...classify(text, divided) }
    })
    return {
      index,
      start: line.start,
      divided,
      grid: line.grid,
      furniture,
      tokens: divided ? tokens : tokens.filter(token => !isBlank(token.raw))
    }
  })
}

const wordSpans = (raw: string, offset: number): Field[] =>
  words(raw).map(({ start, end }) => ({
    start: offset + start,
    end: offset + end,
    column: start,
    width: end - start
  }))

function withWideCharacters (
  raw: string,
  divided: boolean,
  offset: number,
  spans: Field[]
): (Field & { wide: number })[] {
  let wide = 0
  let at = 0
  return spans.map(span => {
    if (!divided) { for (; at < span.start - offset; at++) wide += raw[at]! > '\u2E80' ? 1 : 0 }
    return { ...span, wide }
  })
}

/** A longer text is neither a label nor a figure. */
const MAX_LABEL_LENGTH = 4000
const NO_LABEL = '\uFFFD'

function classify (text: string, divided: boolean): Pick<Token, 'kind' | 'key' | 'full'> {
  const isLong = text.length > MAX_LABEL_LENGTH
  if (isLong ? isBlank(text) : looksLikeValue(text)) {
    return { kind: divided && isBlank(text) ? 'blank' : 'value', key: '', full: '' }
  }
  const start = text.slice(0, MAX_LABEL_LENGTH)
  const mark = isLong ? NO_LABEL : ''
  return { kind: 'text', key: labelKey(start) + mark, full: fullKey(start) + mark }
}

/** Only spaces, or question marks that replaced no-break spaces. */
const isBlank = (text: string) => /^[\s?？\u200b-\u200f\ufeff]*$/.test(text)

/** Longer lines are running text, never rows, and become a single token. */
const MAX_ROW_LENGTH = 2000

/** Pinyin in brackets belongs to the character before it, even after a space. */
const WORD = /\S+(?:\s?[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ' ]+[)）]\S*)*/g

const LABEL_AND_FIGURE =
  /^((?:[(（]?\d{1,2}[)）]?[.．、]?)?[^\d０-９]*[\p{Script=Han})）”’"》」])[+-]?[\d０-９][\d０-９,，.]*(?:件|项|元|万元)?$/u
const LABEL_AND_MARK = /^(.*[\p{Script=Han})）”’"》」])(?:[-—－/／]+|无|無)$/u

function words (raw: string): Span[] {
  if (raw.length > MAX_ROW_LENGTH) return [{ start: 0, end: raw.length }]
  const spans = [...raw.matchAll(WORD)].map(match => ({ start: match.index, end: match.index + match[0].length }))
  const first = spans.findLastIndex(({ start, end }) => !looksLikeValue(raw.slice(start, end)))
  if (first < 0) return spans
  // Split a label that runs into its first figure.
  const { start, end } = spans[first]!
  const label = (LABEL_AND_FIGURE.exec(raw.slice(start, end)) ??
    (first < spans.length - 1 ? LABEL_AND_MARK.exec(raw.slice(start, end)) : null))?.[1]
  if (label === undefined) return spans
  return [
    ...spans.slice(0, first),
    { start, end: start + label.length },
    { start: start + label.length, end },
    ...spans.slice(first + 1)
  ]
}

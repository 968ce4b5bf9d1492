// The lines of a document as tokens: labels, figures and empty cells, each with its place.
import { type Document, isRule, type Line, type Span } from '../../document.ts'
import { fullKey, labelKey } from '../normalize.ts'
import { looksLikeValue } from '../value.ts'

export interface Token extends Span {
  /** Index of its line. */
  line: number
  raw: string
  kind: 'text' | 'value' | 'blank'
  /** Without and with what stands in brackets; empty for figures. */
  key: string
  full: string
  /** Where it stands in its line: the column of the grid, or of the characters. */
  column: number
  width: number
}

export interface TokenLine {
  index: number
  /** Where it begins in the text. */
  start: number
  tokens: Token[]
  /** Divided into fields by the document; else by its spaces. */
  divided: boolean
  grid: Line['grid']
}

export function tokenize (document: Document): TokenLine[] {
  return document.lines.map((line, index) => {
    const raw = document.text.slice(line.start, line.end)
    const divided = line.fields !== null
    const spans = isRule(document.text, line)
      ? []
      : line.fields ??
        words(raw).map(({ start, end }) => ({
          start: line.start + start,
          end: line.start + end,
          column: start,
          width: end - start
        }))
    const tokens = spans.map((span): Token => {
      const text = document.text.slice(span.start, span.end)
      const kind = !looksLikeValue(text) ? 'text' : divided && isBlank(text) ? 'blank' : 'value'
      return {
        ...span,
        line: index,
        raw: text,
        kind,
        key: kind === 'text' ? labelKey(text) : '',
        full: kind === 'text' ? fullKey(text) : ''
      }
    })
    return {
      index,
      start: line.start,
      divided,
      grid: line.grid,
      tokens: divided ? tokens : tokens.filter(token => !isBlank(token.raw))
    }
  })
}

/** Nothing but spaces, or the question mark left of one. */
const isBlank = (text: string) => /^[\s?？\u200b-\u200f\ufeff]*$/.test(text)

/** Long lines are running text, never rows: their words are of no use. */
const MAX_ROW_LENGTH = 2000

/** A reading in brackets belongs to the character before it, even behind a space. */
const WORD = /\S+(?:\s?[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ' ]+[)）]\S*)*/g

const LABEL_AND_FIGURE =
  /^((?:[(（]?\d{1,2}[)）]?[.．、]?)?[^\d０-９]*[\p{Script=Han})）”’"》」])[+-]?[\d０-９][\d０-９,，.]*(?:件|项|元|万元)?$/u
const LABEL_AND_MARK = /^(.*[\p{Script=Han})）”’"》」])(?:[-—－/／]+|无|無)$/u

function words (raw: string): Span[] {
  if (raw.length > MAX_ROW_LENGTH) return [{ start: 0, end: raw.length }]
  const spans = [...raw.matchAll(WORD)].map(match => ({ start: match.index, end: match.index + match[0].length }))
  const first = spans.findLastIndex(({ start, end }) => !looksLikeValue(raw.slice(start, end)))
  if (first < 0) return spans
  // A label that runs into the first of its figures.
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

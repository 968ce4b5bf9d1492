// Converts plain text to a document: lines with bars or tabs are divided into fields.
import { type Document, type Field, isRule, type Line } from '../document.ts'
import { checkLimit, countWords } from './limits.ts'

const BAR = /[|｜│┃]/
const ONLY_BARS = /^[\s|｜│┃]*$/
const BARS = /[|｜│┃]/g
/** A longer line is running text, never the row of a table. */
const MAX_ROW_LENGTH = 4000

export function documentOfText (text: string): Document {
  const lines: Line[] = []
  for (let start = 0; start <= text.length;) {
    const feed = text.indexOf('\n', start)
    const end = feed < 0 ? text.length : feed
    lines.push({ start, end, fields: null, grid: null })
    start = end + 1
  }
  const barred = lines.filter(line =>
    line.end - line.start < MAX_ROW_LENGTH && BAR.test(text.slice(line.start, line.end)) && !isRule(text, line)
  )
  // A bar either precedes each cell (Markdown) or follows it (a flattened web page).
  const leading =
    barred.filter(line =>
      BAR.test(text.slice(line.start, line.end).trimStart()[0]!) && /[^\s|｜│┃]/.test(text.slice(line.start, line.end))
    ).length
  const withText = barred.filter(line => /[^\s|｜│┃]/.test(text.slice(line.start, line.end))).length
  const opens = leading * 2 > withText
  let total = 0
  const divide = (line: Line, separator: RegExp, opens: boolean) => {
    line.fields = fieldsBetween(text, line, separator, opens)
    checkLimit('fieldsInRow', line.fields.length)
    checkLimit('fields', total += line.fields.length)
  }
  let words = 0
  for (const line of barred) divide(line, BARS, opens)
  for (const { cell, bars } of cellsAboveBars(text, lines)) {
    cell.fields = [{ ...trimmed(text, cell.start, cell.end), column: 0, width: 1 }]
    bars.fields!.pop()
    checkLimit('fields', ++total)
  }
  for (const line of lines) {
    const raw = text.slice(line.start, line.end)
    if (
      line.fields === null && raw.length < MAX_ROW_LENGTH && raw.includes('\t') &&
      raw.split('\t').filter(part => part.trim() !== '').length > 1
    ) divide(line, /\t/g, false)
    if (line.fields === null) checkLimit('words', words += countWords(raw))
  }
  return { text, lines, title: null, notices: [] }
}

/** A few bars alone on a line are the ends of rows. */
const MIN_CELLS = 6

/** Cells on lines of their own, each closed by a bar on the next line; further bars there are empty cells. */
function cellsAboveBars (text: string, lines: Line[]): { cell: Line, bars: Line }[] {
  const found: { cell: Line, bars: Line }[] = []
  let last: Line | null = null
  for (const line of lines) {
    const raw = text.slice(line.start, Math.min(line.end, line.start + MAX_ROW_LENGTH))
    if (raw.trim() === '') continue
    const closes = line.fields !== null && line.fields.length > 0 && ONLY_BARS.test(raw)
    if (closes && last !== null && last.fields === null) {
      found.push({ cell: last, bars: line })
    }
    last = line.end - line.start < MAX_ROW_LENGTH ? line : null
  }
  return found.length < MIN_CELLS ? [] : found
}

/**
 * `opens`: the first separator precedes the first field. The text after the last separator is a field if not empty.
 */
function fieldsBetween (text: string, line: Line, separator: RegExp, opens: boolean): Field[] {
  const cuts = [...text.slice(line.start, line.end).matchAll(separator)].map(match => line.start + match.index)
  const starts = [line.start, ...cuts.map(cut => cut + 1)]
  const ends = [...cuts, line.end]
  const fields = starts.map((start, i) => trimmed(text, start, ends[i]!))
  if (opens && fields[0]!.start === fields[0]!.end) fields.shift()
  const last = fields.at(-1)
  if (last !== undefined && last.start === last.end && separator === BARS) fields.pop()
  return fields.map((field, column) => ({ ...field, column, width: 1 }))
}

function trimmed (text: string, start: number, end: number): { start: number, end: number } {
  while (start < end && /\s/.test(text[start]!)) start++
  while (end > start && /\s/.test(text[end - 1]!)) end--
  return { start, end }
}

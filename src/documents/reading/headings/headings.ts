// Verifies that the heading above some rows belongs to their table.
import type { FormTable } from '../../../form/form.ts'
import type { TableLine } from '../lines/table-line.ts'
import type { Token } from '../lines/tokens.ts'
import { columnKey, labelKey, normalizeText } from '../normalize.ts'
import { isAssembled } from './assemble-labels.ts'

export interface Heading {
  /** True if the heading has exactly the columns of the table, in their order. */
  verified: boolean
  /** The columns in the grid; null unless each label is in a field of its own. */
  columns: number[] | null
  /** The unit of money that the heading states. */
  unit: string | null
}

/** Number of fields on the line with the column labels; null if the labels are spread over several lines. */
export function fieldsOfHeading (table: FormTable, tokens: Token[]): number | null {
  const keys = keysOf(table)
  const line = tokens.find(token => columnKey(token.key) === keys[0])?.line
  const own = tokens.filter(token => token.line === line)
  return keys.every(key => own.some(token => columnKey(token.key) === key))
    ? Math.max(...own.map(token => token.column)) + 1
    : null
}

/**
 * `allColumns` has the column labels of all tables of all forms, `times` how often the columns are repeated side by
 * side.
 */
export function readHeading (table: FormTable, tokens: Token[], allColumns: Set<string>, times = 1): Heading {
  const words = tokens.filter(token => token.kind === 'text' && token.key !== '')
  const unit = moneyUnit(tokens)
  if (hasTotalBeforeAddends(table, words)) return { verified: false, columns: null, unit }
  // Words that are one space apart may form one label.
  for (const candidates of [words, neighboursJoined(words)]) {
    const matching = candidates.filter(word => keysOf(table).includes(columnKey(word.key)))
    const foreign = candidates.some(word =>
      allColumns.has(columnKey(word.key)) && !keysOf(table).some(key => key.includes(columnKey(word.key)))
    )
    if (foreign) continue
    if (isWhole(table, matching, times)) {
      return { verified: true, columns: gridColumns(matching, keysOf(table), times), unit }
    }
    if (isAssembled(table, candidates, times)) {
      return { verified: true, columns: null, unit }
    }
  }
  return { verified: false, columns: null, unit }
}

const keysByTable = new WeakMap<FormTable, string[]>()

function keysOf (table: FormTable): string[] {
  const keys = keysByTable.get(table) ?? table.columns.map(column => columnKey(labelKey(column.zh)))
  keysByTable.set(table, keys)
  return keys
}

function isWhole (table: FormTable, matching: Token[], times: number): boolean {
  const wanted = Array.from({ length: times }, () => keysOf(table)).flat()
  return matching.length === wanted.length && sameOrder(matching.map(word => columnKey(word.key)), wanted, table)
}

function neighboursJoined (words: Token[]): Token[] {
  const joined: Token[] = []
  for (const word of words) {
    const last = joined.at(-1)
    if (last !== undefined && last.line === word.line && word.start - last.end <= 1) {
      joined[joined.length - 1] = {
        ...last,
        end: word.end,
        raw: last.raw + word.raw,
        key: last.key + word.key,
        full: last.full + word.full,
        width: last.width + word.width + 1
      }
    } else {
      joined.push(word)
    }
  }
  return joined
}

/** True if the total is printed before the first column, or before the heading of the columns that it adds. */
function hasTotalBeforeAddends (table: FormTable, words: Token[]): boolean {
  const at = (zh: string) => {
    const key = columnKey(labelKey(zh)).replace('或', '')
    const isKey = (text: string) => columnKey(text).replace(/[或及和与]/, '') === key
    return words.findIndex((word, i) => isKey(word.key) || isKey(word.key + (words[i + 1]?.key ?? '')))
  }
  const total = at(table.columns.find(column => column.total_of)?.zh ?? '')
  const first = at(table.columns[0]!.zh)
  const heading = table.definition.column_headings?.map(({ zh }) => at(zh)).find(index => index >= 0) ?? -1
  return total >= 0 && ((first >= 0 && total < first) || (heading >= 0 && total < heading))
}

/** Accepts a total in second place: its cell spans two lines, so that it precedes the columns of the second line. */
function sameOrder (found: string[], wanted: string[], table: FormTable): boolean {
  if (found.join() === wanted.join()) return true
  if (table.definition.column_headings === undefined) return false
  const totals = table.columns.filter(column => column.total_of).map(column => columnKey(labelKey(column.zh)))
  const without = (list: string[]) => list.filter(key => !totals.includes(key)).join()
  const times = wanted.length / table.columns.length
  return times === 1 && without(found) === without(wanted) && found[1] === totals[0]
}

function gridColumns (matching: Token[], keys: string[], times: number): number[] | null {
  if (times === 1) return keys.map(key => matching.find(word => columnKey(word.key) === key)!.column)
  return matching.map(word => word.column).sort((a, b) => a - b)
}

/** The unit of money in a heading: 元, 万元 or 亿元 in brackets or after 单位. Null if there is none or two differ. */
function moneyUnit (tokens: Token[]): string | null {
  const found = new Set(
    [
      ...normalizeText(tokens.map(token => token.raw).join(' ')).replaceAll(' ', '').matchAll(
        /(?:\(|单位:?|,)(?:人民币)?(亿元|万元|元)\)?/g
      )
    ].map(match => match[1]!)
  )
  return found.size === 1 ? [...found][0]! : null
}

/**
 * Removes the labels of headings. Rows and columns may have the same label: up to the first row whose label no column
 * has, labels are headings, and so they are where a table goes on below its heading again.
 */
export function withoutHeadingRows (table: FormTable, lines: TableLine[]): TableLine[] {
  const keys = keysOf(table)
  const first = lines.findIndex(line =>
    line.labels.some(label => !label.heading && !label.keys.some(key => keys.includes(key)))
  )
  return lines.map((line, i) => i < first || isHeadingLine(table, line) ? { ...line, labels: [], used: [] } : line)
}

function isHeadingLine (table: FormTable, line: TableLine): boolean {
  if (!isWithoutFigures(line)) return false
  const keys = keysOf(table)
  return [...line.texts, ...line.valueFields].filter(token => keys.includes(token.key)).length >= 2
}

const isWithoutFigures = (line: TableLine) => line.valueFields.every(token => token.kind !== 'value')

/** True if each heading below the first rows of the table is the heading above them. */
export function repeatsHeading (
  table: FormTable,
  lines: TableLine[],
  heading: Heading,
  allColumns: Set<string>
): boolean {
  const first = lines.findIndex(line => line.labels.length > 0 && line.valueFields.length > 0)
  for (let i = Math.max(0, first); i < lines.length; i++) {
    if (!isWithoutFigures(lines[i]!)) continue
    const from = i
    while (i + 1 < lines.length && isWithoutFigures(lines[i + 1]!)) i++
    const above = lines.slice(from, i + 1)
    if (!above.some(line => isHeadingLine(table, line))) continue
    const again = readHeading(table, above.flatMap(line => [...line.texts, ...line.valueFields]), allColumns)
    if (!again.verified || again.columns?.join() !== heading.columns?.join()) return false
  }
  return true
}

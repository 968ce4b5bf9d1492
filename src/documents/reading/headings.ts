// Whether the heading over some rows is that of their table.
import type { FormTable } from '../../form/form.ts'
import type { Token } from './lines/tokens.ts'
import { bare, labelKey, normalizeText } from './normalize.ts'

/** The columns are printed once each and in their order; `columns` of the grid where each stands alone in its field. */
export interface Heading {
  verified: boolean
  columns: number[] | null
  unit: string | null
}

/** How many fields the line has on which all columns stand; null where they stand on several. */
export function fieldsOfHeading (table: FormTable, tokens: Token[]): number | null {
  const keys = keysOf(table)
  const line = tokens.find(token => token.key === keys[0])?.line
  const own = tokens.filter(token => token.line === line)
  return keys.every(key => own.some(token => token.key === key))
    ? Math.max(...own.map(token => token.column)) + 1
    : null
}

/**
 * `allColumns`: the labels of the columns of all tables of all forms. `times`: how often the columns stand side by
 * side.
 */
export function readHeading (table: FormTable, tokens: Token[], allColumns: Set<string>, times = 1): Heading {
  const words = tokens.filter(token => token.kind === 'text' && token.key !== '')
  const unit = moneyUnit(tokens)
  if (totalStandsEarly(table, words)) return { verified: false, columns: null, unit }
  // Words one space apart may be one label.
  for (const some of [words, neighboursJoined(words)]) {
    const whole = some.filter(word => keysOf(table).includes(word.key))
    const foreign = some.some(word => allColumns.has(word.key) && !keysOf(table).some(key => key.includes(word.key)))
    if (foreign) continue
    if (isWhole(table, whole, times)) return { verified: true, columns: gridColumns(whole, keysOf(table), times), unit }
    const across = [...some].sort((a, b) => a.column + a.width / 2 - b.column - b.width / 2)
    if (times > 1 ? hasAllPieces(table, some, times) : isAssembled(table, some) || isAssembled(table, across)) {
      return { verified: true, columns: null, unit }
    }
  }
  return { verified: false, columns: null, unit }
}

const known = new WeakMap<FormTable, string[]>()

function keysOf (table: FormTable): string[] {
  const keys = known.get(table) ?? table.columns.map(column => labelKey(column.zh))
  known.set(table, keys)
  return keys
}

function isWhole (table: FormTable, whole: Token[], times: number): boolean {
  const wanted = Array.from({ length: times }, () => keysOf(table)).flat()
  return whole.length === wanted.length && sameOrder(whole.map(word => word.key), wanted, table)
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

/** Before the first column, or before the heading of the columns that it adds. */
function totalStandsEarly (table: FormTable, words: Token[]): boolean {
  const at = (zh: string) =>
    words.findIndex((word, i) => word.key === labelKey(zh) || word.key + (words[i + 1]?.key ?? '') === labelKey(zh))
  const total = at(table.columns.find(column => column.total_of)?.zh ?? '')
  const first = at(table.columns[0]!.zh)
  const heading = table.definition.column_headings?.map(({ zh }) => at(zh)).find(index => index >= 0) ?? -1
  return total >= 0 && ((first >= 0 && total < first) || (heading >= 0 && total < heading))
}

/** A total may stand before what it adds: its cell reaches over two lines, and lines are read one by one. */
function sameOrder (found: string[], wanted: string[], table: FormTable): boolean {
  if (found.join() === wanted.join()) return true
  const totals = table.columns.filter(column => column.total_of).map(column => labelKey(column.zh))
  const without = (list: string[]) => list.filter(key => !totals.includes(key)).join()
  const times = wanted.length / table.columns.length
  return times === 1 && without(found) === without(wanted) && found[1] === totals[0]
}

function gridColumns (whole: Token[], keys: string[], times: number): number[] | null {
  if (times === 1) return keys.map(key => whole.find(word => word.key === key)!.column)
  return whole.map(word => word.column).sort((a, b) => a - b)
}

/**
 * Labels split into pieces, in the next lines or in the next fields: each column begins after the one before it, and
 * its other pieces follow. A total may begin anywhere.
 */
function isAssembled (table: FormTable, words: Token[]): boolean {
  const used = new Set<Token>()
  const next = (from: number, rest: string) =>
    words.findIndex((word, i) => i >= from && !used.has(word) && rest.startsWith(word.key))
  let begun = 0
  for (const column of table.columns) {
    let rest = labelKey(column.zh)
    let at = next(column.total_of ? 0 : begun, rest)
    if (at < 0) return false
    if (!column.total_of) begun = at + 1
    while (at >= 0 && rest !== '') {
      used.add(words[at]!)
      rest = rest.slice(words[at]!.key.length)
      at = rest === '' ? at : next(at + 1, rest)
    }
    if (rest !== '') return false
  }
  return true
}

/** All characters of the labels are there. */
function hasAllPieces (table: FormTable, words: Token[], times: number): boolean {
  const there = count(bare(normalizeText(words.map(word => word.raw).join(''))))
  return [...count(keysOf(table).join('').repeat(times))].every(([char, n]) => (there.get(char) ?? 0) >= n)
}

function count (text: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  return counts
}

/** The unit of money in a heading: 元 or 万元 in brackets or behind 单位. Two different ones are none. */
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

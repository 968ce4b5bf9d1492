// Whether the heading over some rows is that of their table.
import type { FormTable } from '../form/form.ts'
import { bare, labelKey, plain } from './fold.ts'
import type { Token } from './tokens.ts'

/** Words of the heading of a table besides its columns. */
const KNOWN = ['信息内容', '申请人情况', '法人或其他组织', '法人及其他组织', '法人和其他组织', '类别', '项目', '单位件', '单位', '件', '序号', '行政复议', '行政诉讼', '未经复议直接起诉', '复议后起诉']

/** The columns are printed once each and in their order; `columns` of the grid where each stands alone in its field. */
export interface Heading { verified: boolean, columns: number[] | null, unit: string | null }

/** `allColumns`: the labels of the columns of all tables of all forms. `times`: how often the columns stand side by side. */
export function readHeading (table: FormTable, tokens: Token[], allColumns: Set<string>, times = 1): Heading {
  const words = tokens.filter(token => token.kind === 'text' && token.key !== '')
  const keys = table.columns.map(column => labelKey(column.zh))
  const wanted = Array.from({ length: times }, () => keys).flat()
  const unit = moneyUnit(tokens)
  const whole = words.filter(word => keys.includes(word.key))
  const others = words.filter(word => !keys.includes(word.key))
  const inOrder = (found: string[]) => found.length === wanted.length && sameOrder(found, wanted, table)
  if (inOrder(whole.map(word => word.key))) {
    const stray = others.filter(word => allColumns.has(word.key))
    return { verified: stray.length === 0, columns: gridColumns(whole, keys, times), unit }
  }
  // Cells split in pieces: all characters of the labels are there, and their first pieces come in order.
  const text = bare(plain(words.map(word => word.raw).join(''))).replaceAll(/法人[或及和]其他组织/g, '')
  const enough = [...count(wanted.join(''))].every(([char, n]) => (count(text).get(char) ?? 0) >= n)
  return { verified: enough && whole.every(word => keys.includes(word.key)) && firstPiecesInOrder(words, keys, times), columns: null, unit }
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

/** The order of the pieces by which the columns begin, across the page and not line by line. */
function firstPiecesInOrder (words: Token[], keys: string[], times: number): boolean {
  if (times > 1) return true
  const starts = keys.map(key => words.find(word => word.key.length >= 2 && !KNOWN.includes(word.key) && (key.startsWith(word.key) || word.key.startsWith(key.slice(0, 2)))))
  const seen = starts.filter(word => word !== undefined)
  const lined = new Set(seen.map(word => word.line)).size > 1 && seen.every(word => word.width > 0)
  const order = lined ? seen.map(word => word.column) : seen.map(word => word.start)
  return order.every((at, i) => i === 0 || at > order[i - 1]!) || seen.map(word => word.start).every((at, i, all) => i === 0 || at > all[i - 1]!)
}

function count (text: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  return counts
}

/** The unit of money in a heading: 元 or 万元 in brackets or behind 单位. Two different ones are none. */
function moneyUnit (tokens: Token[]): string | null {
  const found = new Set([...plain(tokens.map(token => token.raw).join(' ')).matchAll(/(?:\(|单位:? ?|,)(?:人民币)?(亿元|万元|元)\)?/g)].map(match => match[1]!))
  return found.size === 1 ? [...found][0]! : null
}

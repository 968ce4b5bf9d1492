// Finds the table rows of text that has neither a grid nor bars: columns are aligned by spaces, labels wrap over lines.
import { type Label, type LabelIndex, labelsOf, withSameNumber } from '../label-index.ts'
import { bare, fullKey, labelKey, normalizeText } from '../normalize.ts'
import { joinGroupTotals, moveTotals } from './displaced-totals.ts'
import { markDoubtfulSpaces } from './doubtful-spaces.ts'
import { dropShiftedLabels } from './shifted-labels.ts'
import { addStrays } from './strays.ts'
import type { TableLine } from './table-line.ts'
import type { Token, TokenLine } from './tokens.ts'

/** How many words beside the figures, and characters, a label may have. */
const MAX_LABEL_WORDS = 40
const MAX_LABEL_LENGTH = 500

/** How many lines a wrapped label may extend above and below its figures. */
const MAX_LABEL_LINES = 6

interface Group {
  values: Token[]
  own: Token[]
  first: number
  last: number
}

export function undividedLines (lines: TokenLine[], labelIndex: LabelIndex, tables: Set<string>): TableLine[] {
  const all = groupValues(lines)
  // Where figures follow their labels on the same line, a single figure on a line of its own is a page number.
  const beside = all.filter(group => group.own.length > 0).length * 2 > all.length
  const groups = beside ? all.filter(group => group.own.length > 0 || group.values.length > 1) : all
  const headings = labelIndex.labels.filter(label => label.heading).flatMap(
    label => [...label.keys, bare(normalizeText(label.row.zh))]
  )
  const prefixes = new Set(
    labelIndex.labels.filter(label => tables.has(label.table.definition.id))
      .flatMap(label => label.keys.flatMap(key => Array.from({ length: key.length }, (_, i) => key.slice(0, i + 1))))
  )
  const start = lines[0]?.index ?? 0
  const textsBetween = (from: number, to: number) =>
    lines.slice(from + 1 - start, Math.max(0, to - start)).flatMap(line => line.tokens)
  const tableLines = groups.map((group, i): TableLine => {
    const before = textsBetween(groups[i - 1]?.last ?? start - 1, group.first)
    const after = textsBetween(group.last, groups[i + 1]?.first ?? Infinity)
    const pre = before.filter(token => token.line >= group.first - MAX_LABEL_LINES * 2).slice(-24)
    const post = after.filter(token => token.line <= group.last + MAX_LABEL_LINES).slice(0, 12)
    const { labels, used } = wrappedLabel({ pre, own: group.own, post }, { labelIndex, tables, prefixes, headings })
    return {
      labels,
      used,
      texts: [...before, ...group.own],
      valueFields: group.values,
      lead: 0,
      lines: [group.first],
      divided: false,
      grid: false,
      stream: isStream(group),
      ...(isStream(group) ? { spaced: withEmptyLines(lines, group, used) } : {})
    }
  })
  // A word that two rows claim as part of their labels belongs to neither.
  const claims = new Map<Token, number>()
  for (const token of tableLines.flatMap(line => line.used)) claims.set(token, (claims.get(token) ?? 0) + 1)
  for (const line of tableLines) {
    if (line.used.some(token => claims.get(token)! > 1)) Object.assign(line, { labels: [], used: [] })
  }
  const last = groups.at(-1)?.last ?? start - 1
  const wordsAfter = textsBetween(last, Infinity)
  const usedWords = new Set(tableLines.flatMap(line => line.used))
  dropShiftedLabels(tableLines, wordsAfter.filter(token => !usedWords.has(token)), labelIndex, tables)
  const taken = new Set(tableLines.flatMap(line => line.used))
  for (const line of tableLines) {
    line.texts = line.texts.filter(token => !taken.has(token) || line.used.includes(token))
  }
  markDoubtfulSpaces(tableLines)
  for (const table of new Set(labelIndex.labels.map(label => label.table))) {
    if (tables.has(table.definition.id) && table.definition.section === 'review_litigation') {
      joinGroupTotals(tableLines, table.columns.length - 1)
    }
  }
  moveTotals(tableLines, lines)
  addStrays(tableLines, lines, labelIndex.labels.filter(label => tables.has(label.table.definition.id)))
  const tail = wordsAfter.filter(token => !taken.has(token))
  if (tail.length > 0) {
    tableLines.push({
      labels: [],
      used: [],
      texts: tail,
      valueFields: [],
      lead: 0,
      lines: [],
      divided: false,
      grid: false,
      stream: false
    })
  }
  return tableLines
}

/** True if each figure is on a line of its own. */
const isStream = ({ own, values }: Group) =>
  own.length === 0 && new Set(values.map(token => token.line)).size === values.length

/** Returns each line between the label and the next word as a cell; an empty line is a blank cell. */
function withEmptyLines (lines: TokenLine[], group: Group, used: Token[]): Token[] {
  const from = Math.max(-1, ...used.map(token => token.line))
  const start = lines[0]!.index
  if (from < start) return group.values
  const cells: Token[] = []
  for (let i = from + 1; i - start < lines.length; i++) {
    const { tokens, start: offset, furniture } = lines[i - start]!
    if (furniture) continue
    if (tokens.some(token => token.kind === 'text')) break
    cells.push(tokens[0] ?? { ...group.values[0]!, line: i, start: offset, end: offset, raw: '', kind: 'blank' })
  }
  return cells
}

/** Groups the figures at the end of a line; a run of lines with a single figure each forms one group. */
function groupValues (lines: TokenLine[]): Group[] {
  const groups: Group[] = []
  let open: Group | null = null
  for (const line of lines) {
    if (line.tokens.length === 0) continue
    let first = line.tokens.length
    while (first > 0 && line.tokens[first - 1]!.kind === 'value') first--
    const own = line.tokens.slice(0, first)
    const values = line.tokens.slice(first)
    if (values.length === 0) {
      open = null
      continue
    }
    const single = own.length === 0 && values.length === 1
    if (single && open !== null) {
      open.values.push(...values)
      open.last = line.index
      continue
    }
    const group = { values, own, first: line.index, last: line.index }
    groups.push(group)
    open = single ? group : null
  }
  return groups
}

/**
 * Finds the label whose pieces are on the lines before the figures, beside them and after them. Pieces of headings may
 * be interspersed; any other word between a label and the figures rules the label out.
 */
function wrappedLabel (
  { pre, own, post }: Record<'pre' | 'own' | 'post', Token[]>,
  { labelIndex, tables, prefixes, headings }: {
    labelIndex: LabelIndex
    tables: Set<string>
    prefixes: Set<string>
    headings: string[]
  }
): { labels: Label[], used: Token[] } {
  const all = [...pre, ...own, ...post].filter(token => token.kind === 'text' && token.full !== '')
  const place = (token: Token) => pre.includes(token) ? -1 : own.includes(token) ? 0 : 1
  // A word beside the figures that is itself a label belongs to them, even if a heading contains it.
  const isHeading = (token: Token) =>
    headings.some(key => key.includes(token.full)) &&
    !(own.includes(token) && labelsOf(labelIndex, tables, token.key, token.full).some(label => !label.heading))
  // Try the words beside the figures as one text first, as brackets may span several words.
  for (let i = Math.max(0, own.length - MAX_LABEL_WORDS); i < own.length; i++) {
    const beside = own.slice(i)
    const text = beside.map(token => token.raw).join('')
    if (text.length > MAX_LABEL_LENGTH) continue
    const found = labelsOf(labelIndex, tables, labelKey(text), fullKey(text)).filter(label => !label.heading)
    const labels = withSameNumber(labelIndex, found, text)
    if (labels.length > 0 && own.slice(0, i).every(token => isHeading(token) || token.full === '')) {
      return { labels, used: beside }
    }
  }
  const found: { labels: Label[], used: Token[], length: number }[] = []
  let visits = 0
  const search = (from: number, text: string, used: Token[]) => {
    if (++visits > 2000) return
    if (text !== '') {
      const labels = withSameNumber(labelIndex, labelsOf(labelIndex, tables, text, text), used[0]!.raw)
      const closed = withBracket(used)
      if (labels.length > 0 && isNear(closed)) found.push({ labels, used: closed, length: text.length })
    }
    for (let i = from; i < all.length; i++) {
      const token = all[i]!
      for (const piece of new Set([token.full, token.key])) {
        if (prefixes.has(text + piece)) search(i + 1, text + piece, [...used, token])
      }
    }
  }
  /** Adds the following words up to the closing bracket if the label ends within one. */
  const withBracket = (used: Token[]): Token[] => {
    const closed = [...used]
    const open = () => {
      const text = normalizeText(closed.map(token => token.raw).join(''))
      return text.lastIndexOf('(') > text.lastIndexOf(')')
    }
    for (let i = all.indexOf(used.at(-1)!) + 1; open() && i < all.length && closed.length < used.length + 6; i++) {
      closed.push(all[i]!)
    }
    return open() ? [...used] : closed
  }
  const isNear = (used: Token[]) => {
    const places = used.map(place)
    // A word between the label and the figures beside it may be the beginning of a broken figure.
    const at = own.indexOf(used.findLast(token => own.includes(token))!)
    const between = at < 0 ? [] : own.slice(at + 1).filter(token => token.full !== '')
    return places[0]! <= 0 && between.every(token => used.includes(token)) &&
      all.every(token => used.includes(token) || isHeading(token) || isFar(token, used, places))
  }
  // Words above the label, or below its last piece after the figures, do not matter.
  const isFar = (token: Token, used: Token[], places: number[]) => {
    const where = place(token)
    const at = all.indexOf(token)
    if (where === -1) return places[0] !== -1 || at < all.indexOf(used[0]!)
    if (where === 1) return places.at(-1) !== 1 || at > all.indexOf(used.at(-1)!)
    return false
  }
  search(0, '', [])
  const rows = found.filter(candidate => candidate.labels.some(label => !label.heading))
  const eligible = rows.length > 0 ? rows : found
  const longest = Math.max(0, ...eligible.map(candidate => candidate.length))
  const best = eligible.filter(candidate => candidate.length === longest)
  const names = new Set(best.flatMap(candidate => candidate.labels))
  if (best.length === 0 || names.size > best[0]!.labels.length) return { labels: [], used: [] }
  // If the same words appear twice, take those nearest to the figures.
  const nearest = best.reduce((a, b) => b.used[0]!.start > a.used[0]!.start && place(b.used[0]!) <= 0 ? b : a)
  return { labels: nearest.labels, used: nearest.used }
}

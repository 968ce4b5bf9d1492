// Finds totals that stand on the line above or below their row, as their cells are aligned otherwise.
import { normalizeText } from '../normalize.ts'
import type { TableLine } from './table-line.ts'
import type { Token, TokenLine } from './tokens.ts'

/** How far, in characters, the ends of the totals may differ. */
const SLACK = 2
const MIN_TOTALS = 3
/** One total alone may be the sum by chance. */
const MIN_GROUPS = 2
/** The number of lines between figures and the totals of their groups, where every other line is empty. */
const MAX_APART = 2

interface Displaced {
  row: TableLine
  total: Token
}

/**
 * Adds to each row without a total the only figure on the next line that has one, or on the line before, if it is the
 * sum of the row and all these totals stand below each other, to the right of all other figures.
 */
export function moveTotals (rows: TableLine[], lines: TokenLine[]): void {
  const filled = lines.filter(line => line.tokens.length > 0)
  const at = new Map(filled.map((line, i) => [line.index, i]))
  const claimed = new Set(rows.filter(row => row.labels.length > 0).flatMap(row => row.valueFields))
  const find = (step: 1 | -1) =>
    rows.flatMap((row): Displaced[] => {
      const line = filled[(at.get(row.valueFields[0]?.line ?? -1) ?? -2) + step]
      const tokens = line?.tokens ?? []
      const total = tokens.at(-1)
      return total !== undefined && tokens.every(token => token === total || token.kind === 'text') &&
          !claimed.has(total) && isTotalOf(row, total)
        ? [{ row, total }]
        : []
    })
  const [below, above] = [find(1), find(-1)]
  const found = above.length > below.length ? above : below
  const isAligned = [0, 0.5, 1].some(part => {
    const at = found.map(({ total }) => total.column + total.width * part)
    return Math.max(...at) - Math.min(...at) <= SLACK
  })
  const right = Math.min(...found.map(({ total }) => total.column))
  const last = Math.max(...found.map(({ row }) => row.valueFields.at(-1)!).map(token => token.column + token.width))
  if (found.length < MIN_TOTALS || !isAligned || right < last) return
  for (const { row, total } of found) row.valueFields = [...row.valueFields, total]
}

/** True if the row has a figure for each column but the total, which is their sum. */
function isTotalOf (row: TableLine, total: Token): boolean {
  const columns = row.labels[0]?.table.columns ?? []
  const figures = row.valueFields.map(numberIn)
  const addends = columns.length - 1
  return !row.stream && columns.at(-1)?.total_of?.length === addends && figures.length === addends &&
    numberIn(total) === figures.reduce((sum, figure) => sum + figure, 0)
}

/**
 * Joins two lines of part four without labels, one with the figures of two or three groups and one with only their
 * totals, if each total is the sum of its group and stands between its last figure and the first of the next group.
 */
export function joinGroupTotals (rows: TableLine[], addends: number): void {
  for (let i = 1; i < rows.length; i++) {
    const [above, below] = [rows[i - 1]!, rows[i]!]
    const [figures, totals] = above.valueFields.length > below.valueFields.length ? [above, below] : [below, above]
    const apart = Math.min(...below.lines) - Math.max(...above.lines)
    if (below.texts.length > 0 || apart > MAX_APART || !areGroupTotals(figures, totals, addends)) continue
    figures.valueFields = totals.valueFields.flatMap((total, group) => [...groupOf(figures, group, addends), total])
    figures.texts = above.texts
    rows.splice(rows.indexOf(totals), 1)
  }
}

const groupOf = ({ valueFields }: TableLine, group: number, addends: number) =>
  valueFields.slice(group * addends, (group + 1) * addends)

const areGroupTotals = (figures: TableLine, totals: TableLine, addends: number): boolean =>
  [figures, totals].every(({ labels, stream, divided }) => labels.length === 0 && !stream && !divided) &&
  totals.valueFields.length >= MIN_GROUPS && figures.valueFields.length === totals.valueFields.length * addends &&
  totals.valueFields.every((total, group) => {
    const own = groupOf(figures, group, addends)
    const [last, next] = [own.at(-1)!, groupOf(figures, group + 1, addends)[0]]
    return numberIn(total) === own.map(numberIn).reduce((sum, figure) => sum + figure, 0) &&
      last.column + last.width < total.column && (next === undefined || total.column + total.width < next.column)
  })

/** 0 for signs that stand for nothing; not a number for all that is no plain number. */
function numberIn ({ raw }: Token): number {
  const text = normalizeText(raw).replaceAll(',', '').replace(/(?<=\d)件$/, '')
  return /^(?:[-—–/]+|无)$/.test(text) ? 0 : /^\d{1,15}$/.test(text) ? Number(text) : NaN
}

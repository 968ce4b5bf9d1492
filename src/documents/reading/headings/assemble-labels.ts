// Puts the pieces of column labels together, which narrow columns break over lines.
import type { FormTable } from '../../../form/form.ts'
import type { Token } from '../lines/tokens.ts'
import { columnKey, labelKey } from '../normalize.ts'

interface Assembly {
  label: string
  total: boolean
  /** What is still missing. */
  rest: string
  first: Token | null
}

/**
 * True if the words have the labels of the table, `times` side by side, in their order, whole or in pieces. Words of
 * one line must belong to labels from left to right. Labels begin in the order of reading, or else their first pieces
 * stand from left to right.
 */
export function isAssembled (table: FormTable, words: Token[], times: number): boolean {
  return assemble(table, words, times, false) || assemble(table, words, times, true)
}

function assemble (table: FormTable, words: Token[], times: number, across: boolean): boolean {
  const labels = Array.from({ length: times }, () => table.columns).flat().map((column): Assembly => {
    const label = labelKey(column.zh)
    return { label, total: column.total_of !== undefined, rest: label, first: null }
  })
  // The cell of a total is as high as the heading of the other columns, so that it may begin anywhere.
  const isFree = (label: Assembly) => label.total && table.definition.column_headings !== undefined
  const single = new Set(words.map(word => word.line)).size === words.length
  if (single && across) return false
  const last = new Map<number, number>()
  for (const word of words) {
    const line = single ? 0 : word.line
    const from = last.get(line) ?? -1
    const isNext = (label: Assembly, i: number) =>
      label.first === null && fits(label, word) &&
      (across || isFree(label) || labels.every((other, j) => j >= i || other.first !== null || isFree(other)))
    const begun = labels.findIndex(({ first, rest }, i) =>
      i >= from && first !== null && rest !== '' && fits(labels[i]!, word)
    )
    const at = begun >= 0 ? begun : labels.findIndex((label, i) => i > from && isNext(label, i))
    if (at < 0) continue
    const label = labels[at]!
    label.first ??= word
    label.rest = label.rest.startsWith(word.key) ? label.rest.slice(word.key.length) : ''
    if (!single || !isFree(label)) last.set(line, at)
  }
  const isWhole = ({ label, rest }: Assembly) =>
    columnKey(label.slice(0, label.length - rest.length)) === columnKey(label)
  if (!labels.every(isWhole)) return false
  return !across || labels.every(({ first }, i) => i === 0 || centre(labels[i - 1]!.first!) < centre(first!))
}

const fits = ({ rest }: Assembly, { key }: Token) => rest.startsWith(key) || columnKey(rest) === columnKey(key)

const centre = (word: Token) => word.column + word.width / 2

// Reads part four (review and litigation) where its three groups of figures are side by side on one line.
import type { FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { columnAssigner, isWhole, type Row } from './assign-columns.ts'
import { readHeading } from './headings/headings.ts'
import type { LabelIndex } from './label-index.ts'
import { isDense } from './lines/doubtful-spaces.ts'
import type { TableLine } from './lines/table-line.ts'
import type { Token } from './lines/tokens.ts'
import { readTable } from './read-table.ts'
import { problemOf } from './reading-problems.ts'
import type { RowFound, TableReading } from './table-reading.ts'
import { readValue } from './value.ts'

/** Reads the one, two or three groups of figures that the words above them name. */
export function readGroups (
  document: Document,
  table: FormTable,
  { line, words, lines }: { line: TableLine, words: Token[], lines: TableLine[] },
  labelIndex: LabelIndex
): TableReading {
  const size = table.columns.length
  const text = words.map(word => word.full).join(' ')
  const joined = text.replaceAll(' ', '')
  const named = [
    /(^| )行政复议(情况)?( |$)/.test(text),
    joined.includes('未经复议') && /直接(起诉|诉讼)/.test(joined),
    joined.includes('复议后起诉')
  ]
  // Names of groups that wrap over lines are indistinguishable, but three times the columns means all three groups.
  const all = readHeading(table, words, labelIndex.columns, table.rows.length)
  const rows = all.verified ? table.rows : table.rows.filter((_, i) => named[i])
  const heading = all.verified ? all : readHeading(table, words, labelIndex.columns, rows.length)
  const isKnown = rows.length > 0 && heading.verified && areNamesInOrder(words, rows.length) &&
    !namesMoreGroups(table, words, rows.length, labelIndex)
  const columns = size * rows.length
  const grid = heading.columns !== null && increasing(heading.columns) && line.grid ? heading.columns : null
  const row = { line, columns }
  const assignment = columnAssigner([row], grid)(row)
  const fields = 'fault' in assignment ? null : assignment.fields
  const parts = rows.map((row, i): RowFound => ({
    row,
    heading: false,
    line: { ...line, lead: 0, valueFields: fields?.slice(i * size, (i + 1) * size) ?? line.valueFields }
  }))
  const isSure = grid !== null || isProved(table, row, parts)
  const fault = 'fault' in assignment ? assignment.fault : isSure ? null : 'figures-not-aligned'
  if (!isKnown) {
    return {
      table,
      verified: false,
      cells: new Map(),
      problems: [
        problemOf('heading-not-found', {
          table: table.definition.id,
          line: line.valueFields[0]!.line + 1,
          raw: line.valueFields.map(token => token.raw).join(' ')
        })
      ]
    }
  }
  return readTable(document, table, parts, {
    lines,
    assign: ({ line }) => fault === null ? { fields: line.valueFields } : { fault },
    unit: null,
    tableFault: null
  })
}

/** The names of the groups of figures, in the order of the form, in pairs that stand on the same line. */
const NAMES = [[/行政复议/, /行政诉讼/], [/未经|直接/, /后/]] as const

/** True if the names of the groups stand from left to right in the order of the form; three groups need all names. */
function areNamesInOrder (words: Token[], groups: number): boolean {
  const all = words.filter(word => word.kind === 'text')
  return NAMES.every(([first, second]) => {
    const a = all.find(word => first.test(word.full))
    const b = all.find(word => second.test(word.full))
    if (a === undefined || b === undefined) return groups < 3
    if (a === b) return a.full.search(first) < a.full.search(second)
    return a.column === b.column ? a.start < b.start : a.column < b.column
  })
}

/** True if the heading has the columns of one more group, whose name was not found. */
const namesMoreGroups = (table: FormTable, words: Token[], groups: number, labelIndex: LabelIndex): boolean =>
  groups < table.rows.length && readHeading(table, words, labelIndex.columns, groups + 1).verified

export const increasing = (columns: number[]) => columns.every((column, i) => i === 0 || column > columns[i - 1]!)

/**
 * True if each figure is certainly in its column though there is no grid. Blanks are trusted only on a single line and
 * if all totals are correct. Where figures have only their order, a wrapped number in one group makes up for a lost
 * blank in another, so that the totals must be correct as well.
 */
function isProved (table: FormTable, row: Row, parts: RowFound[]): boolean {
  const { line } = row
  const isSingle = !line.stream && line.divided
  return (isWhole(row) && !isDense(line)) ||
    ((isWhole(row) || isSingle) && parts.every(({ line }) => adds(table, line.valueFields)))
}

/** True if the total equals the sum of the other figures, or if all are blank. */
function adds (table: FormTable, fields: Token[]): boolean {
  const figures = fields.map((token, i) => readValue(table.cells[i]!, token.raw, null).figure)
  const total = table.columns.findIndex(column => column.total_of)
  const sum = figures.reduce<number>((all, figure, i) => all + (i === total ? 0 : figure ?? 0), 0)
  return figures.every(figure => figure === null) || figures[total] === sum
}

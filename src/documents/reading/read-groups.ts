import type { FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { columnAssigner, isWhole } from './assign-columns.ts'
import { readHeading } from './headings.ts'
import type { LabelIndex } from './label-index.ts'
import type { TableLine } from './lines/table-line.ts'
import type { Token } from './lines/tokens.ts'
import { readTable } from './read-table.ts'
import { problemOf } from './reading-problems.ts'
import type { RowFound, TableReading } from './table-reading.ts'
import { readValue } from './value.ts'

/** The figures of one, two or three groups that the words over them name. */
export function readGroups (
  document: Document,
  table: FormTable,
  { line: entry, words, lines: entries }: { line: TableLine, words: Token[], lines: TableLine[] },
  lexicon: LabelIndex
): TableReading {
  const size = table.columns.length
  const text = words.map(word => word.full).join(' ')
  const joined = text.replaceAll(' ', '')
  const named = [
    /(^| )行政复议(情况)?( |$)/.test(text),
    joined.includes('未经复议') && /直接(起诉|诉讼)/.test(joined),
    joined.includes('复议后起诉')
  ]
  // Wrapped over lines the names of the groups cannot be told apart: three times the columns are all three.
  const all = readHeading(table, words, lexicon.columns, table.rows.length)
  const rows = all.verified ? table.rows : table.rows.filter((_, i) => named[i])
  const heading = all.verified ? all : readHeading(table, words, lexicon.columns, rows.length)
  const more = rows.length > 0 && rows.length < table.rows.length &&
    readHeading(table, words, lexicon.columns, rows.length + 1).verified
  const columns = size * rows.length
  const grid = heading.columns !== null && increasing(heading.columns) && entry.grid ? heading.columns : null
  const row = { entry, columns }
  const placed = columnAssigner([row], grid)(row)
  const fields = 'fault' in placed ? null : placed.fields
  const parts = rows.map((row, i): RowFound => ({
    row,
    heading: false,
    entry: { ...entry, lead: 0, valueFields: fields?.slice(i * size, (i + 1) * size) ?? entry.valueFields }
  }))
  // Without a grid, blanks among the figures are trusted on one line and with sums that hold.
  const sure = grid !== null || isWhole(row) ||
    (fields !== null && !entry.stream && entry.divided && parts.every(({ entry }) => adds(table, entry.valueFields)))
  const fault = 'fault' in placed ? placed.fault : sure ? null : 'figures-not-aligned'
  if (rows.length === 0 || !heading.verified || more) {
    return {
      table,
      verified: false,
      cells: new Map(),
      problems: [
        problemOf('heading-not-found', {
          table: table.definition.id,
          line: entry.valueFields[0]!.line + 1,
          raw: entry.valueFields.map(token => token.raw).join(' ')
        })
      ]
    }
  }
  return readTable(document, table, parts, {
    entries,
    place: ({ entry }) => fault === null ? { fields: entry.valueFields } : { fault },
    unit: null,
    why: null
  })
}

export const increasing = (columns: number[]) => columns.every((column, i) => i === 0 || column > columns[i - 1]!)

/** The row's total is there and the sum of its parts, or all is blank. */
function adds (table: FormTable, zone: Token[]): boolean {
  const figures = zone.map((token, i) => readValue(table.cells[i]!, token.raw, null).figure)
  const total = table.columns.findIndex(column => column.total_of)
  const sum = figures.reduce<number>((all, figure, i) => all + (i === total ? 0 : figure ?? 0), 0)
  return figures.every(figure => figure === null) || figures[total] === sum
}

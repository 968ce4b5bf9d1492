// A form made ready for use: its cells in their order, its measures and its checks. `compile.ts` makes it from the
// data.
import type { Text } from '../problems/fault.ts'
import { type Column, type FormDefinition, type Row, Table } from './definition.ts'

/** A place for one figure. `position` counts from 1 and is the index in the stored vector. */
export interface Cell {
  id: string
  table: string
  row: string
  column: string
  position: number
  unit: string
  signed: boolean
  money: boolean
  /** Stored integers per unit on the wire: 1 for counts, 分 per 元 or 万元 for money. */
  scale: number
  /** A printed total, of its row or of its column. */
  total: boolean
  label: { zh: string, en: string }
}

export interface FormTable {
  definition: Table
  /** Rows that hold figures, in printed order. */
  rows: Row[]
  columns: Column[]
  cells: Cell[]
}

export interface Form {
  id: string
  definition: FormDefinition
  cells: Cell[]
  cell: Map<string, Cell>
  tables: Map<string, FormTable>
  /** Ids of the text sections, in printed order. */
  sections: string[]
  checks: Check[]
  measures: Map<string, Measure>
}

/** What a total adds: a cell, or a heading computed from its leaves. */
export interface Measure {
  id: string
  unit: string
  scale: number
  label: Text
  /** Positions in the vector, from 1. */
  positions: number[]
}

export type Severity = 'error' | 'warning' | 'info'

interface Base {
  id: string
  severity: Severity
  /** What must hold. */
  zh: string
  en: string
}

/** The cells on the left add to those on the right. `totals` are the printed totals, which must not be blank. */
export interface SumCheck extends Base {
  rule: 'sum'
  left: string[]
  right: string[]
  totals: string[]
}

/** No neighbours in the row are one number broken in two: joining their digits would make the row's total right. */
export interface SplitCheck extends Base {
  rule: 'split'
  addends: string[]
  total: string
}

/** Each row of the table is there. */
export interface RowsCheck extends Base {
  rule: 'rows'
  table: string
}

/** Each cell of the rows that are there has a figure. */
export interface FiguresCheck extends Base {
  rule: 'figures'
  table: string
}

/** The text has at least so many characters. */
export interface TextCheck extends Base {
  rule: 'text'
  section: string
  at_least: number
}

/** The figure that the text states is the one of the tables. A text that states none contradicts none. */
export interface StatedCheck extends Base {
  rule: 'stated'
  section: string
  phrase: string
  cells: string[]
}
export type Check = SumCheck | SplitCheck | RowsCheck | FiguresCheck | TextCheck | StatedCheck

export const cellId = (table: string, row: string, column: string) => `${table}.${row}.${column}`

/** The leaves of a heading: the rows with figures below it that are not themselves sums. */
export function leavesOf (table: Table, heading: string): Row[] {
  return table.rows.filter(row => row.parent === heading).flatMap(row =>
    row.heading ? leavesOf(table, row.id) : row.total_of ? [] : [row]
  )
}

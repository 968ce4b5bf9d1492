// Statutory forms. The folder compiles the definition of a form into cells, checks and measures, and parses, checks and
// writes the content of a report in that form. Pure: no file, no database, no clock.
//
// This file has the types of a compiled form; compile-form.ts creates it.
import type { Text } from '../problems/fault.ts'
import { type Column, type FormDefinition, type Row, Table } from './definition.ts'

/** A cell takes one figure. `position` counts from 1, as the index of an array in PostgreSQL. */
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
  /** True if the form prints it as a total, of its row or of its column. */
  total: boolean
  label: { zh: string, en: string }
}

export interface FormTable {
  definition: Table
  /** Rows with figures, in printed order: all but headings. */
  rows: Row[]
  columns: Column[]
  cells: Cell[]
  /** The cells by row id. */
  byRow: Map<string, Cell[]>
}

export interface Form {
  id: string
  definition: FormDefinition
  cells: Cell[]
  cell: Map<string, Cell>
  tables: Map<string, FormTable>
  /** Ids of the text sections, in printed order. */
  sections: string[]
  /** The checks that need this report only. */
  checks: Check[]
  /** The checks that also need last year's report or those of the agencies below. */
  between: BetweenCheck[]
  /** The ids of all checks. */
  checkIds: Set<string>
  measures: Map<string, Measure>
}

/** A quantity that totals are computed of: a cell, or a heading as the sum of its leaves. */
export interface Measure {
  id: string
  unit: string
  scale: number
  label: Text
  /** Positions of the cells to add, from 1. */
  positions: number[]
}

export type Severity = 'error' | 'warning' | 'info'

interface Base {
  id: string
  severity: Severity
  /** The condition that a report must meet. */
  zh: string
  en: string
}

/** The sum of the left cells equals that of the right ones. `totals` are printed totals, which must not be blank. */
export interface SumCheck extends Base {
  rule: 'sum'
  left: string[]
  right: string[]
  totals: string[]
}

/** No number is split across two neighbouring cells: joining their digits would make the total of the row correct. */
export interface SplitCheck extends Base {
  rule: 'split'
  addends: string[]
  total: string
}

/** Every row of the table is present. */
export interface RowsCheck extends Base {
  rule: 'rows'
  table: string
}

/** Every cell of the rows that are present has a figure. */
export interface FiguresCheck extends Base {
  rule: 'figures'
  table: string
}

/** The text has at least `at_least` characters. */
export interface TextCheck extends Base {
  rule: 'text'
  section: string
  at_least: number
}

/** The figure that the text states equals the sum of `cells`. A text that states no figure passes. */
export interface StatedCheck extends Base {
  rule: 'stated'
  section: string
  phrase: string
  cells: string[]
}
export type Check = SumCheck | SplitCheck | RowsCheck | FiguresCheck | TextCheck | StatedCheck

/** A figure of a check between reports, added `times` to its side. */
export interface Term {
  side: 'left' | 'right'
  cell: string
  report: 'this' | 'previous_year' | 'below'
  times: number
}

/** See `BetweenRule`. The check `identical` has no terms: it compares every cell. */
export interface BetweenCheck extends Base {
  rule: 'equal' | 'unusual' | 'identical'
  terms: Term[]
  factor?: number
  from?: number
}

export const cellId = (table: string, row: string, column: string) => `${table}.${row}.${column}`

/** The leaves of a heading: the rows below it that have figures and are not sums themselves. */
export function leavesOf (table: Table, heading: string): Row[] {
  return table.rows.filter(row => row.parent === heading).flatMap(row =>
    row.heading ? leavesOf(table, row.id) : row.total_of ? [] : [row]
  )
}

import type { Row } from '../../form/definition.ts'
import type { FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
import type { TableLine } from './lines/table-line.ts'
import type { Token } from './lines/tokens.ts'
import type { ReadingProblem, Source } from './reading.ts'
import type { ReadValue } from './value.ts'

/** What one stretch of the document says of one table. */
export interface TableReading {
  table: FormTable
  /** Its heading stands over its rows. */
  verified: boolean
  /** By cell id. */
  cells: Map<string, CellReading>
  problems: ReadingProblem[]
}

export interface CellReading extends ReadValue {
  source: Source
}

export interface RowFound {
  entry: TableLine
  row: Row
  heading: boolean
}

export const unreadable = (value: CellReading): CellReading => ({
  ...value,
  figure: null,
  note: { state: 'unreadable', raw: value.source.raw.slice(0, 200) }
})

export function sourceOf (document: Document, token: Token): Source {
  const line = document.lines[token.line]!
  return {
    line: token.line + 1,
    start: token.start,
    end: token.end,
    table: line.grid?.table ?? null,
    row: line.grid?.row ?? null,
    column: line.grid === null ? null : token.column + 1,
    raw: document.text.slice(token.start, token.end),
    steps: []
  }
}

export const same = (a: ReadValue, b: ReadValue) => a.figure === b.figure && a.note?.state === b.note?.state

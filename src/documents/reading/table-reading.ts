// The figures read for one table, with their sources.
import type { Row } from '../../form/definition.ts'
import type { FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
import type { TableLine } from './lines/table-line.ts'
import type { Token } from './lines/tokens.ts'
import type { ReadingProblem, Source } from './reading.ts'
import type { ReadValue } from './value.ts'

/** One table as read from one stretch of the document. */
export interface TableReading {
  table: FormTable
  /** True if its own heading is above its rows. */
  verified: boolean
  /** By cell id. */
  cells: Map<string, CellReading>
  problems: ReadingProblem[]
}

export interface CellReading extends ReadValue {
  source: Source
}

export interface RowFound {
  line: TableLine
  row: Row
  heading: boolean
}

export const asUnreadable = (value: CellReading): CellReading => ({
  ...value,
  figure: null,
  note: { state: 'unreadable', raw: value.source.raw.slice(0, 200) }
})

/** A refused row may be longer; each of its cells has it as the source. */
const MAX_SOURCE_LENGTH = 4000

export function sourceOf (document: Document, token: Token): Source {
  const line = document.lines[token.line]!
  const end = Math.min(token.end, token.start + MAX_SOURCE_LENGTH)
  const place = line.fields?.find(field => field.start === token.start)?.place
  return {
    line: token.line + 1,
    start: token.start,
    end,
    table: line.grid?.table ?? null,
    row: line.grid?.row ?? null,
    column: line.grid === null ? null : token.column + 1,
    ...(place === undefined ? {} : { page: place.page, box: place.box }),
    raw: document.text.slice(token.start, end),
    steps: place?.isJoined === true ? ['joined_lines'] : []
  }
}

export const isSameValue = (a: ReadValue, b: ReadValue) => a.figure === b.figure && a.note?.state === b.note?.state

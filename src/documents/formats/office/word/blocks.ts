// The blocks of a .docx: lines of text, and tables with their rows and cells.
import type { Marks } from '../../styled-text.ts'
import { damaged } from '../../unreadable-file.ts'
import { type Format, isOn, setFormat } from './format.ts'

/** A line of running text, a table, or a file that is embedded here. */
export type Block = string | WordTable | EmbeddedFile
export interface WordTable {
  rows: WordRow[]
  style: string | null
}

export interface EmbeddedFile {
  /** Of the relation to its part. */
  id: string
}

export interface WordRow {
  /** Number of grid columns before the first cell. */
  before: number
  cells: WordCell[]
  deleted: boolean
}

export interface WordCell {
  width: number
  /** Merged vertically: begins a merge or continues the cell above. */
  down: 'restart' | 'continue' | null
  /** Merged with the cell to its left. */
  left: boolean
  deleted: boolean
  blocks: Block[]
  marks: Marks
  ground: Format
}

export function setRow (row: WordRow, name: string, value: string | undefined): void {
  if (name === 'gridBefore') row.before = parseColumns(value, 0)
  else if (name === 'del' || (name === 'hidden' && isOn(value))) row.deleted = true
}

export function setCell (cell: WordCell, name: string, attributes: Record<string, string>): void {
  const { val } = attributes
  if (name === 'gridSpan') cell.width = parseColumns(val, 1)
  else if (name === 'vMerge') cell.down = val === 'restart' ? 'restart' : 'continue'
  else if (name === 'hMerge') cell.left = val !== 'restart'
  else if (name === 'cellDel') cell.deleted = true
  else if (name === 'shd') setFormat(cell.ground, name, attributes)
}

export function requireTable<T> (outer: T | undefined): T {
  if (outer === undefined) throw damaged({ zh: '单元格不在表格中', en: 'a cell is outside of a table' })
  return outer
}

const parseColumns = (value: string | undefined, min: number) =>
  /^\d+$/.test(value ?? '') ? Math.max(min, Math.min(Number(value), 1000)) : min

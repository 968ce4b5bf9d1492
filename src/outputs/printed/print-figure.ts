// Prints one figure, or what the cell has in place of one, so that the reader of documents reads the same.
import { readValue } from '../../documents/reading/value.ts'
import type { Content } from '../../form/content.ts'
import type { Column } from '../../form/definition.ts'
import { type Figure, type Note, writeFigure } from '../../form/figures.ts'
import type { Cell } from '../../form/form.ts'
import type { GridCell } from './printed.ts'

/** Stands before a text that by itself would be read as something else. */
const UNREADABLE = '〔无法辨认〕'

export function printCell (cell: Cell, column: Column, content: Content): GridCell {
  const figure = content.figures[cell.position - 1] ?? null
  const value = writeFigure(cell.scale, figure)
  const unit = unitInCell(cell, column, figure)
  const text = value === null ? printNote(cell, column, content.notes[cell.id]) : `${value}${unit}`
  return { kind: 'figure', text, width: 1, height: 1, figure: { cell, value, unit } }
}

const headingHasUnit = (cell: Cell, column: Column): boolean => column.zh.includes(cell.unit)

/** A form that prints no unit of money leaves it to the cell. Zero needs none. */
const unitInCell = (cell: Cell, column: Column, figure: Figure): string =>
  cell.money && figure !== null && figure !== 0 && !headingHasUnit(cell, column) ? cell.unit : ''

/** What stood in the cell, unless it would be read otherwise than it was noted. */
function printNote (cell: Cell, column: Column, note: Note | undefined): string {
  if (note === undefined || note.state === 'blank') return ''
  const raw = note.raw.replace(/\s+/g, ' ').trim()
  const read = readValue(cell, raw, headingHasUnit(cell, column) ? cell.unit : null)
  if (read.note?.state === note.state) return raw
  return note.state === 'not_applicable' ? '/' : UNREADABLE + raw
}

// Converts the content of a report to its API form; the inverse of content.ts.
import { type Content, type Notes, rowCells, type Rows, type Values } from './content.ts'
import { writeFigure } from './figures.ts'
import type { Form, FormTable } from './form.ts'

export function writeRow (table: FormTable, row: string, content: Content): { values: Values, notes: Notes } {
  const { rows, notes } = writeTable({ ...table, cells: rowCells(table, row) }, content)
  return { values: rows[row] ?? {}, notes }
}

/** Only the rows that are present, in printed order. */
export function writeTable (table: FormTable, content: Content): { rows: Rows, notes: Notes } {
  const rows: Rows = {}
  const notes: Notes = {}
  for (const cell of table.cells) {
    const figure = content.figures[cell.position - 1] ?? null
    const note = content.notes[cell.id]
    if (figure === null && note === undefined) continue
    const row = rows[cell.row] ??= {}
    row[cell.column] = writeFigure(cell.scale, figure)
    // jsonb does not preserve the order of members.
    if (note !== undefined) notes[cell.id] = { state: note.state, raw: note.raw }
  }
  return { rows, notes }
}

/** Members are in printed order, whatever the order of the content: equal contents give equal JSON texts. */
export function writeContent (
  form: Form,
  content: Content
): {
  sections: Record<string, string>
  tables: Record<string, Rows>
  notes: Notes
  explanations?: Record<string, string>
} {
  const tables: Record<string, Rows> = {}
  const notes: Notes = {}
  for (const [id, table] of form.tables) {
    const written = writeTable(table, content)
    if (Object.keys(written.rows).length > 0) tables[id] = written.rows
    Object.assign(notes, written.notes)
  }
  const sections = Object.fromEntries(
    form.sections.flatMap(id => content.sections[id] === undefined ? [] : [[id, content.sections[id]]])
  )
  const explanations = Object.fromEntries(
    [...form.checkIds].flatMap(id => content.explanations[id] === undefined ? [] : [[id, content.explanations[id]]])
  )
  // Left out when empty, so that reports without explanations keep their JSON text and ETag.
  return { sections, tables, notes, ...(Object.keys(explanations).length === 0 ? {} : { explanations }) }
}

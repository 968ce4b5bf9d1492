// Derives the measures of a form: each combination of a row or heading and a column or column heading.
import { cellId, type Form, leavesOf, type Measure } from './form.ts'

/** A row or a column, or a heading that stands for the rows or columns in `of`. */
interface Span {
  id: string
  zh: string
  en: string
  of: string[]
}

export function deriveMeasures (form: Form): Map<string, Measure> {
  const measures = new Map<string, Measure>()
  for (const { definition: table } of form.tables.values()) {
    const rows: Span[] = table.rows.map(row => ({
      ...row,
      of: row.heading ? leavesOf(table, row.id).map(leaf => leaf.id) : [row.id]
    }))
    const columns: Span[] = [
      ...table.columns.map(column => ({ ...column, of: [column.id] })),
      ...(table.column_headings ?? [])
    ]
    for (const row of rows) {
      for (const column of columns) {
        const cells = row.of.flatMap(r => column.of.map(c => form.cell.get(cellId(table.id, r, c))!))
        const first = cells[0]
        if (first === undefined) continue
        const id = cellId(table.id, row.id, column.id)
        measures.set(id, {
          id,
          unit: first.unit,
          scale: first.scale,
          label: { zh: `${row.zh}·${column.zh}`, en: `${row.en}, ${column.en}` },
          positions: cells.map(cell => cell.position)
        })
      }
    }
  }
  return measures
}

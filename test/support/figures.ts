// Builds the tables and sections of valid reports.
import type { Form } from '../../src/form/form.ts'

export type WireTables = Record<string, Record<string, Record<string, number | null>>>

export const SECTIONS = {
  overview: '本年度政府信息公开工作总体情况良好。',
  problems_improvements: '公开意识有待加强；下一步加强培训。',
  other_matters: '无'
}

/**
 * The tables of a complete report that satisfies every identity of a statutory form. `next` supplies the free figures.
 * In table three, the figures of each applicant are free except row 一, which balances them.
 */
export function consistentTables (form: Form, next: () => number): WireTables {
  const tables: WireTables = {}
  for (const [id, table] of form.tables) {
    const rows: WireTables[string] = tables[id] = {}
    for (const row of table.rows) rows[row.id] = Object.fromEntries(table.columns.map(column => [column.id, next()]))
    for (const row of table.rows.filter(row => row.total_of)) {
      for (const column of table.columns) {
        rows[row.id]![column.id] = row.total_of!.reduce((sum, leaf) => sum + rows[leaf]![column.id]!, 0)
      }
    }
    for (const { left: [first, second], right } of table.definition.identities ?? []) {
      for (const column of table.columns) {
        const sum = right.reduce((sum, row) => sum + rows[row]![column.id]!, 0)
        rows[second!]![column.id] = Math.min(rows[second!]![column.id]!, sum)
        rows[first!]![column.id] = sum - rows[second!]![column.id]!
      }
    }
    for (const column of table.columns.filter(column => column.total_of)) {
      for (const row of Object.values(rows)) {
        row[column.id] = column.total_of!.reduce((sum, part) => sum + row[part]!, 0)
      }
    }
  }
  return tables
}

// Compiles the definition of a form into its cells, checks and measures.
import { deriveBetween } from './between/derive-between.ts'
import { FormDefinition } from './definition.ts'
import { deriveChecks } from './derive-checks.ts'
import { deriveMeasures } from './derive-measures.ts'
import { type Cell, cellId, type Form, type FormTable } from './form.ts'

const FEN_PER: Record<string, number> = { 元: 100, 万元: 1_000_000 }

/** Throws an Error that lists every inconsistency of the definition. */
export function compileForm (definition: FormDefinition): Form {
  const faults = inconsistencies(definition)
  if (faults.length > 0) throw new Error(`form ${definition.form}: ${faults.join('; ')}`)
  const cells: Cell[] = []
  const tables = new Map<string, FormTable>()
  for (const table of definition.tables) {
    const rows = table.rows.filter(row => !row.heading)
    const byRow = new Map(rows.map(row => [
      row.id,
      table.columns.map((column): Cell => ({
        id: cellId(table.id, row.id, column.id),
        table: table.id,
        row: row.id,
        column: column.id,
        position: 0,
        unit: column.unit,
        signed: column.signed ?? false,
        money: column.money ?? false,
        scale: column.money ? FEN_PER[column.unit]! : 1,
        total: row.total_of !== undefined || column.total_of !== undefined,
        label: { zh: `${row.zh}·${column.zh}`, en: `${row.en}, ${column.en}` }
      }))
    ]))
    const own = [...byRow.values()].flat()
    for (const cell of own) cell.position = cells.push(cell)
    tables.set(table.id, { definition: table, rows, columns: table.columns, cells: own, byRow })
  }
  const form: Form = {
    id: definition.form,
    definition,
    cells,
    cell: new Map(cells.map(cell => [cell.id, cell])),
    tables,
    sections: definition.sections.filter(section => section.kind === 'text').map(section => section.id),
    checks: [],
    between: [],
    checkIds: new Set(),
    measures: new Map()
  }
  form.checks = deriveChecks(form)
  form.measures = deriveMeasures(form)
  form.between = deriveBetween(form)
  form.checkIds = new Set([...form.checks, ...form.between].map(check => check.id))
  return form
}

function inconsistencies (definition: FormDefinition): string[] {
  const faults: string[] = []
  const unique = (ids: string[], where: string) => {
    for (const id of ids.filter((x, i) => ids.indexOf(x) !== i)) faults.push(`${where}: ${id} appears twice`)
  }
  const sections = definition.sections.map(section => section.id)
  unique(sections, 'sections')
  unique(definition.tables.map(table => table.id), 'tables')
  for (const table of definition.tables) {
    const columns = table.columns.map(column => column.id)
    const figures = table.rows.filter(row => !row.heading).map(row => row.id)
    const known = (ids: string[], all: string[], where: string) => {
      for (const id of ids.filter(id => !all.includes(id))) faults.push(`${table.id}.${where}: ${id} does not exist`)
    }
    unique([...columns, ...(table.column_headings ?? []).map(heading => heading.id)], `${table.id} columns`)
    unique(table.rows.map(row => row.id), `${table.id} rows`)
    known([table.section], sections, 'section')
    for (const column of table.columns) {
      known(column.total_of ?? [], columns, column.id)
      if (column.money && FEN_PER[column.unit] === undefined) {
        faults.push(`${table.id}.${column.id}: money in ${column.unit}`)
      }
    }
    for (const heading of table.column_headings ?? []) known(heading.of, columns, heading.id)
    for (const row of table.rows) {
      known(row.total_of ?? [], figures, row.id)
      known(row.parent === undefined ? [] : [row.parent], table.rows.filter(r => r.heading).map(r => r.id), row.id)
      // A heading precedes its rows; this also rules out cycles of parents.
      if (row.parent && table.rows.findIndex(r => r.id === row.parent) > table.rows.indexOf(row)) {
        faults.push(`${table.id}.${row.id}: precedes its heading`)
      }
    }
    known(Object.keys(table.layout?.headings ?? {}), figures, 'layout.headings')
    for (const identity of table.identities ?? []) known([...identity.left, ...identity.right], figures, identity.id)
  }
  return [...faults, ...inconsistentStatements(definition)]
}

/** Checks the statements of the text sections: their cells must exist and their patterns must compile. */
function inconsistentStatements (definition: FormDefinition): string[] {
  const faults: string[] = []
  const cells = definition.tables.flatMap(table =>
    table.rows.flatMap(row => table.columns.map(column => cellId(table.id, row.id, column.id)))
  )
  for (const section of definition.sections) {
    for (const { id, cells: stated, phrase } of section.states ?? []) {
      for (const cell of stated.filter(cell => !cells.includes(cell))) {
        faults.push(`${section.id}.states.${id}: ${cell} does not exist`)
      }
      try {
        RegExp(phrase)
      } catch {
        faults.push(`${section.id}.states.${id}: not a regular expression`)
      }
    }
  }
  return faults
}

// Reports figures whose label is unknown, and labels whose figures were not found.
import type { FormTable } from '../../form/form.ts'
import { isBlank } from './assign-columns.ts'
import { type LabelIndex, labelsOf } from './label-index.ts'
import type { TableLine } from './lines/table-line.ts'
import { columnKey, normalizeText } from './normalize.ts'
import { problemOf } from './reading-problems.ts'
import type { TableReading } from './table-reading.ts'

/** Adds the problems to the readings; `lines` are those of the tables. */
export function reportUnreadLines (
  readings: TableReading[],
  tables: FormTable[],
  lines: TableLine[],
  labelIndex: LabelIndex
): void {
  const [first] = readings
  if (first === undefined) return
  first.problems.push(...linesWithoutLabel(lines, tables), ...labelsWithoutFigures(readings, tables, lines, labelIndex))
}

function linesWithoutLabel (lines: TableLine[], tables: FormTable[]) {
  const table = tables.length === 1 ? tables[0]!.definition.id : null
  const strays = new Set(lines.flatMap(line => line.strays ?? []))
  const first = lines.findIndex(line => line.labels.length > 0)
  return lines.slice(Math.max(0, first)).flatMap(line => {
    const figures = line.valueFields.filter(token => !isBlank(token))
    if (
      line.labels.length > 0 || !figures.some(token => /\d/.test(normalizeText(token.raw.slice(0, 100)))) ||
      figures.some(token => strays.has(token))
    ) return []
    return [
      problemOf(line.texts.length > 0 && figures.length > 1 ? 'unknown-row' : 'label-not-found', {
        table,
        line: figures[0]!.line + 1,
        raw: [...line.texts.slice(-2), ...line.valueFields].map(token => token.raw).join(' ')
      })
    ]
  })
}

function labelsWithoutFigures (
  readings: TableReading[],
  tables: FormTable[],
  lines: TableLine[],
  labelIndex: LabelIndex
) {
  const ids = new Set(tables.map(table => table.definition.id))
  const known = new Set(readings.flatMap(({ table, cells, problems }) => [
    ...[...cells.keys()].map(cell => cell.slice(0, cell.lastIndexOf('.'))),
    ...problems.map(problem => `${table.definition.id}.${problem.row}`)
  ]))
  const words = lines.flatMap(line => line.texts).filter(token => !labelIndex.columns.has(columnKey(token.key)))
  return words.flatMap(token =>
    labelsOf(labelIndex, ids, token.key, token.full).flatMap(label => {
      const id = `${label.table.definition.id}.${label.row.id}`
      if (label.heading || known.has(id)) return []
      known.add(id)
      const where = { table: label.table.definition.id, row: label.row.id, line: token.line + 1, raw: token.raw }
      return [problemOf('figures-not-found', where)]
    })
  )
}

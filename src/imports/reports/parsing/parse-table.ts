// Parses figures from CSV: one line per table row (agency,year,table,row,<columns>) or per cell
// (agency,year,cell,value). The lines of one report must be adjacent.
import { emptyContent, knownRow, readFields } from '../../../form/content.ts'
import type { Form, FormTable } from '../../../form/form.ts'
import { chooseForm, Forms } from '../../../forms/forms.ts'
import { atLine, type Place } from '../../../problems/fault.ts'
import { problem } from '../../../problems/problem.ts'
import { idsOfColumns } from '../../bulk/column-labels.ts'
import type { CsvFile } from '../../bulk/csv.ts'
import { faultsOfProblem, type LineFault } from '../../bulk/fault-summary.ts'
import { EXPECTED, isAgencyCode, isYear, packFigures, type ParsedRecord, REJECTED } from './parsed-report.ts'
import { BY_ROW, checkHeader, type Named, nameFields, reportLabels } from './table-header.ts'

interface Row {
  line: number
  named: Named
}

interface Group {
  line: number
  key: string
  source: string[]
  rows: Row[]
  faults: LineFault[]
}

/**
 * More lines than any form has cells. Without the limit, a file that never changes to another report would fill the
 * memory.
 */
const MAX_LINES = 2000

/** Yields the reports of a CSV file. Throws `body-invalid` for a wrong header. */
export async function* readReportTable (
  forms: Forms,
  { header, records }: CsvFile,
  thisYear: number
): AsyncGenerator<ParsedRecord[]> {
  const columns = idsOfColumns(header, reportLabels(forms))
  checkHeader(forms, header, columns)
  const byCell = columns.includes('cell')
  const [agency, year] = [columns.indexOf('agency'), columns.indexOf('year')]
  let group: Group | undefined
  // An unreadable line may belong to the report before or after it, so both of them get a fault.
  let unreadable: number | undefined
  for await (const block of records) {
    const reads: ParsedRecord[] = []
    for (const record of block) {
      const { line, fields } = record
      const key = fields === null ? group?.key ?? '' : `${(fields[agency] ?? '').trim()} ${(fields[year] ?? '').trim()}`
      if (group?.key === key) {
        group.source.push(record.source)
        if (group.source.length > MAX_LINES) {
          throw problem('csv-malformed', {
            reason: `more than ${MAX_LINES} lines of one report from line ${group.line}`
          })
        }
      } else {
        if (group !== undefined) reads.push(readGroup(forms, group, byCell, thisYear))
        group = { line, key, source: [record.source], rows: [], faults: [] }
        if (unreadable !== undefined) {
          group.faults.push({
            line,
            expected: {
              en: `a readable line above it: line ${unreadable} may be of this report`,
              zh: `上方各行均可读取：第 ${unreadable} 行可能属于本报告`
            }
          })
        }
      }
      const named = nameFields(record, header, columns)
      if (named.row === undefined) group.faults.push(named.fault)
      else group.rows.push({ line, named: named.row })
      unreadable = fields === null ? line : undefined
    }
    if (reads.length > 0) yield reads
  }
  if (group !== undefined) yield [readGroup(forms, group, byCell, thisYear)]
}

function readGroup (
  forms: Forms,
  { line, source: lines, rows, faults }: Group,
  byCell: boolean,
  thisYear: number
): ParsedRecord {
  const source = lines.join('\n')
  const first = rows[0]
  if (first === undefined) return { line, source, faults }
  const agency = first.named.agency!.trim()
  const year = Number(first.named.year!.trim() || NaN)
  if (!isAgencyCode(agency)) faults.push({ line, column: 'agency', found: agency, expected: EXPECTED.agency })
  if (!isYear(year)) faults.push({ line, column: 'year', found: first.named.year, expected: EXPECTED.year })
  if (!isAgencyCode(agency) || !isYear(year)) return { line, source, faults }
  try {
    const asked = first.named.form?.trim() || undefined
    for (const { line, named } of rows) {
      if (named.form !== first.named.form) {
        faults.push({
          line,
          column: 'form',
          found: named.form,
          expected: { en: 'the same form on each line of a report', zh: '同一报告各行的格式一致' }
        })
      }
    }
    const form = chooseForm(forms, year, asked, thisYear)
    const content = emptyContent(form)
    for (
      const { table, row, fields, place } of byCell
        ? rowsOfCells(form, rows, faults)
        : rowsOfRows(form, rows, faults)
    ) readFields(table, row, fields, place, { content, faults })
    // The parsers of the form report the line; a fault without one belongs to the first line.
    if (faults.length > 0) {
      return { line, source, faults: faults.map(fault => ({ ...fault, line: fault.line ?? line })) }
    }
    return {
      line,
      source,
      report: {
        line,
        agency,
        year,
        form,
        ...content,
        figures: packFigures(content.figures, new Float64Array(content.figures.length)),
        figuresOnly: true,
        stated: undefined
      }
    }
  } catch (error) {
    return {
      line,
      source,
      faults: [
        ...faults,
        ...faultsOfProblem(line, error).map(({ pointer, ...fault }) => ({
          ...fault,
          ...(pointer === undefined ? {} : { column: pointer.slice(1) })
        }))
      ]
    }
  }
}

interface RowOfFields {
  table: FormTable
  row: string
  fields: Named
  place: Place
}

function rowsOfRows (form: Form, rows: Row[], faults: LineFault[]): RowOfFields[] {
  const there = new Map<string, number>()
  return rows.flatMap(({ line, named }): RowOfFields[] => {
    const place = atLine(line)
    const id = named.table!.trim()
    const table = form.tables.get(id)
    if (table === undefined) {
      faults.push({
        line,
        column: 'table',
        found: id,
        expected: { en: `a table of the form ${form.id}`, zh: `${form.id} 版格式中的表` },
        candidates: [...form.tables.keys()]
      })
      return []
    }
    const row = named.row!.trim()
    if (!knownRow(table, row, place('row'), faults)) return []
    const before = there.get(`${id}.${row}`)
    if (before !== undefined) {
      faults.push({
        line,
        column: 'row',
        found: row,
        expected: { en: `each row once: it stands on line ${before}, too`, zh: `每行只出现一次：第 ${before} 行已有` }
      })
    }
    there.set(`${id}.${row}`, line)
    const own = new Set(table.columns.map(column => column.id))
    for (const [column, field] of Object.entries(named)) {
      if (!own.has(column) && !KEYS.has(column) && field.trim() !== '') {
        faults.push({
          line,
          column,
          found: field,
          expected: {
            en: `nothing: ${column} is no column of the table ${id}`,
            zh: `空白：${column} 不是表 ${id} 的列`
          }
        })
      }
    }
    return [{ table, row, fields: named, place }]
  })
}

const KEYS = new Set(['agency', 'agency_name', 'year', 'form', ...BY_ROW, REJECTED])

function rowsOfCells (form: Form, rows: Row[], faults: LineFault[]): RowOfFields[] {
  const there = new Map<string, RowOfFields & { lines: Record<string, number> }>()
  for (const { line, named } of rows) {
    const id = named.cell!.trim()
    const cell = form.cell.get(id)
    if (cell === undefined) {
      faults.push({
        line,
        column: 'cell',
        found: id,
        expected: {
          en: `a cell of the form ${form.id}: table.row.column`,
          zh: `${form.id} 版格式中的单元格：table.row.column`
        },
        candidates: [...form.cell.keys()]
      })
      continue
    }
    const key = `${cell.table}.${cell.row}`
    let row = there.get(key)
    if (row === undefined) {
      const lines: Record<string, number> = {}
      row = {
        table: form.tables.get(cell.table)!,
        row: cell.row,
        fields: {},
        lines,
        place: column => ({ line: lines[column ?? ''] ?? line, column: 'value' })
      }
      there.set(key, row)
    }
    const before = row.lines[cell.column]
    if (before !== undefined) {
      faults.push({
        line,
        column: 'cell',
        found: id,
        expected: {
          en: `each cell once: it stands on line ${before}, too`,
          zh: `每个单元格只出现一次：第 ${before} 行已有`
        }
      })
    }
    row.fields[cell.column] = named.value!
    row.lines[cell.column] = line
  }
  return [...there.values()]
}

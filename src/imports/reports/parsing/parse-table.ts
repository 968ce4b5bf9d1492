// Parses figures from CSV: one line per table row (agency,year,table,row,<columns>) or per cell
// (agency,year,cell,value). The lines of one report must be adjacent.
import { emptyContent, readFields } from '../../../form/content.ts'
import { chooseForm, Forms } from '../../../forms/forms.ts'
import { problem } from '../../../problems/problem.ts'
import { idsOfColumns } from '../../bulk/column-labels.ts'
import type { CsvFile } from '../../bulk/csv.ts'
import { faultsOfProblem, type LineFault } from '../../bulk/fault-summary.ts'
import { EXPECTED, isAgencyCode, isDayFrom, isYear, packFigures, type ParsedRecord } from './parsed-report.ts'
import { checkHeader, nameFields, reportLabels } from './table-header.ts'
import { type Row, rowsOfCells, rowsOfRows } from './table-rows.ts'

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

/** What each line of a report says of the report, not of its figures. */
const SAME = {
  form: { en: 'the same form on each line of a report', zh: '同一报告各行的格式一致' },
  published_on: { en: 'the same day on each line of a report', zh: '同一报告各行的首次公开日期一致' }
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
    const publishedOn = first.named.published_on?.trim() || undefined
    for (const { line, named } of rows) {
      for (const [column, expected] of Object.entries(SAME)) {
        if (named[column] !== first.named[column]) faults.push({ line, column, found: named[column], expected })
      }
    }
    if (publishedOn !== undefined && !isDayFrom(year, publishedOn)) {
      faults.push({ line, column: 'published_on', found: publishedOn, expected: EXPECTED.publishedOn(year) })
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
        publishedOn,
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

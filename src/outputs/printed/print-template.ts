// Prints a form to fill in: with what last year settles, the cells to fill in marked, and sums as formulas.
import type { SettledCell } from '../../form/between/settled-cells.ts'
import { type Content, emptyContent, rowCells, setFigure } from '../../form/content.ts'
import { type Cell, cellId, type Form } from '../../form/form.ts'
import { printReport } from './print-report.ts'
import type { GridCell, PrintedFigure, PrintedReport } from './printed.ts'

const NOTES = [
  '填报说明：浅黄色单元格由填报单位填写，没有发生的填“0”，没有统计数据的留空，不适用的填“/”；蓝灰色单元格为合计数或按上年度已公开报告填入的数据，请核对。',
  '各部分的文字写在该部分标题之下。栏目未注明单位的金额，请连同单位填写，如“25.1万元”。填写后保存本文件，可直接导入系统。'
]

/** The content of a report that has every row of the form and only what last year settles. */
export function templateContent (form: Form, settled: ReadonlyMap<string, SettledCell>): Content {
  const content = emptyContent(form)
  for (const table of form.tables.values()) {
    for (const row of table.rows) {
      for (const cell of rowCells(table, row.id)) {
        const found = settled.get(cell.id)
        setFigure(content, cell, found === undefined || found.terms.length > 0 ? null : found.constant)
      }
    }
  }
  return content
}

export function printTemplate (form: Form, settled: ReadonlyMap<string, SettledCell>, title: string): PrintedReport {
  const change = (printed: GridCell): GridCell => {
    const { figure } = printed
    return figure === undefined ? printed : { ...printed, figure: { ...figure, ...useOf(form, figure, settled) } }
  }
  const report = printReport(form, templateContent(form, settled), { title, notes: NOTES, allRows: true, change })
  const texts = new Set(form.definition.sections.filter(({ kind }) => kind === 'text').map(({ title_zh: zh }) => zh))
  return {
    ...report,
    sections: report.sections.map(section => ({ ...section, isToFill: texts.has(section.title) }))
  }
}

function useOf (
  form: Form,
  { cell, value }: PrintedFigure,
  settled: ReadonlyMap<string, SettledCell>
): Partial<PrintedFigure> {
  if (value !== null) return { use: 'settled' }
  const parts = partsOf(form, cell)
  if (parts.length > 0) return { use: 'sum', sum: { constant: 0, terms: parts.map(cell => ({ cell, times: 1 })) } }
  const found = settled.get(cell.id)
  if (found !== undefined) {
    return { use: 'sum', sum: { constant: found.constant / cell.scale, terms: found.terms } }
  }
  // A number in Excel is shown, and read, with the unit that the form does not print.
  return { use: 'input', unit: cell.money && !headingHasUnit(form, cell) ? cell.unit : '' }
}

const headingHasUnit = (form: Form, { table, column, unit }: Cell): boolean =>
  form.tables.get(table)!.columns.some(({ id, zh }) => id === column && zh.includes(unit))

/** The cells that add to a total of its row, or else of its column. */
function partsOf (form: Form, { table, row, column }: Cell): string[] {
  const { columns, rows } = form.tables.get(table)!
  const across = columns.find(({ id }) => id === column)!.total_of
  if (across !== undefined) return across.map(part => cellId(table, row, part))
  const down = rows.find(({ id }) => id === row)!.total_of ?? []
  return down.map(part => cellId(table, part, column))
}

// Writes a printed report as an Excel workbook, a sheet for each part.
import { type PlacedCell, placeCells } from '../printed/place-cells.ts'
import type { Grid, GridCell, PrintedReport } from '../printed/printed.ts'
import {
  addressOf,
  MAX_CELL_LENGTH,
  type Sheet,
  type SheetRow,
  type StyledValue,
  type Validation,
  type Value,
  writeWorkbook
} from '../workbook/workbook.ts'

/** Width of a sheet in characters, about that of A4. */
const SHEET_WIDTH = 82
/** Chinese characters in a line of a text, and the height of a line in points. */
const LINE_LENGTH = 38
const LINE_HEIGHT = 16
/** Excel allows no taller row. */
const MAX_HEIGHT = 400

export async function writeExcel (report: PrintedReport): Promise<Buffer> {
  return await writeWorkbook(report.sections.map((section, i): Sheet => {
    const columnWidths = widthsOf(section.grids)
    const across = (value: string, role: StyledValue['role'], height?: number): SheetRow => ({
      cells: [{ value, role: role!, width: columnWidths.length }],
      height: height ?? heightOf(value)
    })
    const rows = [
      ...i > 0
        ? []
        : [across(report.title, 'title', 32), ...report.notes.map(note => across(note, 'note'))],
      across(section.title, 'section', 26),
      ...section.paragraphs.flatMap(text => piecesOf(text).map(piece => across(piece, 'paragraph')))
    ]
    if (section.isToFill === true) {
      rows.push({ cells: [{ value: null, role: 'input', width: columnWidths.length }], height: 160 })
    }
    const validations: Validation[] = []
    for (const grid of section.grids) addGrid(grid, columnWidths, rows, validations)
    // The reader of documents takes the name of a sheet for a line of its text: it begins the same part.
    return { name: i === 0 ? '年度报告' : section.title, columnWidths, rows, validations }
  }))
}

/** The columns of the widest grid. */
function widthsOf (grids: Grid[]): number[] {
  const widest = grids.reduce<Grid | undefined>(
    (a, b) => (a?.columnWidths.length ?? 0) >= b.columnWidths.length ? a : b,
    undefined
  )
  const widths = widest?.columnWidths ?? [1]
  const sum = widths.reduce((a, b) => a + b, 0)
  return widths.map(width => Math.round(width * SHEET_WIDTH / sum * 100) / 100)
}

const heightOf = (text: string): number =>
  Math.min(MAX_HEIGHT, LINE_HEIGHT * Math.max(1, Math.ceil((text.length + 2) / LINE_LENGTH)) + 2)

/** A cell holds no longer text. */
function piecesOf (text: string): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += MAX_CELL_LENGTH) pieces.push(text.slice(at, at + MAX_CELL_LENGTH))
  return pieces
}

function addGrid (grid: Grid, columnWidths: number[], rows: SheetRow[], validations: Validation[]): void {
  const addresses = addressesOf(grid, rows.length + 1)
  for (const row of placeCells(grid.rows)) {
    rows.push({ cells: row.map(({ cell }) => styledOf(cell, addresses)), height: rowHeight(row, columnWidths) })
  }
  validations.push(...validationsOf(grid, addresses))
}

/** Room for the texts of a row as they wrap; one over several rows has their room. */
function rowHeight (row: PlacedCell[], columnWidths: number[]): number {
  const lines = row.filter(({ cell }) => cell.height === 1).map(({ cell, column }) => {
    const width = columnWidths.slice(column, column + cell.width).reduce((a, b) => a + b, 0)
    return Math.ceil(cell.text.length / Math.max(1, Math.floor(width / 1.9)))
  })
  return Math.max(22, LINE_HEIGHT * Math.max(1, ...lines) + 4)
}

/** The addresses of the figures by cell id. */
const addressesOf = (grid: Grid, firstRow: number): Map<string, string> =>
  new Map(
    placeCells(grid.rows).flat().flatMap(({ cell: { figure }, row, column }) =>
      figure === undefined ? [] : [[figure.cell.id, addressOf(firstRow + row, column)]]
    )
  )

function styledOf ({ kind, text, width, height, figure }: GridCell, addresses: Map<string, string>): StyledValue {
  if (kind !== 'figure' || figure === undefined) return { value: text, role: kind, width, height }
  const { use, sum } = figure
  const role = use === undefined ? 'figure' : use === 'input' ? 'input' : 'sum'
  const format = formatOf(figure.value, figure.unit)
  let value: Value = figure.value ?? text
  if (sum !== undefined) value = { formula: formulaOf(sum, addresses), value: null }
  return { value, role, format, width, height }
}

/** All digits of the figure, and no others. */
function formatOf (value: number | null, unit: string): string {
  if (value === null) return unit === '' ? 'General' : `General"${unit}"`
  const decimals = String(value).split('.')[1]?.length ?? 0
  return `0${decimals === 0 ? '' : `.${'0'.repeat(decimals)}`}${unit === '' ? '' : `"${unit}"`}`
}

/** Shows nothing while every cell is blank: a blank is not a zero. */
function formulaOf (
  { constant, terms }: NonNullable<NonNullable<GridCell['figure']>['sum']>,
  addresses: Map<string, string>
): string {
  const cells = terms.map(({ cell }) => addresses.get(cell)!)
  const added = terms.filter(({ times }) => times > 0).map(({ cell }) => addresses.get(cell)!)
  const taken = terms.filter(({ times }) => times < 0).map(({ cell }) => addresses.get(cell)!)
  const sum = `${constant === 0 ? '' : `${constant}+`}SUM(${added.join()})${
    taken.length === 0 ? '' : `-SUM(${taken.join()})`
  }`
  return `IF(COUNT(${cells.join()})=0,"",${sum})`
}

function validationsOf (grid: Grid, addresses: Map<string, string>): Validation[] {
  const cells = { whole: [] as string[], decimal: [] as string[] }
  for (const { figure } of grid.rows.flat()) {
    if (figure?.use !== 'input' || figure.cell.signed) continue
    cells[figure.cell.money ? 'decimal' : 'whole'].push(addresses.get(figure.cell.id)!)
  }
  const message = {
    whole: '请填写 0 或正整数；没有数据的留空或填“/”。',
    decimal: '请填写不小于 0 的金额；没有数据的留空或填“/”。'
  }
  return (['whole', 'decimal'] as const).filter(type => cells[type].length > 0).map(type => ({
    cells: cells[type].join(' '),
    type,
    min: 0,
    title: '请核对所填数据',
    message: message[type]
  }))
}

// Writes a printed report as Markdown. Its tables have no merged cells: a column has the lowest of its headings, the
// label of a group of rows has a row of its own, and rows that are printed beside each other stand below each other.
import { type PlacedCell, placeCells } from '../printed/place-cells.ts'
import type { Grid, PrintedReport } from '../printed/printed.ts'

export const writeMarkdown = ({ title, notes, sections }: PrintedReport): string =>
  `${
    [
      `# ${escape(title)}`,
      ...notes.map(escape),
      ...sections.flatMap(({ title, paragraphs, grids }) => [
        `## ${escape(title)}`,
        ...paragraphs.map(escape),
        ...grids.flatMap(gridBlocks)
      ])
    ].join('\n\n')
  }\n`

/** Escapes what Markdown would take for markup within a line. */
const escapeInline = (text: string): string => text.replace(/\s+/g, ' ').trim().replace(/[\\`*_[\]<>|~]/g, '\\$&')

/** Escapes also what would begin a heading or a list. */
const escape = (text: string): string => escapeInline(text).replace(/^[#+-]/, '\\$&').replace(/^(\d+)([.)] )/, '$1\\$2')

const rowText = (texts: string[]): string => `| ${texts.map(escapeInline).join(' | ')} |`

const tableText = ([header = [], ...rows]: string[][]): string =>
  [rowText(header), `|${' --- |'.repeat(header.length)}`, ...rows.map(rowText)].join('\n')

/** A table for the rows below each heading that stands over the whole grid. */
function gridBlocks ({ rows, columnWidths }: Grid): string[] {
  const blocks: string[] = []
  let headings: PlacedCell[] = []
  let lines: PlacedCell[][] = []
  const finish = () => {
    if (lines.length > 0) blocks.push(tableText(linesOf(headings, lines)))
    headings = []
    lines = []
  }
  for (const row of placeCells(rows)) {
    const { cell } = row[0]!
    if (row.length === 1 && cell.kind === 'heading' && cell.width === columnWidths.length) {
      finish()
      blocks.push(`**${escape(cell.text)}**`)
    } else if (cell.kind === 'heading') headings.push(...row)
    else lines.push(row)
  }
  finish()
  return blocks
}

function linesOf (headings: PlacedCell[], rows: PlacedCell[][]): string[][] {
  const over = (column: number) =>
    headings.filter(({ cell, column: left }) => left <= column && column < left + cell.width).map(({ cell }) =>
      cell.text
    )
  const figures = (row: PlacedCell[]) => row.filter(({ cell }) => cell.kind === 'figure')
  if (rows[0]![0]!.cell.kind === 'figure') return turned(rows[0]!, over)
  const names = figures(rows[0]!).map(({ column }) => over(column).at(-1) ?? '')
  return [
    [over(0).at(-1) ?? '', ...names],
    ...rows.flatMap(row => {
      const labels = row.filter(({ cell }) => cell.kind === 'label').map(({ cell }) => cell.text)
      const texts = figures(row).map(({ cell }) => cell.text)
      return labels.map((label, i) => [label, ...i === labels.length - 1 ? texts : texts.map(() => '')])
    })
  ]
}

/** The figures of one line as a row for each group of columns. */
function turned (figures: PlacedCell[], over: (column: number) => string[]): string[][] {
  const rows = new Map<string, PlacedCell[]>()
  for (const figure of figures) {
    const label = over(figure.column).slice(0, -1).join('·')
    rows.set(label, [...rows.get(label) ?? [], figure])
  }
  const first = [...rows.values()][0]!
  return [
    ['', ...first.map(({ column }) => over(column).at(-1)!)],
    ...[...rows].map(([label, cells]) => [label, ...cells.map(({ cell }) => cell.text)])
  ]
}

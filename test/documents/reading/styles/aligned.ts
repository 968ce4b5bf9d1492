// Aligned columns as from `pdftotext -layout`: labels wrapped around their figures, 三、本年度办理结果 written downwards,
// page numbers and form feeds in between.
import type { Cell, Grid, Page } from '../page.ts'
import type { Random } from '../random.ts'
import { type Style, text } from './style.ts'

interface Setting {
  /** Whether a Chinese character takes one column (pdftotext) or two (a terminal). */
  wide: boolean
  centred: boolean
  /** One character per line in the column of 三、本年度办理结果. */
  narrow: boolean
  /** The figures of a two-line label are on a line of their own between the two. */
  between: boolean
  gap: number
  /** Lines between two rows of a table. */
  air: number
  pageLength: number
  formFeed: boolean
  pageNumber: (n: number) => string
  /** The width of a cell of figures, if longer figures are wrapped. */
  figureWidth: number | null
  /** Where the lines of a cell of figures are in a higher row, from 0 (top) to 1 (bottom). */
  figureAlign: number
  /** How many lines lower than the other figures of their row totals stand. */
  totalShift: -1 | 0 | 1
}

const randomSetting = (random: Random): Setting => ({
  wide: random.chance(0.3),
  centred: random.chance(0.4),
  narrow: random.chance(0.5),
  between: random.chance(0.6),
  gap: 2 + random.int(4),
  air: random.pick([0, 0, 1]),
  pageLength: random.pick([38, 46, 60, 1000]),
  formFeed: random.chance(0.5),
  pageNumber: random.pick([
    (n: number) => `-${n}-`,
    (n: number) => String(n),
    (n: number) => `— ${n} —`,
    (n: number) => `第${n}页`,
    (n: number) => `- ${n} -`,
    (n: number) => `第 ${n} 页 共 9 页`,
    (n: number) => `${n} / 9`
  ]),
  figureWidth: null,
  figureAlign: 0.5,
  totalShift: 0
})

interface Placed extends Cell {
  r: number
  c: number
  lines: string[]
}

const widthOf = (text: string, { wide }: Setting) =>
  wide ? [...text].reduce((sum, char) => sum + (char > '\u2E80' ? 2 : 1), 0) : text.length

function wrap (text: string, width: number, setting: Setting): string[] {
  const lines: string[] = []
  for (const part of text.split('\n')) {
    let line = ''
    for (const char of part) {
      if (line !== '' && widthOf(line + char, setting) > width) {
        lines.push(line)
        line = ''
      }
      line += char
    }
    lines.push(line)
  }
  return lines
}

/** The widths of the columns with labels; the others are as wide as their figures need. */
function labelWidths (grid: Grid, setting: Setting): number[] {
  if (grid.name === 'requests') return [setting.narrow ? 2 : 3, 7, 19]
  if (grid.rows.every(row => row.every(cell => cell.kind !== 'label'))) return []
  return grid.name === 'review_litigation' ? [6, 10] : [22]
}

/** Where each column of the table begins; the last entry is its right border. */
function columnStarts (grid: Grid, setting: Setting): number[] {
  const unit = setting.wide ? 2 : 1
  const labels = labelWidths(grid, setting)
  const longest = Math.max(
    ...grid.rows.flat().filter(cell => cell.kind === 'figure').map(cell => widthOf(cell.text, setting) / cell.colspan)
  )
  const starts = [2]
  for (let c = 0; c < grid.width; c++) {
    const minWidth = labels.length === 1 ? 8 * unit : 2 * unit
    starts.push(starts[c]! + (c < labels.length ? labels[c]! * unit : Math.max(minWidth, longest) + setting.gap))
  }
  return starts
}

export function layOut (grid: Grid, setting: Setting): string[][] {
  const starts = columnStarts(grid, setting)
  const placed = place(grid, cell => {
    const width = starts[cell.c + cell.colspan]! - starts[cell.c]! - 1
    return cell.kind === 'figure' && setting.figureWidth === null
      ? [cell.text]
      : wrap(cell.text, cell.kind === 'figure' ? setting.figureWidth! : width, setting)
  })
  const heights = grid.rows.map((_, r) =>
    Math.max(1, ...placed.filter(cell => cell.r === r && cell.rowspan === 1).map(cell => heightOf(cell, setting)))
  )
  for (const cell of placed.filter(cell => cell.rowspan > 1)) {
    const rows = heights.slice(cell.r, cell.r + cell.rowspan)
    const short = cell.lines.length - rows.reduce((sum, height) => sum + height, 0)
    if (short > 0) heights[cell.r + cell.rowspan - 1]! += short
  }
  const shifted = new Set(setting.totalShift === 0 ? [] : placed.filter(isTotal).map(cell => cell.r))
  for (const r of shifted) heights[r]!++
  const tops = heights.map((_, r) => heights.slice(0, r).reduce((sum, height) => sum + height, 0))
  const canvas: [number, string][][] = Array.from(
    { length: heights.reduce((sum, height) => sum + height, 0) },
    () => []
  )
  for (const cell of placed) {
    const height = heights.slice(cell.r, cell.r + cell.rowspan).reduce((sum, height) => sum + height, 0)
    const split = splits(cell, setting) && height === cell.lines.length + 1
    const top = tops[cell.r]! +
      (split ? 0 : Math.floor((height - cell.lines.length) * (cell.kind === 'figure' ? setting.figureAlign : 0.5)))
    const shift = !shifted.has(cell.r) || cell.rowspan > 1 || cell.lines.length > 1
      ? 0
      : Math.max(0, isTotal(cell) ? setting.totalShift : -setting.totalShift)
    cell.lines.forEach((line, i) => {
      const left = starts[cell.c]!
      const room = starts[cell.c + cell.colspan]! - left - widthOf(line, setting)
      const x = cell.kind !== 'label' && setting.centred ? left + Math.max(0, Math.floor(room / 2)) : left
      if (line !== '') canvas[top + i + shift + (split && i >= cell.lines.length / 2 ? 1 : 0)]!.push([x, line])
    })
  }
  return heights.map((height, r) => canvas.slice(tops[r], tops[r]! + height).map(items => assemble(items, setting)))
}

const isTotal = (cell: Placed) => cell.kind === 'figure' && cell.id.endsWith('.total')

const splits = (cell: Placed, setting: Setting) =>
  cell.kind === 'label' && cell.rowspan === 1 && setting.between && cell.lines.length % 2 === 0
const heightOf = (cell: Placed, setting: Setting) => cell.lines.length + (splits(cell, setting) ? 1 : 0)

function place (grid: Grid, linesOf: (cell: Placed) => string[]): Placed[] {
  const taken = grid.rows.map(() => Array<boolean>(grid.width).fill(false))
  return grid.rows.flatMap((row, r) =>
    row.map(cell => {
      const c = taken[r]!.indexOf(false)
      for (let i = r; i < r + cell.rowspan; i++) taken[i]?.fill(true, c, c + cell.colspan)
      const placed = { ...cell, r, c, lines: [] }
      return { ...placed, lines: linesOf(placed) }
    })
  )
}

function assemble (items: [number, string][], setting: Setting): string {
  let line = ''
  for (const [x, text] of items.sort(([a], [b]) => a - b)) {
    line += ' '.repeat(Math.max(line === '' ? 0 : 1, x - widthOf(line, setting))) + text
  }
  return line
}

function aligned (page: Page, random: Random, change: (random: Random) => Partial<Setting> = () => ({})): string {
  const setting = { ...randomSetting(random), ...change(random) }
  const lineLength = setting.wide ? 64 : 32
  const out: string[] = []
  let onPage = 0
  let pages = 0
  /** Adds lines that belong together, on a new page if they do not fit. */
  const add = (lines: string[]) => {
    if (onPage + lines.length > setting.pageLength) {
      pages++
      out.push('', ' '.repeat(30) + setting.pageNumber(pages))
      onPage = 0
      if (setting.formFeed) lines = ['\f' + (lines[0] ?? ''), ...lines.slice(1)]
      else out.push('')
    }
    out.push(...lines)
    onPage += lines.length
  }
  for (const title of page.title) add(wrap(title, lineLength - 12, setting).map(line => ' '.repeat(16) + line))
  add([''])
  for (const part of page.parts) {
    if ('grid' in part) {
      for (const row of layOut(part.grid, setting)) add([...row, ...Array<string>(setting.air).fill('')])
      add([''])
    } else {
      const split = part.heading && part.paragraph.length > 12 && random.chance(0.3)
      const [first, ...rest] = wrap(
        part.paragraph,
        split ? widthOf(part.paragraph, setting) * 0.7 : lineLength,
        setting
      )
      add(['     ' + first!])
      for (const line of rest) add([line])
    }
  }
  return out.join('\n')
}

const NO_BLANKS = (random: Random) => ({
  zero: random.pick(['0', '0', '0', '/', '-', '—', '无'] as const),
  trail: '' as const,
  outcome: 'spans' as const,
  groups: 'spans' as const
})

const wrapsNumbers = (random: Random) => ({
  figureWidth: 1 + random.int(4),
  figureAlign: random.pick([0, 0.5, 1])
})

export const ALIGNED: Style[] = [
  { name: 'aligned', look: NO_BLANKS, render: (page, random) => text([aligned(page, random)]) },
  // A number that is wrapped in its cell looks like two: the rows of such numbers are left out.
  {
    name: 'aligned, wrapped numbers',
    recall: 0.5,
    look: NO_BLANKS,
    render: (page, random) => text([aligned(page, random, wrapsNumbers)])
  },
  // A total is moved to its row only where the sum proves it.
  {
    name: 'aligned, displaced totals',
    recall: 0.82,
    look: random => ({ ...NO_BLANKS(random), wrongSum: false, outcome: 'left out' as const, partFour: 'row' as const }),
    render: (page, random) => text([aligned(page, random, random => ({ totalShift: random.pick([-1, 1] as const) }))])
  },
  // The column of an isolated figure is visible only to the eye: the reader may leave many out.
  {
    name: 'aligned with blanks',
    recall: 0.55,
    look: random => ({ ...NO_BLANKS(random), zero: '' }),
    render: (page, random) => text([aligned(page, random)])
  }
]

// Tables in plain text, from pages without markup and copied from Word, Excel and viewers.
import type { Cell, Grid, Page } from '../page.ts'
import type { Random } from '../random.ts'
import { type Lines, type Style, text, textOf } from './style.ts'

/** Every place of the grid: a merged cell is at its first place, its others are null. */
export function squared (grid: Grid): (Cell | null)[][] {
  const places: (Cell | null | undefined)[][] = grid.rows.map(() =>
    Array<Cell | null | undefined>(grid.width).fill(undefined)
  )
  grid.rows.forEach((cells, r) => {
    for (const cell of cells) {
      const c = places[r]!.indexOf(undefined)
      for (let i = r; i < r + cell.rowspan; i++) places[i]?.fill(null, c, c + cell.colspan)
      places[r]![c] = cell
    }
  })
  return places.map(row => row.map(cell => cell ?? null))
}

const flat = (page: Page) => (cell: Cell | null) => (cell?.text ?? '').replaceAll('\n', page.look.broken)

/** `a | b | | c |`, with bars without spaces for the rest of a colspan at the end of the row. */
const barred = (cells: string[], blanks = 0) =>
  `${cells.map(cell => cell === '' ? '|' : `${cell} |`).join(' ')}${blanks > 0 ? ' ' + '|'.repeat(blanks) : ''}`

/** A web page flattened by a crawler: each row as wide as the grid, its blanks at the end, the last row cut. */
const pipesPadded: Lines = (grid, page) =>
  grid.rows.map((row, r) => barred(row.map(flat(page)), r === grid.rows.length - 1 ? 0 : grid.width - row.length))

const pipesClean: Lines = (grid, page) => grid.rows.map(row => barred(row.map(flat(page))))

/** Without the last bar. */
const pipesOpen: Lines = (grid, page) => grid.rows.map(row => row.map(flat(page)).join(' | '))

/** Bars before each cell; merged areas become empty fields, in place or at the end of the row. */
const pipesLeading = (where: 'end' | 'place'): Lines => (grid, page) =>
  where === 'end'
    ? grid.rows.map(row =>
      `| ${[...row.map(flat(page)), ...Array<string>(grid.width - row.length).fill('')].join(' | ')} |`
    )
    : squared(grid).map(row => `| ${row.map(flat(page)).join(' | ')} |`)

/** Header cells with a line break are split over two rows. */
const pipesBrokenHeader: Lines = (grid, page) =>
  grid.rows.flatMap((row, r) => {
    const blanks = r === grid.rows.length - 1 ? 0 : grid.width - row.length
    if (row.some(cell => cell.kind !== 'header') || !row.some(cell => cell.text.includes('\n'))) {
      return [barred(row.map(flat(page)), blanks)]
    }
    return [0, 1].map(half => barred(row.map(cell => cell.text.split('\n')[half] ?? ''), blanks))
  })

/** One cell per line. A blank cell is an empty line. */
const cellPerLine: Lines = (grid, page) => grid.rows.flatMap(row => row.map(flat(page)))

/** One cell per line, but a label with a line break takes two lines. */
const cellPerLineBroken: Lines = grid => grid.rows.flatMap(row => row.flatMap(cell => cell.text.split('\n')))

/** One cell with its bar per line; the rest of a colspan is a line of bars. */
const pipePerLine: Lines = (grid, page) =>
  grid.rows.flatMap((row, r) => {
    const blanks = r === grid.rows.length - 1 ? 0 : grid.width - row.length
    return [...row.map(cell => barred([flat(page)(cell)])), ...blanks > 0 ? ['|'.repeat(blanks)] : []]
  })

/** One cell per line, its bar on the next line; the rest of a colspan is a run of bars. */
const barOnNextLine: Lines = (grid, page) =>
  grid.rows.flatMap((row, r) => {
    const blanks = r === grid.rows.length - 1 ? 0 : grid.width - row.length
    const lines: string[] = []
    for (const cell of row) {
      const text = flat(page)(cell)
      if (text === '' && lines.length > 0) lines[lines.length - 1] += '|'
      else lines.push(...text === '' ? ['|'] : [text, '|'])
    }
    lines[lines.length - 1] += '|'.repeat(blanks)
    return lines
  })

const isRow = (row: Cell[]) => row.some(cell => cell.kind === 'label') && row.some(cell => cell.kind === 'figure')

/** Each label on the line above its figures. */
const labelAbove = (bars: boolean): Lines => (grid, page) =>
  grid.rows.flatMap(row => {
    const texts = (cells: Cell[]) => {
      const of = cells.map(flat(page)).filter(text => text !== '')
      return bars ? of.map(text => `${text} |`).join(' ') : of.join('  ')
    }
    if (!isRow(row)) return [texts(row)]
    return [texts(row.filter(cell => cell.kind === 'label')), texts(row.filter(cell => cell.kind === 'figure'))]
  })

/** Markdown whose long labels are broken: with their bars on every line, or in the midst of the line. */
const markdownBroken: Lines = (grid, page, random) => {
  const closed = random.chance(0.5)
  return markdown(false)(grid, page, random).flatMap(line => {
    const match = /^\| ([^|]{12,}) \|(.*\d.*)$/.exec(line)
    if (match === null || !random.chance(0.7)) return [line]
    const at = 4 + random.int(match[1]!.length - 6)
    const [head, tail] = [match[1]!.slice(0, at), match[1]!.slice(at)]
    return closed
      ? [`| ${head} |${match[2]!.replace(/[^|]/g, ' ')}`, `| ${tail} |${match[2]!}`]
      : [`| ${head}`, `${tail} |${match[2]!}`]
  })
}

/** From Excel: an empty field for each place of a merged area. */
const tabs: Lines = (grid, page) => squared(grid).map(row => row.map(flat(page)).join('\t'))

/** From Word: horizontally merged cells are one field, vertically merged ones leave an empty field. */
const tabsOfWord: Lines = (grid, page) =>
  squared(grid).map((row, r) => {
    const fields: string[] = []
    for (let c = 0; c < grid.width;) {
      const cell = row[c] ?? above(grid, r, c)
      fields.push(flat(page)(row[c]!))
      c += cell?.colspan ?? 1
    }
    return fields.join('\t')
  })

/** The merged cell that reaches down to this place. */
function above (grid: Grid, r: number, c: number): Cell | undefined {
  const places = squared(grid)
  for (let i = r; i >= 0; i--) if (places[i]![c]) return places[i]![c]!
}

/**
 * Copied from a viewer of PDF: one space between the cells, long labels broken before their figures, or none after the
 * label.
 */
const spaces: Lines = (grid, page, random) =>
  grid.rows.flatMap(row => {
    const cells = row.map(flat(page)).filter(cell => cell !== '')
    if (page.look.gluedLabels && row.some(cell => cell.kind === 'label') && row.some(cell => cell.kind === 'figure')) {
      const at = row.filter(cell => cell.kind === 'label' && cell.text !== '').length
      return [`${cells.slice(0, at).join(' ')}${cells.slice(at).join(' ')}`]
    }
    const long = cells[0]!.length > 18 && row.some(cell => cell.kind === 'figure') && random.chance(0.4)
    const line = cells.join(' ')
    return long ? [line.slice(0, 14), line.slice(14)] : [line]
  })

/** The middle column of a Markdown table is `---`. */
const markdown = (category: boolean): Lines => (grid, page) => {
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`
  const rule = (width: number) => `|${'---|'.repeat(width)}`
  const texts = (cells: Cell[]) => cells.map(flat(page))
  if (grid.name === 'requests') {
    const names = ['自然人', '商业企业', '科研机构', '社会公益组织', '法律服务机构', '其他', '总计']
    const body = grid.rows.filter(cells => cells.some(cell => cell.kind === 'figure')).map(cells => {
      const labels = texts(cells.filter(cell => cell.kind === 'label')).slice(category ? -2 : -1)
      return row([
        ...category && labels.length < 2 ? [''] : [],
        ...labels,
        ...texts(cells.filter(cell => cell.kind === 'figure'))
      ])
    })
    const labels = category ? ['类别', '项目'] : ['项目']
    return ['', row([...labels, ...names]), rule(labels.length + names.length), ...body, '']
  }
  if (grid.rows.length > 1 && grid.rows[0]!.every(cell => cell.colspan === 1)) {
    const [head, ...body] = grid.rows
    return ['', row(texts(head!)), rule(head!.length), ...body.map(cells => row(texts(cells))), '']
  }
  const wide = squared(grid).map(cells => row(cells.map(flat(page))))
  return ['', wide[0]!, rule(grid.width), ...wide.slice(1), '']
}

function markdownText (page: Page, random: Random, lines: Lines): string[] {
  return [
    ...page.title.map(title => `# ${title}`),
    '',
    ...page.parts.flatMap(part =>
      'grid' in part ? lines(part.grid, page, random) : [part.heading ? `## ${part.paragraph}` : part.paragraph, '']
    )
  ]
}

const style = (name: string, lines: Lines, more: Pick<Style, 'look' | 'recall'> = {}): Style => ({
  name,
  ...more,
  render: (page, random) => text(textOf(page, random, lines))
})

/** Only a sum proves whether an empty line is a blank cell or mere spacing. */
const EMPTY_LINES = { recall: 0.96 }

/** A blank cell looks like the rest of a merged cell, so in a row of fifteen cells only some are certain. */
const BARS_PER_LINE = { recall: 0.97 }

/** Part four is left out if a printed total is wrong: nothing else proves that no number was broken. */
const WRONG_TOTALS = { recall: 0.985 }

/** Blank cells leave no trace between single spaces. */
const NO_BLANKS = (random: Random) => ({
  zero: random.pick(['0', '0', '/', '-', '—', '无'] as const),
  trail: '' as const,
  broken: '' as const,
  extra: random.pick(['', '', 'block', 'leaf'] as const),
  outcome: random.pick(['spans', 'left out'] as const),
  groups: 'spans' as const
})

const MARKDOWN = (random: Random) => ({
  partTwo: 'titles outside' as const,
  partFour: random.pick(['groups', 'rows'] as const),
  outcome: 'spans' as const,
  groups: 'spans' as const
})

export const LINES: Style[] = [
  style('pipes padded', pipesPadded),
  style('pipes clean', pipesClean),
  style('pipes open', pipesOpen),
  style('pipes leading, blanks at the end', pipesLeading('end')),
  style('pipes leading, blanks in place', pipesLeading('place')),
  style('pipes, broken header', pipesBrokenHeader),
  style('pipe per line', pipePerLine, BARS_PER_LINE),
  style('cell per line', cellPerLine, EMPTY_LINES),
  style('cell per line, broken labels', cellPerLineBroken, EMPTY_LINES),
  style('tabs of Excel', tabs),
  style('tabs of Word', tabsOfWord),
  style('single spaces', spaces, { look: NO_BLANKS, ...WRONG_TOTALS }),
  style('bar on the next line', barOnNextLine, BARS_PER_LINE),
  style('label above, bars', labelAbove(true), { look: NO_BLANKS }),
  style('label above, spaces', labelAbove(false), { look: NO_BLANKS }),
  {
    name: 'markdown',
    look: MARKDOWN,
    render: (page, random) => text(markdownText(page, random, markdown(random.chance(0.5))))
  },
  {
    name: 'markdown, broken labels',
    look: MARKDOWN,
    render: (page, random) => text(markdownText(page, random, markdownBroken))
  }
]

// Reads the tables in parts two to four of a report: which lines belong to which table, under which heading.
import type { FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { columnAssigner, isBlank, isWhole, type Row } from './assign-columns.ts'
import { fieldsOfHeading, type Heading, readHeading, repeatsHeading, withoutHeadingRows } from './headings/headings.ts'
import { articleItem, type LabelIndex } from './label-index.ts'
import { markUnevenRows } from './lines/doubtful-spaces.ts'
import type { TableLine } from './lines/table-line.ts'
import { findTableLines } from './lines/table-lines.ts'
import type { Token, TokenLine } from './lines/tokens.ts'
import { increasing, readGroups } from './read-groups.ts'
import { readTable } from './read-table.ts'
import { problemOf } from './reading-problems.ts'
import { lineText, type Part } from './report-parts.ts'
import { asUnreadable, type RowFound, type TableReading } from './table-reading.ts'
import { reportUnreadLines } from './unread-lines.ts'

/** Reads each stretch of the document that has tables as tables of the form. */
export function readTables (
  document: Document,
  lines: TokenLine[],
  parts: Part[],
  labelIndex: LabelIndex
): TableReading[] {
  const found = stretches(document, lines, parts).flatMap(({ section, lines }) => {
    const tables = [...labelIndex.form.tables.values()].filter(table => table.definition.section === section)
    if (tables.length === 0) return []
    const ids = new Set(tables.map(table => table.definition.id))
    return [{ section, tables, tableLines: findTableLines(lines, labelIndex, ids) }]
  })
  markUnevenRows(found.flatMap(({ tableLines }) => tableLines))
  return found.flatMap(({ section, tables, tableLines }) => {
    const across = section === 'review_litigation'
    const readings = across
      ? [readAcross(document, tables[0]!, tableLines, labelIndex)]
      : tables.length > 1
      ? readBlocks(document, tableLines, labelIndex)
      : [readRows(document, tables[0]!, tableLines, labelIndex)]
    reportUnreadLines(readings, tables, across ? [] : tableLines, labelIndex)
    return readings
  })
}

interface Stretch {
  section: string
  lines: TokenLine[]
}

/** Splits parts two to four where the heading of a table shows that the title of the next part is missing. */
function stretches (document: Document, lines: TokenLine[], parts: Part[]): Stretch[] {
  const TABLES = ['proactive_disclosure', 'requests', 'review_litigation']
  const given = parts.some(part => TABLES.includes(part.section))
    ? parts.filter(part => TABLES.includes(part.section)).map(part => ({
      section: part.section,
      lines: lines.slice(part.from + 1, part.to)
    }))
    : [{ section: 'proactive_disclosure', lines }]
  return given.flatMap(stretch => {
    const found: Stretch[] = []
    let { section } = stretch
    let from = 0
    stretch.lines.forEach((line, i) => {
      if (line.tokens.length === 0) return
      const text = lineText(document, line.index)
      const next = section === 'proactive_disclosure' && /勾稽关系|申请人情况/.test(text)
        ? 'requests'
        : section === 'requests' && /^[^一-鿿]*行政复议[^一-鿿]+行政诉讼[^一-鿿]*$/.test(text)
        ? 'review_litigation'
        : null
      if (next === null) return
      found.push({ section, lines: stretch.lines.slice(from, i) })
      section = next
      from = i
    })
    return [...found, { section, lines: stretch.lines.slice(from) }]
  })
}

/** Reads part three: one table with many rows. */
function readRows (document: Document, table: FormTable, all: TableLine[], labelIndex: LabelIndex): TableReading {
  const lines = withoutHeadingRows(table, all)
  const found = rowsOf(table, lines)
  const first = lines.findIndex(line => line.labels.length > 0 && line.valueFields.length > 0)
  const words = headingWords(lines, first)
  const heading = readHeading(table, words, labelIndex.columns)
  const rows = found.map(({ line }): Row => ({ line, columns: table.columns.length }))
  const grid = lines.some(line => document.lines[line.lines[0] ?? 0]?.grid)
  const template = grid && heading.columns !== null && new Set(heading.columns).size === heading.columns.length &&
      increasing(heading.columns)
    ? heading.columns
    : null
  // In a grid the columns must also be in order from left to right.
  const ordered = !grid || heading.columns === null || increasing(heading.columns)
  const assign = columnAssigner(
    rows,
    agreed(rows, template),
    grid ? null : fieldsOfHeading(table, words),
    widest(lines.slice(0, Math.max(0, first)))
  )
  const reading = readTable(document, table, found, {
    lines,
    assign,
    unit: heading.unit,
    tableFault: heading.verified && ordered && repeatsHeading(table, lines, heading, labelIndex.columns)
      ? null
      : 'heading-not-found'
  })
  return reading
}

const widest = (lines: TableLine[]) =>
  lines.filter(({ divided, grid, stream }) => divided && !grid && !stream)
    .reduce((most, { lead, valueFields }) => Math.max(most, lead + valueFields.length), 0)

/** Returns the columns of the heading, or null if the figures of some whole row are in other columns. */
function agreed (rows: Row[], template: number[] | null): number[] | null {
  if (template === null) return null
  const whole = rows.filter(isWhole)
  const fits = whole.filter(({ line }) =>
    line.valueFields.filter(token => !isBlank(token)).every((token, i) => token.column === template[i])
  )
  return fits.length === whole.length ? template : null
}

/** The words above the first row. */
function headingWords (lines: TableLine[], first: number): Token[] {
  if (first < 0) return []
  return [
    ...lines.slice(0, first).flatMap(line => [...line.texts, ...line.valueFields]),
    ...lines[first]!.texts.filter(token => !lines[first]!.used.includes(token))
  ]
}

function rowsOf (table: FormTable, lines: TableLine[]): RowFound[] {
  return lines.flatMap((line): RowFound[] => {
    const label = line.labels.find(label => label.table === table)
    return label === undefined || (line.valueFields.length === 0 && label.heading)
      ? []
      : [{ line, row: label.row, heading: label.heading }]
  })
}

/** Reads part two: small tables, each with its title and heading. */
function readBlocks (document: Document, lines: TableLine[], labelIndex: LabelIndex): TableReading[] {
  const item = (table: FormTable) => articleItem(table.definition.title_zh)
  const found = new Map<FormTable, { rows: RowFound[], heading: Heading, size: number | null, trusted: boolean }>()
  let title: string | null = null
  let words: Token[] = []
  let open: FormTable | null = null
  for (const line of lines) {
    const before = line.texts.filter(token => !line.used.includes(token))
    for (const token of before) {
      const number = articleItem(token.raw)
      if (number !== null) {
        title = number
        words = []
        open = null
      } else {
        if (open !== null) {
          words = []
          open = null
        }
        words.push(token)
      }
    }
    if (line.labels.length === 0) {
      words.push(...line.valueFields.filter(token => token.kind === 'text'))
      continue
    }
    const table: FormTable = line.labels.find(label => label.table === open)?.table ?? line.labels[0]!.table
    const label = line.labels.find(label => label.table === table)!
    const block = found.get(table) ??
      { rows: [], heading: { verified: false, columns: null, unit: null }, size: null, trusted: true }
    if (open !== table) {
      const heading = readHeading(table, words, labelIndex.columns)
      if (block.rows.length === 0) Object.assign(block, { heading, size: fieldsOfHeading(table, words) })
      else if (!heading.verified) block.trusted = false
      if (title !== null && title !== item(table)) block.trusted = false
      open = table
      words = []
    }
    block.rows.push({ line, row: label.row, heading: label.heading })
    found.set(table, block)
  }
  const all = [...found].flatMap(([table, block]) =>
    block.rows.map(({ line }): Row => ({ line, columns: table.columns.length }))
  )
  return [...found].map(([table, { rows, heading, size, trusted }]) => {
    const template = rows.every(({ line }) => line.divided && !line.stream) ? heading.columns : null
    return readTable(document, table, rows, {
      lines,
      assign: columnAssigner(all, template, size),
      unit: heading.unit,
      tableFault: heading.verified && trusted ? null : 'heading-not-found'
    })
  })
}

/** No report has so many lines of figures in part four, which has one, or three. */
const MAX_LINES_ACROSS = 500

/** Reads part four: three groups of figures, side by side on one line or one below the other. */
function readAcross (document: Document, table: FormTable, lines: TableLine[], labelIndex: LabelIndex): TableReading {
  const strays = new Set(lines.flatMap(line => line.strays ?? []))
  const filled = lines.filter(line =>
    line.valueFields.some(token => token.kind === 'value') && !line.valueFields.some(token => strays.has(token))
  )
  const labelled = filled.filter(line => line.labels.some(label => label.table === table))
  if (labelled.length > 0 && labelled.length === filled.length) return readRows(document, table, lines, labelIndex)
  const twice = problemOf('table-twice', { table: table.definition.id })
  if (filled.length > MAX_LINES_ACROSS) return { table, verified: false, cells: new Map(), problems: [twice] }
  const positions = filled.map(line => lines.indexOf(line))
  const wordsAbove = filled.map((line, i) =>
    lines.slice(i === 0 ? 0 : positions[i - 1]! + 1, positions[i])
      .flatMap(other => [...other.texts, ...other.valueFields]).concat(line.texts)
  )
  // Figures without a heading of their own may be the rest of those above them.
  wordsAbove.forEach((words, i) => {
    if (i > 0 && !words.some(word => word.kind === 'text')) filled[i - 1]!.strays ??= filled[i]!.valueFields
  })
  const readings = filled.map((line, i) => {
    const words = wordsAbove[i]!
    return readGroups(document, table, { line, words, lines }, labelIndex)
  })
  const [first, ...others] = readings
  if (first === undefined) return { table, verified: false, cells: new Map(), problems: [] }
  // If a group appears twice, none is trusted.
  const cells = new Map(first.cells)
  const problems = readings.flatMap(reading => reading.problems)
  for (const [id, value] of others.flatMap(reading => [...reading.cells])) {
    if (cells.has(id)) {
      problems.push(twice)
      return {
        table,
        verified: true,
        cells: new Map([...cells].map(([cell, read]) => [cell, asUnreadable(read)])),
        problems
      }
    }
    cells.set(id, value)
  }
  return { table, verified: readings.some(reading => reading.verified), cells, problems }
}

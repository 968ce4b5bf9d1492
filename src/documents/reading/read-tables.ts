// The parts of a report that hold tables: which lines speak of which table.
import type { FormTable } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { columnAssigner, isBlank, isWhole, type Row } from './assign-columns.ts'
import { fieldsOfHeading, type Heading, readHeading } from './headings.ts'
import { articleItem, type LabelIndex } from './label-index.ts'
import type { TableLine } from './lines/table-line.ts'
import { findTableLines } from './lines/table-lines.ts'
import type { Token, TokenLine } from './lines/tokens.ts'
import { labelKey } from './normalize.ts'
import { increasing, readGroups } from './read-groups.ts'
import { readTable } from './read-table.ts'
import { problemOf } from './reading-problems.ts'
import { lineText, type Part } from './report-parts.ts'
import { type RowFound, type TableReading, unreadable } from './table-reading.ts'

/** Each stretch of the document that holds tables, read as tables of the form. */
export function readTables (
  document: Document,
  lines: TokenLine[],
  parts: Part[],
  lexicon: LabelIndex
): TableReading[] {
  return stretches(document, lines, parts).flatMap(({ section, lines }) => {
    const tables = [...lexicon.form.tables.values()].filter(table => table.definition.section === section)
    if (tables.length === 0) return []
    const entries = findTableLines(lines, lexicon, new Set(tables.map(table => table.definition.id)))
    if (section === 'review_litigation') return [readAcross(document, tables[0]!, entries, lexicon)]
    return tables.length > 1
      ? readBlocks(document, entries, lexicon)
      : [readRows(document, tables[0]!, entries, lexicon)]
  })
}

interface Stretch {
  section: string
  lines: TokenLine[]
}

/** Parts two to four; where a title is missing the heading of the table tells that another part begins. */
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

// Part three: one table with many rows.
function readRows (document: Document, table: FormTable, all: TableLine[], lexicon: LabelIndex): TableReading {
  const entries = withoutHeadingRows(table, all)
  const found = rowsOf(table, entries)
  const first = entries.findIndex(entry => entry.labels.length > 0 && entry.valueFields.length > 0)
  const words = headingWords(entries, first)
  const heading = readHeading(table, words, lexicon.columns)
  const rows = found.map(({ entry }): Row => ({ entry, columns: table.columns.length }))
  const grid = entries.some(entry => document.lines[entry.lines[0] ?? 0]?.grid)
  const template = grid && heading.columns !== null && new Set(heading.columns).size === heading.columns.length &&
      increasing(heading.columns)
    ? heading.columns
    : null
  // In a grid the columns must stand in their order across, too.
  const ordered = !grid || heading.columns === null || increasing(heading.columns)
  const place = columnAssigner(
    rows,
    agreed(rows, template),
    grid ? null : fieldsOfHeading(table, words),
    widest(entries.slice(0, Math.max(0, first)))
  )
  const reading = readTable(document, table, found, {
    entries,
    place,
    unit: heading.unit,
    why: heading.verified && ordered ? null : 'heading-not-found'
  })
  for (const entry of entries) {
    if (
      entry.labels.length > 0 || entry.valueFields.filter(token => !isBlank(token)).length < 2 ||
      entry.texts.length === 0
    ) {
      continue
    }
    reading.problems.push(
      problemOf('unknown-row', {
        table: table.definition.id,
        line: entry.valueFields[0]!.line + 1,
        raw: [...entry.texts.slice(-2), ...entry.valueFields].map(token => token.raw).join(' ')
      })
    )
  }
  return reading
}

/** A column may be named as a row is: until the first row whose label no column has, such a label is a heading. */
function withoutHeadingRows (table: FormTable, entries: TableLine[]): TableLine[] {
  const columns = table.columns.map(column => labelKey(column.zh))
  const first = entries.findIndex(entry =>
    entry.labels.some(label => !label.heading && !label.keys.some(key => columns.includes(key)))
  )
  return entries.map((entry, i) => i < first ? { ...entry, labels: [], used: [] } : entry)
}

const widest = (entries: TableLine[]) =>
  Math.max(
    0,
    ...entries.filter(({ divided, grid, stream }) => divided && !grid && !stream).map(({ lead, valueFields }) =>
      lead + valueFields.length
    )
  )

/** The columns of the heading, unless the whole rows stand elsewhere. */
function agreed (rows: Row[], template: number[] | null): number[] | null {
  if (template === null) return null
  const whole = rows.filter(isWhole)
  const fits = whole.filter(({ entry }) =>
    entry.valueFields.filter(token => !isBlank(token)).every((token, i) => token.column === template[i])
  )
  return fits.length === whole.length ? template : null
}

/** The words over the first row. */
function headingWords (entries: TableLine[], first: number): Token[] {
  if (first < 0) return []
  return [
    ...entries.slice(0, first).flatMap(entry => [...entry.texts, ...entry.valueFields]),
    ...entries[first]!.texts.filter(token => !entries[first]!.used.includes(token))
  ]
}

function rowsOf (table: FormTable, entries: TableLine[]): RowFound[] {
  return entries.flatMap((entry): RowFound[] => {
    const label = entry.labels.find(label => label.table === table)
    return label === undefined || (entry.valueFields.length === 0 && label.heading)
      ? []
      : [{ entry, row: label.row, heading: label.heading }]
  })
}

// Part two: small tables, each with its title and its heading.
function readBlocks (document: Document, entries: TableLine[], lexicon: LabelIndex): TableReading[] {
  const item = (table: FormTable) => articleItem(table.definition.title_zh)
  const found = new Map<FormTable, { rows: RowFound[], heading: Heading, size: number | null, trusted: boolean }>()
  let title: string | null = null
  let words: Token[] = []
  let open: FormTable | null = null
  for (const entry of entries) {
    const before = entry.texts.filter(token => !entry.used.includes(token))
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
    if (entry.labels.length === 0) {
      words.push(...entry.valueFields.filter(token => token.kind === 'text'))
      continue
    }
    const table: FormTable = entry.labels.find(label => label.table === open)?.table ?? entry.labels[0]!.table
    const label = entry.labels.find(label => label.table === table)!
    const block = found.get(table) ??
      { rows: [], heading: { verified: false, columns: null, unit: null }, size: null, trusted: true }
    if (open !== table) {
      const heading = readHeading(table, words, lexicon.columns)
      if (block.rows.length === 0) Object.assign(block, { heading, size: fieldsOfHeading(table, words) })
      else if (!heading.verified) block.trusted = false
      if (title !== null && title !== item(table)) block.trusted = false
      open = table
      words = []
    }
    block.rows.push({ entry, row: label.row, heading: label.heading })
    found.set(table, block)
  }
  const all = [...found].flatMap(([table, block]) =>
    block.rows.map(({ entry }): Row => ({ entry, columns: table.columns.length }))
  )
  return [...found].map(([table, { rows, heading, size, trusted }]) => {
    const template = rows.every(({ entry }) => entry.divided && !entry.stream) ? heading.columns : null
    return readTable(document, table, rows, {
      entries,
      place: columnAssigner(all, template, size),
      unit: heading.unit,
      why: heading.verified && trusted ? null : 'heading-not-found'
    })
  })
}

// Part four: one line of figures, three groups side by side or one below the other.
function readAcross (document: Document, table: FormTable, entries: TableLine[], lexicon: LabelIndex): TableReading {
  const filled = entries.filter(entry => entry.valueFields.some(token => token.kind === 'value'))
  const labelled = filled.filter(entry => entry.labels.some(label => label.table === table))
  if (labelled.length > 0 && labelled.length === filled.length) return readRows(document, table, entries, lexicon)
  const readings = filled.map((entry, i) => {
    const from = i === 0 ? 0 : entries.indexOf(filled[i - 1]!) + 1
    const words = entries.slice(from, entries.indexOf(entry)).flatMap(other => [...other.texts, ...other.valueFields])
      .concat(
        entry.texts
      )
    return readGroups(document, table, { line: entry, words, lines: entries }, lexicon)
  })
  const [first, ...others] = readings
  if (first === undefined) return { table, verified: false, cells: new Map(), problems: [] }
  // Groups in one line or in several; one that stands twice leaves none certain.
  const cells = new Map(first.cells)
  const problems = readings.flatMap(reading => reading.problems)
  for (const [id, value] of others.flatMap(reading => [...reading.cells])) {
    if (cells.has(id)) {
      problems.push(problemOf('table-twice', { table: table.definition.id }))
      return {
        table,
        verified: true,
        cells: new Map([...cells].map(([cell, read]) => [cell, unreadable(read)])),
        problems
      }
    }
    cells.set(id, value)
  }
  return { table, verified: readings.some(reading => reading.verified), cells, problems }
}

// The content of a report: its figures as one vector, notes on the cells without a figure, and texts. This file parses
// it from its API form (tables of rows of values); write-content.ts converts it back.
import { atPointer, type Fault, isObject, type Place, type Text } from '../problems/fault.ts'
import { readExplanations } from './explanations.ts'
import { type Figure, MAX_RAW_LENGTH, type Note, NOTE_STATES, readField, readFigure } from './figures.ts'
import type { Cell, Form, FormTable } from './form.ts'

/**
 * `figures` is in the order of the form's cells. A row is present if one of its cells has a figure or a note; each cell
 * of a present row has either a figure or a note, never both.
 */
export interface Content {
  figures: Figure[]
  /** By cell id. */
  notes: Record<string, Note>
  /** By section id. */
  sections: Record<string, string>
  /** What the filer says about findings, by check id. */
  explanations: Record<string, string>
}

export type Values = Record<string, Figure>
export type Rows = Record<string, Values>
export type Notes = Record<string, Note>

export const MAX_SECTION_LENGTH = 200_000

export const emptyContent = (form: Form): Content => ({
  figures: form.cells.map(() => null),
  notes: {},
  sections: {},
  explanations: {}
})

export interface WireContent {
  tables?: unknown
  notes?: unknown
  sections?: unknown
  explanations?: unknown
}

/** Filled by the functions below. Ignore `content` if there is a fault. */
export interface ContentReading {
  content: Content
  faults: Fault[]
}

/** Parses a whole report. Members may be absent but not null. */
export function readContent (form: Form, wire: WireContent): ContentReading {
  const reading: ContentReading = { content: emptyContent(form), faults: [] }
  const { content, faults } = reading
  for (const [name, rows] of members(wire.tables, atPointer('/tables'), faults)) {
    const table = form.tables.get(name)
    const place = atPointer(atPointer('/tables')(name).pointer!)
    if (table === undefined) {
      faults.push({
        ...place(),
        found: name,
        expected: ofForm(form, '表', 'a table'),
        candidates: [...form.tables.keys()]
      })
    } else readRows(table, rows, place, reading)
  }
  readNotes(form, wire.notes, atPointer('/notes'), reading)
  readSections(form, wire.sections, content, faults)
  content.explanations = readExplanations(form, wire.explanations, faults)
  return reading
}

/** Parses the rows of one table, by row id. */
export function readRows (table: FormTable, rows: unknown, place: Place, reading: ContentReading): void {
  for (const [row, values] of members(rows, place, reading.faults)) {
    const at = place(row)
    if (knownRow(table, row, at, reading.faults)) readRow(table, row, values, atPointer(at.pointer!), reading)
  }
}

/** Parses the values of one row. A column that is left out is blank. */
export function readRow (
  table: FormTable,
  row: string,
  values: unknown,
  place: Place,
  { content, faults }: ContentReading
): void {
  const given = new Map(members(values, place, faults))
  for (const column of given.keys()) knownColumn(table, column, place, faults)
  for (const cell of rowCells(table, row)) {
    const read = readFigure(cell, given.get(cell.column) ?? null)
    if ('expected' in read) {
      faults.push({ ...place(cell.column), found: given.get(cell.column), expected: read.expected })
    } else setFigure(content, cell, read.figure)
  }
}

/** Parses the CSV fields of one row. */
export function readFields (
  table: FormTable,
  row: string,
  fields: Record<string, string>,
  place: Place,
  { content, faults }: ContentReading
): void {
  for (const cell of rowCells(table, row)) {
    const field = fields[cell.column] ?? ''
    const read = readField(cell, field)
    if ('expected' in read) faults.push({ ...place(cell.column), found: field, expected: read.expected })
    else setFigure(content, cell, read.figure, read.note)
  }
}

/** Parses notes, by cell id. Call after the rows: each note must belong to a cell that was sent without a figure. */
export function readNotes (
  form: Form,
  notes: unknown,
  place: Place,
  { content, faults }: ContentReading,
  within: { table?: string, row?: string } = {}
): void {
  const cells = form.cells.filter(cell =>
    (within.table ?? cell.table) === cell.table && (within.row ?? cell.row) === cell.row
  )
  for (const [id, note] of members(notes, place, faults)) {
    const cell = cells.find(cell => cell.id === id)
    const at = place(id)
    if (cell === undefined) {
      faults.push({
        ...at,
        found: id,
        expected: { zh: '所发送内容中的单元格编号', en: 'the id of a cell in the content sent' },
        candidates: cells.map(cell => cell.id)
      })
    } else if (!isNote(note)) {
      faults.push({
        ...at,
        found: note,
        expected: {
          zh: `{state, raw}：state 为 ${NOTE_STATES.join('、')} 之一，raw 为不超过 ${MAX_RAW_LENGTH} 字的原文`,
          en: `{state, raw}: state is one of ${
            NOTE_STATES.join(', ')
          }, raw the text found there, at most ${MAX_RAW_LENGTH} characters`
        }
      })
    } else if (content.notes[id] === undefined) {
      faults.push({
        ...at,
        found: content.figures[cell.position - 1] ?? null,
        expected: {
          zh: '说明只用于已给出所在行且为空的单元格',
          en: 'a note on a blank cell of a row that is sent'
        }
      })
    } else {
      content.notes[id] = { state: note.state, raw: note.raw }
    }
  }
}

function readSections (form: Form, sections: unknown, content: Content, faults: Fault[]): void {
  const place = atPointer('/sections')
  for (const [id, text] of members(sections, place, faults)) {
    if (!form.sections.includes(id)) {
      faults.push({
        ...place(id),
        found: id,
        expected: ofForm(form, '文字部分', 'a text section'),
        candidates: form.sections
      })
    } else if (typeof text !== 'string' || text.length > MAX_SECTION_LENGTH) {
      faults.push({
        ...place(id),
        found: text,
        expected: {
          zh: `不超过 ${MAX_SECTION_LENGTH} 字的文字`,
          en: `a text of at most ${MAX_SECTION_LENGTH} characters`
        }
      })
    } else content.sections[id] = text
  }
}

export function knownRow (table: FormTable, row: unknown, at: Partial<Fault>, faults: Fault[]): row is string {
  const rows = table.rows.map(r => r.id)
  if (typeof row === 'string' && rows.includes(row)) return true
  faults.push({
    ...at,
    found: row,
    expected: { zh: `表 ${table.definition.id} 的行`, en: `a row of the table ${table.definition.id}` },
    candidates: rows
  })
  return false
}

export function knownColumn (table: FormTable, column: string, place: Place, faults: Fault[]): boolean {
  const columns = table.columns.map(c => c.id)
  if (columns.includes(column)) return true
  faults.push({
    ...place(column),
    found: column,
    expected: { zh: `表 ${table.definition.id} 的列`, en: `a column of the table ${table.definition.id}` },
    candidates: columns
  })
  return false
}

export const rowCells = (table: FormTable, row: string): Cell[] => table.byRow.get(row) ?? []

export const hasRow = (content: Content, table: FormTable, row: string): boolean =>
  rowCells(table, row).some(cell => content.figures[cell.position - 1] !== null || content.notes[cell.id] !== undefined)

/** Copies the figures and notes of the cells; a cell that is absent in `from` becomes absent in `to`. */
export function copyCells (from: Content, to: Content, cells: Cell[]): void {
  for (const cell of cells) {
    to.figures[cell.position - 1] = from.figures[cell.position - 1] ?? null
    const note = from.notes[cell.id]
    if (note === undefined) delete to.notes[cell.id]
    else to.notes[cell.id] = note
  }
}

function members (value: unknown, place: Place, faults: Fault[]): [string, unknown][] {
  if (value === undefined) return []
  if (isObject(value)) return Object.entries(value)
  faults.push({ ...place(), found: value, expected: { zh: '对象', en: 'an object' } })
  return []
}

const isNote = (note: unknown): note is Note =>
  isObject(note) && Object.keys(note).every(key => key === 'state' || key === 'raw') &&
  NOTE_STATES.some(state => state === note.state) && typeof note.raw === 'string' &&
  note.raw.length <= MAX_RAW_LENGTH

const ofForm = (form: Form, zh: string, en: string): Text => ({
  zh: `${form.id} 版格式中的${zh}`,
  en: `${en} of the form ${form.id}`
})

export function setFigure (
  content: Content,
  cell: Cell,
  figure: Figure,
  note: Note = { state: 'blank', raw: '' }
): void {
  content.figures[cell.position - 1] = figure
  if (figure === null) content.notes[cell.id] = note
}

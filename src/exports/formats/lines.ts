// Writes exports as text: NDJSON as the bulk import takes it, and CSV.
import { stringify } from 'csv-stringify/sync'
import { writeFigure } from '../../form/figures.ts'
import type { Form } from '../../form/form.ts'
import { writeContent } from '../../form/write-content.ts'
import { Forms } from '../../forms/forms.ts'
import { escapeFormula } from '../../http/bodies/formula.ts'
import { AGENCY_MEMBERS, type AgencyLine } from '../published-agencies.ts'
import type { PublishedReport } from '../published-reports.ts'

/** The members that say which report it is. */
export const REPORT_KEYS = ['agency', 'agency_name', 'year', 'form', 'version', 'published_at'] as const
export const CELL_COLUMNS = ['agency', 'agency_name', 'year', 'form', 'cell', 'value', 'state', 'raw'] as const

/** The ids of the cells of all forms, each once, in printed order. */
export const cellsOfForms = (forms: Forms): string[] => [
  ...new Set(forms.all.flatMap(form => form.cells.map(cell => cell.id)))
]

const json = (value: unknown) => `${JSON.stringify(value)}\n`

/** The note of a blank cell is left out: the import adds it to each cell that is given as null. */
export function reportLine (forms: Forms, { agency, agency_name: name, year, form, content }: PublishedReport): string {
  const { notes, ...written } = writeContent(forms.get(form), content)
  const told = Object.entries(notes).filter(([, { state, raw }]) => state !== 'blank' || raw !== '')
  const head = { agency, agency_name: name, year, form }
  return json({ ...head, ...written, ...(told.length === 0 ? {} : { notes: Object.fromEntries(told) }) })
}

export async function* reportLines (
  forms: Forms,
  pages: AsyncIterable<PublishedReport[]>
): AsyncGenerator<string> {
  for await (const page of pages) yield page.map(report => reportLine(forms, report)).join('')
}

export async function* agencyLines (pages: AsyncIterable<AgencyLine[]>): AsyncGenerator<string> {
  for await (const page of pages) {
    yield page.map(line =>
      json(Object.fromEntries(Object.entries(line).filter(([name, value]) => value !== null || name === 'parent')))
    ).join('')
  }
}

const field = (value: unknown) => typeof value === 'string' ? escapeFormula(value) : value

export async function* agencyCsv (pages: AsyncIterable<AgencyLine[]>): AsyncGenerator<string> {
  yield stringify([[...AGENCY_MEMBERS]])
  for await (const page of pages) yield stringify(page.map(line => AGENCY_MEMBERS.map(name => field(line[name]))))
}

/** One line a report, one column a cell of any form. */
export async function* wideCsv (forms: Forms, pages: AsyncIterable<PublishedReport[]>): AsyncGenerator<string> {
  const cells = cellsOfForms(forms)
  yield stringify([[...REPORT_KEYS, ...cells]])
  const inForm = new Map(forms.all.map(form => [form.id, cells.map(id => form.cell.get(id))]))
  for await (const page of pages) {
    yield stringify(page.map(({ content: { figures }, ...report }) => [
      ...REPORT_KEYS.map(name => field(report[name])),
      ...inForm.get(report.form)!.map(cell =>
        cell === undefined ? null : writeFigure(cell.scale, figures[cell.position - 1] ?? null)
      )
    ]))
  }
}

/** One line a cell, with what stood where there is no number. */
export async function* cellsCsv (forms: Forms, pages: AsyncIterable<PublishedReport[]>): AsyncGenerator<string> {
  yield stringify([[...CELL_COLUMNS]])
  for await (const page of pages) {
    for (const report of page) yield stringify(cellsOf(forms.get(report.form), report))
  }
}

function cellsOf ({ cells }: Form, { agency, agency_name: name, year, form, content }: PublishedReport) {
  return cells.flatMap(({ id, position, scale }) => {
    const figure = content.figures[position - 1] ?? null
    const note = content.notes[id]
    if (figure === null && note === undefined) return []
    return [[agency, field(name), year, form, id, writeFigure(scale, figure), note?.state, field(note?.raw)]]
  })
}

// Writing drafts. Each action reads what was sent, refuses it with all its faults, and only then writes.
import type { Kysely, Transaction } from 'kysely'
import { findAgency } from '../agencies/store.ts'
import { showYears } from '../agencies/periods.ts'
import { findPeriod, findPeriods, holdAgency } from '../agencies/tree.ts'
import {
  canonical, copyCells, emptyContent, hasRow, readContent, readNotes, readRow, readRows, rowCells, writeContent, writeRow, writeTable,
  type Content
} from '../form/content.ts'
import { atPointer, type Fault } from '../form/fault.ts'
import type { Form, FormTable } from '../form/form.ts'
import type { Forms } from '../forms/forms.ts'
import { inTransaction, type Database } from '../platform/database.ts'
import { problem, refuse } from '../platform/problem.ts'
import type { AppendedRow } from './rows.ts'
import type { NewReport, Report, ReportDraft } from './schemas.ts'
import { findPublished, findReport, insertReport, lockReport, removeReport, saveContent, type StoredReport } from './store.ts'

/** Whose report for which year. */
export interface ReportId { agency: string, year: number }

export function writeReport (forms: Forms, { content, reason, ...report }: StoredReport): Report {
  return { ...report, ...(reason === null ? {} : { reason }), ...writeContent(forms.get(report.form), content) }
}

/** The working state, or for the public the current version. Throws `report-not-found`. */
export async function getReport (db: Kysely<Database>, id: ReportId, isPublic: boolean): Promise<StoredReport> {
  const report = await (isPublic ? findPublished : findReport)(db, id.agency, id.year)
  if (report === undefined) throw problem('report-not-found', { ...id })
  return report
}

export async function createReport (db: Kysely<Database>, forms: Forms, body: NewReport, thisYear: number): Promise<StoredReport> {
  const form = chooseForm(forms, body.year, body.form, thisYear)
  const content = contentOf(form, body)
  return await inTransaction(db, async trx => {
    if (!await isThere(trx, body)) throw problem('agency-unknown', { agency: body.agency }, { errors: [{ pointer: '/agency', found: body.agency, expected: { en: 'a registered agency', zh: '已登记的机关' } }] })
    if (!await insertReport(trx, body.agency, body.year, form, content)) throw problem('report-exists', { agency: body.agency, year: body.year })
    return await getReport(trx, body, false)
  })
}

/** Creates the draft or replaces all its content; sent twice it changes nothing. `created` tells which. */
export async function putReport (db: Kysely<Database>, forms: Forms, id: ReportId, body: ReportDraft, thisYear: number): Promise<{ report: StoredReport, created: boolean }> {
  const form = chooseForm(forms, id.year, body.form, thisYear)
  const content = contentOf(form, body)
  return await inTransaction(db, async trx => {
    if (!await isThere(trx, id)) throw problem('agency-not-found', { agency: id.agency })
    const outcome = await putContent(trx, forms, id, form, content, report => {
      refuseLocked(report)
      refuse('body-invalid', changedReadOnly(id, body, report))
    })
    const report = await getReport(trx, id, false)
    if (outcome === 'created') refuse('body-invalid', changedReadOnly(id, body, report))
    return { report, created: outcome === 'created' }
  })
}

/** Makes the draft or replaces its content. `mayWrite` throws where the report that is there must stay as it is. */
export async function putContent (trx: Transaction<Database>, forms: Forms, id: ReportId, form: Form, content: Content, mayWrite: (report: StoredReport) => void): Promise<'created' | 'replaced' | 'unchanged'> {
  // Another may insert or delete the report between two of our statements: then look again.
  for (;;) {
    const report = await lockReport(trx, id.agency, id.year)
    if (report !== undefined) {
      mayWrite(report)
      return await saveDraft(trx, report, form, content, forms) ? 'replaced' : 'unchanged'
    }
    if (await insertReport(trx, id.agency, id.year, form, content)) return 'created'
  }
}

export async function deleteReport (db: Kysely<Database>, id: ReportId): Promise<void> {
  await inTransaction(db, async trx => {
    const report = await lockReport(trx, id.agency, id.year)
    if (report === undefined) throw problem('report-not-found', { ...id })
    if (report.version !== null) throw problem('report-published-before', { ...id })
    refuseLocked(report)
    await removeReport(trx, report)
  })
}

// ---- tables and rows ----------------------------------------------------------------------------------------------

export interface TableId extends ReportId { table: string }
export interface RowId extends TableId { row: string }

/** Appends rows, all or none. With `replace` a row that is there already is replaced, else it is a fault. */
export async function appendRows (db: Kysely<Database>, forms: Forms, id: TableId, read: (form: Form, table: FormTable) => AppendedRow[], replace: boolean) {
  return await changeTable(db, forms, id, (form, table, content) => {
    const rows = read(form, table)
    const there = rows.filter(({ row }) => hasRow(content, table, row))
    if (!replace) {
      refuse('row-exists', there.map(({ row, at }) => ({ ...at, found: row, expected: { en: 'a row that is not in the report yet', zh: '报告中尚没有的行' } })))
    }
    for (const { row, content: sent } of rows) copyCells(sent, content, rowCells(table, row))
    return writeTable(table, content)
  })
}

/** Replaces one table; rows left out are gone. */
export async function putTable (db: Kysely<Database>, forms: Forms, id: TableId, body: { rows: unknown, notes?: unknown }) {
  return await changeTable(db, forms, id, (form, table, content) => {
    const sent = emptyContent(form)
    const faults: Fault[] = []
    readRows(table, body.rows, atPointer('/rows'), sent, faults)
    readNotes(form, body.notes, atPointer('/notes'), sent, faults, { table: id.table })
    refuse('body-invalid', faults)
    const wasEmpty = !table.rows.some(row => hasRow(content, table, row.id))
    copyCells(sent, content, table.cells)
    const after = writeTable(table, content)
    return { created: wasEmpty && Object.keys(after.rows).length > 0, table: after }
  })
}

export async function putRow (db: Kysely<Database>, forms: Forms, id: RowId, body: { values: unknown, notes?: unknown }) {
  return await changeTable(db, forms, id, (form, table, content) => {
    formRow(table, id.row)
    const sent = emptyContent(form)
    const faults: Fault[] = []
    readRow(table, id.row, body.values, atPointer('/values'), sent, faults)
    readNotes(form, body.notes, atPointer('/notes'), sent, faults, { table: id.table, row: id.row })
    refuse('body-invalid', faults)
    const created = !hasRow(content, table, id.row)
    copyCells(sent, content, rowCells(table, id.row))
    return { created, row: writeRow(table, id.row, content) }
  })
}

/** Afterwards the row is absent, not blank. */
export async function deleteRow (db: Kysely<Database>, forms: Forms, id: RowId): Promise<void> {
  await changeTable(db, forms, id, (form, table, content) => {
    presentRow(table, id.row, content)
    copyCells(emptyContent(form), content, rowCells(table, id.row))
  })
}

export function formTable (form: Form, id: string): FormTable {
  const table = form.tables.get(id)
  if (table === undefined) throw problem('table-not-found', { form: form.id, table: id }, { errors: [{ parameter: 'table', found: id, expected: { en: 'a table of the form', zh: '格式中的表' }, among: [...form.tables.keys()] }] })
  return table
}

/** Throws `row-not-found` when the report does not have the row. */
export function presentRow (table: FormTable, row: string, content: Content): void {
  formRow(table, row)
  if (!hasRow(content, table, row)) throw problem('row-not-found', { table: table.definition.id, row })
}

function formRow (table: FormTable, row: string): void {
  const rows = table.rows.map(r => r.id)
  if (!rows.includes(row)) throw problem('row-not-found', { table: table.definition.id, row }, { errors: [{ parameter: 'row', found: row, expected: { en: 'a row of the table that holds figures', zh: '表中有数字的行' }, among: rows }] })
}

/** Locks the draft, lets `change` alter its content, and saves it when it did. */
async function changeTable<Result> (db: Kysely<Database>, forms: Forms, id: TableId, change: (form: Form, table: FormTable, content: Content) => Result): Promise<Result> {
  return await inTransaction(db, async trx => {
    const report = await lockReport(trx, id.agency, id.year)
    if (report === undefined) throw problem('report-not-found', { agency: id.agency, year: id.year })
    refuseLocked(report)
    const form = forms.get(report.form)
    const table = formTable(form, id.table)
    const content = structuredClone(report.content)
    const result = change(form, table, content)
    await saveDraft(trx, report, form, content, forms)
    return result
  })
}

// ---- rules ----------------------------------------------------------------------------------------------------------

/** False when the content was there already. */
async function saveDraft (trx: Transaction<Database>, report: StoredReport, form: Form, content: Content, forms: Forms): Promise<boolean> {
  if (holds(forms, report, form, content)) return false
  await saveContent(trx, report.agency, report.year, form, content)
  return true
}

/** The report says this already. */
export const holds = (forms: Forms, report: StoredReport, form: Form, content: Content): boolean =>
  report.form === form.id && canonical(forms.get(report.form), report.content) === canonical(form, content)

export function refuseLocked ({ agency, year, status }: StoredReport): void {
  if (status !== 'draft' && status !== 'returned') throw problem('report-locked', { agency, year, status })
}

export function chooseForm (forms: Forms, year: number, asked: string | undefined, thisYear: number): Form {
  if (year > thisYear) throw problem('year-in-future', { year, latest: thisYear })
  return forms.choose(year, asked)
}

export function contentOf (form: Form, body: { tables?: unknown, notes?: unknown, sections?: unknown }): Content {
  const { content, faults } = readContent(form, body)
  refuse('body-invalid', faults)
  return content
}

/** False when no such agency is registered; throws when it is, but not for that year. Holds it in its place. */
export async function isThere (trx: Transaction<Database>, { agency, year }: ReportId): Promise<boolean> {
  await holdAgency(trx, agency)
  if (await findPeriod(trx, agency, year)) return true
  if (!await findAgency(trx, agency)) return false
  const periods = await findPeriods(trx, agency)
  throw problem('agency-not-in-year', { agency, year, years: showYears(periods[0]!.since, periods.at(-1)!.until) })
}

/** What GET gave may be sent back, but read-only members only as they are. */
function changedReadOnly (id: ReportId, body: ReportDraft, report: StoredReport): Fault[] {
  const present = { ...id, status: report.status, version: report.version, revision: report.revision, reason: report.reason ?? undefined }
  return Object.entries(present).flatMap(([name, value]): Fault[] => {
    const sent = body[name as keyof typeof present]
    if (sent === undefined || sent === value) return []
    return [{ pointer: `/${name}`, found: sent, expected: { en: `${value}, as it is: read-only`, zh: `保持现值 ${value}：只读` } }]
  })
}

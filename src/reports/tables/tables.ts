// Writes tables and rows of a draft.
import type { Kysely } from 'kysely'
import { inTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import {
  type Content,
  copyCells,
  emptyContent,
  hasRow,
  readNotes,
  readRow,
  readRows,
  rowCells
} from '../../form/content.ts'
import type { Form, FormTable } from '../../form/form.ts'
import { writeRow, writeTable } from '../../form/write-content.ts'
import { Forms } from '../../forms/forms.ts'
import { atPointer, type Fault } from '../../problems/fault.ts'
import { problem, throwIfFaults } from '../../problems/problem.ts'
import { requireEditable, saveDraft } from '../drafts.ts'
import { checkPreconditions, etagOfRow, etagOfTable } from '../etags.ts'
import { lockReport } from '../store.ts'
import type { ReportId } from '../stored-report.ts'
import type { WriteRequest } from '../write-request.ts'
import type { AppendedRow } from './rows.ts'

export interface TableId extends ReportId {
  table: string
}

export interface RowId extends TableId {
  row: string
}

/** Appends rows, all or none. With `replace` existing rows are replaced; without it they are faults. */
export async function appendRows (
  db: Kysely<Database>,
  forms: Forms,
  write: WriteRequest,
  id: TableId,
  { read, replace }: { read: (form: Form, table: FormTable) => AppendedRow[], replace: boolean }
) {
  return await changeTable(db, forms, write, id, (form, table, content) => {
    const rows = read(form, table)
    const there = rows.filter(({ row }) => hasRow(content, table, row))
    if (!replace) {
      throwIfFaults(
        'row-exists',
        there.map(({ row, at }) => ({
          ...at,
          found: row,
          expected: { en: 'a row that is not in the report yet', zh: '报告中尚没有的行' }
        }))
      )
    }
    for (const { row, content: sent } of rows) copyCells(sent, content, rowCells(table, row))
    return { table: writeTable(table, content) }
  })
}

/** Replaces one table; rows left out are removed. */
export async function putTable (
  db: Kysely<Database>,
  forms: Forms,
  write: WriteRequest,
  id: TableId,
  body: { rows: unknown, notes?: unknown }
) {
  return await changeTable(db, forms, write, id, (form, table, content) => {
    const sent = emptyContent(form)
    const faults: Fault[] = []
    readRows(table, body.rows, atPointer('/rows'), { content: sent, faults })
    readNotes(form, body.notes, atPointer('/notes'), { content: sent, faults }, { table: id.table })
    throwIfFaults('body-invalid', faults)
    const wasEmpty = !table.rows.some(row => hasRow(content, table, row.id))
    copyCells(sent, content, table.cells)
    const after = writeTable(table, content)
    return { created: wasEmpty && Object.keys(after.rows).length > 0, table: after }
  })
}

export async function putRow (
  db: Kysely<Database>,
  forms: Forms,
  write: WriteRequest,
  id: RowId,
  body: { values: unknown, notes?: unknown }
) {
  return await changeTable(db, forms, write, id, (form, table, content) => {
    formRow(table, id.row)
    const sent = emptyContent(form)
    const faults: Fault[] = []
    readRow(table, id.row, body.values, atPointer('/values'), { content: sent, faults })
    readNotes(form, body.notes, atPointer('/notes'), { content: sent, faults }, { table: id.table, row: id.row })
    throwIfFaults('body-invalid', faults)
    const created = !hasRow(content, table, id.row)
    const cells = rowCells(table, id.row)
    const blanked = cells.filter(({ position }) =>
      (content.figures[position - 1] ?? null) !== null && (sent.figures[position - 1] ?? null) === null
    ).map(cell => cell.id)
    copyCells(sent, content, cells)
    return { created, row: { ...writeRow(table, id.row, content), ...(blanked.length > 0 ? { blanked } : {}) } }
  })
}

/** Changes the figures of the columns that are given; all others stay. A given figure removes the note of its cell. */
export async function changeRow (
  db: Kysely<Database>,
  forms: Forms,
  write: WriteRequest,
  id: RowId,
  body: { values: unknown, notes?: unknown }
) {
  return await changeTable(db, forms, write, id, (form, table, content) => {
    presentRow(table, id.row, content)
    const sent = emptyContent(form)
    const faults: Fault[] = []
    readRow(table, id.row, body.values, atPointer('/values'), { content: sent, faults })
    readNotes(form, body.notes, atPointer('/notes'), { content: sent, faults }, { table: id.table, row: id.row })
    throwIfFaults('body-invalid', faults)
    const given = new Set([...Object.keys(body.values as object), ...Object.keys(body.notes ?? {})])
    copyCells(sent, content, rowCells(table, id.row).filter(({ id, column }) => given.has(column) || given.has(id)))
    return { row: writeRow(table, id.row, content) }
  })
}

/** Deletes a row, which is then absent, not blank. */
export async function deleteRow (
  db: Kysely<Database>,
  forms: Forms,
  write: WriteRequest,
  id: RowId
): Promise<void> {
  await changeTable(db, forms, write, id, (form, table, content) => {
    presentRow(table, id.row, content)
    copyCells(emptyContent(form), content, rowCells(table, id.row))
    return {}
  })
}

export function formTable (form: Form, id: string): FormTable {
  const table = form.tables.get(id)
  if (table === undefined) {
    throw problem('table-not-found', { form: form.id, table: id }, {
      errors: [{
        parameter: 'table',
        found: id,
        expected: { en: 'a table of the form', zh: '格式中的表' },
        candidates: [...form.tables.keys()]
      }]
    })
  }
  return table
}

/** Throws `row-not-found` if the report does not have the row. */
export function presentRow (table: FormTable, row: string, content: Content): void {
  formRow(table, row)
  if (!hasRow(content, table, row)) throw problem('row-not-found', { table: table.definition.id, row })
}

function formRow (table: FormTable, row: string): void {
  const rows = table.rows.map(r => r.id)
  if (!rows.includes(row)) {
    throw problem('row-not-found', { table: table.definition.id, row }, {
      errors: [{
        parameter: 'row',
        found: row,
        expected: { en: 'a row of the table that holds figures', zh: '表中有数字的行' },
        candidates: rows
      }]
    })
  }
}

/**
 * Locks the draft, applies `change` to its content, and saves it if it changed. `etag` is the new ETag of the row or
 * table.
 */
async function changeTable<Result extends object> (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: TableId | RowId,
  change: (form: Form, table: FormTable, content: Content) => Result
): Promise<Result & { etag: string }> {
  return await inTransaction(db, async trx => {
    const report = await lockReport(trx, id.agency, id.year)
    if (report === undefined) throw problem('report-not-found', { agency: id.agency, year: id.year })
    const form = forms.get(report.form)
    const table = formTable(form, id.table)
    const row = 'row' in id ? { row: id.row } : {}
    checkPreconditions(forms, conditions, id, report, { table, ...row })
    requireEditable(report)
    const content = structuredClone(report.content)
    const result = change(form, table, content)
    const saved = await saveDraft(trx, forms, by, report, { form, content })
    return { ...result, etag: row.row === undefined ? etagOfTable(saved, table) : etagOfRow(saved, table, row.row) }
  })
}

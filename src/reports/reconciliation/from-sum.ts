// Drafts a summary report from the sum of the reports below it.
import { type Kysely, sql, type Transaction } from 'kysely'
import { findPeriod } from '../../agencies/tree.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import { addForms, type SumOfForm } from '../../form/between/other-forms.ts'
import { type Content, emptyContent, rowCells } from '../../form/content.ts'
import { keepExplanations } from '../../form/explanations.ts'
import { readFigure, writeFigure } from '../../form/figures.ts'
import type { Form } from '../../form/form.ts'
import { chooseForm, Forms } from '../../forms/forms.ts'
import { atPointer, type Fault } from '../../problems/fault.ts'
import { problem, throwIfFaults } from '../../problems/problem.ts'
import { countUnread } from '../checks/sums-below.ts'
import { requireAgencyInYear, requireEditable, upsertDraft } from '../drafts.ts'
import { checkPreconditions } from '../etags.ts'
import { lockReport } from '../store.ts'
import type { ReportId, StoredReport } from '../stored-report.ts'
import type { WriteRequest } from '../write-request.ts'
import { findBelow } from './reconcile.ts'
import type { Reconciliation } from './schemas.ts'

export interface DraftFromSum extends Pick<Reconciliation, 'coverage' | 'missing'> {
  report: StoredReport
  created: boolean
}

/**
 * Makes the draft of a summary, or replaces its figures; its texts and explanations stay. Throws what `putReport`
 * throws, `report-not-consolidated` and `nothing-below`.
 */
export async function draftFromSum (
  db: Kysely<Database>,
  forms: Forms,
  { by, conditions }: WriteRequest,
  id: ReportId,
  thisYear: number
): Promise<DraftFromSum> {
  const newest = chooseForm(forms, id.year, undefined, thisYear)
  return await inTransaction(db, async trx => {
    if (!await requireAgencyInYear(trx, id)) throw problem('agency-not-found', { agency: id.agency })
    if ((await findPeriod(trx, id.agency, id.year))!.reporting !== 'consolidated') {
      throw problem('report-not-consolidated', { ...id })
    }
    const before = await lockReport(trx, id.agency, id.year)
    const form = before === undefined ? newest : forms.get(before.form)
    await lockSums(trx, id)
    const { sums, coverage, missing } = await findBelow(trx, forms, id)
    if (coverage.included === 0) throw problem('nothing-below', { ...id })
    const content = contentOf(form, sums, await countUnread(trx, form, id, sums))
    const { report, outcome } = await upsertDraft(trx, forms, by, { id, form, content }, report => {
      checkPreconditions(forms, conditions, id, report)
      if (report === undefined) return
      requireEditable(report)
      content.sections = report.content.sections
      content.explanations = keepExplanations(form, report.content.explanations)
    })
    return { report, created: outcome === 'created', coverage, missing }
  })
}

/** Locks the sums, so that no report below is published while its sum, coverage and missing agencies are read. */
async function lockSums (trx: Transaction<Database>, { agency, year }: ReportId): Promise<void> {
  await sql`select from total where agency = ${agency} and year = ${year} and level = '' and kind = '' for share`
    .execute(trx)
}

/**
 * A sum that hides an unreadable figure is none. Rows in which nothing is known of any cell are left out; a cell that
 * is blank in all reports is blank. Throws `body-invalid` for a sum that a report cannot hold.
 */
function contentOf (form: Form, sums: SumOfForm[], unread: number[]): Content {
  const content = emptyContent(form)
  const added = addForms(form, sums)
  const faults: Fault[] = []
  for (const [name, table] of form.tables) {
    for (const row of table.rows) {
      const cells = rowCells(table, row.id)
      if (cells.every(({ position }) => !added[position - 1]!.isComparable)) continue
      for (const cell of cells) {
        const { sum } = added[cell.position - 1]!
        if (sum === null || unread[cell.position - 1]! > 0) {
          content.notes[cell.id] = { state: sum === null ? 'blank' : 'unreadable', raw: '' }
          continue
        }
        const figure = readFigure(cell, writeFigure(cell.scale, sum))
        if ('expected' in figure) {
          const at = atPointer(`/tables/${name}/${row.id}`)(cell.column)
          faults.push({ ...at, found: writeFigure(cell.scale, sum), ...figure })
        } else content.figures[cell.position - 1] = sum
      }
    }
  }
  throwIfFaults('body-invalid', faults)
  return content
}

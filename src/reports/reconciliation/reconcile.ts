// Compares a summary report with the sum of the reports below it.
import { type Kysely, sql } from 'kysely'
import { findPeriod } from '../../agencies/tree.ts'
import { type Database, FOR_EVER } from '../../database/types.ts'
import { addForms } from '../../form/between/other-forms.ts'
import { writeFigure } from '../../form/figures.ts'
import { Forms } from '../../forms/forms.ts'
import { problem } from '../../problems/problem.ts'
import { getReport } from '../actions.ts'
import { findSumsBelow, type SumsBelow } from '../checks/sums-below.ts'
import type { ReportId } from '../stored-report.ts'
import type { Visibility } from '../visibility.ts'
import { MAX_MISSING, type ReconciledCell, type Reconciliation } from './schemas.ts'

/** Throws what `getReport` throws, and `report-not-consolidated`. */
export async function reconcileReport (
  db: Kysely<Database>,
  forms: Forms,
  id: ReportId,
  visibility: Visibility,
  all: boolean
): Promise<Reconciliation> {
  const { agency, year } = id
  // From one snapshot, so that the sum, its coverage and the missing agencies agree.
  return await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(async trx => {
    const report = await getReport(trx, id, visibility)
    const standing = await findPeriod(trx, agency, year)
    if (standing?.reporting !== 'consolidated') throw problem('report-not-consolidated', { ...id })
    const { sums, coverage, missing } = await findBelow(trx, forms, id)
    const form = forms.get(report.form)
    const added = addForms(form, sums)
    const cells = form.cells.map((cell, i): ReconciledCell => {
      const { sum, blank } = added[i]!
      const stated = report.content.figures[i] ?? null
      return {
        cell: cell.id,
        label: cell.label,
        unit: cell.unit,
        stated: writeFigure(cell.scale, stated),
        sum: writeFigure(cell.scale, sum),
        delta: writeFigure(cell.scale, stated === null || sum === null ? null : stated - sum),
        blank
      }
    })
    return {
      agency,
      year,
      version: report.version,
      coverage,
      missing,
      cells: all ? cells : cells.filter(({ stated, sum }) => stated !== sum)
    }
  })
}

/** Returns the sums of the reports below, and whose report is missing. They agree within one snapshot. */
export async function findBelow (
  db: Kysely<Database>,
  forms: Forms,
  id: ReportId
): Promise<SumsBelow & Pick<Reconciliation, 'missing'>> {
  const below = (await findSumsBelow(db, forms, [id.agency], id.year)).get(id.agency)!
  return { ...below, missing: below.coverage.missing === 0 ? [] : await findMissing(db, id) }
}

async function findMissing (db: Kysely<Database>, { agency, year }: ReportId): Promise<Reconciliation['missing']> {
  const { rows } = await sql<Reconciliation['missing'][number]>`
    select p.agency, p.name as agency_name
    from agency_ancestor x
    join agency_period p on p.agency = x.agency and p.since <= ${year} and p.until >= ${year} and p.reporting = 'own'
    where x.ancestor = ${agency} and x.since <= ${year} and x.until >= ${year} and not exists (
      select from report_version v
      where v.agency = x.agency and v.year = ${year} and v.public_until = ${FOR_EVER}
    )
    order by p.agency limit ${MAX_MISSING}`.execute(db)
  return rows
}

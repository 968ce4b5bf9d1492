import { sql } from 'kysely'
import { formatYears } from '../../agencies/periods.ts'
import { areInSubtree, outsideSubtree } from '../../auth/coverage.ts'
import { problem } from '../../problems/problem.ts'
import { writeReport } from '../../reports/content/representation.ts'
import { readOnlyFaults } from '../../reports/read-only.ts'
import type { StoredReport } from '../../reports/stored-report.ts'
import { visibilityOf } from '../../reports/visibility.ts'
import { faultsOfProblem, type LineFault } from '../bulk/fault-summary.ts'
import { rejectRecord } from '../bulk/import-state.ts'
import { Batch, type PackedReport } from './batch.ts'
import { findDayFaults } from './decide.ts'
import { agencyField } from './parsing/parsed-report.ts'
import { acceptIfSound, type ReportImportState } from './report-import-state.ts'
import { findPlacements } from './store.ts'

/** A batch with its agencies and existing reports looked up. */
export interface PreparedBatch {
  batch: Batch
  fresh: PackedReport[]
  existing: PackedReport[]
}

/** Looks up the agencies of the batch, and whether they are in the caller's subtree. */
async function lookUpAgencies ({ trx, options: { actor } }: ReportImportState, { reports }: Batch): Promise<void> {
  if (reports.length === 0) return
  const standings = await findPlacements(trx, reports)
  const covered = await areInSubtree(trx, actor, reports)
  for (let i = 0; i < reports.length; i++) {
    reports[i]!.placement = standings[i]!
    reports[i]!.isCovered = covered[i]!
  }
}

async function rejectUnknown (state: ReportImportState, reports: PackedReport[]): Promise<PackedReport[]> {
  const { trx, options: { actor } } = state
  const absent = reports.filter(({ placement }) => placement!.reporting === null).map(report => report.agency)
  const years = new Map(
    absent.length === 0
      ? []
      : (await trx.selectFrom('agency_period').select([
        'agency',
        eb => eb.fn.min('since').as('since'),
        eb => eb.fn.max('until').as('until')
      ])
        .where('agency', '=', sql<string>`any(${absent})`).groupBy('agency').execute()).map(
          row => [row.agency, formatYears(row.since, row.until)]
        )
  )
  return reports.filter(report => {
    const { agency, year, line, isCovered } = report
    const { reporting } = report.placement!
    if (reporting !== null && isCovered) return true
    const fault = reporting === null && !years.has(agency)
      ? problem('agency-unknown', { agency })
      : reporting === null
      ? problem('agency-not-in-year', { agency, year, years: years.get(agency)! })
      : outsideSubtree(actor, { agency, year })
    rejectRecord(
      state,
      report.source,
      faultsOfProblem(line, fault).map(fault => ({ ...fault, ...agencyField(report.figuresOnly), found: agency }))
    )
    return false
  })
}

/** Returns the read-only members that differ from the stored report: a report may be sent as GET returned it. */
export function findReadOnlyFaults (
  { forms, options: { actor } }: ReportImportState,
  { line, agency, year, form, stated }: PackedReport,
  there: StoredReport | undefined
): LineFault[] {
  if (stated === undefined) return []
  const fresh = {
    agency,
    year,
    form,
    status: 'draft',
    version: null,
    revision: 1,
    published_at: null,
    amendment_reason: null,
    reason: null,
    remarks: null,
    content: { figures: [], notes: {}, sections: {}, explanations: {} }
  }
  const present = writeReport(
    forms,
    there ?? fresh as unknown as StoredReport,
    visibilityOf({ actor, seesPublishedOnly: false })
  )
  return readOnlyFaults(stated, present).map(fault => ({ ...fault, line }))
}

export async function prepareBatch (state: ReportImportState, batch: Batch): Promise<PreparedBatch> {
  await lookUpAgencies(state, batch)
  const known = await rejectUnknown(state, batch.reports)
  return {
    batch,
    fresh: known.filter(report =>
      !report.placement!.exists && acceptIfSound(state, report, [
        ...findReadOnlyFaults(state, report, undefined),
        ...findDayFaults(report, undefined, state.options)
      ])
    ),
    existing: known.filter(report => report.placement!.exists)
  }
}

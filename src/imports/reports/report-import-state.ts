import type { Transaction } from 'kysely'
import { DeltaAccumulator } from '../../aggregates/deltas.ts'
import { EventBatch } from '../../audit/batch.ts'
import type { AuditContext } from '../../audit/record.ts'
import type { Actor } from '../../auth/actor.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import type { LineFault } from '../bulk/fault-summary.ts'
import { type ImportOptions, type ImportState, rejectRecord } from '../bulk/import-state.ts'
import type { PackedReport } from './batch.ts'

export interface ReportImportOptions extends ImportOptions {
  actor: Actor
  by: AuditContext
  publish: boolean
  acceptFailedChecks: boolean
}

/** `moment`: the publication time of the reports that the import publishes. */
export interface ReportImportState extends ImportState {
  trx: Transaction<Database>
  forms: Forms
  moment: string
  deltas: DeltaAccumulator
  events: EventBatch
  options: ReportImportOptions
}

export function acceptIfSound (state: ReportImportState, { source }: PackedReport, faults: LineFault[]): boolean {
  if (faults.length > 0) rejectRecord(state, source, faults)
  return faults.length === 0
}

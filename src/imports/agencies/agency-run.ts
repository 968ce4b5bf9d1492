import type { Transaction } from 'kysely'
import type { Period } from '../../agencies/periods.ts'
import { requirePlacement } from '../../agencies/placement.ts'
import type { Agency } from '../../agencies/schemas.ts'
import { EventBatch } from '../../audit/batch.ts'
import type { AuditContext } from '../../audit/record.ts'
import { type Actor, WHOLE_REGISTRY } from '../../auth/actor.ts'
import type { Database } from '../../database/types.ts'
import { faultsOfProblem } from '../bulk/fault-summary.ts'
import { type ImportOptions, type ImportState, rejectRecord } from '../bulk/import-state.ts'
import { inColumn, type SentAgency } from './parse-lines.ts'

/** `recorded` lists the agencies whose place or name changed: their history is recorded at the end. */
export interface AgencyImportState extends ImportState {
  options: AgencyImportOptions
  events: EventBatch
  recorded: string[]
  /** The agencies of which a line was rejected: their later lines are rejected, too. */
  rejectedAgencies: Set<string>
}

export interface NewAgencyRecord extends SentAgency {
  period: Period
}

export interface KnownAgencyRecord extends SentAgency {
  before: Agency
}

export interface AgencyImportOptions extends ImportOptions {
  actor: Actor
  by: AuditContext
}

export function rejectAgency (
  state: AgencyImportState,
  { line, code, source, fromCsv }: SentAgency,
  raised: unknown
): void {
  state.rejectedAgencies.add(code)
  const faults = faultsOfProblem(line, raised)
  rejectRecord(state, source, fromCsv ? faults.map(fault => inColumn(fault.line, fault)) : faults)
}

/** Returns the agencies that the caller may write. Rejects the others with the faults of a single PUT. */
export async function withinSubtree (
  trx: Transaction<Database>,
  state: AgencyImportState,
  agencies: SentAgency[]
): Promise<SentAgency[]> {
  const { actor } = state.options
  if (actor.agency === WHOLE_REGISTRY) return agencies
  const within: SentAgency[] = []
  for (const agency of agencies) {
    try {
      await requirePlacement(trx, actor, agency.code, agency.change)
      within.push(agency)
    } catch (error) {
      rejectAgency(state, agency, error)
    }
  }
  return within
}

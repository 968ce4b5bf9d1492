import type { Transaction } from 'kysely'
import type { Period } from '../../agencies/periods.ts'
import { refuseStanding } from '../../agencies/placement.ts'
import type { Agency } from '../../agencies/schemas.ts'
import { StagedEvents } from '../../audit/batch.ts'
import type { By } from '../../audit/record.ts'
import { type Actor, WHOLE_REGISTRY } from '../../auth/actor.ts'
import type { Database } from '../../database/types.ts'
import { faultsOfProblem } from '../bulk/fault-summary.ts'
import { type ImportOptions, reject, type Run } from '../bulk/import-state.ts'
import { inColumn, type SentAgency } from './parse-lines.ts'

/** `recorded`: those whose place or name is new. */
export interface AgencyRun extends Run {
  options: AgencyImportOptions
  events: StagedEvents
  recorded: string[]
}

export interface Fresh extends SentAgency {
  period: Period
}

export interface Known extends SentAgency {
  before: Agency
}

export interface AgencyImportOptions extends ImportOptions {
  actor: Actor
  by: By
}

export function refuse (run: Run, { line, source, fromCsv }: SentAgency, raised: unknown): void {
  const faults = faultsOfProblem(line, raised)
  reject(run, source, fromCsv ? faults.map(fault => inColumn(fault.line, fault)) : faults)
}

/** As a change of each would be refused by itself. */
export async function withinSubtree (
  trx: Transaction<Database>,
  run: AgencyRun,
  agencies: SentAgency[]
): Promise<SentAgency[]> {
  const { actor } = run.options
  if (actor.agency === WHOLE_REGISTRY) return agencies
  const within: SentAgency[] = []
  for (const agency of agencies) {
    try {
      await refuseStanding(trx, actor, agency.code, agency.change)
      within.push(agency)
    } catch (error) {
      refuse(run, agency, error)
    }
  }
  return within
}

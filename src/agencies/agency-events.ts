import type { NewEvent } from '../audit/record.ts'
import type { Period } from './periods.ts'
import { Agency, AgencyChange } from './schemas.ts'

export const detailsOf = (change: AgencyChange) => ({
  name: change.name,
  credit_code: change.credit_code,
  division_code: change.division_code
})

export const changesDetails = (change: AgencyChange, before: Agency): boolean =>
  Object.entries(detailsOf(change)).some(([name, value]) =>
    value !== undefined && value !== before[name as keyof ReturnType<typeof detailsOf>]
  )

export function agencyEvent (
  code: string,
  change: AgencyChange,
  before: Agency | undefined,
  old: Period[],
  periods: Period[]
): NewEvent {
  const changes = diffAgency({ ...before, periods: old }, { ...detailsOf(change), periods })
  return {
    kind: before === undefined ? 'agency_registered' : 'agency_changed',
    agency: code,
    year: null,
    details: { changes }
  }
}

/** Returns the old and new value of each changed field. */
function diffAgency (
  before: Record<string, unknown>,
  after: Record<string, unknown>
): Record<string, [unknown, unknown]> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) =>
      value === undefined || JSON.stringify(value) === JSON.stringify(before[name] ?? null)
        ? []
        : [[name, [before[name] ?? null, value]]]
    )
  )
}

import type { NewEvent } from '../audit/record.ts'
import type { Period } from './periods.ts'
import { Agency, AgencyChange } from './schemas.ts'

export const detailsOf = (change: AgencyChange) => ({
  name: change.name,
  credit_code: change.credit_code,
  division_code: change.division_code,
  successor: change.successor
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
  const shown = showPeriods(old, periods)
  const changes = diffAgency({ ...before, periods: shown(old) }, { ...detailsOf(change), periods: shown(periods) })
  return {
    kind: before === undefined ? 'agency_registered' : 'agency_changed',
    agency: code,
    year: null,
    details: { changes }
  }
}

/** The periods tell the names where they differ between years; otherwise the name is a field of its own. */
function showPeriods (old: Period[], periods: Period[]): (of: Period[]) => object[] {
  const differ = [old, periods].some(some => new Set(some.map(({ name }) => name)).size > 1)
  return of => differ ? of : of.map(({ name: _, ...period }) => period)
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

// The periods of an agency: consecutive ranges of years without gaps.
import { NO_FIRST_YEAR, NO_LAST_YEAR } from '../database/types.ts'
import type { Text } from '../problems/fault.ts'

export interface Placement {
  parent: string | null
  level: string
  kind: string
  reporting: string
}

/** What holds for a range of years. */
export interface Standing extends Placement {
  name: string
}

export interface Period extends Standing {
  since: number
  until: number
}

const PLACEMENT = ['parent', 'level', 'kind', 'reporting'] as const
const STANDING = [...PLACEMENT, 'name'] as const

/** Returns the fields that a change would alter in the latest period and that need its first year. */
export const changedFields = (latest: Period, change: Partial<Placement>) =>
  PLACEMENT.filter(field => change[field] !== undefined && change[field] !== latest[field])

/**
 * Applies the given fields from `since` on, in every later period too; omitted fields stay as they are in each. Earlier
 * years do not change; a `since` before the first year extends the first period.
 */
export function changeSince (periods: Period[], change: Partial<Standing>, since: number): Period[] {
  const first = periods[0]!
  const longer = since < first.since ? [{ ...first, since }, ...periods.slice(1)] : periods
  const split = longer.flatMap(period =>
    period.since < since && since <= period.until
      ? [{ ...period, until: since - 1 }, { ...period, since }]
      : [period]
  )
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  return joined(split.map(period => period.since >= since ? { ...period, ...given } : period))
}

/** Corrects the name of all years. */
export const correctName = (periods: Period[], name: string): Period[] =>
  joined(periods.map(period => ({ ...period, name })))

/** Returns the periods without their names, joined where nothing else differs. */
export const withoutNames = (periods: Period[]): Period[] => correctName(periods, '')

/** Ends the agency with the year `until`, or moves or removes its end. */
export function changeUntil (periods: Period[], until: number): Period[] {
  const kept = periods.filter(period => period.since <= until)
  return kept.map((period, i) => i === kept.length - 1 ? { ...period, until } : period)
}

function joined (periods: Period[]): Period[] {
  const result: Period[] = []
  for (const period of periods) {
    const before = result.at(-1)
    if (before !== undefined && STANDING.every(field => before[field] === period[field])) before.until = period.until
    else result.push({ ...period })
  }
  return result
}

export function formatYears (since: number, until: number): Text {
  if (since === NO_FIRST_YEAR && until === NO_LAST_YEAR) return { en: 'all years', zh: '所有年度' }
  if (until === NO_LAST_YEAR) return { en: `${since} on`, zh: `${since} 年度起` }
  if (since === NO_FIRST_YEAR) return { en: `the years up to ${until}`, zh: `${until} 及以前年度` }
  return since === until
    ? { en: `${since}`, zh: `${since} 年度` }
    : { en: `${since} to ${until}`, zh: `${since} 至 ${until} 年度` }
}

export const inYear = <P extends { since: number, until: number }>(periods: P[], year: number): P | undefined =>
  periods.find(period => period.since <= year && year <= period.until)

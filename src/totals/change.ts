// The change of each value against the group of the year before.
import { writeFigure } from '../form/figures.ts'
import { quotientOf } from '../form/rates/quotient.ts'
import type { Quantity } from '../form/rates/rates.ts'
import type { Years } from '../http/parameters.ts'
import { problem } from '../problems/problem.ts'
import type { Group, Totals } from './schemas.ts'
import { type Key, type Scope, yearsIn } from './scope.ts'
import { checkTotal } from './values.ts'

/** Throws `change-needs-year`. Groups by agency are streamed: those of one agency must be adjacent. */
export function checkChange (by: Key[]): void {
  if (!by.includes('year') || (by.includes('agency') && by.at(-1) !== 'year')) throw problem('change-needs-year')
}

/** Returns the scope with the year before each of its years. */
export function withYearBefore (scope: Scope): Scope {
  if (scope.years === undefined) return scope
  const { first, last, only } = scope.years
  const before = only && [...new Set(only.flatMap(year => [year - 1, year]))]
  return { ...scope, years: { first: first - 1, last, ...before && { only: before } } }
}

/**
 * Returns a function that adds the changes to groups in the order of their keys, and drops those of years that were not
 * asked for.
 */
export function changesFrom (
  quantities: Quantity[],
  by: Key[],
  years: Years | undefined
): (groups: Group[]) => Group[] {
  const others = by.filter(key => key !== 'year')
  const asked = years && new Set(yearsIn(years))
  const isYearLast = by.at(-1) === 'year'
  const valuesBy = new Map<string, Group['values']>()
  let last = ''
  const keyOf = (group: Group, year: number) => JSON.stringify([...others.map(key => group[key]), year])
  return groups =>
    groups.flatMap(group => {
      const year = group.year!
      const key = keyOf(group, 0)
      // Keeps memory flat: no later group follows those of the key before.
      if (isYearLast && key !== last) valuesBy.clear()
      last = key
      valuesBy.set(keyOf(group, year), group.values)
      if (asked !== undefined && !asked.has(year)) return []
      const before = valuesBy.get(keyOf(group, year - 1))
      const { coverage, blank, not_comparable: notComparable, ...head } = group
      const change = Object.fromEntries(quantities.map(quantity => [quantity.id, changeOf(quantity, group, before)]))
      return [{ ...head, change, coverage, blank, ...notComparable && { not_comparable: notComparable } }]
    })
}

export function addChanges (totals: Totals, changes: (groups: Group[]) => Group[]): Totals {
  const { measures, by, totals: groups } = totals
  return { measures, by, change: 'previous_year', totals: changes(groups) }
}

export async function* changedPieces (
  pieces: AsyncGenerator<Group[]>,
  changes: (groups: Group[]) => Group[]
): AsyncGenerator<Group[]> {
  for await (const groups of pieces) yield changes(groups)
}

function changeOf ({ id, scale }: Quantity, { values }: Group, before: Group['values'] | undefined) {
  const [now, then] = [values[id] ?? null, before?.[id] ?? null]
  if (now === null || then === null) return { absolute: null, relative: null }
  const divisor = Math.round(then * scale)
  const absolute = checkTotal(id, scale, Math.round(now * scale) - divisor)
  return {
    absolute: writeFigure(scale, absolute),
    // The sign of a change is lost where it is divided by a negative number.
    relative: divisor > 0 ? quotientOf(BigInt(absolute), BigInt(divisor)) : null
  }
}

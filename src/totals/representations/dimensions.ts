// Groups as points of a space whose dimensions are the keys.
import { valueLabel } from '../../outputs/labels.ts'
import type { Language } from '../../problems/fault.ts'
import type { Group, Totals } from '../schemas.ts'
import type { Key } from '../scope.ts'

export interface Dimension {
  key: Key
  /** In order. */
  ids: string[]
  labels: Map<string, string>
}

export const dimensionsOf = ({ by, totals }: Totals, language: Language): Dimension[] =>
  by.map(key => {
    const labels = new Map<string, string>()
    for (const group of totals) labels.set(String(group[key]), labelOf(group, key, language))
    return { key, ids: [...labels.keys()].sort(), labels }
  })

function labelOf (group: Group, key: Key, language: Language): string {
  if (key === 'child') return group.child_name ?? group.child!
  if (key === 'agency') return group.agency_name ?? group.agency!
  return String(valueLabel(key, group[key], language))
}

/** Returns the groups by the ids of their keys. */
export function indexGroups ({ by, totals }: Totals): (ids: string[]) => Group | undefined {
  const groups = new Map(totals.map(group => [JSON.stringify(by.map(key => String(group[key]))), group]))
  return ids => groups.get(JSON.stringify(ids))
}

/** Yields each combination, the last dimension running fastest. */
export function* combinations (dimensions: Dimension[]): Generator<string[]> {
  const [first, ...rest] = dimensions
  if (first === undefined) return yield []
  for (const id of first.ids) for (const others of combinations(rest)) yield [id, ...others]
}

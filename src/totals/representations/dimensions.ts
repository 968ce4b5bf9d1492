// Groups as points of a space whose dimensions are the keys.
import { valueLabel } from '../../outputs/labels.ts'
import type { Language } from '../../problems/fault.ts'
import type { Group, Totals } from '../schemas.ts'
import { isNamed, type Key } from '../scope.ts'

export const NO_REGION = { zh: '（无该级政府）', en: '(no such government)' }

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
  if (isNamed(key)) return group[`${key}_name`] ?? group[key] ?? NO_REGION[language]
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

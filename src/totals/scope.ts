import type { Years } from '../http/parameters.ts'

/** The government of this level at or above the filer. */
export const REGIONS = ['province', 'prefecture', 'county'] as const
export type Region = (typeof REGIONS)[number]
/** Keys whose values are agencies. */
export const NAMED_KEYS = ['child', 'agency', ...REGIONS] as const
export const KEYS = ['year', 'child', 'agency', 'level', 'kind', 'form', ...REGIONS] as const
export type Key = (typeof KEYS)[number]
export type NamedKey = (typeof NAMED_KEYS)[number]

export const isNamed = (key: Key): key is NamedKey => NAMED_KEYS.some(named => named === key)
export const regionsOf = ({ by }: Pick<Scope, 'by'>): Region[] => REGIONS.filter(region => by.includes(region))

export interface Scope {
  by: Key[]
  /** '' for the whole registry. */
  under: string
  years: Years | undefined
  level: string | undefined
  kind: string | undefined
  form: string | undefined
}

/**
 * Returns whether the reports must be read one by one: there are no sums for each agency, nor for a region together
 * with a child or another region.
 */
export function scansReports (scope: Scope): boolean {
  const regions = regionsOf(scope)
  return scope.by.includes('agency') || regions.length > 1 || (regions.length === 1 && scope.by.includes('child'))
}

/** Returns each of the years, in ascending order. */
export const yearsIn = ({ first, last, only }: Years): number[] =>
  only ?? Array.from({ length: last - first + 1 }, (_, i) => first + i)

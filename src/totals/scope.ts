import type { Years } from '../http/parameters.ts'

export const KEYS = ['year', 'child', 'agency', 'level', 'kind', 'form'] as const
export type Key = (typeof KEYS)[number]
export interface Scope {
  by: Key[]
  /** '' for the whole registry. */
  under: string
  years: Years | undefined
  level: string | undefined
  kind: string | undefined
  form: string | undefined
}

/** Returns each of the years, in ascending order. */
export const yearsIn = ({ first, last, only }: Years): number[] =>
  only ?? Array.from({ length: last - first + 1 }, (_, i) => first + i)

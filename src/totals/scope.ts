export const KEYS = ['year', 'child', 'agency', 'level', 'kind', 'form'] as const
export type Key = (typeof KEYS)[number]
export interface Scope {
  by: Key[]
  /** '' for the whole registry. */
  under: string
  years: { first: number, last: number } | undefined
  level: string | undefined
  kind: string | undefined
  form: string | undefined
}

/** In ascending order: each role may do what those before it may do. */
export const ROLES = ['reader', 'filer', 'supervisor', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** The agency code of callers who act for the whole registry: in `agency_ancestor` an ancestor of every agency. */
export const WHOLE_REGISTRY = ''
export interface Actor {
  /** The name in the logs and the audit log: `key 12`, `token of zhang@example.org`, `ADMIN_API_KEY`. */
  name: string
  role: Role
  /** The caller acts for this agency and all below it, or for the `WHOLE_REGISTRY`. */
  agency: string
  /** Id of the caller's API key; null without one. */
  key: number | null
  /** Hash of the key's secret, which a rotation replaces; null without a key in the database. */
  keyHash: Buffer | null
  expires: Date | null
}

export const hasRole = (actor: Actor, least: Role): boolean => ROLES.indexOf(actor.role) >= ROLES.indexOf(least)

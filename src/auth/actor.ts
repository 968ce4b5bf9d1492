/** From the least to the most; each may do what those before it may. */

export const ROLES = ['filer', 'supervisor', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** The agency of those who act for the whole registry: it is above every agency in `agency_ancestor`. */
export const WHOLE_REGISTRY = ''
export interface Actor {
  /** As logs and the audit trail name it: `key 12`, `token of zhang@example.org`, `ADMIN_API_KEY`. */
  name: string
  role: Role
  /** It acts for this agency and all below it, or for the `WHOLE_REGISTRY`. */
  agency: string
  /** Id of the API key, when it came with one. */
  key: number | null
  expires: Date | null
}

export const hasRole = (actor: Actor, least: Role): boolean => ROLES.indexOf(actor.role) >= ROLES.indexOf(least)

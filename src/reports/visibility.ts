// What the caller may see and do with a report. The routes depend on the caller only through this module.
import type { FastifyRequest } from 'fastify'
import { hasRole, type Role } from '../auth/actor.ts'
import { RULES } from '../auth/rules.ts'
import { type Transition, TRANSITIONS } from './workflow/transitions.ts'

export interface Visibility {
  /** Whether the caller reads drafts and everything else that is not public. */
  seesDrafts: boolean
  /** The transitions that the caller's role permits, where the status allows them. */
  transitions: readonly Transition[]
}

export const PUBLIC_VISIBILITY: Visibility = { seesDrafts: false, transitions: [] }

export function visibilityOf (
  { actor, seesPublishedOnly }: Pick<FastifyRequest, 'actor' | 'seesPublishedOnly'>
): Visibility {
  if (actor === null || seesPublishedOnly) return PUBLIC_VISIBILITY
  return {
    seesDrafts: true,
    transitions: (Object.keys(TRANSITIONS) as Transition[]).filter(move =>
      hasRole(actor, RULES[`${move}Report`]!.minimumRole as Role)
    )
  }
}

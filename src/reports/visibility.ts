// What whoever asks may see and do of the report in the path. All that the routes know of keys goes through here.
import type { FastifyRequest } from 'fastify'
import { hasRole, type Role } from '../auth/actor.ts'
import { RULES } from '../auth/rules.ts'
import { type Move, MOVES } from './workflow/transitions.ts'

export interface Caller {
  /** Reads drafts and all else that is not public. */
  seesDrafts: boolean
  /** The moves that this caller may make, where the status allows them. */
  moves: readonly Move[]
}

export const PUBLIC: Caller = { seesDrafts: false, moves: [] }

export function callerOf ({ actor, isPublic }: Pick<FastifyRequest, 'actor' | 'isPublic'>): Caller {
  if (actor === null || isPublic) return PUBLIC
  return {
    seesDrafts: true,
    moves: (Object.keys(MOVES) as Move[]).filter(move => hasRole(actor, RULES[`${move}Report`]!.least as Role))
  }
}

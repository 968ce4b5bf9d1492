// What whoever asks may see and do of reports. All that the routes know of keys goes through here.
import type { FastifyRequest } from 'fastify'
import { MOVES, type Move } from './moves.ts'

export interface Caller {
  /** Reads drafts and all else that is not public. */
  seesDrafts: boolean
  /** The moves that this caller may make, where the status allows them. */
  moves: readonly Move[]
}

export const PUBLIC: Caller = { seesDrafts: false, moves: [] }

export const callerOf = (request: FastifyRequest): Caller =>
  request.actor === null ? PUBLIC : { seesDrafts: true, moves: Object.keys(MOVES) as Move[] }

// The audit log: records what happened and who did it, in the transaction in which it happened.
import type { FastifyRequest } from 'fastify'
import { sql, type Transaction } from 'kysely'
import type { Actor } from '../auth/actor.ts'
import { revalidateCaller } from '../auth/revalidate.ts'
import type { Database } from '../database/types.ts'

/** The caller as in `Actor.name`, never a secret, and the request. */
export interface AuditContext {
  actor: string
  request_id: string
  caller: Actor
}

/** Returns the audit context of a request, which must have a caller. */
export const auditContext = (request: FastifyRequest): AuditContext => ({
  actor: request.actor!.name,
  request_id: request.id,
  caller: request.actor!
})

export const REPORT_EVENTS = [
  'created',
  'changed',
  'deleted',
  'submitted',
  'returned',
  'published',
  'amended',
  'withdrawn',
  'deadline_changed'
] as const
export const OTHER_EVENTS = [
  'agency_registered',
  'agency_changed',
  'key_created',
  'key_rotated',
  'key_revoked'
] as const
export type EventKind = typeof REPORT_EVENTS[number] | typeof OTHER_EVENTS[number]

export interface NewEvent {
  kind: EventKind
  agency: string | null
  /** The year of the report; null for events of agencies and keys. */
  year: number | null
  /** Details of this kind of event: version, reason, digest, changes. */
  details?: Record<string, unknown>
}

/**
 * Appends an event to the hash chain of its agency and locks the chain until commit. Call after locking the report and
 * before updating totals. Throws if the caller may not do this any more: every write records an event.
 */
export async function recordEvent (trx: Transaction<Database>, by: AuditContext, event: NewEvent): Promise<void> {
  const { agency, year: of } = event
  await revalidateCaller(trx, by.caller, agency === null || of === null ? undefined : { agency, year: of })
  const { chain, year, body } = toEventRow(by, event)
  const extend = async () =>
    (await sql`
    with head as (
      update event_chain as c set n = c.n + 1, at = greatest(c.at, new.at), hash = event_hash(c.hash, c.n + 1, greatest(c.at, new.at), ${body}::text)
      from (select clock_timestamp() as at offset 0) as new
      where c.chain = ${chain} returning c.n, c.at, c.hash
    )
    insert into event (chain, n, at, year, body, hash) select ${chain}::text, n, at, ${year}::integer, ${body}::text, hash from head`
      .execute(trx)).numAffectedRows
  if (await extend() !== 0n) return
  await sql`insert into event_chain (chain, n, at, hash) values (${chain}, 0, '-infinity', '') on conflict on constraint event_chain_pkey do nothing`
    .execute(trx)
  await extend()
}

/** Returns the row of an event; `body` is the text that is hashed. */
export function toEventRow ({ actor, request_id: requestId }: AuditContext, { kind, agency, year, details }: NewEvent) {
  return {
    chain: agency ?? '',
    year,
    body: JSON.stringify({ kind, agency, year, actor, request_id: requestId, ...details })
  }
}

// The audit trail: what happened, by whom, in the transaction in which it happened.
import type { FastifyRequest } from 'fastify'
import { sql, type RawBuilder, type Transaction } from 'kysely'
import type {} from '../platform/auth.ts'
import type { Database } from '../platform/database.ts'

/** Who acts, as `Actor.name` has it: never a secret; and in which request. */
export interface By { actor: string, request_id: string }

/** The caller of an operation that needs one. */
export const by = (request: FastifyRequest): By => ({ actor: request.actor!.name, request_id: request.id })

export const REPORT_EVENTS = ['created', 'changed', 'deleted', 'submitted', 'returned', 'published', 'amended', 'withdrawn', 'deadline_changed'] as const
export const OTHER_EVENTS = ['agency_registered', 'agency_changed', 'key_created', 'key_rotated', 'key_revoked'] as const
export type EventKind = typeof REPORT_EVENTS[number] | typeof OTHER_EVENTS[number]

export interface NewEvent {
  kind: EventKind
  agency: string | null
  /** Of the report; null for what concerns an agency or a key. */
  year: number | null
  /** What is particular to the kind: version, reason, digest, changes. */
  details?: Record<string, unknown>
}

/**
 * Adds events to the chains of their agencies, which are held in the order of their codes until the transaction ends:
 * to be called after the reports are locked and before totals are.
 */
export async function recordEvents (trx: Transaction<Database>, by: By, events: NewEvent[]): Promise<void> {
  for (const turn of turns(events)) {
    const rows = turn.map(event => written(by, event))
    await extendChains(trx, sql`unnest(${rows.map(row => row.chain)}::text[], ${rows.map(row => row.body)}::text[]) as e (chain, body)`)
  }
}

const written = (by: By, { details = {}, ...event }: NewEvent) => ({ chain: event.agency ?? '', body: JSON.stringify({ ...event, ...by, ...details }) })

/** `source` has at most one event of each chain. */
async function extendChains (trx: Transaction<Database>, source: RawBuilder<unknown>): Promise<void> {
  await sql`
      with head as (
        insert into event_chain as c (chain, n, at, hash, body)
        select chain, 1, at, event_hash('', 1, at, body), body
        from (
          select chain, body, clock_timestamp() as at
          from ${source} order by chain collate "C"
        ) as new
        on conflict on constraint event_chain_pkey do update set
          n = c.n + 1,
          at = greatest(c.at, excluded.at),
          hash = event_hash(c.hash, c.n + 1, greatest(c.at, excluded.at), excluded.body),
          body = excluded.body
        returning chain, n, at, hash, body
      )
      insert into event (chain, n, at, year, body, hash)
      select chain, n, at, (body::json ->> 'year')::integer, body, hash from head`.execute(trx)
}

/**
 * For a transaction of many events, which come before all its reports are locked: `begin` once, `add` as they come,
 * `record` where `recordEvents` would be called.
 */
export const staged = {
  async begin (trx: Transaction<Database>): Promise<void> {
    await sql`create temporary table staged_event (i bigint generated always as identity, chain text not null, body text not null) on commit drop`.execute(trx)
  },
  async add (trx: Transaction<Database>, by: By, events: NewEvent[]): Promise<void> {
    if (events.length === 0) return
    const rows = events.map(event => written(by, event))
    await sql`insert into staged_event (chain, body) select * from unnest(${rows.map(row => row.chain)}::text[], ${rows.map(row => row.body)}::text[])`.execute(trx)
  },
  async record (trx: Transaction<Database>): Promise<void> {
    await sql`create temporary table event_turn on commit drop as select chain, body, row_number() over (partition by chain order by i) as turn from staged_event`.execute(trx)
    await sql`create index on event_turn (turn); analyze event_turn`.execute(trx)
    const { rows: [last] } = await sql<{ turn: number | null }>`select max(turn) as turn from event_turn`.execute(trx)
    for (let turn = 1; turn <= (last!.turn ?? 0); turn++) await extendChains(trx, sql`event_turn where turn = ${turn}`)
  }
}

/** So that in each turn a chain has one event. */
function turns (events: NewEvent[]): NewEvent[][] {
  const all: NewEvent[][] = []
  const times = new Map<string | null, number>()
  for (const event of events) {
    const time = times.get(event.agency) ?? 0
    times.set(event.agency, time + 1)
    ;(all[time] ??= []).push(event)
  }
  return all
}

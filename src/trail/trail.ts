// The audit trail: what happened, by whom, in the transaction in which it happened.
import type { FastifyRequest } from 'fastify'
import { sql, type RawBuilder, type Transaction } from 'kysely'
import type {} from '../platform/auth.ts'
import { copyInto, type Database } from '../platform/database.ts'
import { keepPlaces, lastPlace, type Place } from './places.ts'

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
    const source = sql`unnest(${rows.map(row => row.chain)}::text[], ${rows.map(row => row.year)}::integer[], ${rows.map(row => row.body)}::text[]) as e (chain, year, body)`
    const extend = async () => (await sql`
      with head as (${extendChains(source)} returning c.chain, c.n, c.at, c.hash, new.year, new.body)
      insert into event (chain, n, at, year, body, hash) select chain, n, at, year, body, hash from head`.execute(trx)).numAffectedRows
    // Chains begin before any is held: two who need several would wait for each other else. One alone has mostly begun.
    if (rows.length > 1 || await extend() === 0n) {
      await beginChains(trx, source)
      await extend()
    }
  }
}

const written = (by: By, { details = {}, ...event }: NewEvent) => ({ chain: event.agency ?? '', year: event.year, body: JSON.stringify({ ...event, ...by, ...details }) })

/** The ends of chains move on, to the hashes of the events in `source`: at most one of each chain. Others have no end yet. */
const extendChains = (source: RawBuilder<unknown>) => sql`
  update event_chain as c set
    n = c.n + 1,
    at = greatest(c.at, new.at),
    hash = event_hash(c.hash, c.n + 1, greatest(c.at, new.at), new.body)
  from (
    select e.chain, e.year, e.body, clock_timestamp() as at
    from ${source} join event_chain as held on held.chain = e.chain order by held.chain collate "C" for update of held
  ) as new
  where c.chain = new.chain`

const beginChains = (trx: Transaction<Database>, source: RawBuilder<unknown>) => sql`
  insert into event_chain (chain, n, at, hash)
  select distinct on (e.chain collate "C") e.chain, 0, '-infinity'::timestamptz, ''::bytea from ${source}
  where not exists (select from event_chain as there where there.chain = e.chain) order by e.chain collate "C"
  on conflict on constraint event_chain_pkey do nothing`.execute(trx)

/**
 * For a transaction of many events, which come before all its reports are locked: `begin` once, `add` as they come,
 * `record` where `recordEvents` would be called. They get their places at once: nobody else gives any until it ends.
 */
export const staged = {
  async begin (trx: Transaction<Database>): Promise<void> {
    await sql`create temporary table staged_event (i bigint generated always as identity, chain text not null, year integer, body text not null) on commit drop`.execute(trx)
  },
  async add (trx: Transaction<Database>, by: By, events: NewEvent[]): Promise<void> {
    await copyInto(trx, 'staged_event', ['chain', 'year', 'body'], events.map(event => {
      const { chain, year, body } = written(by, event)
      return [chain, year, body]
    }))
  },
  async record (trx: Transaction<Database>): Promise<void> {
    await sql`create temporary table event_turn on commit drop as select i, chain, row_number() over (partition by chain order by i) as turn from staged_event`.execute(trx)
    await sql`analyze staged_event, event_turn`.execute(trx)
    const { rows: [last] } = await sql<{ turn: number | null }>`select max(turn) as turn from event_turn`.execute(trx)
    if (last!.turn === null) return
    await beginChains(trx, sql`event_turn as e`)
    let before: Place | undefined
    let seq = 0
    for (let turn = 1; turn <= last!.turn; turn++) {
      const source = sql`(select s.chain, s.year, s.body from staged_event as s join event_turn as t on t.i = s.i where t.turn = ${turn}) as e`
      await extendChains(source).execute(trx)
      // The first turn holds all chains.
      if (before === undefined) ({ seq } = before = await lastPlace(trx))
      const { numAffectedRows } = await sql`
        insert into event (chain, n, at, year, body, hash, seq)
        select c.chain, c.n, c.at, e.year, e.body, c.hash, ${seq}::bigint + row_number() over ()
        from ${source} join event_chain as c on c.chain = e.chain`.execute(trx)
      seq += Number(numAffectedRows)
    }
    await keepPlaces(trx, before!)
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

// The clock: the timestamps at which something became public or ceased to be, or an agency changed.
//
// What was public at a moment must be the same whenever it is requested. With timestamps of the machine's clock, a
// transaction could commit after a later one and alter what was answered in between. So each change of public data
// takes its timestamp from the single row of `clock`, as its last lock before commit: timestamps increase in the order
// of commits. A reader of a moment that the row has passed sees everything recorded up to it, without a lock. For a
// moment that the row has not reached yet, the reader advances the row: transactions in flight commit first, and all
// others get later timestamps, even if the machine's clock goes back.
//
// The row is locked for one statement and the commit (and, if the response is stored for retries, until that is
// stored). Publishers of one year wait for each other at the total of the whole registry in any case: 16 clients at
// once publish 230 to 270 reports a second with the clock row and as many without it (2026-11-23).
import { CompiledQuery, type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import { problem } from '../problems/problem.ts'
import { LOCK_NOT_AVAILABLE } from './errors.ts'
import type { Database } from './types.ts'

/**
 * The statement that takes the next timestamp, for a CTE of the statement that records; no lock may be taken after it.
 */
export const TAKE_TIMESTAMP =
  sql`update clock set at = greatest(at + interval '1 microsecond', clock_timestamp()) returning at`

/** The same for a change of the tree of agencies. */
export const TAKE_TREE_TIMESTAMP = sql`
  update clock set at = greatest(at + interval '1 microsecond', clock_timestamp()),
    tree_at = greatest(at + interval '1 microsecond', clock_timestamp())
  returning at`

/** Returns the timestamp of the latest change of public data, in microseconds. */
export async function currentMoment (db: Kysely<Database>): Promise<string> {
  const { rows: [row] } = await db.executeQuery<{ moment: string }>(CURRENT_MOMENT)
  return row!.moment
}

const CURRENT_MOMENT = CompiledQuery.raw(
  'select (extract(epoch from at) * 1000000)::bigint::text as moment from clock where id = $1',
  [1]
) as CompiledQuery<{ moment: string }>

/** Formats a timestamp with all the digits that are stored. */
export const formatTimestamp = (moment: RawBuilder<unknown>) =>
  sql<string>`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/
const EARLIEST = Date.UTC(1900)

/** Parses a moment in a query to UTC with six decimals. Throws `parameter-invalid`. */
export function readMoment (parameter: string, text: string): string {
  const [, year, month, day, hour, minute, second, fraction = '', zone] = RFC_3339.exec(text) ?? []
  const whole = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone?.toUpperCase()}`)
  // JavaScript parses 31 February as 3 March.
  const exists = year !== undefined &&
    new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day) && Number(hour) < 24
  if (!exists || !(whole.getTime() >= EARLIEST)) {
    throw problem('parameter-invalid', {}, {
      errors: [{
        parameter,
        found: text,
        expected: {
          en: 'a moment by RFC 3339 since 1900, such as 2026-03-31T16:00:00Z or 2026-04-01T00:00:00%2B08:00',
          zh: '1900 年以来符合 RFC 3339 的时刻，如 2026-03-31T16:00:00Z 或 2026-04-01T00:00:00%2B08:00'
        }
      }]
    })
  }
  return `${whole.toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`
}

/**
 * Waits until everything that is ever recorded up to that moment can be read. Throws `moment-in-future` and
 * `moment-not-settled`.
 */
export async function waitUntilSettled (db: Kysely<Database>, moment: string): Promise<void> {
  const { rows: [clock] } = await sql<{ passed: boolean, future: boolean }>`
    select at >= ${moment}::timestamptz as passed, greatest(at, clock_timestamp()) < ${moment}::timestamptz as future from clock`
    .execute(db)
  if (clock!.future) throw problem('moment-in-future', { moment })
  if (!clock!.passed) await advanceClock(db, moment)
  await passReserved(db, moment)
}

/** Returns the latest moment that is settled: the moment before a pending reservation, or else the current one. */
export async function latestSettledMoment (db: Kysely<Database>): Promise<string> {
  const { rows: [clock] } = await sql<{ at: string, before: string | null }>`
    select ${formatTimestamp(sql`at`)} as at,
           ${formatTimestamp(sql`(reserved - interval '1 microsecond')`)} as before from clock`.execute(db)
  return clock!.before === null || await hasReservationEnded(db) ? clock!.at : clock!.before
}

async function advanceClock (db: Kysely<Database>, moment: string): Promise<void> {
  // Does not wait for the disk: if the server crashes and loses this update, its clock has passed the moment when it is
  // back.
  await sql`
    with quick as materialized (select set_config('synchronous_commit', 'off', true))
    update clock set at = ${moment}::timestamptz from quick where at < ${moment}::timestamptz`.execute(db)
}

/**
 * Reserves a timestamp at once, over another connection, for a transaction that records too much for others to wait for
 * its end. Other transactions take later timestamps and continue. A reader of this moment or a later one waits for the
 * end of the transaction, because not everything up to that moment is recorded yet.
 */
export async function reserveMoment (trx: Transaction<Database>, db: Kysely<Database>): Promise<string> {
  await sql`lock table reservation in share row exclusive mode`.execute(trx)
  const { rows: [row] } = await sql<{ at: string }>`
    with next as (select greatest(at + interval '1 microsecond', clock_timestamp()) as at from clock for update)
    update clock set at = next.at, reserved = next.at from next returning ${formatTimestamp(sql`next.at`)} as at`
    .execute(
      db
    )
  return row!.at
}

/** How long a reader waits for the transaction of a reservation. */
const PATIENCE_MS = 5000
const INTERVAL_MS = 200

/**
 * Waits for the transaction of a reservation up to the moment, holding no connection meanwhile. If it has ended,
 * committed or not, there is nothing to wait for. Throws `moment-not-settled`.
 */
async function passReserved (db: Kysely<Database>, moment: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS;;) {
    const { rows: [clock] } = await sql<{ reserved: boolean | null }>`
      select reserved <= ${moment}::timestamptz as reserved from clock`.execute(db)
    if (!clock!.reserved) return
    if (await hasReservationEnded(db)) break
    if (performance.now() > end) throw problem('moment-not-settled', { moment })
    await sleep(INTERVAL_MS)
  }
  await sql`update clock set reserved = null where reserved <= ${moment}::timestamptz`.execute(db)
}

async function hasReservationEnded (db: Kysely<Database>): Promise<boolean> {
  try {
    await db.transaction().execute(async trx => await sql`lock table reservation in share mode nowait`.execute(trx))
    return true
  } catch (error) {
    if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) return false
    throw error
  }
}

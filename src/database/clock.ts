// The moments of the record: when something became public or ceased to be, or an agency changed.
//
// What was public at a moment must be the same whenever one asks. A transaction that took its time from the machine's
// clock could commit after a later one, and alter what was answered in between. So each change to what the public reads
// takes its moment from the one row of `clock`, as the last lock before it commits: moments come in the order of
// commits. A reader of a moment that the row has passed sees all that was recorded up to it, without a lock. For one
// that the row has not reached yet, the reader moves the row on: what is in flight commits first, and whatever follows
// comes later, even should the machine's clock go back.
//
// The row is held for one statement and the commit (and where an answer is kept for retries, until that is stored),
// while publishers of one year already wait for each other at the total of the whole registry: 16 clients at once
// publish 230 to 270 reports a second with it and as many without (2026-11-23).
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import { problem } from '../problems/problem.ts'
import type { Database } from './types.ts'

/** The statement that takes the next moment, for a CTE of the statement that records; no lock may be taken after it. */
export const TAKE_TIMESTAMP =
  sql`update clock set at = greatest(at + interval '1 microsecond', clock_timestamp()) returning at`

/** A moment as it is shown, with all the digits that are stored. */
export const formatTimestamp = (moment: RawBuilder<unknown>) =>
  sql<string>`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/
const EARLIEST = Date.UTC(1900)

/** A moment in a query, as UTC with six decimals. Throws `parameter-invalid`. */
export function readMoment (parameter: string, text: string): string {
  const [, year, month, day, hour, minute, second, fraction = '', zone] = RFC_3339.exec(text) ?? []
  const whole = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone?.toUpperCase()}`)
  // JavaScript takes 31 February for 3 March.
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

/** When it returns, all that is ever recorded up to that moment can be read. Throws `moment-in-future`. */
export async function waitUntilSettled (db: Kysely<Database>, moment: string): Promise<void> {
  const { rows: [clock] } = await sql<{ passed: boolean, future: boolean }>`
    select at >= ${moment}::timestamptz as passed, greatest(at, clock_timestamp()) < ${moment}::timestamptz as future from clock`
    .execute(db)
  if (clock!.future) throw problem('moment-in-future', { moment })
  if (!clock!.passed) await advanceClock(db, moment)
  await passReserved(db, moment)
}

async function advanceClock (db: Kysely<Database>, moment: string): Promise<void> {
  // Not waiting for the disk: if the server fails and forgets this, its clock has passed the moment when it is back.
  await sql`
    with quick as materialized (select set_config('synchronous_commit', 'off', true))
    update clock set at = ${moment}::timestamptz from quick where at < ${moment}::timestamptz`.execute(db)
}

/**
 * For a transaction that records so much that nobody can wait for its end: takes a moment at once and keeps it for that
 * transaction alone, over another connection. Others take later moments and go on. Who asks for this moment or a later
 * one, as of which not all is recorded yet, waits for the end of the transaction.
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

/** A reservation whose transaction has ended, committed or not, blocks nobody. */
async function passReserved (db: Kysely<Database>, moment: string): Promise<void> {
  const { rows: [clock] } = await sql<
    { reserved: boolean | null }
  >`select reserved <= ${moment}::timestamptz as reserved from clock`.execute(db)
  if (!clock!.reserved) return
  await db.transaction().execute(async trx => await sql`lock table reservation in share mode`.execute(trx))
  await sql`update clock set reserved = null where reserved <= ${moment}::timestamptz`.execute(db)
}

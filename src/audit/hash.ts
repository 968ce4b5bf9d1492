// The hashes of the audit log. The function event_hash of migration 0006 computes the same in SQL.
import { hash } from 'node:crypto'

export const EMPTY_HASH = Buffer.alloc(0)

/** Returns the SHA-256 of an event in its chain; `previous` is the hash of the event before it, in hexadecimal. */
export const eventHash = (previous: string, n: number, at: string, body: string): Buffer =>
  hash('sha256', `${previous} ${n} ${at} ${body}`, 'buffer')

/** Returns the running hash of the feed after the next event. */
export const nextRunningHash = (running: Buffer, event: Buffer): Buffer =>
  hash('sha256', Buffer.concat([running, event]), 'buffer')

// Decides again, in the transaction that writes, what was decided when the request arrived: while its body was on the
// way, its key may have been revoked, rotated or expired, or the agency moved.
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../database/types.ts'
import { problem } from '../problems/problem.ts'
import { type Actor, WHOLE_REGISTRY } from './actor.ts'
import { isCovered, outsideSubtree, type Target } from './coverage.ts'
import { CLOCK_TOLERANCE_S, EXPIRED } from './tokens.ts'

/**
 * Throws unless the caller's key is valid and its subtree contains the target, if there is one. The key stays locked
 * until commit, so that its revocation is answered after this transaction has ended. Call before locking an event
 * chain. Throws `key-invalid`, `token-invalid`, `outside-subtree`.
 */
export async function revalidateCaller (
  trx: Transaction<Database>,
  caller: Actor,
  target?: Target & { year: number }
): Promise<void> {
  requireUnexpiredToken(caller)
  if (caller.key === null && (target === undefined || caller.agency === WHOLE_REGISTRY)) return
  const covered = target === undefined
    ? sql`true`
    : isCovered(caller.agency, sql`${target.agency}::text`, sql`${target.year}::integer`)
  const { rows: [row] } = await sql<{ valid: boolean, covered: boolean }>`
    with key as (${selectValidKey(caller)} for key share)
    select ${caller.key === null ? sql`true` : sql`exists (select from key)`} as valid, ${covered} as covered`
    .execute(trx)
  if (!row!.valid) throw problem('key-invalid')
  if (!row!.covered) throw outsideSubtree(caller, target!)
}

/** Throws unless the caller's key is valid now; locks nothing. Throws `key-invalid`, `token-invalid`. */
export async function requireValidKey (db: Kysely<Database>, caller: Actor): Promise<void> {
  requireUnexpiredToken(caller)
  if (caller.key === null) return
  if ((await selectValidKey(caller).execute(db)).rows.length === 0) throw problem('key-invalid')
}

const selectValidKey = ({ key, keyHash }: Actor) =>
  sql`
  select from api_key
  where id = ${key} and hash = ${keyHash} and revoked_at is null
    and (expires_at is null or expires_at > clock_timestamp())`

function requireUnexpiredToken ({ key, expires }: Actor): void {
  if (key === null && expires !== null && expires.getTime() + CLOCK_TOLERANCE_S * 1000 <= Date.now()) {
    throw problem('token-invalid', { reason: EXPIRED })
  }
}

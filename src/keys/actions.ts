// Creates, rotates and revokes keys; docs/auth.md has the rules as a table. A key outside the caller's reach is treated
// as missing.
import type { Kysely } from 'kysely'
import { type AuditContext, type EventKind, type NewEvent, recordEvent } from '../audit/record.ts'
import { type Actor, hasRole, WHOLE_REGISTRY } from '../auth/actor.ts'
import { requireRole } from '../auth/authorize.ts'
import { isInSubtree, outsideSubtree } from '../auth/coverage.ts'
import { createSecret } from '../auth/secret.ts'
import { inTransaction } from '../database/transaction.ts'
import type { Database } from '../database/types.ts'
import type { Fault } from '../problems/fault.ts'
import { problem, throwIfFaults } from '../problems/problem.ts'
import { ApiKey, type NewKey, type ShownKey } from './schemas.ts'
import { findDescendants, findKey, insertKey, isRevoked, replaceSecret, revoke, waitForWriters } from './store.ts'

/**
 * Creates a key. It expires with the key that makes it, if that expires: otherwise a key could outlive its own end in
 * one that it made.
 */
export async function createKey (
  db: Kysely<Database>,
  by: AuditContext,
  { role, agency = WHOLE_REGISTRY, label, expires_at: expires }: NewKey
): Promise<ShownKey> {
  const { caller } = by
  requireRole(caller, role)
  const limit = caller.key === null ? null : caller.expires
  const until = expires === undefined ? limit : toDate(expires)
  const faults = expiryFaults(expires, until, limit)
  if (agency === WHOLE_REGISTRY && !['admin', 'reader'].includes(role)) {
    faults.push({ pointer: '/agency', expected: { en: `it is required for a ${role}`, zh: `角色 ${role} 必须给出` } })
  }
  throwIfFaults('body-invalid', faults)
  const secret = createSecret()
  return await inTransaction(db, async trx => {
    if (!await isInSubtree(trx, caller, { agency })) throw outsideSubtree(caller, { agency })
    const key = await insertKey(trx, secret, { role, agency, label, made_by: by.actor, expires_at: until })
    await recordEvent(trx, by, eventOf('key_created', key))
    return { ...key, key: secret }
  })
}

/**
 * Replaces the secret of a key; the old secret is rejected from now on. A key rotates itself and cannot lengthen its
 * life; that of another is rotated by a higher role only, because its secret lets the caller act under its name.
 */
export async function rotateKey (
  db: Kysely<Database>,
  by: AuditContext,
  id: number,
  expires: string | null | undefined
): Promise<ShownKey> {
  const { caller } = by
  const secret = createSecret()
  const shown = await inTransaction(db, async trx => {
    const key = await getKey(trx, caller, id)
    const isOwn = caller.key === id
    if (!isOwn && hasRole({ ...caller, role: key.role }, caller.role)) {
      throw problem('key-of-another', { id, role: key.role })
    }
    const before = toDate(key.expires_at)
    const limit = isOwn ? before : caller.key === null ? null : caller.expires
    const until = expires === undefined ? before : toDate(expires)
    throwIfFaults('body-invalid', expiryFaults(expires, until, limit))
    await recordEvent(trx, by, eventOf('key_rotated', { ...key, expires_at: until?.toISOString() ?? null }))
    const rotated = await replaceSecret(trx, id, secret, until)
    if (rotated === undefined) throw problem('key-revoked', { id })
    return { ...rotated, key: secret }
  })
  // Within the transaction of an Idempotency-Key, it would wait for itself.
  if (!db.isTransaction) await waitForWriters(db, [id])
  return shown
}

/**
 * Revokes a key for good, and on request the keys that it made, those that these made, and so on; idempotent. When this
 * returns, no request of these keys is being carried out any more.
 */
export async function revokeKey (
  db: Kysely<Database>,
  by: AuditContext,
  id: number,
  withDescendants: boolean
): Promise<void> {
  const key = await getKey(db, by.caller, id)
  // The caller's own key comes last, because a revoked key cannot revoke others.
  const own = by.caller.key
  if (id !== own) await revokeAll(db, by, [key])
  // A request that was being carried out may have made another key.
  for (let isLeft = withDescendants; isLeft;) {
    const left = (await findDescendants(db, id)).filter(each => each.id !== own)
    await revokeAll(db, by, left)
    isLeft = left.length > 0
  }
  const last = id === own ? [key] : withDescendants ? await findDescendants(db, id) : []
  await revokeAll(db, by, last)
}

/** Revokes keys and waits for their requests. Each is a transaction, so that a fault leaves those before it revoked. */
async function revokeAll (db: Kysely<Database>, by: AuditContext, keys: ApiKey[]): Promise<void> {
  for (const key of keys) {
    await inTransaction(db, async trx => {
      if (await isRevoked(trx, key.id)) return
      await recordEvent(trx, by, eventOf('key_revoked', key))
      await revoke(trx, key.id)
    })
  }
  if (keys.length > 0) await waitForWriters(db, keys.map(({ id }) => id))
}

const eventOf = (kind: EventKind, { id, agency, role, label, expires_at: expires }: ApiKey): NewEvent => ({
  kind,
  agency,
  year: null,
  details: { key_id: id, role, label, expires_at: expires }
})

async function getKey (db: Kysely<Database>, actor: Actor, id: number): Promise<ApiKey> {
  const key = await findKey(db, actor, id)
  if (key === undefined) throw problem('key-not-found', { id })
  return key
}

const toDate = (moment: string | null): Date | null => moment === null ? null : new Date(moment)

/** Returns the faults of an expiry that results from the request; `limit` is the latest one that is allowed. */
function expiryFaults (found: string | null | undefined, until: Date | null, limit: Date | null): Fault[] {
  if (until !== null && until.getTime() <= Date.now()) {
    return [{ pointer: '/expires_at', found, expected: { en: 'a moment to come', zh: '将来的时刻' } }]
  }
  if (limit === null || (until !== null && until <= limit)) return []
  const latest = limit.toISOString()
  return [{
    pointer: '/expires_at',
    found: found ?? null,
    expected: { en: `at the latest ${latest}, when the key itself expires`, zh: `不晚于密钥自身的到期时间 ${latest}` }
  }]
}

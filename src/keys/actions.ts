// Creates, rotates and revokes keys. A key outside the caller's reach is treated as missing.
import type { Kysely } from 'kysely'
import { type AuditContext, type EventKind, type NewEvent, recordEvent } from '../audit/record.ts'
import { type Actor, WHOLE_REGISTRY } from '../auth/actor.ts'
import { requireRole } from '../auth/authorize.ts'
import { createSecret } from '../auth/secret.ts'
import { inTransaction } from '../database/transaction.ts'
import type { Database } from '../database/types.ts'
import type { Fault } from '../problems/fault.ts'
import { problem, throwIfFaults } from '../problems/problem.ts'
import { ApiKey, type NewKey, type ShownKey } from './schemas.ts'
import { findKey, insertKey, replaceSecret, revoke } from './store.ts'

/** Creates a key. Authorization has already checked that the caller acts for the agency. */
export async function createKey (
  db: Kysely<Database>,
  by: AuditContext,
  actor: Actor,
  { role, agency, label, expires_at: expires }: NewKey
): Promise<ShownKey> {
  requireRole(actor, role)
  const faults = expiryFaults(expires)
  if (agency === undefined && role !== 'admin') {
    faults.push({ pointer: '/agency', expected: { en: `it is required for a ${role}`, zh: `角色 ${role} 必须给出` } })
  }
  throwIfFaults('body-invalid', faults)
  const secret = createSecret()
  return await inTransaction(db, async trx => {
    const key = await insertKey(trx, secret, {
      role,
      agency: agency ?? WHOLE_REGISTRY,
      label,
      made_by: actor.name,
      expires_at: expires ? new Date(expires) : null
    })
    await recordEvent(trx, by, eventOf('key_created', key))
    return { ...key, key: secret }
  })
}

/** Replaces the secret of a key; the old secret is rejected from now on. */
export async function rotateKey (
  db: Kysely<Database>,
  by: AuditContext,
  actor: Actor,
  id: number,
  expires: string | null | undefined
): Promise<ShownKey> {
  throwIfFaults('body-invalid', expiryFaults(expires))
  const secret = createSecret()
  return await inTransaction(db, async trx => {
    const { expires_at: before } = await getKey(trx, actor, id)
    const until = expires === undefined ? before : expires
    const key = await replaceSecret(trx, id, secret, until === null ? null : new Date(until))
    if (key === undefined) throw problem('key-revoked', { id })
    await recordEvent(trx, by, eventOf('key_rotated', key))
    return { ...key, key: secret }
  })
}

/** Revokes a key for good; idempotent. */
export async function revokeKey (db: Kysely<Database>, by: AuditContext, actor: Actor, id: number): Promise<void> {
  const key = await getKey(db, actor, id)
  await inTransaction(db, async trx => {
    if (await revoke(trx, id)) await recordEvent(trx, by, eventOf('key_revoked', key))
  })
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

const expiryFaults = (expires: string | null | undefined): Fault[] =>
  !expires || Date.parse(expires) > Date.now()
    ? []
    : [{ pointer: '/expires_at', found: expires, expected: { en: 'a moment to come', zh: '将来的时刻' } }]

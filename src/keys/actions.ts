// Making, rotating and revoking keys. What a caller cannot reach is not there for it.
import type { Kysely } from 'kysely'
import { refuseRole } from '../access/access.ts'
import { WHOLE_REGISTRY, type Actor } from '../platform/auth.ts'
import type { Database } from '../platform/database.ts'
import { problem, refuse, type Fault } from '../platform/problem.ts'
import type { ApiKey, NewKey, ShownKey } from './schemas.ts'
import { newSecret } from './secret.ts'
import { findKey, insertKey, replaceSecret, revoke } from './store.ts'

/** That the agency is one the caller acts for is held before. */
export async function createKey (db: Kysely<Database>, actor: Actor, { role, agency, label, expires_at: expires }: NewKey): Promise<ShownKey> {
  refuseRole(actor, role)
  const faults = expiryFaults(expires)
  if (agency === undefined && role !== 'admin') faults.push({ pointer: '/agency', expected: { en: `it is required for a ${role}`, zh: `角色 ${role} 必须给出` } })
  refuse('body-invalid', faults)
  const secret = newSecret()
  const key = await insertKey(db, secret, { role, agency: agency ?? WHOLE_REGISTRY, label, made_by: actor.name, expires_at: expires ? new Date(expires) : null })
  return { ...key, key: secret }
}

/** The same key with a new secret; the old one is refused from now on. */
export async function rotateKey (db: Kysely<Database>, actor: Actor, id: number, expires: string | null | undefined): Promise<ShownKey> {
  refuse('body-invalid', expiryFaults(expires))
  const { expires_at: before } = await getKey(db, actor, id)
  const until = expires === undefined ? before : expires
  const secret = newSecret()
  const key = await replaceSecret(db, id, secret, until === null ? null : new Date(until))
  if (key === undefined) throw problem('key-revoked', { id })
  return { ...key, key: secret }
}

/** For good. Repeated, it changes nothing. */
export async function revokeKey (db: Kysely<Database>, actor: Actor, id: number): Promise<void> {
  await getKey(db, actor, id)
  await revoke(db, id)
}

async function getKey (db: Kysely<Database>, actor: Actor, id: number): Promise<ApiKey> {
  const key = await findKey(db, actor, id)
  if (key === undefined) throw problem('key-not-found', { id })
  return key
}

const expiryFaults = (expires: string | null | undefined): Fault[] => !expires || Date.parse(expires) > Date.now()
  ? []
  : [{ pointer: '/expires_at', found: expires, expected: { en: 'a moment to come', zh: '将来的时刻' } }]

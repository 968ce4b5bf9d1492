// Stores keys. A caller reaches those of its own subtree whose role is not above its own.
import { type Kysely, sql } from 'kysely'
import { type Actor, hasRole, type Role, ROLES, WHOLE_REGISTRY } from '../auth/actor.ts'
import { isCovered } from '../auth/coverage.ts'
import { hashOf, prefixOf } from '../auth/secret.ts'
import type { Database } from '../database/types.ts'
import type { ApiKey } from './schemas.ts'

const COLUMNS = [
  'id',
  'prefix',
  'role',
  'agency',
  'label',
  'made_by',
  'created_at',
  'expires_at',
  'revoked_at',
  'last_used_at'
] as const

type Moments = 'created_at' | 'expires_at' | 'revoked_at' | 'last_used_at'
type Row =
  & Omit<ApiKey, Moments | 'role'>
  & { role: string, created_at: Date }
  & Record<Exclude<Moments, 'created_at'>, Date | null>

const writeKey = (row: Row): ApiKey => ({
  ...row,
  role: row.role as Role,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at?.toISOString() ?? null,
  revoked_at: row.revoked_at?.toISOString() ?? null,
  last_used_at: row.last_used_at?.toISOString() ?? null
})

const withinReach = (actor: Actor) => {
  const roles = ROLES.filter(role => hasRole(actor, role))
  return sql<boolean>`role = any(${roles}) and ${isCovered(actor.agency, sql`api_key.agency`, null)}`
}

export async function listKeys (db: Kysely<Database>, actor: Actor, after: number, limit: number): Promise<ApiKey[]> {
  const rows = await db.selectFrom('api_key').select(COLUMNS).where(withinReach(actor)).where('id', '>', after).orderBy(
    'id'
  ).limit(limit).execute()
  return rows.map(writeKey)
}

export async function findKey (db: Kysely<Database>, actor: Actor, id: number): Promise<ApiKey | undefined> {
  const row = await db.selectFrom('api_key').select(COLUMNS).where(withinReach(actor)).where('id', '=', id)
    .executeTakeFirst()
  return row && writeKey(row)
}

export async function insertKey (
  db: Kysely<Database>,
  secret: string,
  { agency, ...key }: Pick<Row, 'role' | 'agency' | 'label' | 'made_by' | 'expires_at'>
): Promise<ApiKey> {
  const row = await db.insertInto('api_key')
    .values({
      ...key,
      agency: agency === WHOLE_REGISTRY ? null : agency,
      hash: hashOf(secret),
      prefix: prefixOf(secret)
    })
    .returning(COLUMNS).executeTakeFirstOrThrow()
  return writeKey(row)
}

/** Replaces the secret. Returns undefined if the key has been revoked meanwhile. */
export async function replaceSecret (
  db: Kysely<Database>,
  id: number,
  secret: string,
  expires: Date | null
): Promise<ApiKey | undefined> {
  const row = await db.updateTable('api_key').set({
    hash: hashOf(secret),
    prefix: prefixOf(secret),
    expires_at: expires
  })
    .where('id', '=', id).where('revoked_at', 'is', null).returning(COLUMNS).executeTakeFirst()
  return row && writeKey(row)
}

/** Revokes a key. Returns false if it was revoked already. */
export async function revoke (db: Kysely<Database>, id: number): Promise<boolean> {
  const { numUpdatedRows: revoked } = await db.updateTable('api_key').set({ revoked_at: sql`now()` }).where(
    'id',
    '=',
    id
  ).where('revoked_at', 'is', null).executeTakeFirst()
  return revoked > 0n
}

// Stores keys. A caller reaches those of its own subtree whose role is not above its own.
import { type Kysely, sql, type Transaction } from 'kysely'
import { type Actor, hasRole, type Role, ROLES, WHOLE_REGISTRY } from '../auth/actor.ts'
import { isCovered } from '../auth/coverage.ts'
import { hashOf, prefixOf } from '../auth/secret.ts'
import { LOCK_NOT_AVAILABLE } from '../database/errors.ts'
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

/** Returns a page of the keys that the caller can manage; `maker` is a name as in `made_by`. */
export async function listKeys (
  db: Kysely<Database>,
  actor: Actor,
  maker: string | undefined,
  { after, limit }: { after: number, limit: number }
): Promise<ApiKey[]> {
  const keys = db.selectFrom('api_key').select(COLUMNS).where(withinReach(actor)).where('id', '>', after)
  const rows = await (maker === undefined ? keys : keys.where('made_by', '=', maker)).orderBy('id').limit(limit)
    .execute()
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

/** Returns whether the key is revoked, and locks it until commit. */
export async function isRevoked (trx: Transaction<Database>, id: number): Promise<boolean> {
  const { rows: [row] } = await sql<{ revoked: boolean }>`
    select revoked_at is not null as revoked from api_key where id = ${id} for no key update`.execute(trx)
  return row!.revoked
}

/** Revokes a key and cancels its imports in the background. */
export async function revoke (trx: Transaction<Database>, id: number): Promise<void> {
  await trx.updateTable('api_key').set({ revoked_at: sql`clock_timestamp()` }).where('id', '=', id).execute()
  await trx.updateTable('import').set({ state: 'cancelled', finished_at: sql`now()` })
    .where('actor', '=', `key ${id}`).where('state', '=', 'running').execute()
}

/** Returns the keys that the key made, those that these made, and so on, unless they are revoked. */
export async function findDescendants (db: Kysely<Database>, id: number): Promise<ApiKey[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive made as (
      select id from api_key where made_by = ${`key ${id}`}
      union
      select below.id from made join api_key below on below.made_by = 'key ' || made.id
    )
    select id from made`.execute(db)
  if (rows.length === 0) return []
  const found = await db.selectFrom('api_key').select(COLUMNS).where(
    'id',
    '=',
    sql<number>`any(${rows.map(row => row.id)})`
  )
    .where('revoked_at', 'is', null).orderBy('id').execute()
  return found.map(writeKey)
}

/** How long the answer to a revocation waits for requests of the key, as a setting of PostgreSQL. */
const PATIENCE = '10s'

/**
 * Waits until the transactions in which these keys were found valid have ended. A revoked key is found valid by no
 * later one.
 */
export async function waitForWriters (db: Kysely<Database>, ids: number[]): Promise<void> {
  try {
    await db.transaction().execute(async trx => {
      await sql`select set_config('lock_timeout', ${PATIENCE}, true)`.execute(trx)
      await sql`select from api_key where id = any(${ids}) order by id for update`.execute(trx)
    })
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
  }
}

// Authenticates API keys: `ADMIN_API_KEY`, and those in the database.
import type { FastifyInstance } from 'fastify'
import { type Kysely, sql } from 'kysely'
import { timingSafeEqual } from 'node:crypto'
import type { Database } from '../database/types.ts'
import { type Role, WHOLE_REGISTRY } from './actor.ts'
import type { Authenticator } from './authenticate.ts'
import { hashOf, prefixOf } from './secret.ts'

/** Authenticates `ADMIN_API_KEY`. */
export function authenticateAdminKey (secret: string): Authenticator {
  const hash = hashOf(secret)
  return async bearer =>
    timingSafeEqual(hashOf(bearer), hash)
      ? { name: 'ADMIN_API_KEY', role: 'admin', agency: WHOLE_REGISTRY, key: null, keyHash: null, expires: null }
      : undefined
}

/**
 * Authenticates the keys in the database. Queries it for each request, so that all processes reject a revoked key at
 * once.
 */
export function authenticateApiKey (db: Kysely<Database>): Authenticator {
  return async bearer => {
    const hash = hashOf(bearer)
    const candidates = await db.selectFrom('api_key').select(['id', 'role', 'agency', 'hash', 'expires_at'])
      .where('prefix', 'in', [prefixOf(bearer), ''])
      .where('revoked_at', 'is', null)
      .where(or => or.or([or('expires_at', 'is', null), or('expires_at', '>', sql<Date>`now()`)]))
      .execute()
    const key = candidates.find(candidate => timingSafeEqual(candidate.hash, hash))
    return key &&
      {
        name: `key ${key.id}`,
        role: key.role as Role,
        agency: key.agency ?? WHOLE_REGISTRY,
        key: key.id,
        keyHash: hash,
        expires: key.expires_at
      }
  }
}

const NOTE_AFTER_MS = 60_000

/** Records when a key was last used: at most once a minute, after the response, without waiting for the write. */
export function recordKeyUse (app: FastifyInstance, db: Kysely<Database>): void {
  const noted = new Map<number, number>()
  app.addHook('onResponse', (request, _, done) => {
    const key = request.actor?.key ?? null
    if (key !== null && Date.now() - (noted.get(key) ?? 0) > NOTE_AFTER_MS) {
      noted.set(key, Date.now())
      db.updateTable('api_key').set({ last_used_at: sql`now()` }).where('id', '=', key).execute()
        .catch(error => request.log.debug({ err: error }, 'the use of a key was not noted'))
    }
    done()
  })
}

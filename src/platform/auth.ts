// Who asks. An operation whose OpenAPI `security` names no alternative to a key is refused without one.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type {} from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { sql, type Kysely } from 'kysely'
import type { Database } from './database.ts'
import { problem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest { actor: Actor | null }
}

export interface Actor { role: string }

export const KEY_REQUIRED = [{ api_key: [] }]
/** Without a key the answer is what is published; with one, the working state. */
export const KEY_OPTIONAL = [{}, { api_key: [] }]

const hash = (key: string) => createHash('sha256').update(key).digest()

/** Keys are long and random, so one round of a plain hash is enough, and it can be looked up. */
export function authenticate (app: FastifyInstance, db: Kysely<Database>, adminKey: string | undefined): void {
  const admin = adminKey === undefined ? undefined : hash(adminKey)
  app.decorateRequest('actor', null)
  app.addHook('onRequest', async request => {
    const { authorization } = request.headers
    if (authorization === undefined) return
    const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (key === undefined) throw problem('key-invalid')
    const hashed = hash(key)
    if (admin !== undefined && timingSafeEqual(hashed, admin)) request.actor = { role: 'admin' }
    else request.actor = await db.selectFrom('api_key').select('role').where('hash', '=', hashed).executeTakeFirst() ?? null
    if (request.actor === null) throw problem('key-invalid')
  })
  app.addHook('onRoute', route => {
    const alternatives = route.schema?.security ?? []
    if (alternatives.length === 0 || alternatives.some(alternative => Object.keys(alternative).length === 0)) return
    route.onRequest = [...[route.onRequest ?? []].flat(), async request => {
      if (request.actor === null) throw problem('key-required')
    }]
  })
}

/** The first service on a database makes an administrator's key and gives it, to be shown this once; later ones give undefined. */
export async function firstAdminKey (db: Kysely<Database>): Promise<string | undefined> {
  const key = `gk_${randomBytes(32).toString('base64url')}`
  return await db.transaction().execute(async trx => {
    // Two services that start at once make one key, not two.
    await sql`lock table api_key in exclusive mode`.execute(trx)
    if (await trx.selectFrom('api_key').select('id').where('role', '=', 'admin').executeTakeFirst()) return undefined
    await trx.insertInto('api_key').values({ role: 'admin', hash: hash(key) }).execute()
    return key
  })
}

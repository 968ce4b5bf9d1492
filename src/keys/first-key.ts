import { type Kysely, sql } from 'kysely'
import { createSecret, hashOf, prefixOf } from '../auth/secret.ts'
import type { Database } from '../database/types.ts'

/**
 * Creates an administrator's key and returns its secret, which is shown only this once. Returns undefined if a valid
 * key of an administrator of the whole registry is there.
 */
export async function createFirstAdminKey (db: Kysely<Database>): Promise<string | undefined> {
  const secret = createSecret()
  return await db.transaction().execute(async trx => {
    // Of two services that start at once, only one creates a key.
    await sql`lock table api_key in exclusive mode`.execute(trx)
    if (
      await trx.selectFrom('api_key').select('id').where('role', '=', 'admin').where('agency', 'is', null)
        .where('revoked_at', 'is', null)
        .where(or => or.or([or('expires_at', 'is', null), or('expires_at', '>', sql<Date>`now()`)]))
        .executeTakeFirst()
    ) return undefined
    await trx.insertInto('api_key').values({
      role: 'admin',
      hash: hashOf(secret),
      prefix: prefixOf(secret),
      label: 'first administrator'
    }).execute()
    return secret
  })
}

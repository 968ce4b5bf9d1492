import { type Kysely, sql } from 'kysely'
import { createSecret, hashOf, prefixOf } from '../auth/secret.ts'
import type { Database } from '../database/types.ts'

/**
 * The first service on a database makes an administrator's key and gives it, to be shown this once; later ones give
 * undefined.
 */
export async function createFirstAdminKey (db: Kysely<Database>): Promise<string | undefined> {
  const secret = createSecret()
  return await db.transaction().execute(async trx => {
    // Two services that start at once make one key, not two.
    await sql`lock table api_key in exclusive mode`.execute(trx)
    if (
      await trx.selectFrom('api_key').select('id').where('role', '=', 'admin').where('agency', 'is', null)
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

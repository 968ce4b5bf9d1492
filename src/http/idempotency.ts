// Idempotency-Key: a retried POST gets the response of the first one and changes nothing again. Only successful
// responses are stored: a rejected request changed nothing and may be retried.
//
// The changes of such a request and its stored response are one transaction: if the service or the database fails, both
// exist or neither. A concurrent retry waits for the lock of the key, which the transaction releases.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ControlledTransaction, type Kysely, sql } from 'kysely'
import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import { LOCK_NOT_AVAILABLE } from '../database/errors.ts'
import type { Database } from '../database/types.ts'
import { problem } from '../problems/problem.ts'
import { needsKey } from './guards/maintenance.ts'
import { addProblems } from './responses.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What a POST handler writes with: the pool, or the transaction that ends with the response. */
    db: Kysely<Database>
    /** Set while the request holds an idempotency key. */
    retryable: { actor: string, key: string, trx: ControlledTransaction<Database> } | null
  }
  interface FastifyContextConfig {
    /** A member of the response that is not stored: it is null in the response to a retry. */
    shownOnce?: string
    /** False: the operation ignores `Idempotency-Key`, because it streams its body and is idempotent by itself. */
    takesIdempotencyKey?: boolean
  }
}

const KEY = /^[\x21-\x7e]{1,200}$/
const KEPT = sql`interval '24 hours'`
/** How long a repeated request waits for the first one; short, as each waiting request occupies a connection. */
const PATIENCE = '2s'
const KEPT_HEADERS = ['content-type', 'location', 'etag', 'cache-control', 'vary']
const HEADER = {
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'Chosen by the client: 1 to 200 printable ASCII characters, a new value for each operation. The same request sent again within 24 hours gets the same answer and is not executed twice.'
    })
  )
}

/** Handles Idempotency-Key. Register after authentication and authorization. */
export function handleIdempotencyKeys (
  app: FastifyInstance,
  db: Kysely<Database>,
  callerOf: (request: FastifyRequest) => string | undefined
): void {
  app.decorateRequest('retryable', null)
  app.decorateRequest('db', {
    getter () {
      return this.retryable?.trx ?? db
    }
  })
  app.addHook('onRoute', ({ method, schema, config }) => {
    if (method !== 'POST' || schema === undefined || !needsKey(schema.security)) return
    if (config?.takesIdempotencyKey === false) return
    schema.headers ??= Type.Object(HEADER)
    addProblems(schema.response as object, [
      'idempotency-key-invalid',
      'idempotency-key-in-use',
      'idempotency-key-reused'
    ])
  })
  app.addHook('preHandler', (request, reply, done) => {
    const key = request.headers['idempotency-key']
    const actor = callerOf(request)
    const { takesIdempotencyKey = true } = request.routeOptions.config
    if (key === undefined || request.method !== 'POST' || actor === undefined || !takesIdempotencyKey) return done()
    if (typeof key !== 'string' || !KEY.test(key)) return done(problem('idempotency-key-invalid'))
    claimKey(db, actor, key, fingerprint(request)).then(claimed => {
      if ('status' in claimed) return sendStoredAnswer(reply, claimed)
      request.retryable = { actor, key, trx: claimed }
      done()
    }, done)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.retryable === null) return
    const { actor, key, trx } = request.retryable
    request.retryable = null
    const { statusCode: status } = reply
    if (status < 200 || status > 299) return await rollBack(trx)
    try {
      if (!isStream(payload)) {
        const headers = Object.fromEntries(
          KEPT_HEADERS.flatMap(name => reply.hasHeader(name) ? [[name, reply.getHeader(name)]] : [])
        )
        await trx.updateTable('stored_answer').set({
          status,
          headers: JSON.stringify(headers),
          body: Buffer.from(kept(payload as string | Buffer | null ?? '', request.routeOptions.config.shownOnce))
        })
          .where('actor', '=', actor).where('key', '=', key).execute()
      }
      await trx.commit().execute()
    } catch (error) {
      await rollBack(trx)
      throw error
    }
  })
}

/** Rolls back and releases the connection. A lost connection needs no rollback. */
const rollBack = async (trx: ControlledTransaction<Database>) => await trx.rollback().execute().catch(() => {})

const kept = (payload: string | Buffer, shownOnce: string | undefined) =>
  shownOnce === undefined ? payload : JSON.stringify({ ...JSON.parse(String(payload)), [shownOnce]: null })

interface Answer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** Returns the stored response, or claims the key for the caller in the returned transaction. */
async function claimKey (
  db: Kysely<Database>,
  actor: string,
  key: string,
  fingerprint: Buffer
): Promise<Answer | ControlledTransaction<Database>> {
  await sql`delete from stored_answer where (actor, key) in (select actor, key from stored_answer where started_at < now() - ${KEPT} limit 20 for update skip locked)`
    .execute(db)
  const trx = await db.startTransaction().execute()
  try {
    await sql`select set_config('lock_timeout', ${PATIENCE}, true)`.execute(trx)
    for (;;) {
      const { rows: claimed } = await sql`
        insert into stored_answer as s (actor, key, fingerprint) values (${actor}, ${key}, ${fingerprint})
        on conflict on constraint stored_answer_pkey do update set fingerprint = excluded.fingerprint, started_at = now(), status = null, headers = null, body = null
          where s.status is null or s.started_at < now() - ${KEPT}
        returning 1`.execute(trx)
      if (claimed.length > 0) {
        await sql`set local lock_timeout to default`.execute(trx)
        return trx
      }
      const there = await trx.selectFrom('stored_answer').selectAll().where('actor', '=', actor).where('key', '=', key)
        .executeTakeFirst()
      // The key expired and was deleted between the two statements.
      if (there === undefined) continue
      if (!there.fingerprint.equals(fingerprint)) throw problem('idempotency-key-reused', { key })
      await rollBack(trx)
      return { status: there.status!, headers: there.headers as Record<string, string>, body: there.body! }
    }
  } catch (error) {
    await rollBack(trx)
    throw (error as { code?: string }).code === LOCK_NOT_AVAILABLE ? problem('idempotency-key-in-use', { key }) : error
  }
}

const sendStoredAnswer = (reply: FastifyReply, { status, headers, body }: Answer) =>
  reply.code(status).headers(headers).header('idempotency-replayed', 'true').serializer((body: unknown) =>
    body as string
  ).send(status === 204 ? null : body)

function fingerprint ({ method, url, body }: FastifyRequest): Buffer {
  return createHash('sha256').update(`${method} ${url}\n`).update(
    Buffer.isBuffer(body) ? body : JSON.stringify(body) ?? ''
  ).digest()
}

const isStream = (body: unknown): boolean => typeof (body as { pipe?: unknown } | null)?.pipe === 'function'

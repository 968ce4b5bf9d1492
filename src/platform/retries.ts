// Idempotency-Key: a POST that is sent again gets the answer that it got, and does nothing a second time. Only answers of
// success are kept: what was refused changed nothing and may be tried anew.
import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sql, type Kysely } from 'kysely'
import { Type } from 'typebox'
import type { Database } from './database.ts'
import { addProblems } from './openapi.ts'
import { problem } from './problem.ts'

declare module 'fastify' {
  interface FastifyRequest { retryKey: string | null }
  interface FastifyContextConfig {
    /** A member of the answer that is stored nowhere: in the answer to a retry it is null. */
    shownOnce?: string
  }
}

const KEY = /^[\x21-\x7e]{1,200}$/
const KEPT = sql`interval '24 hours'`
/** Longer than any request may take: one that is at work for longer was cut off with its service. */
const AT_WORK = sql`interval '5 minutes'`
const KEPT_HEADERS = ['content-type', 'location', 'etag', 'cache-control', 'vary']
const HEADER = { 'idempotency-key': Type.Optional(Type.String({ description: 'Of your choice, 1 to 200 printable ASCII characters, a new one for each thing to do. Sent again with the same request, it gives the same answer for 24 hours and does nothing a second time.' })) }

/** Comes after the callers are known and their rights are held. */
export function answerRetries (app: FastifyInstance, db: Kysely<Database>): void {
  app.decorateRequest('retryKey', null)
  app.addHook('onRoute', ({ method, schema }) => {
    if (method !== 'POST' || !schema?.security?.every(way => Object.keys(way).length > 0)) return
    schema.headers ??= Type.Object(HEADER)
    addProblems(schema.response as object, ['idempotency-key-invalid', 'idempotency-key-in-use', 'idempotency-key-reused'])
  })
  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key']
    if (key === undefined || request.method !== 'POST' || request.actor === null || isStream(request.body)) return
    if (typeof key !== 'string' || !KEY.test(key)) throw problem('idempotency-key-invalid')
    const answer = await claim(db, request.actor.name, key, fingerprint(request))
    if (answer !== undefined) return await replay(reply, answer)
    request.retryKey = key
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const { retryKey: key, actor } = request
    if (key === null) return
    request.retryKey = null
    const { statusCode: status } = reply
    if (status < 200 || status > 299 || isStream(payload)) return await release(db, actor!.name, key)
    const headers = Object.fromEntries(KEPT_HEADERS.flatMap(name => reply.hasHeader(name) ? [[name, reply.getHeader(name)]] : []))
    await db.updateTable('stored_answer').set({ status, headers: JSON.stringify(headers), body: Buffer.from(kept(payload as string | Buffer | null ?? '', request.routeOptions.config.shownOnce)) })
      .where('actor', '=', actor!.name).where('key', '=', key).execute()
  })
}

const kept = (payload: string | Buffer, shownOnce: string | undefined) =>
  shownOnce === undefined ? payload : JSON.stringify({ ...JSON.parse(String(payload)), [shownOnce]: null })

interface Answer { status: number, headers: Record<string, string>, body: Buffer }

/** Undefined when the key is now the caller's to use; the answer when it is there already. */
async function claim (db: Kysely<Database>, actor: string, key: string, fingerprint: Buffer): Promise<Answer | undefined> {
  await sql`delete from stored_answer where (actor, key) in (select actor, key from stored_answer where started_at < now() - ${KEPT} limit 20 for update skip locked)`.execute(db)
  for (;;) {
    const { rows: claimed } = await sql`
      insert into stored_answer as s (actor, key, fingerprint) values (${actor}, ${key}, ${fingerprint})
      on conflict on constraint stored_answer_pkey do update set fingerprint = excluded.fingerprint, started_at = now(), status = null, headers = null, body = null
        where s.started_at < now() - case when s.status is null then ${AT_WORK} else ${KEPT} end
      returning 1`.execute(db)
    if (claimed.length > 0) return undefined
    const there = await db.selectFrom('stored_answer').selectAll().where('actor', '=', actor).where('key', '=', key).executeTakeFirst()
    // Released between the two statements.
    if (there === undefined) continue
    if (!there.fingerprint.equals(fingerprint)) throw problem('idempotency-key-reused', { key })
    if (there.status === null) throw problem('idempotency-key-in-use', { key })
    return { status: there.status, headers: there.headers as Record<string, string>, body: there.body! }
  }
}

const release = (db: Kysely<Database>, actor: string, key: string) => sql`delete from stored_answer where actor = ${actor} and key = ${key} and status is null`.execute(db).then(() => {})

const replay = (reply: FastifyReply, { status, headers, body }: Answer) =>
  reply.code(status).headers(headers).header('idempotency-replayed', 'true').serializer((body: unknown) => body as string).send(status === 204 ? null : body)

function fingerprint ({ method, url, body }: FastifyRequest): Buffer {
  return createHash('sha256').update(`${method} ${url}\n`).update(Buffer.isBuffer(body) ? body : JSON.stringify(body) ?? '').digest()
}

const isStream = (body: unknown): boolean => typeof (body as { pipe?: unknown } | null)?.pipe === 'function'

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { auditContext } from '../audit/record.ts'
import { WHOLE_REGISTRY } from '../auth/actor.ts'
import type { Database } from '../database/types.ts'
import { ETAG, NOT_MODIFIED } from '../http/etag.ts'
import { columnsOf, declareList, type List, sendList } from '../http/formats/list.ts'
import { LINK, page, PageQuery, readCursor } from '../http/paging.ts'
import { answer, BODY, problems, ref } from '../http/responses.ts'
import { createKey, revokeKey, rotateKey } from './actions.ts'
import { ApiKey, ApiKeyList, Me, NewKey, Rotation, ShownKey } from './schemas.ts'
import { listKeys } from './store.ts'

const KEY_COLUMNS = Object.keys(ApiKey.properties) as (keyof ApiKey)[]
const KEYS: List<ApiKey> = {
  columns: columnsOf(KEY_COLUMNS),
  name: { ascii: 'keys', title: '密钥' },
  hasEtag: true
}
const KEY_FORMATS = declareList(ref(ApiKeyList), KEY_COLUMNS)

const Params = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Number of the key.', examples: [1] })
})

// No cache or proxy may store a secret.
const UNKEPT = { 'cache-control': 'no-store' }

export const keyRoutes = (db: Kysely<Database>): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/me', {
    schema: {
      operationId: 'getMe',
      summary: 'Get the caller\'s identity',
      description: 'The role of the key or token sent, and the agency it acts for.',
      tags: ['keys'],
      response: { 200: answer(Me, 'The caller.'), ...problems() }
    }
  }, async request => {
    const { name, role, agency, key, expires } = request.actor!
    return {
      name,
      role,
      agency: agency === WHOLE_REGISTRY ? null : agency,
      key_id: key,
      expires_at: expires?.toISOString() ?? null
    }
  })

  app.get('/v1/keys', {
    schema: {
      operationId: 'listKeys',
      summary: 'List keys',
      description:
        'Keys of the agencies that the caller acts for, with a role up to the caller\'s own, including revoked and expired ones. The keys themselves are not shown.',
      tags: ['keys'],
      querystring: Type.Object({
        made_by: Type.Optional(Type.String({
          minLength: 1,
          maxLength: 256,
          description: 'Only keys made by this key, written as in `made_by`.',
          examples: ['key 2']
        })),
        ...PageQuery,
        ...KEY_FORMATS.query
      }, { additionalProperties: false }),
      response: { 200: KEY_FORMATS.answer('A page of keys.', { ...LINK, ...ETAG }), ...NOT_MODIFIED, ...problems() }
    }
  }, async (request, reply) => {
    const { limit, cursor, made_by: maker } = request.query
    const after = readCursor(cursor, (key): key is [number] => key.length === 1 && Number.isSafeInteger(key[0]))
    const keys = await listKeys(db, request.actor!, maker, { after: after?.[0] ?? 0, limit: limit + 1 })
    const body = page(request, reply, keys, limit, key => [key.id])
    return await sendList(request, reply, KEY_FORMATS, { body, rows: body.items, list: KEYS })
  })

  app.post(
    '/v1/keys',
    {
      config: { shownOnce: 'key' },
      schema: {
        operationId: 'createKey',
        summary: 'Create a key',
        description:
          'The key is shown only this once. Filers and supervisors act for an agency and all below it; the role is at most the caller\'s. A key that expires creates only keys that expire no later.',
        tags: ['keys'],
        body: ref(NewKey),
        response: {
          201: answer(ShownKey, 'The key; its user must keep it.'),
          ...problems('agency-unknown', ...BODY)
        }
      }
    },
    async (request, reply) =>
      reply.code(201).headers(UNKEPT).send(
        await createKey(request.db, auditContext(request), request.body)
      )
  )

  app.post(
    '/v1/keys/:id/rotate',
    {
      config: { shownOnce: 'key' },
      // `curl -X POST` sends no body, which counts as an empty object.
      preValidation: async (request: { body: unknown }) => {
        request.body ??= {}
      },
      schema: {
        operationId: 'rotateKey',
        summary: 'Rotate a key',
        description:
          'The same key with a new secret, shown only this once; the old secret is refused everywhere at once. A key can rotate itself but not extend its own life; the key of another can be rotated only by a higher role.',
        tags: ['keys'],
        params: Params,
        body: ref(Rotation),
        response: {
          200: answer(ShownKey, 'The key with its new secret.'),
          ...problems('key-not-found', 'key-of-another', 'key-revoked', ...BODY)
        }
      }
    },
    async (request, reply) =>
      reply.headers(UNKEPT).send(
        await rotateKey(request.db, auditContext(request), request.params.id, request.body.expires_at)
      )
  )

  app.delete('/v1/keys/:id', {
    schema: {
      operationId: 'revokeKey',
      summary: 'Revoke a key',
      description:
        'The key is refused everywhere, at once and for good; its background imports are cancelled. Repeating it changes nothing.',
      tags: ['keys'],
      params: Params,
      querystring: Type.Object({
        descendants: Type.Optional(Type.Boolean({
          default: false,
          description: 'Also revokes the keys that it made, those that these made, and so on.'
        }))
      }, { additionalProperties: false }),
      response: { 204: Type.Null({ description: 'The key is revoked.' }), ...problems('key-not-found') }
    }
  }, async (request, reply) => {
    await revokeKey(db, auditContext(request), request.params.id, request.query.descendants ?? false)
    return reply.code(204).send(null)
  })
}

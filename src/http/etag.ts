// Strong ETags, and the conditional headers of a request.
import type { FastifyInstance } from 'fastify'
import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import { problem } from '../problems/problem.ts'
import { plainTag } from './compression.ts'

/**
 * Returns a strong ETag of a representation. `suffix` carries information for the service; clients treat it as opaque.
 */
export const etagOf = (shown: unknown, suffix = '') => etagOfText(JSON.stringify(shown), suffix)

/** Returns the ETag of a representation that is already text or bytes. */
export const etagOfText = (text: string | Uint8Array, suffix = '') =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}${suffix}"`

type Tags = '*' | string[]
export interface Conditions {
  match?: Tags
  noneMatch?: Tags
}

const LIST = /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"\s*)*$/
const TAG = /(?:W\/)?"[^"]*"/g

/** Parses If-Match and If-None-Match. Throws `parameter-invalid` for a header that is no list of ETags. */
export function readConditions (
  headers: { 'if-match'?: string | undefined, 'if-none-match'?: string | undefined }
): Conditions {
  const read = (name: 'if-match' | 'if-none-match'): Tags | undefined => {
    const text = headers[name]
    if (text === undefined) return undefined
    if (text.trim() === '*') return '*'
    if (!LIST.test(text)) {
      throw problem('parameter-invalid', {}, {
        errors: [{
          parameter: name,
          found: text,
          expected: { en: '* or ETags as they were given, in double quotes', zh: '* 或原样给出的 ETag（带双引号）' }
        }]
      })
    }
    // A proxy that compresses makes a tag weak on its way. If-Match accepts it, too: the service gives strong
    // tags only, each the digest of one representation, so the weak form names exactly that one: no update is lost.
    return text.match(TAG)!.map(tag => plainTag(tag.replace('W/', '')))
  }
  const [match, noneMatch] = [read('if-match'), read('if-none-match')]
  return { ...(match === undefined ? {} : { match }), ...(noneMatch === undefined ? {} : { noneMatch }) }
}

/** Answers 304 without a body when the client already has the ETag of a GET or HEAD. */
export function handleIfNoneMatch (app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const known = request.headers['if-none-match']
    const etag = reply.getHeader('etag')
    if (
      known === undefined || typeof etag !== 'string' || !['GET', 'HEAD'].includes(request.method) ||
      reply.statusCode !== 200
    ) {
      return payload
    }
    if (
      known.trim() !== '*' && !(known.match(TAG) ?? []).some(tag => plainTag(tag.replace('W/', '')) === plainTag(etag))
    ) return payload
    reply.code(304)
    // Fastify replaces the body by its length, which is that of the GET.
    if (request.method === 'HEAD') return payload
    reply.removeHeader('content-type').removeHeader('content-length')
    return null
  })
}

export const ETAG = { ETag: Type.String({ description: 'Strong ETag, for If-Match and If-None-Match.' }) }
export const NOT_MODIFIED = {
  304: Type.Null({ description: 'The client already has the current content (If-None-Match).' })
}
export const WriteConditions = Type.Object({
  'if-match': Type.Optional(
    Type.String({
      description:
        'Write only if nothing has changed since it was read: the ETag of the report, or of the table or row to be written. `*`: only if it exists.'
    })
  ),
  'if-none-match': Type.Optional(Type.String({ description: '`*`: write only if it does not exist yet.' }))
})
export const MoveConditions = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'Only if the report has not changed since it was read: its ETag.' })
  )
})

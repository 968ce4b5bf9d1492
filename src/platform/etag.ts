// Conditional reads: who has the present answer already is told so, and gets no body.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip as gzipInto } from 'node:zlib'
import accepts from 'accepts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'

const gzip = promisify(gzipInto)

/** Anyone may keep the answer, and asks whether it still holds before giving it on. */
export const PUBLIC = 'public, no-cache'

/** Strong: the same tag, the same bytes. */
export const etagOf = (body: string | Buffer): string => `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`

/** Whether `If-None-Match` names this tag; a proxy may have made it weak. */
export function isKnown (request: FastifyRequest, etag: string): boolean {
  const known = request.headers['if-none-match']
  return known !== undefined && (known.trim() === '*' || known.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag))
}

/** For the OpenAPI document. */
export const NOT_MODIFIED = { 304: Type.Null({ description: 'As `If-None-Match` says, the client has this answer already.' }) }
export const ETAG = { ETag: Type.String({ description: 'Strong tag of this answer, for `If-None-Match`.' }) }

export interface Tagged { body: Buffer, type: string, etag: string }

export const tagged = (type: string, text: string): Tagged => {
  const body = Buffer.from(text)
  return { body, type, etag: etagOf(body) }
}

/** Shorter ones are not worth it. */
const LEAST_TO_PACK = 2048
const packed = new WeakMap<Tagged, Promise<Tagged>>()

/** Packed once, however often it is sent. The other bytes have another tag. */
function pack (answer: Tagged): Promise<Tagged> {
  let made = packed.get(answer)
  if (made === undefined) {
    made = gzip(answer.body).then(body => ({ ...answer, body, etag: `${answer.etag.slice(0, -1)}-gzip"` }))
    packed.set(answer, made)
  }
  return made
}

/** Sends bytes as they are or packed, or 304. `vary`: what else the answer hangs on. */
export async function sendTagged (request: FastifyRequest, reply: FastifyReply, answer: Tagged, cacheControl: string, vary?: string): Promise<FastifyReply> {
  const packs = answer.body.length >= LEAST_TO_PACK
  const chosen = packs && accepts(request.raw).encoding(['gzip', 'identity']) === 'gzip' ? await pack(answer) : answer
  const varies = [...vary === undefined ? [] : [vary], ...packs ? ['Accept-Encoding'] : []]
  if (varies.length > 0) reply.header('vary', varies.join(', '))
  reply.header('etag', chosen.etag).header('cache-control', cacheControl)
  if (isKnown(request, chosen.etag)) return await reply.code(304).send()
  if (chosen !== answer) reply.header('content-encoding', 'gzip')
  return await reply.type(answer.type).send(chosen.body)
}

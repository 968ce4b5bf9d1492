// Conditional reads: who has the present answer already is told so, and gets no body.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'

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

/** Sends bytes as they are, or 304. */
export function sendTagged (request: FastifyRequest, reply: FastifyReply, { body, type, etag }: Tagged, cacheControl: string): FastifyReply {
  reply.header('etag', etag).header('cache-control', cacheControl)
  return isKnown(request, etag) ? reply.code(304).send() : reply.type(type).send(body)
}

// Responses that are serialized once and sent often. A client that already has one gets 304 (etag.ts).
import accepts from 'accepts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { promisify } from 'node:util'
import { gzip as gzipInto } from 'node:zlib'
import { gzipTag } from './compression.ts'
import { etagOfText } from './etag.ts'

const gzip = promisify(gzipInto)

export const JSON_UTF8 = 'application/json; charset=utf-8'

/** Any cache may store the response but must revalidate it before each use. */
export const PUBLIC_CACHE = 'public, no-cache'

export interface CachedResponse {
  body: Buffer
  type: string
  etag: string
  /** The header Link of a page. */
  link?: string | undefined
}

export const cachedResponse = (type: string, body: string | Uint8Array, link?: string): CachedResponse => ({
  body: typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  type,
  etag: etagOfText(body),
  link
})

/** Compressing shorter responses is not worth the time. */
const MIN_COMPRESSED_BYTES = 2048
const compressed = new WeakMap<CachedResponse, Promise<CachedResponse>>()

/** Compresses once per response. The compressed bytes have their own ETag. */
function compress (answer: CachedResponse): Promise<CachedResponse> {
  let made = compressed.get(answer)
  if (made === undefined) {
    made = gzip(answer.body).then(body => ({ ...answer, body, etag: gzipTag(answer.etag) }))
    compressed.set(answer, made)
  }
  return made
}

/** Sends JSON made for one request as text, so that it is serialized only once. */
export const sendText = (reply: FastifyReply, text: string, cacheControl: string): FastifyReply =>
  reply.headers({ etag: etagOfText(text), 'cache-control': cacheControl }).type(JSON_UTF8).send(text)

/**
 * Sends the bytes, compressed if the client accepts that. `vary` names the request headers that the response depends
 * on.
 */
export async function sendCached (
  request: FastifyRequest,
  reply: FastifyReply,
  answer: CachedResponse,
  cacheControl: string,
  vary?: string
): Promise<FastifyReply> {
  const packs = answer.body.length >= MIN_COMPRESSED_BYTES
  const chosen = packs && accepts(request.raw).encoding(['gzip', 'identity']) === 'gzip'
    ? await compress(answer)
    : answer
  const varies = [...vary === undefined ? [] : [vary], ...packs ? ['Accept-Encoding'] : []]
  if (varies.length > 0) reply.header('vary', varies.join(', '))
  if (chosen !== answer) reply.header('content-encoding', 'gzip')
  if (answer.link !== undefined) reply.header('link', answer.link)
  return await reply.header('etag', chosen.etag).header('cache-control', cacheControl).type(answer.type).send(
    chosen.body
  )
}

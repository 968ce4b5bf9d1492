// Paging of lists: `limit` and an opaque `cursor`, which holds the sort key of the last item of the previous page.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type TInteger, type TSchema, Type } from 'typebox'
import { problem } from '../problems/problem.ts'

const LIMIT = Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Items per page, at most 1000.' })

export const PageQuery = {
  // Optional in a request, but always set in a handler: validation fills in the default.
  limit: Type.Optional(LIMIT) as TSchema as TInteger,
  cursor: Type.Optional(
    Type.String({
      maxLength: 500,
      description: 'Where to continue: from `next` of the previous page. Omit it for the first page.'
    })
  )
}

export const NextPage = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'Address of the next page, also in the header Link; null on the last page.',
  examples: [null]
})
export const LINK = { Link: Type.String({ description: 'The next page, with `rel="next"`, if there is one.' }) }

/** Returns the sort key in a cursor; undefined for the first page. */
export function readCursor<Key extends unknown[]> (
  cursor: string | undefined,
  isKey: (key: unknown[]) => key is Key
): Key | undefined {
  if (cursor === undefined) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(key) && isKey(key) && !key.join().includes('\0')) return key
  } catch {}
  throw problem('parameter-invalid', {}, {
    errors: [{
      parameter: 'cursor',
      found: cursor,
      expected: { en: 'the cursor of a `next` link, as it was given', zh: '`next` 链接中的 cursor 原值' }
    }]
  })
}

/** Returns the cursor that `readCursor` reads. */
export const encodeCursor = (key: unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/**
 * Returns the page of `items`, which hold one more than `limit` if there is a further page, and sets the Link header.
 * `next` is the URL of this request with the new cursor.
 */
export function page<Item> (
  request: FastifyRequest,
  reply: FastifyReply,
  items: Item[],
  limit: number,
  keyOf: (item: Item) => unknown[]
): { items: Item[], next: string | null } {
  if (items.length <= limit) return { items, next: null }
  const shown = items.slice(0, limit)
  return { items: shown, next: nextPage(request, reply, { cursor: encodeCursor(keyOf(shown.at(-1)!)) }) }
}

/** Returns the URL of this request with `change` applied, and names it in the Link header. */
export function nextPage (request: FastifyRequest, reply: FastifyReply, change: Record<string, string>): string {
  const next = urlWith(request, change)
  reply.header('link', linkTo(next))
  return next
}

/** As `page`, for a response that is cached: returns the header instead of setting it. */
export function cachedPage<Item> (
  request: FastifyRequest,
  items: Item[],
  limit: number,
  keyOf: (item: Item) => unknown[]
): { items: Item[], next: string | null, link: string | undefined } {
  if (items.length <= limit) return { items, next: null, link: undefined }
  const shown = items.slice(0, limit)
  const next = urlWith(request, { cursor: encodeCursor(keyOf(shown.at(-1)!)) })
  return { items: shown, next, link: linkTo(next) }
}

const linkTo = (next: string) => `<${next}>; rel="next"`

function urlWith (request: FastifyRequest, change: Record<string, string>): string {
  const [, path, search = ''] = /^([^?]*)\??(.*)$/.exec(request.url)!
  const query = new URLSearchParams(search)
  for (const [name, value] of Object.entries(change)) query.set(name, value)
  return `${request.server.publicUrl}${path}?${query}`
}

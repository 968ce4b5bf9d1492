// What browsers are told of every answer. A table of our own: @fastify/helmet makes its headers anew for each request,
// which took 30 µs of it, as long as a total.
import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin'
}
/** An answer of the API is no page: should a browser show it as one, nothing in it runs or loads. */
export const SECURITY_HEADERS = { ...ALWAYS, 'content-security-policy': 'default-src \'none\'; frame-ancestors \'none\'' }
/** Swagger UI and the pages of the problem codes: own scripts only; styles also within the page. */
const OF_PAGES = {
  ...ALWAYS,
  'content-security-policy': 'default-src \'none\'; script-src \'self\'; style-src \'self\' \'unsafe-inline\'; img-src \'self\' data:; font-src \'self\'; connect-src \'self\'; base-uri \'none\'; form-action \'none\'; frame-ancestors \'none\''
}
const PAGES = /^\/(docs|problems)\b/

export function setSecurityHeaders (app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(PAGES.test(request.url) ? OF_PAGES : SECURITY_HEADERS)
    done()
  })
}

/** Pages of these origins may call the service from a browser; of no others. */
export async function allowOrigins (app: FastifyInstance, origins: string[]): Promise<void> {
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['ETag', 'Link', 'Location', 'Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'X-Request-Id'],
    maxAge: 600
  })
  // Who sets Vary for reasons of its own must not make a cache give one origin the answer for another.
  app.addHook('onSend', async (_, reply) => {
    const vary = String(reply.getHeader('vary') ?? '')
    if (!/\borigin\b/i.test(vary)) reply.header('vary', vary === '' ? 'Origin' : `${vary}, Origin`)
  })
}

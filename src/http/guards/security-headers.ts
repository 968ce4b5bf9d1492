// What browsers are told of every answer. The headers are helmet's, made once: made anew for each request they took 30
// µs of it, as long as a total.
import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** `directives` are all that the content security policy has. TLS ends at a proxy, which knows whether to demand it. */
function headersWith (directives: Record<string, string[]>): Record<string, string> {
  const headers: Record<string, string> = {}
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => {}
  }
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' }
  })(
    {} as IncomingMessage,
    response as unknown as ServerResponse,
    error => {
      if (error !== undefined) throw error
    }
  )
  return headers
}

/** An answer of the API is no page: should a browser show it as one, nothing in it runs or loads. */
export const SECURITY_HEADERS = headersWith({ defaultSrc: ['\'none\''], frameAncestors: ['\'none\''] })
/** Swagger UI and the pages of the problem codes: own scripts only; styles also within the page. */
const OF_PAGES = headersWith({
  defaultSrc: ['\'none\''],
  scriptSrc: ['\'self\''],
  styleSrc: ['\'self\'', '\'unsafe-inline\''],
  imgSrc: ['\'self\'', 'data:'],
  fontSrc: ['\'self\''],
  connectSrc: ['\'self\''],
  baseUri: ['\'none\''],
  formAction: ['\'none\''],
  frameAncestors: ['\'none\'']
})
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
    exposedHeaders: [
      'ETag',
      'Link',
      'Location',
      'Retry-After',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'X-Request-Id'
    ],
    maxAge: 600
  })
  // A handler that sets Vary itself must not make a cache serve one origin's answer to another.
  app.addHook('onSend', async (_, reply) => {
    const vary = String(reply.getHeader('vary') ?? '')
    if (!/\borigin\b/i.test(vary)) reply.header('vary', vary === '' ? 'Origin' : `${vary}, Origin`)
  })
}

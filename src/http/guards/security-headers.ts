// Security headers of every response. helmet creates them once: creating them for each request took 30 µs, as long as a
// total.
import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Returns helmet's headers. `directives` are the whole content security policy. TLS ends at a proxy, which knows
 * whether to require it.
 */
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

/** A response of the API is not a page: if a browser renders it as one, nothing in it runs or loads. */
export const SECURITY_HEADERS = headersWith({ defaultSrc: ['\'none\''], frameAncestors: ['\'none\''] })
/** For Swagger UI and the pages of the problem codes: scripts of the service only, and inline styles. */
export const PAGE_SECURITY_HEADERS = headersWith({
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
    reply.headers(PAGES.test(request.url) ? PAGE_SECURITY_HEADERS : SECURITY_HEADERS)
    done()
  })
}

/** Allows pages of these origins, and no others, to call the service from a browser. */
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
  // A handler that sets Vary itself must not make a cache serve the response for one origin to another.
  app.addHook('onSend', async (_, reply) => {
    const vary = String(reply.getHeader('vary') ?? '')
    if (!/\borigin\b/i.test(vary)) reply.header('vary', vary === '' ? 'Origin' : `${vary}, Origin`)
  })
}

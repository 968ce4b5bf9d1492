// Limits the memory that request bodies hold while they arrive: many slow clients could otherwise fill it.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { problem } from '../../problems/problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The handler writes the body to a file while it arrives. */
    streamsBody?: boolean
  }
}

/** Bytes of all bodies that arrive at once: of callers without a key, and of those with one. */
const MAX_BYTES = { anonymous: 128 * 1024 * 1024, identified: 256 * 1024 * 1024 }
const WITHOUT_BODY = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses bodies beyond the limit as `overloaded`. A body without a declared length counts as the longest that its
 * route takes. Register after authentication.
 */
export function limitBodyMemory (
  app: FastifyInstance,
  callerOf: (request: FastifyRequest) => string | undefined
): void {
  const held = { anonymous: 0, identified: 0 }
  app.addHook('preParsing', (request, reply, _payload, done) => {
    const bytes = bytesOf(request)
    if (bytes === 0) return done()
    const kind = callerOf(request) === undefined ? 'anonymous' : 'identified'
    // One body is always taken, however large BODY_LIMIT is.
    if (held[kind] > 0 && held[kind] + bytes > MAX_BYTES[kind]) return done(problem('overloaded'))
    held[kind] += bytes
    let isHeld = true
    const release = () => {
      if (isHeld) held[kind] -= bytes
      isHeld = false
    }
    request.releaseBody = release
    reply.raw.once('close', release)
    done()
  })
  app.decorateRequest('releaseBody', null)
  app.addHook('onResponse', (request, _, done) => {
    request.releaseBody?.()
    done()
  })
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Returns the memory of the body to the limit. */
    releaseBody: (() => void) | null
  }
}

function bytesOf (request: FastifyRequest): number {
  const { method, headers, routeOptions: { bodyLimit, config } } = request
  if (WITHOUT_BODY.includes(method) || config.streamsBody === true) return 0
  const limit = bodyLimit ?? 0
  const length = headers['content-length']
  if (length !== undefined) return Math.min(Number(length) || 0, limit)
  return headers['transfer-encoding'] === undefined ? 0 : limit
}

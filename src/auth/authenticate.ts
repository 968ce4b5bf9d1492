// Identifies the caller: passes the bearer to each authenticator in turn. authorize.ts decides what the caller may do.
import type { FastifyInstance } from 'fastify'
import { problem, Problem } from '../problems/problem.ts'
import type { Actor } from './actor.ts'

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | null
    /** Why the bearer is not accepted. */
    authenticationError: Problem | null
  }
}

/**
 * Returns undefined for a bearer of another kind; throws a more precise problem for one that it recognizes as invalid.
 */
export type Authenticator = (bearer: string) => Promise<Actor | undefined>

/**
 * Sets the caller of each request. Records an authentication error without throwing it, so that the request still
 * counts against the rate limit of its address.
 */
export function authenticate (app: FastifyInstance, ways: Authenticator[]): void {
  app.decorateRequest('actor', null)
  app.decorateRequest('authenticationError', null)
  app.addHook('onRequest', async (request, reply) => {
    const { authorization } = request.headers
    if (authorization === undefined || request.routeOptions.config.hasOwnToken) return
    try {
      request.actor = await identifyCaller(authorization, ways)
      // All log lines of this request name the caller, as `key 12`; the secret is never logged.
      request.log = reply.log = request.log.child({ caller: request.actor.name })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      request.authenticationError = error
    }
  })
}

async function identifyCaller (authorization: string, ways: Authenticator[]): Promise<Actor> {
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
  if (bearer === undefined) {
    throw problem('key-invalid', {}, {
      errors: [{
        parameter: 'authorization',
        expected: { en: 'Bearer, a space, and the key or token', zh: 'Bearer、一个空格，再加密钥或令牌' }
      }]
    })
  } else {
    for (const way of ways) {
      const actor = await way(bearer)
      if (actor !== undefined) return actor
    }
  }
  throw problem('key-invalid')
}

// Limits the request rate of a caller in this process: by key or token, and without a valid one by address.
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { problem } from '../../problems/problem.ts'

const WINDOW_MS = 60_000

/**
 * Limits the request rate. Register after `authenticate`, which only records an invalid key: so guessing keys is
 * limited, too. 404s count as well.
 */
export async function limitRequestRate (
  app: FastifyInstance,
  perMinute: number,
  callerOf: (request: FastifyRequest) => string | undefined
): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: WINDOW_MS,
    enableDraftSpec: true,
    keyGenerator: request => callerOf(request) ?? rateLimit.normalizeIP(request.ip),
    errorResponseBuilder: (_, { max, ttl }) => problem('rate-limited', { max, seconds: Math.ceil(ttl / 1000) })
  })
  const count = app.rateLimit()
  app.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.config.always) await count.call(app, request, reply)
  })
}

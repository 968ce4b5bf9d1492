import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createHash, timingSafeEqual } from 'node:crypto'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { problem } from '../../problems/problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The bearer of this route is a token of its own, not an API key. */
    hasOwnToken?: boolean
  }
}

/** Collects the metrics of `GET /metrics`: those of the process, and the duration of requests by route. */
export function measureRequests (app: FastifyInstance, version: string): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
  new Gauge({
    name: 'gongkai_build_info',
    help: 'Always 1; the version of the service and of Node.js are its labels',
    labelNames: ['version', 'node'],
    registers: [register]
  }).set({ version, node: process.versions.node }, 1)
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the arrival of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [register]
  })
  app.addHook('onResponse', (request, reply, done) => {
    // The route pattern, never the URL: an attacker could otherwise fill the memory with labels.
    duration.observe(
      { method: request.method, route: request.routeOptions.url ?? '(none)', status: reply.statusCode },
      reply.elapsedTime / 1000
    )
    done()
  })
  return register
}

const hashOf = (text: string) => createHash('sha256').update(text).digest()

/** Returns a hook that throws `metrics-token-invalid` unless the bearer of the request is the token. */
export function requireMetricsToken (token: string): (request: FastifyRequest) => Promise<void> {
  const hash = hashOf(token)
  return async ({ headers: { authorization = '' } }) => {
    const bearer = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? ''
    if (!timingSafeEqual(hashOf(bearer), hash)) throw problem('metrics-token-invalid')
  }
}

import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** Collects the metrics of `GET /metrics`: those of the process, and the duration of requests by route. */
export function measureRequests (app: FastifyInstance): Registry {
  const register = new Registry()
  collectDefaultMetrics({ register })
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

// Rejects new requests with 503 while the process is overloaded, so that those in progress are answered in time.
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { longestWait } from '../../database/connection.ts'
import type { Database } from '../../database/types.ts'
import { problem } from '../../problems/problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route is exempt from load shedding and rate limits: for probes and metrics. */
    always?: boolean
  }
}

const SAMPLE_MS = 500
const RESOLUTION_MS = 10

/** Rejects new requests while others wait longer than `most` milliseconds for the event loop or for a connection. */
export function shedLoad (app: FastifyInstance, db: Kysely<Database>, most: number): void {
  const delay = sustainedDelay(app)
  app.addHook('onRequest', (request, _, done) => {
    const isOverloaded = !request.routeOptions.config.always && (delay() > most || longestWait(db) > most)
    done(isOverloaded ? problem('overloaded') : undefined)
  })
}

/** Returns the mean delay of the event loop in ms, the lower of the last two samples: one long turn is no overload. */
function sustainedDelay (app: FastifyInstance): () => number {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  let [before, last] = [0, 0]
  const timer = setInterval(() => {
    // A turn longer than a sample may leave the histogram empty; its mean would be NaN, which never exceeds a limit.
    ;[before, last] = [last, histogram.count === 0 ? SAMPLE_MS : histogram.mean / 1e6 - RESOLUTION_MS]
    histogram.reset()
  }, SAMPLE_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    histogram.disable()
  })
  return () => Math.min(before, last)
}

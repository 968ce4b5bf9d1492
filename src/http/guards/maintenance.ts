// Maintenance: the service answers reads and refuses writes.
import type { FastifyInstance } from 'fastify'
import { problem } from '../../problems/problem.ts'
import { addProblems } from '../responses.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The operation needs a key and may write. */
    writes?: boolean
  }
}

const SAFE = ['GET', 'HEAD']

/** Marks the operations that write, and refuses them if `isReadOnly`. Register after authorization. */
export function refuseWrites (app: FastifyInstance, isReadOnly: boolean): void {
  app.addHook('onRoute', route => {
    const { method, schema } = route
    if ([method].flat().every(method => SAFE.includes(method)) || schema === undefined || !needsKey(schema.security)) {
      return
    }
    route.config = { ...route.config, writes: true }
    addProblems(schema.response as object, ['database-read-only', 'storage-full', 'maintenance'])
  })
  if (!isReadOnly) return
  app.addHook('onRequest', (request, _, done) => {
    done(request.routeOptions.config.writes === true ? problem('maintenance') : undefined)
  })
}

/** Returns whether an operation with this `security` of OpenAPI cannot be called without a key. */
export const needsKey = (security: readonly object[] = []): boolean =>
  security.length > 0 && security.every(scheme => Object.keys(scheme).length > 0)

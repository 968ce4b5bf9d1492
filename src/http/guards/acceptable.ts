// Refuses a request whose Accept names none of the types that its operation gives. The parameter `format` wins over
// Accept.
import accepts from 'accepts'
import type { FastifyInstance } from 'fastify'
import { problem } from '../../problems/problem.ts'
import { addProblems } from '../responses.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The media types of the successful answers; undefined if these have no body. */
    gives?: string[]
  }
}

type Answers = Record<string, { content?: object, type?: string }>

/** Answers 406. Register after authorization. */
export function refuseUnacceptable (app: FastifyInstance): void {
  app.addHook('onRoute', route => {
    const answers = Object.entries(route.schema?.response as Answers | undefined ?? {})
    const gives = answers.flatMap(([status, { content, type }]) =>
      !status.startsWith('2') || type === 'null' ? [] : Object.keys(content ?? { 'application/json': {} })
    )
    if (gives.length === 0) return
    route.config = { ...route.config, gives: [...new Set(gives)] }
    addProblems(route.schema!.response as object, ['not-acceptable'])
  })
  app.addHook('onRequest', (request, _, done) => {
    const { accept } = request.headers
    const { gives } = request.routeOptions.config
    if (accept === undefined || gives === undefined || accept.includes('*/*')) return done()
    // An operation without formats rejects the parameter in validation.
    if ((request.query as { format?: unknown }).format !== undefined) return done()
    const isAcceptable = accepts(request.raw).type(gives) !== false
    done(isAcceptable ? undefined : problem('not-acceptable', { available: gives.join(', ') }))
  })
}

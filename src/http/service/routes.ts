// Health, metrics, and a page for each problem code.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Kysely, sql } from 'kysely'
import type { Registry } from 'prom-client'
import { Type } from 'typebox'
import { migrationStatus } from '../../database/migrations.ts'
import type { Database } from '../../database/types.ts'
import { type ProblemCode, PROBLEMS } from '../../problems/codes.ts'
import { problem } from '../../problems/problem.ts'
import { withTimeLimit } from '../guards/time-limit.ts'
import { languageHeaders, languageOf, LanguageQuery } from '../language.ts'
import { answer, problems, problemsBesideParameters } from '../responses.ts'
import { sendAs } from '../send-as.ts'
import { requireMetricsToken } from './metrics.ts'
import { problemIndex, problemPage } from './problem-pages.ts'

/** Maximum time of a check of readiness, in milliseconds. */
const ANSWER_MS = 1800

/** Returns whether the database can be written, and the migrations that are still to be run. */
async function examine (db: Kysely<Database>) {
  const { rows: [row] } = await sql<{ read_only: string }>`
    select current_setting('transaction_read_only') as read_only`.execute(db)
  const migrations = await migrationStatus(db)
  return {
    isReadOnly: row!.read_only === 'on',
    open: migrations.filter(migration => migration.executedAt === undefined)
  }
}

/** Probes come every few seconds and would fill the log. */
const probe = { logLevel: 'warn', config: { always: true } } as const

const State = Type.Object({ status: Type.String({ description: '`live` or `ready`.', examples: ['ready'] }) }, {
  $id: 'ServiceState',
  description: 'The service can answer.'
})

const page = (description: string, type: string) => ({
  200: { description, content: { [type]: { schema: Type.String() } } }
})

const HTML = 'text/html; charset=utf-8'

/**
 * Health, metrics and problem pages. `db` should not be the pool of the requests: the service is still ready while all
 * connections of that pool are in use. `metricsToken` protects the metrics.
 */
export const serviceRoutes = (
  db: Kysely<Database>,
  metrics: Registry,
  metricsToken: string | undefined
): FastifyPluginAsyncTypebox =>
async app => {
  app.addSchema(State)

  app.get('/healthz', {
    ...probe,
    schema: {
      operationId: 'isLive',
      summary: 'Check whether the process is alive',
      description: 'Does not query the database.',
      tags: ['service'],
      response: { 200: answer(State, 'The process is alive.'), ...problemsBesideParameters() }
    }
  }, async () => ({ status: 'live' }))

  app.get('/readyz', {
    ...probe,
    schema: {
      operationId: 'isReady',
      summary: 'Check whether the service is ready',
      description: 'The service is ready when the database answers and its schema is current.',
      tags: ['service'],
      response: { 200: answer(State, 'The service is ready.'), ...problemsBesideParameters('not-ready') }
    }
  }, async () => {
    const { isReadOnly, open } = await withTimeLimit(examine(db), ANSWER_MS, () => new Error('no answer in time'))
      .catch(error => {
        const refused = problem('not-ready', { reason: 'the database does not answer' })
        refused.cause = error
        throw refused
      })
    if (isReadOnly) throw problem('not-ready', { reason: 'the database is read-only' })
    if (open.length > 0) {
      throw problem('not-ready', { reason: `migrations to run: ${open.map(migration => migration.name).join(', ')}` })
    }
    return { status: 'ready' }
  })

  app.get('/metrics', {
    ...probe,
    ...metricsToken === undefined ? {} : {
      config: { ...probe.config, hasOwnToken: true },
      onRequest: requireMetricsToken(metricsToken)
    },
    schema: {
      operationId: 'getMetrics',
      summary: 'Get metrics',
      description: 'For Prometheus. If `METRICS_TOKEN` is set, it requires that token and accepts no API key.',
      tags: ['service'],
      security: [{}, { metrics_token: [] }],
      response: {
        ...page('Metrics of the process and of the requests to each route.', 'text/plain'),
        ...problemsBesideParameters('metrics-token-invalid')
      }
    }
  }, async (_, reply) => sendAs(reply, metrics.contentType, await metrics.metrics()))

  app.get('/problems', {
    schema: {
      operationId: 'listProblems',
      summary: 'List all problem codes',
      description: 'A web page, in English or Chinese.',
      tags: ['service'],
      querystring: LanguageQuery,
      response: { ...page('All codes with their meanings.', 'text/html'), ...problems() }
    }
  }, async (request, reply) => {
    const language = request.query.lang ?? languageOf(request)
    return sendAs(reply.headers(languageHeaders(language)), HTML, problemIndex(language, app.publicUrl))
  })

  app.get('/problems/:code', {
    schema: {
      operationId: 'explainProblem',
      summary: 'Explain a problem code',
      description:
        'The web page that the `type` of a problem links to, in English or Chinese: what the code means, what to do, and an example.',
      tags: ['service'],
      params: Type.Object({
        code: Type.String({ maxLength: 64, description: 'The `code` of a problem.', examples: ['checks-failed'] })
      }),
      querystring: LanguageQuery,
      response: { ...page('What the code means and what to do.', 'text/html'), ...problems('problem-not-found') }
    }
  }, async (request, reply) => {
    const { code } = request.params
    if (!Object.hasOwn(PROBLEMS, code)) throw problem('problem-not-found', { code })
    const language = request.query.lang ?? languageOf(request)
    return sendAs(
      reply.headers(languageHeaders(language)),
      HTML,
      problemPage(code as ProblemCode, language, app.publicUrl)
    )
  })
}

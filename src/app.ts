// The service as a whole, in reading order. `buildApp` opens no port and makes no query.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { readFileSync } from 'node:fs'
import { requirePlacement } from './agencies/placement.ts'
import { agencyRoutes } from './agencies/routes.ts'
import { agencySchemas } from './agencies/schemas.ts'
import { eventRoutes } from './audit/events/routes.ts'
import { eventSchemas } from './audit/events/schemas.ts'
import { authenticateAdminKey, authenticateApiKey, recordKeyUse } from './auth/api-keys.ts'
import { authenticate } from './auth/authenticate.ts'
import { authorizeRequests } from './auth/authorize.ts'
import { authenticateToken, type TokenOptions } from './auth/tokens.ts'
import type { Database } from './database/types.ts'
import { catalogRoutes } from './exports/catalog/routes.ts'
import { exportRoutes } from './exports/routes.ts'
import { filingRoutes } from './filings/routes.ts'
import { filingSchemas } from './filings/schemas.ts'
import { Forms } from './forms/forms.ts'
import { formRoutes, formSchemas } from './forms/routes.ts'
import { addBodyParsers } from './http/bodies/body.ts'
import { compressResponses } from './http/compression.ts'
import { handleErrors, handleInvalidPath } from './http/errors.ts'
import { handleIfNoneMatch } from './http/etag.ts'
import type { Feature } from './http/feature.ts'
import { refuseUnacceptable } from './http/guards/acceptable.ts'
import { limitBodyMemory } from './http/guards/body-memory.ts'
import { handleClientError, handleConnect, handleExpectation, requireHost } from './http/guards/client-errors.ts'
import { shedLoad } from './http/guards/load-shedding.ts'
import { refuseWrites } from './http/guards/maintenance.ts'
import { limitRequestRate } from './http/guards/rate-limit.ts'
import { newRequestId } from './http/guards/request-id.ts'
import { allowOrigins, setSecurityHeaders } from './http/guards/security-headers.ts'
import { handleIdempotencyKeys } from './http/idempotency.ts'
import { setDefaultLanguage } from './http/language.ts'
import { serveOpenapi } from './http/openapi/openapi.ts'
import { measureRequests } from './http/service/metrics.ts'
import { setPublicUrl } from './http/service/public-url.ts'
import { serviceRoutes } from './http/service/routes.ts'
import { compilers, rejectUndeclaredQueries } from './http/validation.ts'
import { bulkSchemas } from './imports/bulk/schemas.ts'
import { DocumentReader } from './imports/documents/reader.ts'
import { importRoutes } from './imports/documents/routes.ts'
import { importSchemas } from './imports/documents/schemas.ts'
import { sourceRoutes } from './imports/documents/source-routes.ts'
import { jobRoutes } from './imports/jobs/routes.ts'
import { bulkRoutes } from './imports/routes.ts'
import { keyRoutes } from './keys/routes.ts'
import { keySchemas } from './keys/schemas.ts'
import { pageRoutes } from './pages/routes.ts'
import type { Language } from './problems/fault.ts'
import { checkRoutes } from './reports/checks/routes.ts'
import { deadlineRoutes } from './reports/deadlines/routes.ts'
import { deadlineSchemas } from './reports/deadlines/schemas.ts'
import { findingRoutes } from './reports/findings/routes.ts'
import { findingSchemas } from './reports/findings/schemas.ts'
import { reportListRoutes } from './reports/listing/routes.ts'
import { reportListSchemas } from './reports/listing/schemas.ts'
import { templateRoutes } from './reports/outputs/template-routes.ts'
import { reconciliationRoutes } from './reports/reconciliation/routes.ts'
import { reconciliationSchemas } from './reports/reconciliation/schemas.ts'
import { reportRoutes } from './reports/routes.ts'
import { reportSchemas } from './reports/schemas.ts'
import { tableRoutes } from './reports/tables/routes.ts'
import { versionRoutes } from './reports/versions/routes.ts'
import { versionSchemas } from './reports/versions/schemas.ts'
import { workflowRoutes } from './reports/workflow/routes.ts'
import { contributionRoutes } from './totals/contributions/routes.ts'
import { contributionSchemas } from './totals/contributions/schemas.ts'
import { rankingRoutes } from './totals/rankings/routes.ts'
import { rankingSchemas } from './totals/rankings/schemas.ts'
import { totalRoutes } from './totals/routes.ts'
import { totalSchemas } from './totals/schemas.ts'

export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** How long a client may take, in seconds: for the headers, for the whole request, and between two requests. */
export interface Seconds {
  headers: number
  request: number
  keepAlive: number
}

export interface AppOptions {
  db: Kysely<Database>
  /** For readiness; should have a connection of its own. */
  probe?: Kysely<Database>
  forms: Forms
  logger?: FastifyBaseLogger
  tokens?: TokenOptions | undefined
  adminKey?: string | undefined
  /** The token that `GET /metrics` needs; without it, the metrics are open. */
  metricsToken?: string | undefined
  bodyLimit?: number
  seconds?: Seconds
  /** Requests a minute of one caller; 0 is no limit. */
  rateLimit?: number
  /** Requests are refused while others wait longer than this; 0 is never. */
  overloadMs?: number
  trustProxy?: string | undefined
  corsOrigins?: string[] | undefined
  /** Prefix of every URL in a response. */
  publicUrl?: string | undefined
  /** The language for callers whose Accept-Language names neither English nor Chinese. */
  defaultLanguage?: Language
  /** Bytes of a file to be imported. */
  importLimit?: number
  /** Writes are refused, for maintenance. */
  isReadOnly?: boolean
}

/**
 * A connection on which nothing moves for so long is closed: a client that reads no answer must not hold it for ever.
 */
const SILENT_MS = 300_000

/** Further connections are closed at once. */
const MAX_CONNECTIONS = 5000

const callerOf = (request: FastifyRequest): string | undefined => request.actor?.name

export async function buildApp ({
  db,
  probe = db,
  forms,
  logger,
  tokens,
  adminKey,
  metricsToken,
  bodyLimit = 2 * 1024 * 1024,
  seconds = { headers: 15, request: 300, keepAlive: 72 },
  rateLimit = 0,
  overloadMs = 0,
  trustProxy,
  corsOrigins,
  publicUrl,
  defaultLanguage = 'en',
  importLimit = 16 * 1024 ** 3,
  isReadOnly = false
}: AppOptions) {
  const app = Fastify({
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    ...(trustProxy === undefined ? {} : { trustProxy }),
    bodyLimit,
    genReqId: newRequestId,
    schemaController: { compilersFactory: compilers() },
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    frameworkErrors: handleInvalidPath,
    clientErrorHandler: handleClientError(defaultLanguage),
    // A connection kept alive is served until it is closed: a 503 of Fastify's own would be no problem document.
    return503OnClosing: false,
    // Node looks for clients that are late only so often.
    http: {
      // A request without Host is answered as a problem.
      requireHostHeader: false,
      headersTimeout: seconds.headers * 1000,
      connectionsCheckingInterval: Math.min(5000, seconds.headers * 300)
    },
    requestTimeout: seconds.request * 1000,
    keepAliveTimeout: seconds.keepAlive * 1000,
    connectionTimeout: SILENT_MS
  }).withTypeProvider<TypeBoxTypeProvider>()

  app.server.maxConnections = MAX_CONNECTIONS
  app.server.on('checkExpectation', handleExpectation(defaultLanguage))
  app.server.on('connect', handleConnect(defaultLanguage))
  setPublicUrl(app, publicUrl)
  setDefaultLanguage(app, defaultLanguage)
  requireHost(app)
  handleErrors(app)
  addBodyParsers(app)
  rejectUndeclaredQueries(app)
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  handleIfNoneMatch(app)
  await compressResponses(app)
  const metrics = measureRequests(app, version)

  // Each request passes these in this order.
  setSecurityHeaders(app)
  if (corsOrigins !== undefined) await allowOrigins(app, corsOrigins)
  if (overloadMs > 0) shedLoad(app, db, overloadMs)
  authenticate(app, [
    ...adminKey === undefined ? [] : [authenticateAdminKey(adminKey)],
    authenticateApiKey(db),
    ...tokens === undefined ? [] : [authenticateToken(tokens)]
  ])
  recordKeyUse(app, db)
  if (rateLimit > 0) await limitRequestRate(app, rateLimit, callerOf)
  authorizeRequests(app, db, requirePlacement)
  refuseWrites(app, isReadOnly)
  refuseUnacceptable(app)
  limitBodyMemory(app, callerOf)
  handleIdempotencyKeys(app, db, callerOf)

  await serveOpenapi(app, version)

  const reader = new DocumentReader(forms)
  app.addHook('onClose', async () => reader.close())
  const features: Feature[] = [
    {
      schemas: [...totalSchemas, ...contributionSchemas, ...rankingSchemas],
      routes: [totalRoutes(db, forms), contributionRoutes(db, forms), rankingRoutes(db, forms)]
    },
    {
      schemas: [
        ...reportSchemas,
        ...reportListSchemas,
        ...versionSchemas,
        ...deadlineSchemas,
        ...reconciliationSchemas,
        ...findingSchemas
      ],
      routes: [
        reportListRoutes(db, forms),
        reportRoutes(db, forms),
        templateRoutes(db, forms),
        checkRoutes(db, forms),
        tableRoutes(db, forms),
        workflowRoutes(forms),
        versionRoutes(db, forms),
        deadlineRoutes(db),
        reconciliationRoutes(db, forms),
        findingRoutes(db, forms)
      ]
    },
    { schemas: [], routes: [exportRoutes(db, forms), catalogRoutes(db, forms)] },
    { schemas: filingSchemas, routes: [filingRoutes(db, forms)] },
    { schemas: [...agencySchemas, ...formSchemas], routes: [agencyRoutes(db, forms), formRoutes(forms)] },
    {
      schemas: [...importSchemas, ...bulkSchemas],
      routes: [
        importRoutes(forms, reader),
        sourceRoutes(db, forms),
        jobRoutes(db),
        bulkRoutes(db, forms, reader, { file: importLimit, line: bodyLimit })
      ]
    },
    { schemas: keySchemas, routes: [keyRoutes(db)] },
    { schemas: eventSchemas, routes: [eventRoutes(db)] },
    { schemas: [], routes: [pageRoutes(db, forms), serviceRoutes(probe, metrics, metricsToken)] }
  ]
  for (const schema of features.flatMap(feature => feature.schemas)) app.addSchema(schema)
  for (const routes of features.flatMap(feature => feature.routes)) await app.register(routes)
  return app
}

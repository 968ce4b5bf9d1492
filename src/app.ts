// The service as a whole, in reading order. `buildApp` opens no port and makes no query.
import { readFileSync } from 'node:fs'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import { agencyRoutes } from './agencies/routes.ts'
import { agencySchemas } from './agencies/schemas.ts'
import { bulkRoutes } from './bulk/routes.ts'
import { bulkSchemas } from './bulk/schemas.ts'
import type { Forms } from './forms/forms.ts'
import { importRoutes } from './imports/routes.ts'
import { importSchemas } from './imports/schemas.ts'
import { sourceRoutes } from './imports/source-routes.ts'
import { formRoutes, formSchemas } from './forms/routes.ts'
import { authenticate } from './platform/auth.ts'
import { readBodies } from './platform/body.ts'
import type { Database } from './platform/database.ts'
import { answerBadPath, answerBrokenHttp, answerProblems } from './platform/errors.ts'
import { measureRequests } from './platform/metrics.ts'
import { serveOpenapi } from './platform/openapi.ts'
import { newRequestId } from './platform/request-id.ts'
import { serviceRoutes } from './platform/service-routes.ts'
import { compilers, refuseUndeclaredQueries } from './platform/validation.ts'
import { reportRoutes } from './reports/routes.ts'
import { reportSchemas } from './reports/schemas.ts'
import { tableRoutes } from './reports/table-routes.ts'
import { workflowRoutes } from './reports/workflow-routes.ts'
import { totalRoutes } from './totals/routes.ts'
import { totalSchemas } from './totals/schemas.ts'

export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

export interface AppOptions {
  db: Kysely<Database>
  forms: Forms
  adminKey?: string | undefined
  bodyLimit?: number
  /** Bytes of a file to be imported. */
  importLimit?: number
  logger?: FastifyBaseLogger
}

export async function buildApp ({ db, forms, adminKey, bodyLimit = 2 * 1024 * 1024, importLimit = 16 * 1024 ** 3, logger }: AppOptions) {
  const app = Fastify({
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    bodyLimit,
    genReqId: newRequestId,
    schemaController: { compilersFactory: compilers() },
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    frameworkErrors: answerBadPath,
    clientErrorHandler: answerBrokenHttp,
    // A connection kept alive is served until it is closed: a 503 of Fastify's own would be no problem document.
    return503OnClosing: false,
    requestTimeout: 120_000
  }).withTypeProvider<TypeBoxTypeProvider>()

  answerProblems(app)
  readBodies(app)
  refuseUndeclaredQueries(app)
  authenticate(app, db, adminKey)
  app.addHook('onSend', async (request, reply) => { reply.header('x-request-id', request.id) })
  const metrics = measureRequests(app)
  await serveOpenapi(app, version)

  for (const schema of [...formSchemas, ...agencySchemas, ...reportSchemas, ...importSchemas, ...bulkSchemas, ...totalSchemas]) app.addSchema(schema)
  await app.register(formRoutes(forms))
  await app.register(agencyRoutes(db, forms))
  await app.register(reportRoutes(db, forms))
  await app.register(tableRoutes(db, forms))
  await app.register(importRoutes(db, forms))
  await app.register(sourceRoutes(db, forms))
  await app.register(bulkRoutes(db, forms, { file: importLimit, line: bodyLimit }))
  await app.register(workflowRoutes(db, forms))
  await app.register(totalRoutes(db, forms))
  await app.register(serviceRoutes(db, metrics))
  return app
}

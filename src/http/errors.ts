// Converts every error to a problem response.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isBusy, isDiskFull, isUnavailable, NUMBER_OUT_OF_RANGE, READ_ONLY } from '../database/errors.ts'
import type { ProblemCode } from '../problems/codes.ts'
import { formatProblem } from '../problems/format.ts'
import { Problem, problem } from '../problems/problem.ts'
import { unsupported } from './bodies/body.ts'
import { PAGE_SECURITY_HEADERS, SECURITY_HEADERS } from './guards/security-headers.ts'
import { languageOf } from './language.ts'
import { shownProblem } from './service/problem-pages.ts'
import { createWarnings } from './service/warnings.ts'
import { problemOfValidation } from './validation.ts'

/** Returns whether a browser shows the response as a page, for a person. Programs always get JSON. */
const isNavigation = ({ headers }: FastifyRequest): boolean =>
  headers['sec-fetch-dest'] === 'document' && headers.accept?.includes('text/html') === true

function send (request: FastifyRequest, reply: FastifyReply, raised: Problem) {
  const language = languageOf(request)
  const asPage = isNavigation(request)
  const body = formatProblem(raised, language, request.url.split('?')[0]!, request.id, request.server.publicUrl)
  return reply.code(raised.status)
    .headers({
      ...asPage ? PAGE_SECURITY_HEADERS : SECURITY_HEADERS,
      'content-type': asPage ? 'text/html; charset=utf-8' : 'application/problem+json; charset=utf-8',
      'content-language': language,
      vary: 'Sec-Fetch-Dest, Accept-Language',
      'x-request-id': request.id
    })
    .serializer((payload: string) => payload)
    .send(asPage ? shownProblem(body, language) : JSON.stringify(body))
}

/** Seconds after which a retry may succeed, if that takes longer than a moment. */
const RETRY_AFTER: Partial<Record<ProblemCode, string>> = { maintenance: '60', 'storage-full': '60' }

export function handleErrors (app: FastifyInstance): void {
  const allowed = collectMethods(app)
  const warnings = createWarnings(app.log)
  app.addHook('onClose', async () => warnings.flush())
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const raised = toProblem(error, request)
    if (raised.status === 500) request.log.error({ err: error }, 'internal error')
    else if (raised.status > 500) {
      warnings.warn(request.log, raised.code, ((error.cause ?? error) as Error).message)
    } else if (isDisconnect(error, request)) request.log.info('the client disconnected before its request was complete')
    if (raised.status === 401) reply.header('www-authenticate', 'Bearer')
    if (raised.status === 503) reply.header('retry-after', RETRY_AFTER[raised.code] ?? '1')
    return send(request, reply, raised)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!
    const methods = allowed(path)
    if (methods.length === 0) return send(request, reply, problem('route-not-found', { method: request.method, path }))
    reply.header('allow', methods.join(', '))
    return send(
      request,
      reply,
      problem('method-not-allowed', { method: request.method, path, allowed: methods.join(', ') })
    )
  })
}

/** Returns a function that lists the methods of a path, from the registered routes. */
function collectMethods (app: FastifyInstance): (path: string) => string[] {
  const routes: { pattern: RegExp, method: string }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(
      `^${url.replace(/[.+?^$()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+').replaceAll('*', '.*')}/?$`
    )
    routes.push(...[method].flat().map(method => ({ pattern, method })))
  })
  return path =>
    [
      ...new Set(
        routes.filter(route => route.pattern.test(path) && !route.pattern.test('/~')).map(route => route.method)
      )
    ].sort()
}

/** Returns the problem of a violated constraint; the routes check most of these before they write. */
function problemOfConstraint (constraint: string, request: FastifyRequest): Problem | undefined {
  const { agency, code, year, credit_code: creditCode } = {
    ...request.body as object,
    ...request.params as object
  } as Record<'agency' | 'code' | 'year' | 'credit_code', string>
  switch (constraint) {
    case 'report_pkey':
      return problem('report-exists', { agency, year })
    case 'report_agency_fkey':
    case 'api_key_agency_fkey':
      return problem('agency-unknown', { agency })
    case 'agency_pkey':
      return problem('agency-exists', { agency: code })
    case 'agency_credit_code_key':
      return problem('credit-code-taken', { credit_code: creditCode })
  }
  return undefined
}

/**
 * Returns whether the client closed the connection before its request was complete. The error has the code of a lost
 * connection, ECONNRESET, which would otherwise be taken for one to the database.
 */
function isDisconnect ({ code, message }: FastifyError, { raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete && code === 'ECONNRESET' && message === 'aborted'
}

/** Converts any error to a problem; an unexpected one becomes `internal`. */
export function toProblem (error: FastifyError & { constraint?: string }, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  // No answer reaches the client. The hooks of the response still run, and end what the request began.
  if (isDisconnect(error, request)) return problem('http-malformed')
  if (error.validation) return problemOfValidation(error.validation, error.validationContext)
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupported(request)
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return problem('body-too-large', { limit: request.routeOptions.bodyLimit ?? '' })
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return problem('http-malformed')
    case NUMBER_OUT_OF_RANGE:
      return problem('total-overflow', { where: 'bigint' })
    case READ_ONLY:
      return problem('database-read-only')
  }
  const violation = problemOfConstraint(error.constraint ?? '', request)
  if (violation !== undefined) return violation
  if (isDiskFull(error)) return problem('storage-full')
  if (isUnavailable(error)) return problem('database-unavailable')
  return problem(isBusy(error) ? 'database-busy' : 'internal')
}

/**
 * Answers a path that cannot be decoded or has a part too long for the router. Fastify rejects it before the error
 * handler is called.
 */
export function handleInvalidPath (_: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  send(
    request,
    reply,
    problem('parameter-invalid', {}, {
      errors: [{
        parameter: 'path',
        found: request.url,
        expected: {
          en: 'a path with valid %-escapes and parts of at most 200 characters',
          zh: '百分号编码有效、每段不超过 200 个字符的路径'
        }
      }]
    })
  )
}

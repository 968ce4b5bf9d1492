// The edge where whatever was thrown becomes a problem, and the pages that explain each code.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ProblemCode, PROBLEMS } from '../problems/codes.ts'
import { wordProblem } from '../problems/format.ts'
import { Problem, problem } from '../problems/problem.ts'
import { unsupported } from './bodies/body.ts'
import { uploading } from './bodies/upload.ts'
import { SECURITY_HEADERS } from './guards/security-headers.ts'
import { languageOf } from './language.ts'
import { problemOfValidation } from './validation.ts'

function send (request: FastifyRequest, reply: FastifyReply, raised: Problem) {
  const language = languageOf(request)
  return reply.code(raised.status)
    .headers({
      ...SECURITY_HEADERS,
      'content-type': 'application/problem+json; charset=utf-8',
      'content-language': language,
      vary: 'Accept-Language',
      'x-request-id': request.id
    })
    .serializer((body: unknown) => JSON.stringify(body))
    .send(wordProblem(raised, language, request.url.split('?')[0]!, request.id))
}

export function answerProblems (app: FastifyInstance): void {
  const allowed = collectMethods(app)
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const raised = asProblem(error, request)
    if (raised.status === 500) request.log.error({ err: error }, 'internal error')
    else if (raised.status > 500) request.log.warn({ err: error }, raised.code)
    if (raised.status === 401) reply.header('www-authenticate', 'Bearer')
    if (raised.status === 503) reply.header('retry-after', '1')
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

/** The methods possible at a path, from the routes as they are registered. */
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

const OF_FASTIFY: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'http-malformed'
}

/** A constraint's name says more than its SQLSTATE. */
const OF_CONSTRAINT: Record<string, ProblemCode> = {
  report_pkey: 'report-exists',
  report_agency_fkey: 'agency-unknown',
  agency_pkey: 'agency-exists',
  agency_credit_code_key: 'credit-code-taken',
  api_key_agency_fkey: 'agency-unknown'
}

/** A sum beyond bigint. */
const NUMBER_OUT_OF_RANGE = '22003'
/** Shutting down, no connection, lost connection. */
const UNAVAILABLE = /^(08|57P0)|^(ECONN|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND)/
/** What pg says, without a code, of a connection that was lost while it was in use. */
const LOST = /^Connection terminated|^Client (has encountered a connection error|was closed) and is not queryable$/
/** Serialization, deadlock, lock not available, too many connections, out of resources, cancelled statement. */
const BUSY = /^(40001|40P01|55P03|53|57014|25P03)/

/** Whatever was thrown, as a problem: what nobody foresaw is `internal`. */
export function asProblem (error: FastifyError & { constraint?: string }, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (error.validation) return problemOfValidation(error.validation, error.validationContext)
  const code = String(error.code ?? '')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unsupported(request)
  const known = OF_FASTIFY[code] ?? OF_CONSTRAINT[error.constraint ?? '']
  if (known !== undefined) {
    return problem(known, {
      limit: request.routeOptions.bodyLimit ?? '',
      ...request.body as object,
      ...request.params as object
    })
  }
  if (code === NUMBER_OUT_OF_RANGE) return problem('total-overflow', { where: 'bigint' })
  if (UNAVAILABLE.test(code) || LOST.test(error.message)) return problem('database-unavailable')
  // The pool says this when all its connections are at work.
  if (BUSY.test(code) || error.message === 'timeout exceeded when trying to connect') return problem('database-busy')
  return problem('internal')
}

/**
 * A path that cannot be decoded or has a part too long for the router: Fastify answers it before our handler is asked.
 */
export function answerBadPath (_: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
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

/** What Node refuses before there is a request. */
export function answerBrokenHttp (error: Error & { code?: string }, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && uploading.has(socket)) return
  const code: ProblemCode = error.code === 'HPE_HEADER_OVERFLOW'
    ? 'headers-too-large'
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    ? 'request-timeout'
    : 'http-malformed'
  const body = JSON.stringify(wordProblem(problem(code), 'en', '', ''))
  const { status, title } = PROBLEMS[code]
  socket.end(
    `HTTP/1.1 ${status} ${title.en}\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${
      Buffer.byteLength(body)
    }\r\nConnection: close\r\n\r\n${body}`
  )
}

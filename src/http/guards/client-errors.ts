// Requests at fault that Node would answer itself, with a text: they get a problem, too.
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { PROBLEMS } from '../../problems/codes.ts'
import type { Language } from '../../problems/fault.ts'
import { formatProblem } from '../../problems/format.ts'
import { problem } from '../../problems/problem.ts'
import { uploading } from '../bodies/upload.ts'
import { acceptedLanguage } from '../language.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

const bodyOf = (
  code: 'http-malformed' | 'headers-too-large' | 'request-timeout' | 'expectation-unsupported',
  language: Language,
  path = ''
) => JSON.stringify(formatProblem(problem(code), language, path, ''))

const TYPE = 'application/problem+json; charset=utf-8'

/** Answers requests that Node's HTTP parser rejects, in the default language: their headers were not read. */
export const handleClientError = (language: Language) => (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET') return
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && uploading.has(socket)) return
  const code = error.code === 'HPE_HEADER_OVERFLOW'
    ? 'headers-too-large'
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    ? 'request-timeout'
    : 'http-malformed'
  answer(socket, code, language)
}

/** Answers CONNECT: the service is no proxy. Node would close the connection. */
export const handleConnect = (defaultLanguage: Language) => (request: IncomingMessage, socket: Duplex): void => {
  answer(socket, 'http-malformed', acceptedLanguage(request, defaultLanguage))
}

function answer (socket: Duplex, code: Parameters<typeof bodyOf>[0], language: Language): void {
  if (!socket.writable) return
  const body = bodyOf(code, language)
  const { status, title } = PROBLEMS[code]
  socket.end(
    `HTTP/1.1 ${status} ${title.en}\r\nContent-Type: ${TYPE}\r\nContent-Length: ${
      Buffer.byteLength(body)
    }\r\nConnection: close\r\n\r\n${body}`
  )
}

/** Answers an Expect other than 100-continue, which Node does not pass on as a request. */
export const handleExpectation =
  (defaultLanguage: Language) => (request: IncomingMessage, response: ServerResponse): void => {
    const language = acceptedLanguage(request, defaultLanguage)
    const body = bodyOf('expectation-unsupported', language, request.url?.split('?')[0])
    response.writeHead(PROBLEMS['expectation-unsupported'].status, {
      ...SECURITY_HEADERS,
      'content-type': TYPE,
      'content-length': Buffer.byteLength(body),
      connection: 'close'
    })
    response.end(body)
  }

/** Refuses a request of HTTP/1.1 without a Host. */
export function requireHost (app: FastifyInstance): void {
  app.addHook('onRequest', (request, _, done) => {
    const { httpVersion, headers } = request.raw
    done(httpVersion === '1.1' && headers.host === undefined ? problem('http-malformed') : undefined)
  })
}

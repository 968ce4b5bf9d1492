// Requests at fault that Node would answer itself, with a text: they get a problem, too.
import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { PROBLEMS } from '../../problems/codes.ts'
import { formatProblem } from '../../problems/format.ts'
import { problem } from '../../problems/problem.ts'
import { uploading } from '../bodies/upload.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

const bodyOf = (
  code: 'http-malformed' | 'headers-too-large' | 'request-timeout' | 'expectation-unsupported',
  path = ''
) => JSON.stringify(formatProblem(problem(code), 'en', path, ''))

const TYPE = 'application/problem+json; charset=utf-8'

/** Answers requests that Node's HTTP parser rejects. */
export function handleClientError (error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET') return
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && uploading.has(socket)) return
  const code = error.code === 'HPE_HEADER_OVERFLOW'
    ? 'headers-too-large'
    : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    ? 'request-timeout'
    : 'http-malformed'
  answer(socket, code)
}

/** Answers CONNECT: the service is no proxy. Node would close the connection. */
export function handleConnect (_: IncomingMessage, socket: Duplex): void {
  answer(socket, 'http-malformed')
}

function answer (socket: Duplex, code: Parameters<typeof bodyOf>[0]): void {
  if (!socket.writable) return
  const body = bodyOf(code)
  const { status, title } = PROBLEMS[code]
  socket.end(
    `HTTP/1.1 ${status} ${title.en}\r\nContent-Type: ${TYPE}\r\nContent-Length: ${
      Buffer.byteLength(body)
    }\r\nConnection: close\r\n\r\n${body}`
  )
}

/** Answers an Expect other than 100-continue, which Node does not pass on as a request. */
export function handleExpectation (request: IncomingMessage, response: ServerResponse): void {
  const body = bodyOf('expectation-unsupported', request.url?.split('?')[0])
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

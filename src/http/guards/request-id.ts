import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Returns the caller's X-Request-Id, so that the logs of both sides can be correlated. An id that is unsafe in a log
 * line is replaced.
 */
export function newRequestId (request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID()
}

import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * The caller's X-Request-Id, so that both logs can be read together; one that could not stand in a log line is
 * replaced.
 */
export function newRequestId (request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w.:/+=-]{1,128}$/.test(given) ? given : randomUUID()
}

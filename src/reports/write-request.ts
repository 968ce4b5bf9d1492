// What every write of a report takes from its request besides the body: the caller and the preconditions.
import type { FastifyRequest } from 'fastify'
import { auditContext, type AuditContext } from '../audit/record.ts'
import { type Conditions, readConditions } from '../http/etag.ts'

export interface WriteRequest {
  by: AuditContext
  conditions: Conditions
}

export const writeRequest = (request: FastifyRequest): WriteRequest => ({
  by: auditContext(request),
  conditions: readConditions(request.headers)
})

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { auditContext } from '../../audit/record.ts'
import type { Database } from '../../database/types.ts'
import { answer, BODY, problems, ref } from '../../http/responses.ts'
import { ReportParams } from '../parameters.ts'
import { deleteDeadline, getDeadline, putDeadline } from './deadlines.ts'
import { Deadline, NewDeadline } from './schemas.ts'

export const deadlineRoutes = (db: Kysely<Database>): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports/:agency/:year/deadline', {
    schema: {
      operationId: 'getDeadline',
      summary: 'Read the deadline',
      description:
        'The earliest of the statutory day, the day set for the agency, and the days set above it for a subtree; whose deadline it is; and whether the first publication was on time. The report need not exist yet.',
      tags: ['reports'],
      params: ReportParams,
      response: { 200: answer(Deadline, 'The deadline.'), ...problems('agency-not-found', 'agency-not-in-year') }
    }
  }, async request => await getDeadline(db, request.params))

  app.put('/v1/reports/:agency/:year/deadline', {
    schema: {
      operationId: 'putDeadline',
      summary: 'Set an earlier deadline',
      description:
        'For one year, for the agency alone or for it and all below it (`applies_to`). Not later than the statutory deadline of this agency; if several apply to a report, the earliest counts.',
      tags: ['reports'],
      params: ReportParams,
      body: ref(NewDeadline),
      response: {
        200: answer(Deadline, 'An earlier day was already set; it is replaced by this one.'),
        201: answer(Deadline, 'The deadline is set.'),
        ...problems('agency-not-found', 'agency-not-in-year', ...BODY)
      }
    }
  }, async (request, reply) => {
    const { deadline, created } = await putDeadline(db, auditContext(request), request.params, request.body)
    return reply.code(created ? 201 : 200).send(deadline)
  })

  app.delete('/v1/reports/:agency/:year/deadline', {
    schema: {
      operationId: 'deleteDeadline',
      summary: 'Remove an earlier deadline',
      description: 'Removes the day set for this agency, for its subtree as well. If none is set, nothing changes.',
      tags: ['reports'],
      params: ReportParams,
      response: {
        204: Type.Null({ description: 'No day is set for this agency.' }),
        ...problems('agency-not-found', 'agency-not-in-year')
      }
    }
  }, async (request, reply) => {
    await deleteDeadline(db, auditContext(request), request.params)
    return reply.code(204).send(null)
  })
}

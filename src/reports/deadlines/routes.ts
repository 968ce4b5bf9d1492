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
      summary: 'By when, and whether in time',
      description:
        'The earliest of the statutory day, the day that was set for the agency and those set above it for a subtree, whose it is, and whether the first publication was in time. The report need not be there yet.',
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
        'For one year, for the agency alone or for it and all below it (`applies_to`). Not later than the statutory one of this agency; where several hold for a report, the earliest does.',
      tags: ['reports'],
      params: ReportParams,
      body: ref(NewDeadline),
      response: {
        200: answer(Deadline, 'There was an earlier day; it is now this one.'),
        201: answer(Deadline, 'It is set.'),
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
      description:
        'Removes the day that was set for this agency, with what it meant for its subtree. Where none was set it changes nothing.',
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

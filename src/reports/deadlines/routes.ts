import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { auditContext } from '../../audit/record.ts'
import type { Database } from '../../database/types.ts'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { answer, BODY, problems, ref } from '../../http/responses.ts'
import { ReportParams } from '../parameters.ts'
import { deleteDeadline, getDeadline, putDeadline } from './deadlines.ts'

const Day = Type.String({
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
  description: 'A day, as 2020-01-20'
})

const orNull = (type: string, description: string) => ({ type: [type, 'null'], description })

const WireDeadline = Type.Object({
  agency: AgencyCode,
  year: Year,
  date: Type.String({ description: 'The last day on which the report is in time, in China.' }),
  statutory: Type.String({
    description: '31 January of the year after; for governments of counties and above 31 March.'
  }),
  local: Type.Unsafe<string | null>(orNull('string', 'An earlier day that was set; null where none was.')),
  first_published_at: Type.Unsafe<string | null>(
    orNull('string', 'When the first version was published: amendments do not make it late.')
  ),
  on_time: Type.Unsafe<boolean | null>(
    orNull('boolean', 'null while the report is not published and the day is not over.')
  )
}, {
  $id: 'Deadline',
  description: 'By when a report is to be public, and whether it was.',
  examples: [{
    agency: 'kundulun-culture',
    year: 2019,
    date: '2020-01-20',
    statutory: '2020-01-31',
    local: '2020-01-20',
    first_published_at: '2020-01-18T01:30:00.123456Z',
    on_time: true
  }]
})
const NewDeadline = Type.Object({ date: Day }, {
  $id: 'NewDeadline',
  additionalProperties: false,
  description: 'A day that is not after the statutory one.',
  examples: [{ date: '2020-01-20' }]
})

export const deadlineRoutes = (db: Kysely<Database>): FastifyPluginAsyncTypebox => async app => {
  for (const schema of [WireDeadline, NewDeadline]) app.addSchema(schema)

  app.get('/v1/reports/:agency/:year/deadline', {
    schema: {
      operationId: 'getDeadline',
      summary: 'By when, and whether in time',
      description:
        'The statutory day or the earlier one that was set, and whether the first publication was in time. The report need not be there yet.',
      tags: ['reports'],
      params: ReportParams,
      response: { 200: answer(WireDeadline, 'The deadline.'), ...problems('agency-not-found', 'agency-not-in-year') }
    }
  }, async request => await getDeadline(db, request.params))

  app.put('/v1/reports/:agency/:year/deadline', {
    schema: {
      operationId: 'putDeadline',
      summary: 'Set an earlier deadline',
      description: 'For one agency and year. Not later than the statutory one.',
      tags: ['reports'],
      params: ReportParams,
      body: ref(NewDeadline),
      response: {
        200: answer(WireDeadline, 'There was an earlier day; it is now this one.'),
        201: answer(WireDeadline, 'It is set.'),
        ...problems('agency-not-found', 'agency-not-in-year', ...BODY)
      }
    }
  }, async (request, reply) => {
    const { deadline, created } = await putDeadline(db, auditContext(request), request.params, request.body.date)
    return reply.code(created ? 201 : 200).send(deadline)
  })

  app.delete('/v1/reports/:agency/:year/deadline', {
    schema: {
      operationId: 'deleteDeadline',
      summary: 'Go back to the statutory deadline',
      description: 'Where no earlier day was set it changes nothing.',
      tags: ['reports'],
      params: ReportParams,
      response: {
        204: Type.Null({ description: 'The statutory day holds.' }),
        ...problems('agency-not-found', 'agency-not-in-year')
      }
    }
  }, async (request, reply) => {
    await deleteDeadline(db, auditContext(request), request.params)
    return reply.code(204).send(null)
  })
}

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import type { Forms } from '../forms/forms.ts'
import type { Database } from '../platform/database.ts'
import { answer, BODY, problems, ref } from '../platform/openapi.ts'
import { writeReport } from './actions.ts'
import { ReportParams } from './routes.ts'
import { Nothing, Report, ReturnReason } from './schemas.ts'
import { publishReport, returnReport, submitReport } from './workflow.ts'

export const workflowRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const move = { tags: ['workflow'], params: ReportParams }
  // curl -X POST sends no body: that is an empty one.
  const preValidation = async (request: { body: unknown }) => { request.body ??= {} }

  app.post('/v1/reports/:agency/:year/submit', {
    preValidation,
    schema: {
      ...move,
      operationId: 'submitReport',
      summary: 'Submit a report',
      description: 'From draft or returned. Refused while a check of severity error fails. Repeated, it changes nothing.',
      body: ref(Nothing),
      response: { 200: answer(Report, 'The report, now submitted.'), ...problems('report-not-found', 'move-not-allowed', 'checks-failed', 'key-required', ...BODY) }
    }
  }, async request => writeReport(forms, await submitReport(db, forms, request.params)))

  app.post('/v1/reports/:agency/:year/return', {
    preValidation,
    schema: {
      ...move,
      operationId: 'returnReport',
      summary: 'Return a report',
      description: 'From submitted, with a reason. The report can be written again.',
      body: ref(ReturnReason),
      response: { 200: answer(Report, 'The report, now returned.'), ...problems('report-not-found', 'move-not-allowed', 'key-required', ...BODY) }
    }
  }, async request => writeReport(forms, await returnReport(db, request.params, request.body.reason)))

  app.post('/v1/reports/:agency/:year/publish', {
    preValidation,
    schema: {
      ...move,
      operationId: 'publishReport',
      summary: 'Publish a report',
      description: 'From submitted. Makes an immutable version, which is in the totals when the call returns. Repeated, it changes nothing.',
      body: ref(Nothing),
      response: { 200: answer(Report, 'The report, now published.'), ...problems('report-not-found', 'move-not-allowed', 'total-overflow', 'key-required', ...BODY) }
    }
  }, async request => writeReport(forms, await publishReport(db, forms, request.params)))
}

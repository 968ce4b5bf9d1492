import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import type { Forms } from '../forms/forms.ts'
import { KEY_REQUIRED } from '../platform/auth.ts'
import type { Database } from '../platform/database.ts'
import { answer, BODY, problems, ref } from '../platform/openapi.ts'
import { writeReport } from './actions.ts'
import { ReportParams } from './routes.ts'
import { callerOf } from './caller.ts'
import { AmendmentReason, Nothing, Report, ReturnReason, WithdrawalReason } from './schemas.ts'
import { amendReport, publishReport, returnReport, submitReport, withdrawReport } from './workflow.ts'

export const workflowRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const move = { tags: ['workflow'], security: KEY_REQUIRED, params: ReportParams }
  // curl -X POST sends no body: that is an empty one.
  const preValidation = async (request: { body: unknown }) => { request.body ??= {} }

  app.post('/v1/reports/:agency/:year/submit', {
    preValidation,
    schema: {
      ...move,
      operationId: 'submitReport',
      summary: 'Submit a report',
      description: 'From draft or returned. Refused while a check of severity error fails, and for an amendment that changes nothing. Repeated, it changes nothing.',
      body: ref(Nothing),
      response: { 200: answer(Report, 'The report, now submitted.'), ...problems('report-not-found', 'move-not-allowed', 'amendment-unchanged', 'checks-failed', 'key-required', ...BODY) }
    }
  }, async request => writeReport(forms, await submitReport(db, forms, request.params), callerOf(request)))

  app.post('/v1/reports/:agency/:year/return', {
    preValidation,
    schema: {
      ...move,
      operationId: 'returnReport',
      summary: 'Return a report',
      description: 'From submitted, with a reason, and remarks on cells if need be. The report can be written again.',
      body: ref(ReturnReason),
      response: { 200: answer(Report, 'The report, now returned.'), ...problems('report-not-found', 'move-not-allowed', 'key-required', ...BODY) }
    }
  }, async request => writeReport(forms, await returnReport(db, forms, request.params, request.body.reason, request.body.remarks), callerOf(request)))

  app.post('/v1/reports/:agency/:year/publish', {
    preValidation,
    schema: {
      ...move,
      operationId: 'publishReport',
      summary: 'Publish a report',
      description: 'From submitted. Makes an immutable version, which replaces the one before in one step and is in the totals when the call returns. Repeated, it changes nothing.',
      body: ref(Nothing),
      response: { 200: answer(Report, 'The report, now published.'), ...problems('report-not-found', 'move-not-allowed', 'total-overflow', 'key-required', ...BODY) }
    }
  }, async request => writeReport(forms, await publishReport(db, forms, request.params), callerOf(request)))

  app.post('/v1/reports/:agency/:year/amend', {
    preValidation,
    schema: {
      ...move,
      operationId: 'amendReport',
      summary: 'Amend a report',
      description: 'From published or withdrawn, with a reason. Opens a draft with the content of the latest version; the public goes on reading that version until the draft is published in its place. DELETE drops the draft.',
      body: ref(AmendmentReason),
      response: { 200: answer(Report, 'The report, now a draft over its version.'), ...problems('report-not-found', 'move-not-allowed', 'key-required', ...BODY) }
    }
  }, async request => writeReport(forms, await amendReport(db, request.params, request.body.reason), callerOf(request)))

  app.post('/v1/reports/:agency/:year/withdraw', {
    preValidation,
    schema: {
      ...move,
      operationId: 'withdrawReport',
      summary: 'Withdraw a report',
      description: 'From published, with a reason. The totals lose it, and the public is told that it was withdrawn, when and why; its versions can still be read.',
      body: ref(WithdrawalReason),
      response: { 200: answer(Report, 'The report, now withdrawn.'), ...problems('report-not-found', 'move-not-allowed', 'total-overflow', 'key-required', ...BODY) }
    }
  }, async request => writeReport(forms, await withdrawReport(db, forms, request.params, request.body.reason), callerOf(request)))
}

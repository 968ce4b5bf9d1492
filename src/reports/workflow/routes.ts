import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Forms } from '../../forms/forms.ts'
import { ETAG, MoveConditions } from '../../http/etag.ts'
import { answer, BODY, problems, ref } from '../../http/responses.ts'
import { ReportParams } from '../parameters.ts'
import { Report } from '../schemas.ts'
import { sendReport } from '../send-report.ts'
import type { StoredReport } from '../stored-report.ts'
import { visibilityOf } from '../visibility.ts'
import { writeRequest } from '../write-request.ts'
import { readReturnReason } from './return-reason.ts'
import { AmendmentReason, Nothing, ReturnReason, WithdrawalReason } from './schemas.ts'
import { amendReport, publishReport, returnReport, submitReport, withdrawReport } from './workflow.ts'

export const workflowRoutes = (forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const move = { tags: ['workflow'], params: ReportParams, headers: MoveConditions }
  const moved = (request: FastifyRequest, reply: FastifyReply, report: StoredReport) =>
    sendReport(reply, forms, report, visibilityOf(request))
  // `curl -X POST` sends no body, which counts as an empty object.
  const preValidation = async (request: { body: unknown }) => {
    request.body ??= {}
  }

  app.post(
    '/v1/reports/:agency/:year/submit',
    {
      preValidation,
      schema: {
        ...move,
        operationId: 'submitReport',
        summary: 'Submit a report',
        description:
          'From draft or returned. Refused while a check of severity error fails, and for an amendment that changes nothing. Repeating it changes nothing.',
        body: ref(Nothing),
        response: {
          200: answer(Report, 'The report, now submitted.', ETAG),
          ...problems(
            'report-not-found',
            'move-not-allowed',
            'precondition-failed',
            'amendment-unchanged',
            'checks-failed',
            'key-required',
            ...BODY
          )
        }
      }
    },
    async (request, reply) =>
      moved(
        request,
        reply,
        await submitReport(request.db, forms, writeRequest(request), request.params)
      )
  )

  app.post(
    '/v1/reports/:agency/:year/return',
    {
      preValidation,
      schema: {
        ...move,
        operationId: 'returnReport',
        summary: 'Return a report',
        description:
          'From submitted, with a reason and, optionally, remarks on cells. The report can then be written again.',
        body: ref(ReturnReason),
        response: {
          200: answer(Report, 'The report, now returned.', ETAG),
          ...problems('report-not-found', 'move-not-allowed', 'precondition-failed', 'key-required', ...BODY)
        }
      }
    },
    async (request, reply) =>
      moved(
        request,
        reply,
        await returnReport(
          request.db,
          forms,
          writeRequest(request),
          request.params,
          readReturnReason(request.body)
        )
      )
  )

  app.post(
    '/v1/reports/:agency/:year/publish',
    {
      preValidation,
      schema: {
        ...move,
        operationId: 'publishReport',
        summary: 'Publish a report',
        description:
          'From submitted. Creates an immutable version, which replaces the previous one in one step and is included in the totals when the call returns. Repeating it changes nothing.',
        body: ref(Nothing),
        response: {
          200: answer(Report, 'The report, now published.', ETAG),
          ...problems(
            'report-not-found',
            'move-not-allowed',
            'precondition-failed',
            'total-overflow',
            'key-required',
            ...BODY
          )
        }
      }
    },
    async (request, reply) =>
      moved(
        request,
        reply,
        await publishReport(request.db, forms, writeRequest(request), request.params)
      )
  )

  app.post(
    '/v1/reports/:agency/:year/amend',
    {
      preValidation,
      schema: {
        ...move,
        operationId: 'amendReport',
        summary: 'Amend a report',
        description:
          'From published or withdrawn, with a reason. Opens a draft with the content of the latest version; the public reads that version until the draft is published in its place. DELETE drops the draft.',
        body: ref(AmendmentReason),
        response: {
          200: answer(Report, 'The report, now a draft on top of its version.', ETAG),
          ...problems('report-not-found', 'move-not-allowed', 'precondition-failed', 'key-required', ...BODY)
        }
      }
    },
    async (request, reply) =>
      moved(
        request,
        reply,
        await amendReport(
          request.db,
          forms,
          writeRequest(request),
          request.params,
          request.body.reason
        )
      )
  )

  app.post(
    '/v1/reports/:agency/:year/withdraw',
    {
      preValidation,
      schema: {
        ...move,
        operationId: 'withdrawReport',
        summary: 'Withdraw a report',
        description:
          'From published, with a reason. The totals no longer include the report, and the public is told when and why it was withdrawn; its versions can still be read.',
        body: ref(WithdrawalReason),
        response: {
          200: answer(Report, 'The report, now withdrawn.', ETAG),
          ...problems(
            'report-not-found',
            'move-not-allowed',
            'precondition-failed',
            'total-overflow',
            'key-required',
            ...BODY
          )
        }
      }
    },
    async (request, reply) =>
      moved(
        request,
        reply,
        await withdrawReport(
          request.db,
          forms,
          writeRequest(request),
          request.params,
          request.body.reason
        )
      )
  )
}

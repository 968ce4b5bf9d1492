// Reports as a whole: create, read, replace, delete.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { auditContext } from '../audit/record.ts'
import { readMoment, waitUntilSettled } from '../database/clock.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { ETAG, MoveConditions, NOT_MODIFIED, WriteConditions } from '../http/etag.ts'
import { chooseFormat, LABELS } from '../http/formats/formats.ts'
import { answer, BODY, LOCATION, problems, ref } from '../http/responses.ts'
import { problem } from '../problems/problem.ts'
import { createReport, deleteReport, getReport, putReport } from './actions.ts'
import { currentYearInChina } from './china-time.ts'
import { REPORT_FORMATS } from './outputs/formats.ts'
import { sendOutput } from './outputs/send-output.ts'
import { FORM_CHOICE, ReportParams } from './parameters.ts'
import { NewReport, Report, ReportDraft } from './schemas.ts'
import { sendReport } from './send-report.ts'
import { getPublic, getVersion } from './versions/versions.ts'
import { visibilityOf } from './visibility.ts'
import { writeRequest } from './write-request.ts'

export const reportRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.post('/v1/reports', {
    schema: {
      operationId: 'createReport',
      summary: 'Create a draft',
      description:
        'For one agency and year; tables and texts may be included or added later. Without `form`, the newest form in force in that year is used. The example is a whole report.',
      tags: ['reports'],
      body: ref(NewReport),
      response: {
        201: answer(Report, 'The draft.', { ...LOCATION, ...ETAG }),
        ...problems('report-exists', 'agency-unknown', 'agency-not-in-year', ...FORM_CHOICE, 'key-required', ...BODY)
      }
    }
  }, async (request, reply) => {
    const report = await createReport(request.db, forms, auditContext(request), request.body, currentYearInChina())
    return sendReport(
      reply.code(201).header('location', `/v1/reports/${report.agency}/${report.year}`),
      forms,
      report,
      visibilityOf(request)
    )
  })

  app.get('/v1/reports/:agency/:year', {
    schema: {
      operationId: 'getReport',
      summary: 'Read a report',
      description:
        'With a key, the working state; without one, the current version. As JSON, as the statutory document or as CSV. The state at a past moment (`as_of`) is the same for every caller at any time.',
      tags: ['reports'],
      params: ReportParams,
      querystring: Type.Object({
        version: Type.Optional(
          Type.String({
            pattern: '^(current|[1-9]\\d{0,8})$',
            description: 'Version number, or current: the version that the public reads'
          })
        ),
        as_of: Type.Optional(
          Type.String({
            maxLength: 50,
            description: 'What was public at this moment (RFC 3339), e.g. 2026-03-31T16:00:00Z.'
          })
        ),
        ...REPORT_FORMATS.query,
        ...LABELS
      }, { additionalProperties: false }),
      response: {
        200: REPORT_FORMATS.answer('The report.', ETAG),
        ...NOT_MODIFIED,
        ...problems(
          'report-not-found',
          'version-not-found',
          'report-withdrawn',
          'moment-in-future',
          'moment-not-settled'
        )
      }
    }
  }, async (request, reply) => {
    const { version, as_of: asOf } = request.query
    const visibility = visibilityOf(request)
    reply.header('vary', 'Authorization, Accept')
    const chosen = chooseFormat(request, REPORT_FORMATS)
    if (version === undefined && asOf === undefined && visibility.seesDrafts) {
      const report = await getReport(db, request.params, visibility)
      return await sendOutput(request, reply, chosen, [db, forms], { report, visibility })
    }
    if (version !== undefined && asOf !== undefined) {
      throw problem('parameter-invalid', {}, {
        errors: [{
          parameter: 'as_of',
          found: asOf,
          expected: { en: 'either version or as_of', zh: 'version 与 as_of 只能取其一' }
        }]
      })
    }
    const moment = asOf === undefined ? undefined : readMoment('as_of', asOf)
    if (moment !== undefined) await waitUntilSettled(db, moment)
    const report = version === undefined || version === 'current'
      ? await getPublic(db, request.params, moment)
      : await getVersion(db, request.params, Number(version))
    return await sendOutput(request, reply, chosen, [db, forms], { report })
  })

  app.put('/v1/reports/:agency/:year', {
    schema: {
      operationId: 'putReport',
      summary: 'Create or replace a draft',
      description:
        'Replaces all content: what is left out is removed. Sending it twice changes nothing. Only a draft or returned report can be written.',
      tags: ['reports'],
      headers: WriteConditions,
      params: ReportParams,
      body: ref(ReportDraft),
      response: {
        200: answer(Report, 'The draft existed; its current state.', ETAG),
        201: answer(Report, 'A new draft.', { ...LOCATION, ...ETAG }),
        ...problems(
          'agency-not-found',
          'agency-not-in-year',
          'report-locked',
          'precondition-failed',
          ...FORM_CHOICE,
          'key-required',
          ...BODY
        )
      }
    }
  }, async (request, reply) => {
    const visibility = visibilityOf(request)
    const { report, created } = await putReport(
      db,
      forms,
      writeRequest(request),
      request.params,
      { body: request.body, visibility, thisYear: currentYearInChina() }
    )
    if (created) reply.code(201).header('location', `/v1/reports/${report.agency}/${report.year}`)
    return sendReport(reply, forms, report, visibility)
  })

  app.delete('/v1/reports/:agency/:year', {
    schema: {
      operationId: 'deleteReport',
      summary: 'Delete a draft',
      description:
        'Deletes a draft or returned report that was never published. Of a report under amendment, it drops the amendment: the report is published or withdrawn again, as before.',
      tags: ['reports'],
      headers: MoveConditions,
      params: ReportParams,
      response: {
        204: Type.Null({ description: 'The draft is deleted.' }),
        ...problems(
          'report-not-found',
          'report-locked',
          'precondition-failed',
          'report-published-before',
          'key-required'
        )
      }
    }
  }, async (request, reply) => {
    await deleteReport(db, forms, writeRequest(request), request.params)
    return reply.code(204).send(null)
  })
}

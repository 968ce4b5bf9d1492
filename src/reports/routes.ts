// Reports as a whole: create, read, list, replace, delete, check.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { findAgency } from '../agencies/store.ts'
import { auditContext } from '../audit/record.ts'
import { readMoment, waitUntilSettled } from '../database/clock.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { ETAG, MoveConditions, NOT_MODIFIED, WriteConditions } from '../http/etag.ts'
import { chooseFormat, LABELS } from '../http/formats/formats.ts'
import { columnsOf, declareList, type List, sendList } from '../http/formats/list.ts'
import { LINK, page, PageQuery, readCursor } from '../http/paging.ts'
import { readYears, YearsQuery } from '../http/parameters.ts'
import { AgencyCode } from '../http/parameters.ts'
import { answer, BODY, LOCATION, problems, ref } from '../http/responses.ts'
import { problem } from '../problems/problem.ts'
import { createReport, deleteReport, getReport, putReport } from './actions.ts'
import { currentYearInChina } from './china-time.ts'
import { REPORT_FORMATS } from './outputs/formats.ts'
import { sendOutput } from './outputs/send-output.ts'
import { FORM_CHOICE, ReportParams } from './parameters.ts'
import { NewReport, Report, ReportDraft, ReportList, ReportSummary, WireStatus } from './schemas.ts'
import { sendReport } from './send-report.ts'
import { listReports } from './store.ts'
import { getPublic, getVersion } from './versions/versions.ts'
import { visibilityOf } from './visibility.ts'
import { writeRequest } from './write-request.ts'

const REPORT_COLUMNS = Object.keys(ReportSummary.properties) as (keyof ReportSummary)[]
const REPORTS: List<ReportSummary> = {
  columns: columnsOf(REPORT_COLUMNS),
  name: { ascii: 'reports', title: '年度报告' }
}
const LIST_FORMATS = declareList(ref(ReportList), REPORT_COLUMNS)

export const reportRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports', {
    schema: {
      operationId: 'listReports',
      summary: 'List and search reports',
      description: 'Without their figures, in the order of agency and year. Without a key: the published ones.',
      tags: ['reports'],
      querystring: Type.Object({
        agency: Type.Optional({ ...AgencyCode, description: 'Only reports of this agency.', examples: undefined }),
        under: Type.Optional({
          ...AgencyCode,
          description: 'This agency and all below it, by the tree of each report\'s year.',
          examples: undefined
        }),
        year: Type.Optional(YearsQuery),
        form: Type.Optional(Type.String({ maxLength: 32, description: 'Only reports in this form.' })),
        status: Type.Optional({ ...WireStatus, description: 'Only reports that are here on their way.' }),
        ...PageQuery,
        ...LIST_FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: LIST_FORMATS.answer('A page of reports.', LINK),
        ...problems('agency-unknown', 'form-unknown')
      }
    }
  }, async (request, reply) => {
    const { limit, cursor, year, format: _format, labels: _labels, ...filter } = request.query
    const after = readCursor(
      cursor,
      (key): key is [string, number] =>
        key.length === 2 && typeof key[0] === 'string' && Number.isInteger(key[1]) && Number(key[1]) >= 0 &&
        Number(key[1]) < 10_000
    )
    if (filter.form !== undefined && forms.find(filter.form) === undefined) {
      throw problem('form-unknown', { form: filter.form })
    }
    const items = await listReports(
      db,
      { ...filter, ...(year === undefined ? {} : { year: readYears(year) }) },
      request.actor?.agency ?? null,
      after ?? ['', 0],
      limit + 1
    )
    for (const code of items.length > 0 ? [] : [filter.agency, filter.under]) {
      if (code !== undefined && !await findAgency(db, code)) throw problem('agency-unknown', { agency: code })
    }
    const body = page(
      request,
      reply,
      items.map(item => ({ ...item, updated_at: item.updated_at.toISOString() })),
      limit,
      item => [item.agency, item.year]
    )
    return await sendList(request, reply, LIST_FORMATS, { body, rows: body.items, list: REPORTS })
  })

  app.post('/v1/reports', {
    schema: {
      operationId: 'createReport',
      summary: 'Create a draft',
      description:
        'For one agency and year; tables and texts may come with it or later. Without `form` it is the newest in force in that year. The example is a whole report.',
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
        'With a key the working state; without, the current version. As JSON, as the statutory document or as CSV. What it was at a past moment (`as_of`) is the same whenever and by whomever it is asked.',
      tags: ['reports'],
      params: ReportParams,
      querystring: Type.Object({
        version: Type.Optional(
          Type.String({
            pattern: '^(current|[1-9]\\d{0,8})$',
            description: 'Number of a version, or current: the one that the public reads'
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
        'Replaces all content: what is left out is gone. Sent twice it changes nothing. Only a draft or returned report can be written.',
      tags: ['reports'],
      headers: WriteConditions,
      params: ReportParams,
      body: ref(ReportDraft),
      response: {
        200: answer(Report, 'There was a draft; as it is now.', ETAG),
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
        'A draft or returned report that was never published is gone. An open amendment is dropped: the report is published or withdrawn again, as before.',
      tags: ['reports'],
      headers: MoveConditions,
      params: ReportParams,
      response: {
        204: Type.Null({ description: 'The draft is gone.' }),
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

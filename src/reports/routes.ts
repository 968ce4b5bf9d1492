// Reports as a whole: create, read, list, replace, delete, check.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { findAgency } from '../agencies/store.ts'
import { AgencyCode, Year } from '../agencies/schemas.ts'
import { runChecks } from '../form/checks.ts'
import type { Forms } from '../forms/forms.ts'
import type { Database } from '../platform/database.ts'
import { answer, BODY, LOCATION, problems, ref } from '../platform/openapi.ts'
import { LINK, page, PageQuery, readCursor } from '../platform/paging.ts'
import { problem } from '../platform/problem.ts'
import { chooseForm, contentOf, createReport, deleteReport, getReport, putReport, writeReport } from './actions.ts'
import { Checked, NewReport, Report, ReportDraft, ReportList, ReportToCheck, WireStatus } from './schemas.ts'
import { listReports } from './store.ts'
import { readYearRange, YearRangeQuery } from './years.ts'

export const ReportParams = Type.Object({ agency: AgencyCode, year: Year })
const FORM_CHOICE = ['form-unknown', 'form-not-in-force', 'year-without-form', 'year-in-future'] as const

const CHINA_AHEAD_MS = 8 * 3600 * 1000

/** The year in China, wherever the service runs. Reporting starts with the year itself: a report for a year that has not begun is a slip. */
export const thisYear = () => new Date(Date.now() + CHINA_AHEAD_MS).getUTCFullYear()

export const reportRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports', {
    schema: {
      operationId: 'listReports',
      summary: 'List and search reports',
      description: 'Without their figures, in the order of agency and year. Without a key: the published ones.',
      tags: ['reports'],
      querystring: Type.Object({
        agency: Type.Optional({ ...AgencyCode, description: 'Only reports of this agency.', examples: undefined }),
        under: Type.Optional({ ...AgencyCode, description: 'This agency and all below it, by the tree of each report\'s year.', examples: undefined }),
        year: Type.Optional(YearRangeQuery),
        form: Type.Optional(Type.String({ maxLength: 32, description: 'Only reports in this form.' })),
        status: Type.Optional({ ...WireStatus, description: 'Only reports that are here on their way.' }),
        ...PageQuery
      }, { additionalProperties: false }),
      response: { 200: answer(ReportList, 'A page of reports.', LINK), ...problems('agency-unknown', 'form-unknown') }
    }
  }, async (request, reply) => {
    const { limit, cursor, year, ...filter } = request.query
    const after = readCursor(cursor, (key): key is [string, number] => key.length === 2 && typeof key[0] === 'string' && Number.isInteger(key[1]) && Number(key[1]) >= 0 && Number(key[1]) < 10_000)
    if (filter.form !== undefined && forms.find(filter.form) === undefined) throw problem('form-unknown', { form: filter.form })
    const items = await listReports(db, { ...filter, ...(year === undefined ? {} : { year: readYearRange(year) }) }, request.actor?.agency ?? null, after ?? ['', 0], limit + 1)
    for (const code of items.length > 0 ? [] : [filter.agency, filter.under]) {
      if (code !== undefined && !await findAgency(db, code)) throw problem('agency-unknown', { agency: code })
    }
    return page(request, reply, items.map(item => ({ ...item, updated_at: item.updated_at.toISOString() })), limit, item => [item.agency, item.year])
  })

  app.post('/v1/reports', {
    schema: {
      operationId: 'createReport',
      summary: 'Create a draft',
      description: 'For one agency and year; tables and texts may come with it or later. Without `form` it is the newest in force in that year. The example is a whole report.',
      tags: ['reports'],
      body: ref(NewReport),
      response: { 201: answer(Report, 'The draft.', LOCATION), ...problems('report-exists', 'agency-unknown', 'agency-not-in-year', ...FORM_CHOICE, 'key-required', ...BODY) }
    }
  }, async (request, reply) => {
    const report = await createReport(db, forms, request.body, thisYear())
    return reply.code(201).header('location', `/v1/reports/${report.agency}/${report.year}`).send(writeReport(forms, report))
  })

  app.get('/v1/reports/:agency/:year', {
    schema: {
      operationId: 'getReport',
      summary: 'Read a report',
      description: 'With a key the working state; without, the current published version.',
      tags: ['reports'],
      params: ReportParams,
      response: { 200: answer(Report, 'The report.'), ...problems('report-not-found') }
    }
  }, async request => writeReport(forms, await getReport(db, request.params, request.isPublic)))

  app.put('/v1/reports/:agency/:year', {
    schema: {
      operationId: 'putReport',
      summary: 'Create or replace a draft',
      description: 'Replaces all content: what is left out is gone. Sent twice it changes nothing. Only a draft or returned report can be written.',
      tags: ['reports'],
      params: ReportParams,
      body: ref(ReportDraft),
      response: { 200: answer(Report, 'There was a draft; as it is now.'), 201: answer(Report, 'A new draft.', LOCATION), ...problems('agency-not-found', 'agency-not-in-year', 'report-locked', ...FORM_CHOICE, 'key-required', ...BODY) }
    }
  }, async (request, reply) => {
    const { report, created } = await putReport(db, forms, request.params, request.body, thisYear())
    const body = writeReport(forms, report)
    return created ? reply.code(201).header('location', `/v1/reports/${report.agency}/${report.year}`).send(body) : body
  })

  app.delete('/v1/reports/:agency/:year', {
    schema: {
      operationId: 'deleteReport',
      summary: 'Delete a draft',
      description: 'A draft or returned report that was never published.',
      tags: ['reports'],
      params: ReportParams,
      response: { 204: Type.Null({ description: 'It is gone.' }), ...problems('report-not-found', 'report-locked', 'report-published-before', 'key-required') }
    }
  }, async (request, reply) => {
    await deleteReport(db, request.params)
    return reply.code(204).send(null)
  })

  app.get('/v1/reports/:agency/:year/checks', {
    schema: {
      operationId: 'checkReport',
      summary: 'Check a stored report',
      description: 'Runs the checks of its form. A blank addend counts as 0 while its side has a number; with a blank total or an unreadable cell a check is not assessable, which is never a pass.',
      tags: ['reports'],
      params: ReportParams,
      response: { 200: answer(Checked, 'How the checks came out.'), ...problems('report-not-found') }
    }
  }, async request => {
    const report = await getReport(db, request.params, request.isPublic)
    return runChecks(forms.get(report.form), report.content)
  })

  app.post('/v1/checks', {
    schema: {
      operationId: 'checkFigures',
      summary: 'Check figures without storing them',
      description: 'Runs the checks on the report in the body. Needs no key. The example has a slip in one cell.',
      tags: ['reports'],
      body: ref(ReportToCheck),
      response: { 200: answer(Checked, 'How the checks came out.'), ...problems(...FORM_CHOICE, ...BODY) }
    }
  }, async request => {
    const form = chooseForm(forms, request.body.year, request.body.form, thisYear())
    return runChecks(form, contentOf(form, request.body))
  })
}

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { findAgency } from '../../agencies/store.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { columnsOf, declareList, type List, sendList } from '../../http/formats/list.ts'
import { LINK, page, PageQuery, readCursor } from '../../http/paging.ts'
import { AgencyCode, readYears, YearsQuery } from '../../http/parameters.ts'
import { problems, ref } from '../../http/responses.ts'
import { problem } from '../../problems/problem.ts'
import { WireStatus } from '../schemas.ts'
import { listByPublication, listReports, type SortKey, SORTS } from './list-reports.ts'
import { ReportList, ReportSummary } from './schemas.ts'

const REPORT_COLUMNS = Object.keys(ReportSummary.properties) as (keyof ReportSummary)[]
const REPORTS: List<ReportSummary> = {
  columns: columnsOf(REPORT_COLUMNS),
  name: { ascii: 'reports', title: '年度报告' }
}
const LIST_FORMATS = declareList(ref(ReportList), REPORT_COLUMNS)

const isYear = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 10_000
const isKey = (key: unknown[]): key is [string, number] =>
  key.length === 2 && typeof key[0] === 'string' && isYear(key[1])
const MOMENT = /^(-?infinity|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)$/
const isSortKey = (key: unknown[]): key is SortKey =>
  key.length === 3 && typeof key[0] === 'string' && MOMENT.test(key[0]) && typeof key[1] === 'string' && isYear(key[2])

export const reportListRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports', {
    schema: {
      operationId: 'listReports',
      summary: 'List and search reports',
      description:
        'Without their figures, in the order of agency and year or of their publication. Without a key, only published reports.',
      tags: ['reports'],
      querystring: Type.Object({
        agency: Type.Optional({ ...AgencyCode, description: 'Only reports of this agency.', examples: undefined }),
        under: Type.Optional({
          ...AgencyCode,
          description: 'This agency and all below it, in the tree of each report\'s year.',
          examples: undefined
        }),
        year: Type.Optional(YearsQuery),
        form: Type.Optional(Type.String({ maxLength: 32, description: 'Only reports in this form.' })),
        status: Type.Optional({ ...WireStatus, description: 'Only reports with this status.' }),
        sort: Type.Optional(
          Type.Enum([...SORTS], {
            type: 'string',
            description:
              'Sorts by this moment instead of by agency and year. Reports that were never published come last.'
          })
        ),
        order: Type.Optional(
          Type.Enum(['asc', 'desc'], { type: 'string', description: 'Direction of `sort`, ascending by default.' })
        ),
        ...PageQuery,
        ...LIST_FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: LIST_FORMATS.answer('A page of reports.', LINK),
        ...problems('agency-unknown', 'form-unknown')
      }
    }
  }, async (request, reply) => {
    const { limit, cursor, year, sort, order = 'asc', format: _format, labels: _labels, ...rest } = request.query
    const filter = { ...rest, ...year === undefined ? {} : { year: readYears(year) } }
    if (order === 'desc' && sort === undefined) throw orderWithoutSort()
    if (filter.form !== undefined && forms.find(filter.form) === undefined) {
      throw problem('form-unknown', { form: filter.form })
    }
    const subtree = request.actor?.agency ?? null
    const items = sort === undefined
      ? await listReports(db, filter, subtree, readCursor(cursor, isKey) ?? ['', 0], limit + 1)
      : await listByPublication(db, filter, subtree, { sort, order, after: readCursor(cursor, isSortKey) }, limit + 1)
    for (const code of items.length > 0 ? [] : [filter.agency, filter.under]) {
      if (code !== undefined && !await findAgency(db, code)) throw problem('agency-unknown', { agency: code })
    }
    const { items: shown, next } = page(
      request,
      reply,
      items,
      limit,
      ({ key, agency, year }) => key === undefined ? [agency, year] : [key, agency, year]
    )
    const rows = shown.map(({ updated_at: updatedAt, key: _, ...item }) => ({
      ...item,
      updated_at: updatedAt.toISOString()
    }))
    return await sendList(request, reply, LIST_FORMATS, { body: { items: rows, next }, rows, list: REPORTS })
  })
}

const orderWithoutSort = () =>
  problem('parameter-invalid', {}, {
    errors: [{
      parameter: 'order',
      found: 'desc',
      expected: { en: 'sort beside it', zh: '须同时给出 sort' },
      candidates: [...SORTS]
    }]
  })

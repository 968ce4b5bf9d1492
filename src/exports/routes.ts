// GET /v1/exports/reports and /v1/exports/agencies: all that is published, as of one moment.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { type Static, Type } from 'typebox'
import { wasRegistered } from '../agencies/history.ts'
import { latestSettledMoment, readMoment, waitUntilSettled } from '../database/clock.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { chooseFormat, declareFormats } from '../http/formats/formats.ts'
import { AGENCY_CODE, AgencyCode, readYears, YearsQuery } from '../http/parameters.ts'
import { problems } from '../http/responses.ts'
import { problem } from '../problems/problem.ts'
import { FilterQuery, Under } from '../totals/parameters.ts'
import { agencyCsv, agencyLines, cellsCsv, reportLines, wideCsv } from './formats/lines.ts'
import { publishedAgencies } from './published-agencies.ts'
import { type ExportScope, publishedReports } from './published-reports.ts'
import { Exports } from './send-export.ts'

const REPORT_FORMATS = declareFormats({
  ndjson: { description: 'One report per line, in the format of `POST /v1/imports/reports`, with `agency_name`.' },
  csv: { description: 'One line per report, one column per cell of any form; a blank cell is empty.' },
  cells: { description: 'One line a cell: agency, agency_name, year, form, cell, value, state, raw.' },
  parquet: {
    description: 'One row a report, one column a cell of any form; amounts are decimals.',
    schema: Type.Unsafe<unknown>({ type: 'string', format: 'binary' })
  }
})
const AGENCY_FORMATS = declareFormats({
  ndjson: {
    description:
      'One agency per line, in the format of `POST /v1/imports/agencies`; an additional line for each year in which it changed.'
  },
  csv: { description: 'The same as CSV.' }
})

const HEADERS = {
  'X-As-Of': Type.String({ description: 'The moment of the export: the same `as_of` gives the same export.' }),
  Link: Type.String({ description: 'With `rel="describedby"`: the meaning of the columns, as CSVW.' }),
  Trailer: Type.String({ description: '`Repr-Digest`, the SHA-256 of the bytes as sent, follows the body.' })
}

const common = {
  under: Type.Optional({ ...Under, description: 'This agency and all below it, in the tree of each year.' }),
  as_of: FilterQuery.as_of
}
const ReportsQuery = Type.Object({
  ...REPORT_FORMATS.query,
  ...common,
  year: Type.Optional({
    ...YearsQuery,
    description: 'A year, a range such as 2019..2025, or a list of them; by default all years.'
  }),
  after: Type.Optional(
    Type.String({
      pattern: `${AGENCY_CODE.source.slice(0, -1)}/\\d{4}$`,
      description:
        'Continue after this report, `{agency}/{year}`; with the same `as_of`, this resumes an interrupted export.'
    })
  )
}, { additionalProperties: false })
const AgenciesQuery = Type.Object({
  ...AGENCY_FORMATS.query,
  ...common,
  after: Type.Optional({ ...AgencyCode, description: 'Continue after this agency.', examples: undefined })
}, { additionalProperties: false })

const PROBLEMS = problems('agency-unknown', 'moment-in-future', 'moment-not-settled')

export const exportRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const exports = new Exports()

  app.get('/v1/exports/reports', {
    compress: false,
    schema: {
      operationId: 'exportReports',
      summary: 'Export reports',
      description:
        'Everything published at one moment, in the order of agency and year, streamed. If an export fails, the connection is closed; continue with `after` and the same `as_of`.',
      tags: ['exports'],
      querystring: ReportsQuery,
      response: { 200: REPORT_FORMATS.answer('The reports.', HEADERS), ...PROBLEMS }
    }
  }, async (request, reply) => {
    const { year, after = '/0' } = request.query
    const chosen = chooseFormat(request, REPORT_FORMATS)
    const [agency = '', from] = after.split('/')
    const scope = {
      ...await scopeOf(db, request.query),
      years: year === undefined ? undefined : readYears(year),
      after: [agency, Number(from)] as ExportScope['after']
    }
    const pages = publishedReports(db, scope)
    reply.header('x-as-of', scope.moment).header('link', '</v1/exports/reports/csvw>; rel="describedby"')
    const pieces = chosen.name === 'csv'
      ? wideCsv(forms, pages)
      : chosen.name === 'cells'
      ? cellsCsv(forms, pages)
      : chosen.name === 'parquet'
      ? (await import('./formats/parquet.ts')).parquetOf(forms, pages)
      : reportLines(forms, pages)
    const name = chosen.name === 'cells' ? 'cells' : 'reports'
    return await exports.send(request, reply, chosen, pieces, { ascii: `${name}-${scope.moment.slice(0, 10)}` })
  })

  app.get('/v1/exports/agencies', {
    compress: false,
    schema: {
      operationId: 'exportAgencies',
      summary: 'Export agencies',
      description: 'All agencies with their history, as recorded at one moment, in the order of their codes, streamed.',
      tags: ['exports'],
      querystring: AgenciesQuery,
      response: { 200: AGENCY_FORMATS.answer('The agencies.', HEADERS), ...PROBLEMS }
    }
  }, async (request, reply) => {
    const chosen = chooseFormat(request, AGENCY_FORMATS)
    const scope = {
      ...await scopeOf(db, request.query),
      years: undefined,
      after: [request.query.after ?? '', 0] as ExportScope['after']
    }
    const pages = publishedAgencies(db, scope)
    reply.header('x-as-of', scope.moment).header('link', '</v1/exports/agencies/csvw>; rel="describedby"')
    const pieces = chosen.name === 'csv' ? agencyCsv(pages) : agencyLines(pages)
    return await exports.send(request, reply, chosen, pieces, { ascii: `agencies-${scope.moment.slice(0, 10)}` })
  })
}

async function scopeOf (
  db: Kysely<Database>,
  { under, as_of: asOf }: Pick<Static<typeof AgenciesQuery>, 'under' | 'as_of'>
): Promise<Pick<ExportScope, 'moment' | 'under'>> {
  const moment = asOf === undefined ? await latestSettledMoment(db) : readMoment('as_of', asOf)
  if (asOf !== undefined) await waitUntilSettled(db, moment)
  if (under !== undefined && !await wasRegistered(db, under, moment)) throw problem('agency-unknown', { agency: under })
  return { moment, under }
}

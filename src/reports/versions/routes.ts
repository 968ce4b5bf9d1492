// Lists, reads and compares the versions of a report. A published version stays public after it is replaced or
// withdrawn.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { findAgency, nameInYear } from '../../agencies/store.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { ETAG, NOT_MODIFIED } from '../../http/etag.ts'
import { chooseFormat, declareFormats, LABELS } from '../../http/formats/formats.ts'
import { columnsOf, declareList, type List, sendList } from '../../http/formats/list.ts'
import { sendFormat } from '../../http/formats/send-format.ts'
import { languageOf } from '../../http/language.ts'
import { LINK, page, PageQuery, readCursor } from '../../http/paging.ts'
import { problems, ref } from '../../http/responses.ts'
import { problem } from '../../problems/problem.ts'
import { REPORT_FORMATS } from '../outputs/formats.ts'
import { sendOutput } from '../outputs/send-output.ts'
import { ReportParams } from '../parameters.ts'
import { correctionNotice } from './correction.ts'
import { differenceOf } from './diff.ts'
import { VersionList, VersionSummary, WireDifference } from './schemas.ts'
import { getVersion, listVersions } from './versions.ts'

const VERSION_COLUMNS = Object.keys(VersionSummary.properties) as (keyof VersionSummary)[]
const VERSIONS: List<VersionSummary> = {
  columns: columnsOf(VERSION_COLUMNS),
  name: { ascii: 'versions', title: '版本' }
}
const VERSION_FORMATS = declareList(ref(VersionList), VERSION_COLUMNS)

const DIFFERENCE_FORMATS = declareFormats({
  json: { description: 'The changes.', schema: ref(WireDifference) },
  markdown: { description: 'The notice of correction.' }
})

const number = (example: number) =>
  Type.Integer({ minimum: 1, maximum: 999_999_999, description: 'Version number.', examples: [example] })

export const versionRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports/:agency/:year/versions', {
    schema: {
      operationId: 'listVersions',
      summary: 'List versions',
      description:
        'All versions ever published, in the order of their numbers, each with its reason and the time until which it was current.',
      tags: ['versions'],
      params: ReportParams,
      querystring: Type.Object({ ...PageQuery, ...VERSION_FORMATS.query }, { additionalProperties: false }),
      response: { 200: VERSION_FORMATS.answer('A page of versions.', LINK), ...problems('report-not-found') }
    }
  }, async (request, reply) => {
    const { limit, cursor } = request.query
    const after = readCursor(
      cursor,
      (key): key is [number] =>
        key.length === 1 && Number.isInteger(key[0]) && Number(key[0]) >= 0 && Number(key[0]) < 2 ** 31
    )
    const items = await listVersions(db, request.params, after?.[0] ?? 0, limit + 1)
    if (items.length === 0 && after === undefined) throw problem('report-not-found', { ...request.params })
    const body = page(request, reply, items, limit, item => [item.version])
    return await sendList(request, reply, VERSION_FORMATS, { body, rows: body.items, list: VERSIONS })
  })

  app.get(
    '/v1/reports/:agency/:year/versions/:version',
    {
      schema: {
        operationId: 'getVersion',
        summary: 'Read a version',
        description:
          'As it was published, as JSON, as the statutory document or as CSV: neither content nor bytes ever change.',
        tags: ['versions'],
        params: Type.Object({ ...ReportParams.properties, version: number(1) }),
        querystring: Type.Object({ ...REPORT_FORMATS.query, ...LABELS }, { additionalProperties: false }),
        response: {
          200: REPORT_FORMATS.answer('The version.', ETAG),
          ...NOT_MODIFIED,
          ...problems('report-not-found', 'version-not-found')
        }
      }
    },
    async (request, reply) => {
      const chosen = chooseFormat(request, REPORT_FORMATS)
      const report = await getVersion(db, request.params, request.params.version)
      return await sendOutput(request, reply.header('vary', 'Accept'), chosen, [db, forms], { report })
    }
  )

  app.get('/v1/reports/:agency/:year/versions/:from/diff/:to', {
    schema: {
      operationId: 'compareVersions',
      summary: 'Compare two versions',
      description:
        'Cells before and after, texts, and checks with a different result. As Markdown, a notice of correction (更正说明) for people, in Chinese or English by Accept-Language.',
      tags: ['versions'],
      params: Type.Object({ ...ReportParams.properties, from: number(1), to: number(1) }),
      querystring: Type.Object(DIFFERENCE_FORMATS.query, { additionalProperties: false }),
      response: {
        200: DIFFERENCE_FORMATS.answer('What changed from the first version to the second.'),
        ...problems('report-not-found', 'version-not-found')
      }
    }
  }, async (request, reply) => {
    const { agency, year, from, to } = request.params
    const [before, after] = await Promise.all([
      getVersion(db, request.params, from),
      getVersion(db, request.params, to)
    ])
    const difference = differenceOf(forms, before, after)
    reply.header('vary', 'Accept, Accept-Language')
    const chosen = chooseFormat(request, DIFFERENCE_FORMATS)
    const file = { ascii: `${agency}-${year}-${from}-${to}` }
    if (chosen.name === 'json') return sendFormat(reply, chosen, { agency, year, ...difference }, file)
    const name = nameInYear((await findAgency(db, agency))!, year)
    const language = languageOf(request)
    reply.header('content-language', language)
    return sendFormat(reply, chosen, correctionNotice(difference, name, year, language), file)
  })
}

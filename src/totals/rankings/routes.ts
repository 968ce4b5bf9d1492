import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { Kind, Level } from '../../agencies/schemas.ts'
import { readRevision } from '../../aggregates/revision.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { PUBLIC_CACHE, sendCached } from '../../http/cached-response.ts'
import { NOT_MODIFIED } from '../../http/etag.ts'
import { chooseList, columnsOf, declareList, isTable, type List, writeList } from '../../http/formats/list.ts'
import { setFileName } from '../../http/formats/send-format.ts'
import { cachedPage, LINK, PageQuery, readCursor } from '../../http/paging.ts'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { ResponseCache } from '../../http/response-cache.ts'
import { problems, ref } from '../../http/responses.ts'
import { readMeasure } from '../measures.ts'
import { MeasureId, Under } from '../parameters.ts'
import { refuseNothing } from '../refuse-nothing.ts'
import type { After } from './query.ts'
import { rankingOf } from './rankings.ts'
import { type Ranked, Ranking } from './schemas.ts'

const COLUMNS = ['rank', 'agency', 'agency_name', 'value'] as const
const LIST: List<Ranked> = { columns: columnsOf(COLUMNS), name: { ascii: 'ranking', title: '排名' } }
const FORMATS = declareList(ref(Ranking), COLUMNS, '1,kundulun-housing,昆区住房和城乡建设局,48\n')

export const rankingRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const answers = new ResponseCache()

  app.get('/v1/rankings', {
    schema: {
      operationId: 'getRanking',
      summary: 'Rank agencies',
      description:
        'Ranks agencies by their own reports, or the children of an agency by their totals, each with all below it, and gives the quartiles. Agencies without a figure are counted separately.',
      tags: ['totals'],
      querystring: Type.Object({
        measure: {
          ...MeasureId,
          description: 'The measure or rate to rank by, as in `GET /v1/totals`.',
          examples: ['requests.new_received.total']
        },
        year: Year,
        under: Type.Optional({ ...Under, description: 'This agency and all below it, in the tree of the year.' }),
        of: Type.Optional(
          Type.Unsafe<'agency' | 'child'>({
            type: 'string',
            enum: ['agency', 'child'],
            default: 'agency',
            description:
              '`agency`: all agencies that report their own figures; `child`: the agencies directly below `under` (by default the roots), each with all below it.'
          })
        ),
        level: Type.Optional({ ...Level, description: 'Only agencies of this level are ranked.' }),
        kind: Type.Optional({ ...Kind, description: 'Only agencies of this kind are ranked.' }),
        order: Type.Optional(
          Type.Unsafe<'desc' | 'asc'>({
            type: 'string',
            enum: ['desc', 'asc'],
            default: 'desc',
            description: '`desc`: largest value first; `asc`: smallest first.'
          })
        ),
        agency: Type.Optional({
          ...AgencyCode,
          description: 'Also returns the rank of this agency, as `focus`.',
          examples: undefined
        }),
        ...PageQuery,
        ...FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: FORMATS.answer('A page of the ranking, and statistics of the whole ranking.', LINK),
        ...NOT_MODIFIED,
        ...problems(
          'agency-not-ranked',
          'agency-unknown',
          'measure-unknown',
          'measures-too-many',
          'total-overflow',
          'no-agencies-in-year'
        )
      }
    }
  }, async (request, reply) => {
    const { measure, year, under = '', of = 'agency', level, kind, order = 'desc' } = request.query
    const { agency: focus, limit, cursor } = request.query
    const after = readCursor(cursor, isAfter)
    const quantity = readMeasure(forms, measure)
    const { chosen, labels } = chooseList(request, FORMATS)
    const question = { year, under, of, level, kind }
    const revision = await readRevision(db, { under, years: { first: year, last: year } })
    const answer = await answers.get(`${chosen.type} ${request.url}`, revision, chosen.type, async () => {
      const page = { order, focus, after, limit }
      const { items: rows, last, ...head } = await rankingOf(db, forms, quantity, question, page)
      if (head.count + head.without === 0) await refuseNothing(db, question)
      const { items, next, link } = cachedPage(request, rows, limit, () => last!)
      const text = isTable(chosen)
        ? await writeList(chosen, LIST, items, labels)
        : JSON.stringify({ ...head, items, next })
      return { text, link }
    })
    setFileName(reply, chosen, LIST.name)
    return await sendCached(request, reply, answer, PUBLIC_CACHE, 'Accept')
  })
}

const isAfter = (key: unknown[]): key is After =>
  key.length === 2 && Number.isSafeInteger(key[0]) && typeof key[1] === 'string'

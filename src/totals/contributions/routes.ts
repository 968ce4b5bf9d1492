import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import accepts from 'accepts'
import { stringify } from 'csv-stringify/sync'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { currentMoment, readMoment, waitUntilSettled } from '../../database/clock.ts'
import type { Database } from '../../database/types.ts'
import { isRate, partsOf } from '../../form/rates/rates.ts'
import { Forms } from '../../forms/forms.ts'
import { escapeFormula } from '../../http/bodies/formula.ts'
import { JSON_UTF8, PUBLIC_CACHE, sendCached } from '../../http/cached-response.ts'
import { NOT_MODIFIED } from '../../http/etag.ts'
import { cachedPage, LINK, PageQuery, readCursor } from '../../http/paging.ts'
import { Year } from '../../http/parameters.ts'
import { ResponseCache } from '../../http/response-cache.ts'
import { problems, ref } from '../../http/responses.ts'
import { problem } from '../../problems/problem.ts'
import { checkForm, readMeasure } from '../measures.ts'
import { CSV, FilterQuery, MeasureId, Under } from '../parameters.ts'
import { refuseNothing } from '../refuse-nothing.ts'
import { contributionsOf } from './contributions.ts'
import type { After } from './query.ts'
import { type Contribution, Contributions, type State, STATE_TEXT, STATES } from './schemas.ts'

const COLUMNS = ['agency', 'agency_name', 'form', 'version', 'value', 'share', 'state'] as const

export const contributionRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const answers = new ResponseCache()

  app.get('/v1/totals/contributions', {
    schema: {
      operationId: 'getContributions',
      summary: 'What makes up a total',
      description:
        'The agencies of a total of `GET /v1/totals`: the reports that are added, the largest first, then those that are not, and why. The values `added` sum to the total. As JSON, or as CSV with `Accept: text/csv`.',
      tags: ['totals'],
      querystring: Type.Object({
        measure: {
          ...MeasureId,
          description: 'What is added, as in `GET /v1/totals`.',
          examples: ['requests.new_received.total']
        },
        year: Year,
        under: Type.Optional({ ...Under, description: 'This agency and all below it, in the tree of the year.' }),
        ...FilterQuery,
        state: Type.Optional(
          Type.Enum([...STATES], { type: 'string', description: `Only agencies in this state: ${STATE_TEXT}` })
        ),
        ...PageQuery
      }, { additionalProperties: false }),
      response: {
        200: {
          description: 'A page of the agencies, and the total of all.',
          headers: LINK,
          content: {
            'application/json': { schema: ref(Contributions) },
            'text/csv': {
              schema: Type.String({
                description: 'The items. The header Link names the next page.',
                examples: [`${COLUMNS.join()}\nkundulun-housing,昆区住房和城乡建设局,2019,1,12,1,added\n`]
              })
            }
          }
        },
        ...NOT_MODIFIED,
        ...problems(
          'agency-unknown',
          'form-unknown',
          'measure-unknown',
          'measures-too-many',
          'moment-in-future',
          'moment-not-settled',
          'rate-not-additive',
          'total-overflow',
          'no-agencies-in-year'
        )
      }
    }
  }, async (request, reply) => {
    const { measure: id, year, under, level, kind, form, as_of: asOf, state, limit, cursor } = request.query
    const after = readCursor(cursor, isAfter)
    const moment = asOf === undefined ? undefined : readMoment('as_of', asOf)
    const measure = readMeasure(forms, id, form)
    checkForm(forms, form, [])
    if (isRate(measure)) {
      throw problem('rate-not-additive', { rate: id, measures: partsOf(measure).map(part => part.id).join(', ') })
    }
    if (moment !== undefined) await waitUntilSettled(db, moment)
    const csv = accepts(request.raw).type(['application/json', 'text/csv']) === 'text/csv'
    const type = csv ? CSV : JSON_UTF8
    // The answer has versions, too, which change without the sums.
    const answer = await answers.get(`${type} ${request.url}`, await currentMoment(db), type, async () => {
      const filers = { year, under: under ?? '', level, kind, form, moment }
      const { items: rows, last, ...head } = await contributionsOf(db, forms, measure, filers, {
        state: state as State | undefined,
        after,
        limit
      })
      if (rows.length === 0) await refuseNothing(db, filers)
      const { items, next, link } = cachedPage(request, rows, limit, () => last!)
      return { text: csv ? csvOf(items) : JSON.stringify({ ...head, items, next }), link }
    })
    return await sendCached(request, reply, answer, PUBLIC_CACHE, 'Accept')
  })
}

const isAfter = (key: unknown[]): key is After =>
  key.length === 2 && (key[0] === null || Number.isSafeInteger(key[0])) && typeof key[1] === 'string'

const csvOf = (items: Contribution[]): string =>
  stringify([
    COLUMNS,
    ...items.map(item =>
      COLUMNS.map(column => typeof item[column] === 'string' ? escapeFormula(item[column]) : item[column])
    )
  ])

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { currentMoment, readMoment, waitUntilSettled } from '../../database/clock.ts'
import type { Database } from '../../database/types.ts'
import { isRate, partsOf } from '../../form/rates/rates.ts'
import { Forms } from '../../forms/forms.ts'
import { PUBLIC_CACHE, sendCached } from '../../http/cached-response.ts'
import { NOT_MODIFIED } from '../../http/etag.ts'
import { chooseList, columnsOf, declareList, isTable, type List, writeList } from '../../http/formats/list.ts'
import { setFileName } from '../../http/formats/send-format.ts'
import { cachedPage, LINK, PageQuery, readCursor } from '../../http/paging.ts'
import { Year } from '../../http/parameters.ts'
import { ResponseCache } from '../../http/response-cache.ts'
import { problems, ref } from '../../http/responses.ts'
import { problem } from '../../problems/problem.ts'
import { checkForm, readMeasure } from '../measures.ts'
import { FilterQuery, MeasureId, Under } from '../parameters.ts'
import { refuseNothing } from '../refuse-nothing.ts'
import { contributionsOf } from './contributions.ts'
import type { After } from './query.ts'
import { type Contribution, Contributions, type State, STATE_TEXT, STATES } from './schemas.ts'

const COLUMNS = ['agency', 'agency_name', 'form', 'version', 'value', 'share', 'state'] as const
const LIST: List<Contribution> = { columns: columnsOf(COLUMNS), name: { ascii: 'contributions', title: '合计构成' } }
const FORMATS = declareList(ref(Contributions), COLUMNS, 'kundulun-housing,昆区住房和城乡建设局,2019,1,12,1,added\n')

export const contributionRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const answers = new ResponseCache()

  app.get('/v1/totals/contributions', {
    schema: {
      operationId: 'getContributions',
      summary: 'List what makes up a total',
      description:
        'The agencies of a total of `GET /v1/totals`: first the reports that are added, largest first, then those that are not, with the reason. The values with state `added` sum to the total.',
      tags: ['totals'],
      querystring: Type.Object({
        measure: {
          ...MeasureId,
          description: 'The measure, as in `GET /v1/totals`.',
          examples: ['requests.new_received.total']
        },
        year: Year,
        under: Type.Optional({ ...Under, description: 'This agency and all below it, in the tree of the year.' }),
        ...FilterQuery,
        state: Type.Optional(
          Type.Enum([...STATES], { type: 'string', description: `Only agencies in this state: ${STATE_TEXT}` })
        ),
        ...PageQuery,
        ...FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: FORMATS.answer('A page of agencies, and the total of all.', LINK),
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
    const { chosen, labels } = chooseList(request, FORMATS)
    // The response contains version numbers, which can change while the sums stay the same.
    const revision = await currentMoment(db)
    const answer = await answers.get(`${chosen.type} ${request.url}`, revision, chosen.type, async () => {
      const filers = { year, under: under ?? '', level, kind, form, moment }
      const { items: rows, last, ...head } = await contributionsOf(db, forms, measure, filers, {
        state: state as State | undefined,
        after,
        limit
      })
      if (rows.length === 0) await refuseNothing(db, filers)
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
  key.length === 2 && (key[0] === null || Number.isSafeInteger(key[0])) && typeof key[1] === 'string'

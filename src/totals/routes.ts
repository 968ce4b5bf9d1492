import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { readRevision } from '../aggregates/revision.ts'
import { readMoment, waitUntilSettled } from '../database/clock.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { PUBLIC_CACHE, sendCached } from '../http/cached-response.ts'
import { NOT_MODIFIED } from '../http/etag.ts'
import { LABELS } from '../http/formats/formats.ts'
import { LANG } from '../http/formats/list.ts'
import { setFileName } from '../http/formats/send-format.ts'
import { languageOf } from '../http/language.ts'
import { readYears, YearsQuery } from '../http/parameters.ts'
import { ResponseCache } from '../http/response-cache.ts'
import { problems } from '../http/responses.ts'
import { sendAs } from '../http/send-as.ts'
import { Streams } from '../http/streams.ts'
import { addChanges, changedPieces, changesFrom, checkChange, withYearBefore } from './change.ts'
import { checkForm, readMeasures } from './measures.ts'
import { FilterQuery, MeasureList, Under } from './parameters.ts'
import { refuseUnknown } from './refuse-nothing.ts'
import {
  chooseTotalFormat,
  collectGroups,
  isPrinted,
  titleOf,
  TOTAL_FORMATS,
  writeTotals
} from './representations/formats.ts'
import { csvPieces, jsonPieces } from './representations/serialize.ts'
import { type Key, KEYS } from './scope.ts'
import { headOf, isListed, totalsInPieces, totalsOf } from './totals.ts'

const MAX_LISTS = 50

export const totalRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const answers = new ResponseCache()
  const streams = new Streams()

  app.get('/v1/totals', {
    schema: {
      operationId: 'getTotals',
      summary: 'Get totals',
      description:
        'Adds the current published versions of `own` reports and states what the sum covers. Figures are added across forms only if the measure is in each of them. As JSON, CSV, Excel, JSON-stat or a picture.',
      tags: ['totals'],
      querystring: Type.Object({
        measure: Type.Array(MeasureList, {
          minItems: 1,
          maxItems: MAX_LISTS,
          description:
            'What to add: a cell `table.row.column`, a heading row such as `requests.refused.total`, or a cell of the column `organizations`; or a rate. A row such as `requests.granted` or a table such as `requests` stands for all its cells, in the order of the form; `*` stands for all tables. For several measures, repeat it or separate the ids by commas. `GET /v1/forms/{form}` and `GET /v1/rates` list the ids.',
          examples: [['requests.new_received.total']]
        }),
        by: Type.Optional(
          Type.String({
            pattern: `^(${KEYS.join('|')})(,(${KEYS.join('|')}))*$`,
            description: `Keys of the groups, comma-separated: ${
              KEYS.join(', ')
            }. \`child\`: the agencies directly below \`under\` (by default the roots), each with all below it. \`province\`, \`prefecture\`, \`county\`: the nearest government of that level at or above the agency that filed`,
            examples: ['year']
          })
        ),
        under: Type.Optional(Under),
        year: Type.Optional({
          ...YearsQuery,
          description:
            'A year, a range such as 2019..2025, or a list of them such as 2019,2021..2023; by default every year that has a published report',
          examples: ['2019..2025']
        }),
        ...FilterQuery,
        change: Type.Optional(
          Type.Enum(['previous_year'], {
            type: 'string',
            description: 'Adds the change from the previous year to each group. Requires `year` in `by`.'
          })
        ),
        ...TOTAL_FORMATS.query,
        ...LABELS,
        ...LANG
      }, { additionalProperties: false }),
      response: {
        200: TOTAL_FORMATS.answer('The totals, in the order of their keys.'),
        ...NOT_MODIFIED,
        ...problems(
          'agency-unknown',
          'change-needs-year',
          'form-unknown',
          'measure-unknown',
          'moment-in-future',
          'moment-not-settled',
          'picture-too-large',
          'rate-not-in-form',
          'too-many-groups',
          'total-overflow',
          'units-mixed'
        )
      }
    }
  }, async (request, reply) => {
    const { measure, by, under, year, level, kind, form, as_of: asOf, change, labels, lang } = request.query
    const moment = asOf === undefined ? undefined : readMoment('as_of', asOf)
    const years = year === undefined ? undefined : readYears(year)
    const scope = { by: [...new Set((by?.split(',') ?? []) as Key[])], under: under ?? '', years, level, kind, form }
    const measures = readMeasures(forms, measure, form)
    checkForm(forms, form, measures)
    const chosen = chooseTotalFormat(request, forms, scope, measures)
    // JSON, CSV and the form are the same for every Accept-Language.
    const isTable = chosen.name === 'json' || chosen.name === 'csv'
    const hasLanguage = !isTable && !isPrinted(chosen.name)
    if (change !== undefined) checkChange(scope.by)
    const asked = change === undefined ? scope : withYearBefore(scope)
    const changes = changesFrom(measures, scope.by, years)
    if (moment !== undefined) await waitUntilSettled(db, moment)
    const head = { ...headOf(measures, scope), ...change && { change } }
    const fileName = { ascii: ['totals', under, year].filter(part => part !== undefined).join('-') }
    const piecesOf = () => {
      const pieces = totalsInPieces(db, forms, measures, asked, moment)
      return change === undefined ? pieces : changedPieces(pieces, changes)
    }
    if (scope.by.includes('agency') && isTable) {
      const text = await streams.start(
        piecesOf(),
        pieces =>
          chosen.name === 'csv' ? csvPieces(head, pieces, { prefix: chosen.prefix, labels }) : jsonPieces(head, pieces),
        () => refuseUnknown(db, under, moment)
      )
      setFileName(reply, chosen, fileName)
      return sendAs(reply.header('cache-control', PUBLIC_CACHE).header('vary', 'Accept'), chosen.type, text)
    }
    const language = lang ?? languageOf(request)
    const revision = await readRevision(db, asked)
    const answer = await answers.get(
      `${chosen.type} ${hasLanguage ? language : ''} ${request.url}`,
      revision,
      chosen.type,
      async () => {
        if (isPrinted(chosen.name)) {
          const { printSums } = await import('./representations/printed.ts')
          return await printSums(db, forms, chosen.name, { scope, measures, moment })
        }
        const totals = scope.by.includes('agency')
          ? { ...head, totals: await collectGroups(piecesOf(), measures) }
          : await totalsOf(db, forms, measures, asked, moment).then(found =>
            change === undefined ? found : addChanges(found, changes)
          )
        if (!totals.totals.some(isListed)) await refuseUnknown(db, under, moment)
        const title = await titleOf(db, scope, measures, { language, isPast: moment !== undefined })
        const body = await writeTotals(chosen.name, totals, {
          forms,
          quantities: measures,
          title,
          labels,
          language,
          years
        })
        return typeof body === 'string' ? chosen.prefix + body : body
      }
    )
    if (chosen.name === 'html') {
      reply.header('content-security-policy', (await import('../outputs/formats/html.ts')).HTML_POLICY)
    }
    setFileName(reply, chosen, fileName)
    return await sendCached(request, reply, answer, PUBLIC_CACHE, hasLanguage ? 'Accept, Accept-Language' : 'Accept')
  })
}

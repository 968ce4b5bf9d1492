// A summary report held against the reports below it.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import accepts from 'accepts'
import { stringify } from 'csv-stringify/sync'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { JSON_UTF8 } from '../../http/cached-response.ts'
import { problems, ref } from '../../http/responses.ts'
import { sendAs } from '../../http/send-as.ts'
import { ReportParams } from '../parameters.ts'
import { visibilityOf } from '../visibility.ts'
import { reconcileReport } from './reconcile.ts'
import { Reconciliation } from './schemas.ts'

const COLUMNS = ['cell', 'label_zh', 'label_en', 'unit', 'stated', 'sum', 'delta', 'blank']

const csvOf = ({ cells }: Reconciliation): string =>
  stringify([
    COLUMNS,
    ...cells.map(({ cell, label, unit, stated, sum, delta, blank }) => [
      cell,
      label.zh,
      label.en,
      unit,
      stated,
      sum,
      delta,
      blank
    ])
  ])

export const reconciliationRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports/:agency/:year/reconciliation', {
    schema: {
      operationId: 'reconcileReport',
      summary: 'Hold a summary against the reports below',
      description:
        'The cells in which a summary report (`reporting: consolidated`) differs from the sum of the published `own` reports of the whole subtree, and whose report is missing. With a key, the working state of the summary; the reports below always as published. As JSON, or the cells as CSV with `Accept: text/csv`.',
      tags: ['reports'],
      params: Type.Object({
        agency: { ...ReportParams.properties.agency, examples: ['150204'] },
        year: { ...ReportParams.properties.year, examples: [2023] }
      }),
      querystring: Type.Object({
        all: Type.Optional(Type.Boolean({ default: false, description: 'Every cell, also those that agree.' }))
      }, { additionalProperties: false }),
      response: {
        200: {
          description: 'The summary and the sum.',
          content: {
            'application/json': { schema: ref(Reconciliation) },
            'text/csv': {
              schema: Type.String({ description: 'The cells.', examples: [`${COLUMNS.join()}\n`] })
            }
          }
        },
        ...problems('report-not-found', 'report-withdrawn', 'report-not-consolidated')
      }
    }
  }, async (request, reply) => {
    const found = await reconcileReport(
      db,
      forms,
      request.params,
      visibilityOf(request),
      request.query.all ?? false
    )
    reply.header('vary', 'Accept, Authorization')
    return accepts(request.raw).type(['application/json', 'text/csv']) === 'text/csv'
      ? sendAs(reply, 'text/csv; charset=utf-8', csvOf(found))
      : sendAs(reply, JSON_UTF8, found)
  })
}

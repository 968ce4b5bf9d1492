// A summary report held against the reports below it.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { ETAG, MoveConditions } from '../../http/etag.ts'
import { columnsOf, declareList, type List, sendList } from '../../http/formats/list.ts'
import { answer, BODY, LOCATION, problems, ref } from '../../http/responses.ts'
import { currentYearInChina } from '../china-time.ts'
import { writeReport } from '../content/representation.ts'
import { etagOfReport } from '../etags.ts'
import { FORM_CHOICE, ReportParams } from '../parameters.ts'
import { visibilityOf } from '../visibility.ts'
import { Nothing } from '../workflow/schemas.ts'
import { writeRequest } from '../write-request.ts'
import { draftFromSum } from './from-sum.ts'
import { reconcileReport } from './reconcile.ts'
import { DraftFromSum, type ReconciledCell, Reconciliation } from './schemas.ts'

const LIST: List<ReconciledCell> = {
  columns: [
    ...columnsOf<ReconciledCell>(['cell']),
    { id: 'label_zh', value: ({ label }) => label.zh },
    { id: 'label_en', value: ({ label }) => label.en },
    ...columnsOf<ReconciledCell>(['unit', 'stated', 'sum', 'delta', 'blank'])
  ],
  name: { ascii: 'reconciliation', title: '汇总核对' }
}
const FORMATS = declareList(ref(Reconciliation), LIST.columns.map(({ id }) => id))

const SummaryParams = Type.Object({
  agency: { ...ReportParams.properties.agency, examples: ['150204'] },
  year: { ...ReportParams.properties.year, examples: [2023] }
})

export const reconciliationRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.post('/v1/reports/:agency/:year/from-sum', {
    // `curl -X POST` sends no body, which counts as an empty object.
    preValidation: async request => {
      request.body ??= {}
    },
    schema: {
      operationId: 'draftFromSum',
      summary: 'Draft a summary report from the sum',
      description:
        'Creates the draft of a summary report (`reporting: consolidated`) from the sum of the published `own` reports in the whole subtree, or replaces the figures of an existing draft; its texts stay. A cell is `unreadable` if a report below has an unreadable figure or lacks the row, and blank if it is blank in all of them. `missing` lists the agencies whose reports are not in the sum.',
      tags: ['reports'],
      headers: MoveConditions,
      params: SummaryParams,
      body: ref(Nothing),
      response: {
        200: answer(DraftFromSum, 'The draft existed; its current state.', ETAG),
        201: answer(DraftFromSum, 'A new draft.', { ...LOCATION, ...ETAG }),
        ...problems(
          'agency-not-found',
          'agency-not-in-year',
          'report-not-consolidated',
          'nothing-below',
          'report-locked',
          'precondition-failed',
          ...FORM_CHOICE,
          'key-required',
          ...BODY
        )
      }
    }
  }, async (request, reply) => {
    const { report, created, coverage, missing } = await draftFromSum(
      request.db,
      forms,
      writeRequest(request),
      request.params,
      currentYearInChina()
    )
    if (created) reply.code(201).header('location', `/v1/reports/${report.agency}/${report.year}`)
    return reply.header('etag', etagOfReport(forms, report)).send({
      report: writeReport(forms, report, visibilityOf(request)),
      coverage,
      missing
    })
  })

  app.get('/v1/reports/:agency/:year/reconciliation', {
    schema: {
      operationId: 'reconcileReport',
      summary: 'Reconcile a summary report',
      description:
        'The cells in which a summary report (`reporting: consolidated`) differs from the sum of the published `own` reports in the whole subtree, and the agencies whose reports are missing. With a key, the working state of the summary is compared; the reports below always as published. CSV and Excel contain the cells only.',
      tags: ['reports'],
      params: SummaryParams,
      querystring: Type.Object({
        all: Type.Optional(Type.Boolean({ default: false, description: 'Every cell, including those that agree.' })),
        ...FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: FORMATS.answer('The summary report and the sum.'),
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
    return await sendList(request, reply, FORMATS, { body: found, rows: found.cells, list: LIST })
  })
}

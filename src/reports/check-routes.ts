// Runs the checks of a form, on a stored report or on figures in the request.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { runChecks } from '../form/checks.ts'
import { chooseForm, Forms } from '../forms/forms.ts'
import { answer, BODY, problems, ref } from '../http/responses.ts'
import { getReport } from './actions.ts'
import { Checked, ReportToCheck } from './check-schemas.ts'
import { currentYearInChina } from './china-time.ts'
import { parseContent } from './drafts.ts'
import { FORM_CHOICE, ReportParams } from './parameters.ts'
import { visibilityOf } from './visibility.ts'

export const checkRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports/:agency/:year/checks', {
    schema: {
      operationId: 'checkReport',
      summary: 'Check a stored report',
      description:
        'Runs the checks of its form. A blank addend counts as 0 while its side has a number; with a blank total or an unreadable cell a check is not assessable, which is never a pass.',
      tags: ['reports'],
      params: ReportParams,
      response: {
        200: answer(Checked, 'How the checks came out.'),
        ...problems('report-not-found', 'report-withdrawn')
      }
    }
  }, async request => {
    const report = await getReport(db, request.params, visibilityOf(request))
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
    const form = chooseForm(forms, request.body.year, request.body.form, currentYearInChina())
    return runChecks(form, parseContent(form, request.body))
  })
}

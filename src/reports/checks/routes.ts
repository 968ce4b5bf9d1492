// Runs the checks of a form, on a stored report or on figures in the request.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import type { Database } from '../../database/types.ts'
import type { OtherReport } from '../../form/between/other-forms.ts'
import { runChecks } from '../../form/checks.ts'
import { readContent } from '../../form/content.ts'
import { chooseForm, Forms } from '../../forms/forms.ts'
import { answer, BODY, problems, ref } from '../../http/responses.ts'
import type { Fault } from '../../problems/fault.ts'
import { throwIfFaults } from '../../problems/problem.ts'
import { getReport } from '../actions.ts'
import { currentYearInChina } from '../china-time.ts'
import { FORM_CHOICE, ReportParams } from '../parameters.ts'
import { visibilityOf } from '../visibility.ts'
import { addSumsBelow, findStandings } from './neighbours.ts'
import { Checked, PreviousReport, ReportToCheck } from './schemas.ts'

/** Parses last year's report. Faults are appended to `faults`. */
function readPrevious (
  forms: Forms,
  { agency, year }: ReportToCheck,
  previous: PreviousReport,
  faults: Fault[]
): OtherReport[] {
  const last = year - 1
  if (previous.year !== undefined && previous.year !== last) {
    faults.push({
      pointer: '/previous/year',
      found: previous.year,
      expected: { en: `${last}: the year before that of the report`, zh: `${last}：该报告的上一年度` }
    })
  }
  if (previous.form !== undefined && forms.find(previous.form) === undefined) {
    faults.push({
      pointer: '/previous/form',
      found: previous.form,
      expected: { en: 'the id of a form', zh: '格式编号' },
      candidates: forms.all.map(({ id }) => id)
    })
    return []
  }
  const form = forms.choose(last, previous.form)
  const { content, faults: wrong } = readContent(form, previous)
  faults.push(...wrong.map(fault => ({ ...fault, pointer: `/previous${fault.pointer}` })))
  return [{ agency: previous.agency ?? agency ?? null, year: last, version: previous.version ?? null, form, content }]
}

export const checkRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports/:agency/:year/checks', {
    schema: {
      operationId: 'checkReport',
      summary: 'Check a stored report',
      description:
        'Runs the checks of its form, including those between reports: against last year\'s published report and, for a summary report, against the sum of the reports below. A blank addend counts as 0 if its side has a number; with a blank total or an unreadable cell, a check is not assessable, which is never a pass.',
      tags: ['reports'],
      params: ReportParams,
      response: {
        200: answer(Checked, 'The results of the checks.'),
        ...problems('report-not-found', 'report-withdrawn')
      }
    }
  }, async request => {
    const { agency, year } = request.params
    const [report, standings] = await Promise.all([
      getReport(db, request.params, visibilityOf(request)),
      findStandings(db, forms, [agency], year)
    ])
    const form = forms.get(report.form)
    const [neighbours] = await addSumsBelow(db, forms, { reports: [{ agency, form }], year, standings })
    return runChecks(form, report.content, neighbours)
  })

  app.post('/v1/checks', {
    schema: {
      operationId: 'checkFigures',
      summary: 'Check a report without storing it',
      description:
        'Runs the checks on the report in the body; with last year\'s report in `previous`, also the checks between the two. Requires no key. The example has a mistake in one cell.',
      tags: ['reports'],
      body: ref(ReportToCheck),
      response: { 200: answer(Checked, 'The results of the checks.'), ...problems(...FORM_CHOICE, ...BODY) }
    }
  }, async request => {
    const { body } = request
    const form = chooseForm(forms, body.year, body.form, currentYearInChina())
    const { content, faults } = readContent(form, body)
    const previous = body.previous === undefined ? undefined : readPrevious(forms, body, body.previous, faults)
    throwIfFaults('body-invalid', faults)
    return runChecks(form, content, { previous })
  })
}

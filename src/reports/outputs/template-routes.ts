// The form of a report to fill in.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { findAgency, nameInYear } from '../../agencies/store.ts'
import { requireTree } from '../../agencies/year-tree.ts'
import type { Database } from '../../database/types.ts'
import { addReports } from '../../form/between/other-forms.ts'
import { findSettledCells, type SettledCell } from '../../form/between/settled-cells.ts'
import type { Form } from '../../form/form.ts'
import { writeContent } from '../../form/write-content.ts'
import { chooseForm, Forms } from '../../forms/forms.ts'
import { ETAG, NOT_MODIFIED } from '../../http/etag.ts'
import { etagOfText } from '../../http/etag.ts'
import { chooseFormat, declareFormats, LABELS } from '../../http/formats/formats.ts'
import { sendFormat } from '../../http/formats/send-format.ts'
import { problems, ref } from '../../http/responses.ts'
import { problem } from '../../problems/problem.ts'
import { findStandings } from '../checks/neighbours.ts'
import { currentYearInChina } from '../china-time.ts'
import { FORM_CHOICE, ReportParams } from '../parameters.ts'
import { NewReport } from '../schemas.ts'
import type { ReportId } from '../stored-report.ts'
import { reportCsv } from './report-csv.ts'

const FORMATS = declareFormats({
  xlsx: { description: 'For Excel and WPS: the cells to fill in are marked, and totals are formulas.' },
  docx: { description: 'For Word and WPS.' },
  csv: { description: 'One line per row of the form, in the format of `POST /v1/imports/reports`.' },
  json: { description: 'As `POST /v1/reports` takes it.', schema: ref(NewReport) }
})

export const templateRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports/:agency/:year/template', {
    schema: {
      operationId: 'getTemplate',
      summary: 'Get the form to fill in',
      description:
        'With the agency, the year, and what last year\'s published report determines: the requests carried over, and stocks. Send the completed form to `POST /v1/imports/documents` (Excel, Word), `POST /v1/imports/reports` (CSV) or `POST /v1/reports` (JSON).',
      tags: ['reports'],
      params: ReportParams,
      querystring: Type.Object({
        form: Type.Optional(
          Type.String({ maxLength: 32, description: 'Id of the form; by default the newest in force in that year.' })
        ),
        ...FORMATS.query,
        ...LABELS
      }, { additionalProperties: false }),
      response: {
        200: FORMATS.answer('The form to fill in.', ETAG),
        ...NOT_MODIFIED,
        ...problems('agency-not-found', 'agency-not-in-year', ...FORM_CHOICE)
      }
    }
  }, async (request, reply) => {
    const { agency, year } = request.params
    const chosen = chooseFormat(request, FORMATS, ['csv'])
    const found = await findAgency(db, agency)
    if (found === undefined) throw problem('agency-not-found', { agency })
    await requireTree(db, year, agency)
    const form = chooseForm(forms, year, request.query.form, currentYearInChina())
    const settled = await findSettled(db, forms, form, { agency, year })
    const { printTemplate, templateContent } = await import('../../outputs/printed/print-template.ts')
    const name = { ascii: `${agency}-${year}-template`, title: `${nameInYear(found, year)}${year}年度报告填报表` }
    reply.header('vary', 'Accept')
    if (chosen.name === 'json') {
      const { tables } = writeContent(form, templateContent(form, settled))
      const sections = Object.fromEntries(form.sections.map(id => [id, '']))
      const text = JSON.stringify({ agency, year, form: form.id, sections, tables })
      return sendFormat(reply.header('etag', etagOfText(text)), chosen, text, name)
    }
    if (chosen.name === 'csv') {
      const { labels } = request.query
      const text = reportCsv({ agency, year }, form, templateContent(form, settled), { labels, allRows: true })
      return sendFormat(reply.header('etag', etagOfText(chosen.prefix + text)), chosen, text, name)
    }
    const { titleOf } = await import('../../outputs/printed/print-report.ts')
    const { writeDocument } = await import('../../outputs/write-document.ts')
    const body = await writeDocument(
      chosen.name,
      printTemplate(form, settled, titleOf(nameInYear(found, year), year))
    )
    return sendFormat(reply.header('etag', etagOfText(body)), chosen, body, name)
  })
}

/** Returns nothing where last year's report, or that of an agency taken over, is not published. */
async function findSettled (
  db: Kysely<Database>,
  forms: Forms,
  form: Form,
  { agency, year }: ReportId
): Promise<Map<string, SettledCell>> {
  const { previous = [] } = (await findStandings(db, forms, [agency], year)).get(agency)!
  return previous.length === 0 ? new Map() : findSettledCells(form, addReports(form, previous))
}

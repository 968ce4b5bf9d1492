// Sources of the figures of a report: a cell with its source, the document, and its text.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import type { Database } from '../../database/types.ts'
import { DOCUMENT_TYPES } from '../../documents/extract.ts'
import { writeFigure } from '../../form/figures.ts'
import { Forms } from '../../forms/forms.ts'
import { answer, problems } from '../../http/responses.ts'
import { sendAs } from '../../http/send-as.ts'
import { problem } from '../../problems/problem.ts'
import { getReport } from '../../reports/actions.ts'
import { ReportParams } from '../../reports/parameters.ts'
import type { StoredReport } from '../../reports/stored-report.ts'
import { visibilityOf } from '../../reports/visibility.ts'
import { WireCell } from './schemas.ts'
import { findDocument, findReading, findText } from './store.ts'

const CellParams = Type.Object({
  ...ReportParams.properties,
  cell: Type.String({ maxLength: 200, description: '`table.row.column`.', examples: ['requests.granted.total'] })
})

export const sourceRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  /** Returns the version whose sources are requested; null for a draft. */
  const versionOf = ({ version, published_at: publishedAt }: StoredReport) => publishedAt === null ? null : version

  app.get('/v1/reports/:agency/:year/cells/:cell', {
    schema: {
      operationId: 'getCell',
      summary: 'Read a cell and its source',
      description:
        'The figure and, for a report read from a document, its place there, the raw text and the steps that turned it into the figure.',
      tags: ['imports'],
      params: CellParams,
      response: {
        200: answer(WireCell, 'The cell.'),
        ...problems('report-not-found', 'report-withdrawn', 'cell-not-found')
      }
    }
  }, async request => {
    const { agency, year, cell: id } = request.params
    const report = await getReport(db, { agency, year }, visibilityOf(request))
    const { form: formId, content } = report
    const form = forms.get(formId)
    const cell = form.cell.get(id)
    if (cell === undefined) {
      throw problem('cell-not-found', { form: formId, cell: id }, {
        errors: [{
          parameter: 'cell',
          found: id,
          expected: { en: 'a cell of the form', zh: '格式中的单元格' },
          candidates: [...form.cell.keys()]
        }]
      })
    }
    const reading = await findReading(db, agency, year, versionOf(report))
    const value = writeFigure(cell.scale, content.figures[cell.position - 1] ?? null)
    const source = reading?.form === formId ? reading.sources[id] : undefined
    const read = source === undefined ? null : writeFigure(cell.scale, reading!.figures[cell.position - 1] ?? null)
    return {
      cell: id,
      label: cell.label,
      unit: cell.unit,
      value,
      note: content.notes[id] ?? null,
      source: source === undefined ? null : { document: reading!.document, ...source, read, changed: read !== value },
      problems: (reading?.problems ?? []).filter(({ table, row, column }) =>
        table === cell.table && (row ?? cell.row) === cell.row && (column ?? cell.column) === cell.column
      )
    }
  })

  app.get('/v1/reports/:agency/:year/document', {
    schema: {
      operationId: 'getDocument',
      summary: 'Get the source document',
      description: 'The document from which the report was read, byte for byte.',
      tags: ['imports'],
      params: ReportParams,
      response: {
        200: {
          description: 'The document; its SHA-256 is the ETag.',
          content: Object.fromEntries(
            DOCUMENT_TYPES.map(
              type => [type, { schema: Type.Unsafe<any>({ description: 'The document as it was sent.' }) }]
            )
          )
        },
        ...problems('report-not-found', 'report-withdrawn', 'document-not-found')
      }
    }
  }, async (request, reply) => {
    const { agency, year } = request.params
    const document = await findDocument(
      db,
      agency,
      year,
      versionOf(await getReport(db, request.params, visibilityOf(request)))
    )
    if (document === undefined) throw problem('document-not-found', { agency, year })
    // A third-party page must not run scripts in the origin of the service.
    reply
      .header('content-disposition', `attachment; filename="${agency}-${year}"`)
      .header('content-security-policy', 'sandbox; default-src \'none\'')
      .header('x-content-type-options', 'nosniff')
      .header('etag', `"${document.sha256}"`)
    return sendAs(
      reply,
      document.content_type === '' ? 'application/octet-stream' : document.content_type,
      document.bytes
    )
  })

  app.get('/v1/reports/:agency/:year/document/text', {
    schema: {
      operationId: 'getDocumentText',
      summary: 'Get the text of the source document',
      description:
        'The text to which the positions in `source` refer: for a text file its lines as sent; for a web page, Word, Excel or PDF the words in reading order, one line per table row.',
      tags: ['imports'],
      params: ReportParams,
      response: {
        200: { description: 'The text.', content: { 'text/plain': { schema: Type.String() } } },
        ...problems('report-not-found', 'report-withdrawn', 'document-not-found')
      }
    }
  }, async (request, reply) => {
    const { agency, year } = request.params
    const text = await findText(db, agency, year, versionOf(await getReport(db, request.params, visibilityOf(request))))
    if (text === undefined) throw problem('document-not-found', { agency, year })
    return sendAs(reply.header('x-content-type-options', 'nosniff'), 'text/plain; charset=utf-8', text)
  })
}

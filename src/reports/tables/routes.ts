// Routes of single tables and rows of a report.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import type { Database } from '../../database/types.ts'
import { writeRow, writeTable } from '../../form/write-content.ts'
import { Forms } from '../../forms/forms.ts'
import type { Csv } from '../../http/bodies/body.ts'
import { ETAG, MoveConditions, NOT_MODIFIED, WriteConditions } from '../../http/etag.ts'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { answer, BODY, problems, ref } from '../../http/responses.ts'
import { getReport } from '../actions.ts'
import { etagOfRow, etagOfTable } from '../etags.ts'
import { visibilityOf } from '../visibility.ts'
import { writeRequest } from '../write-request.ts'
import { readCsvRows, readJsonRows } from './rows.ts'
import { AppendedRows, CsvRows, RowChange, RowContent, RowDraft, TableContent, TableDraft } from './schemas.ts'
import { appendRows, changeRow, deleteRow, formTable, presentRow, putRow, putTable } from './tables.ts'

const params = (example: string) => ({
  agency: AgencyCode,
  year: Year,
  table: Type.String({ maxLength: 64, description: 'Id of a table of the form.', examples: [example] })
})

// The example of a table is a short one, because whole tables are long.
const TableParams = Type.Object(params('documents'))
const RowsParams = Type.Object(params('requests'))
const RowParams = Type.Object({
  ...RowsParams.properties,
  row: Type.String({ maxLength: 64, description: 'Id of a row of the table.', examples: ['granted'] })
})

export const tableRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/reports/:agency/:year/tables/:table', {
    schema: {
      operationId: 'getTable',
      summary: 'Read a table',
      description: 'The rows present, in printed order.',
      tags: ['reports'],
      params: TableParams,
      response: {
        200: answer(TableContent, 'The table.', ETAG),
        ...NOT_MODIFIED,
        ...problems('report-not-found', 'report-withdrawn', 'table-not-found')
      }
    }
  }, async (request, reply) => {
    const report = await getReport(db, request.params, visibilityOf(request))
    const table = formTable(forms.get(report.form), request.params.table)
    return reply.header('etag', etagOfTable(report, table)).send(writeTable(table, report.content))
  })

  app.put('/v1/reports/:agency/:year/tables/:table', {
    schema: {
      operationId: 'putTable',
      summary: 'Replace a table',
      description: 'Rows that are left out are removed.',
      tags: ['reports'],
      headers: WriteConditions,
      params: TableParams,
      body: ref(TableDraft),
      response: {
        200: answer(TableContent, 'The table had rows; its current state.', ETAG),
        201: answer(TableContent, 'The table had no rows; its current state.', ETAG),
        ...problems(
          'report-not-found',
          'table-not-found',
          'report-locked',
          'precondition-failed',
          'key-required',
          ...BODY
        )
      }
    }
  }, async (request, reply) => {
    const { created, table, etag } = await putTable(
      db,
      forms,
      writeRequest(request),
      request.params,
      request.body
    )
    return reply.code(created ? 201 : 200).header('etag', etag).send(table)
  })

  app.post('/v1/reports/:agency/:year/tables/:table/rows', {
    schema: {
      operationId: 'appendRows',
      summary: 'Append rows',
      description:
        'One row, an array of rows, or CSV with the header `row,<columns>`: all or nothing. A column that is left out is blank, which is not 0.',
      tags: ['reports'],
      headers: MoveConditions,
      params: RowsParams,
      querystring: Type.Object({
        on_conflict: Type.Optional(
          Type.Enum(['replace'], {
            type: 'string',
            description: 'Replace existing rows instead of refusing them.',
            examples: ['replace']
          })
        )
      }, { additionalProperties: false }),
      body: { content: { 'application/json': { schema: ref(AppendedRows) }, 'text/csv': { schema: CsvRows } } },
      response: {
        201: answer(TableContent, 'The rows are stored; the current state of the table.', ETAG),
        ...problems(
          'report-not-found',
          'table-not-found',
          'report-locked',
          'precondition-failed',
          'row-exists',
          'key-required',
          'csv-malformed',
          'csv-without-lines',
          ...BODY
        )
      }
    }
  }, async (request, reply) => {
    const isCsv = (request.headers['content-type'] ?? '').toLowerCase().startsWith('text/csv')
    const { table, etag } = await appendRows(
      request.db,
      forms,
      writeRequest(request),
      request.params,
      {
        read: (form, table) =>
          isCsv ? readCsvRows(form, table, request.body as Csv) : readJsonRows(form, table, request.body),
        replace: request.query.on_conflict === 'replace'
      }
    )
    return reply.code(201).header('etag', etag).send(table)
  })

  app.get('/v1/reports/:agency/:year/tables/:table/rows/:row', {
    schema: {
      operationId: 'getRow',
      summary: 'Read a row',
      description: 'Its figures, and notes on the cells without one. A row that was never given does not exist (404).',
      tags: ['reports'],
      params: RowParams,
      response: {
        200: answer(RowContent, 'The row.', ETAG),
        ...NOT_MODIFIED,
        ...problems('report-not-found', 'report-withdrawn', 'table-not-found', 'row-not-found')
      }
    }
  }, async (request, reply) => {
    const { table: tableId, row } = request.params
    const report = await getReport(db, request.params, visibilityOf(request))
    const table = formTable(forms.get(report.form), tableId)
    presentRow(table, row, report.content)
    return reply.header('etag', etagOfRow(report, table, row)).send(writeRow(table, row, report.content))
  })

  app.put('/v1/reports/:agency/:year/tables/:table/rows/:row', {
    schema: {
      operationId: 'putRow',
      summary: 'Create or replace a row',
      description: 'A column that is left out is blank.',
      tags: ['reports'],
      headers: WriteConditions,
      params: RowParams,
      body: ref(RowDraft),
      response: {
        200: answer(RowContent, 'The row existed; its current state.', ETAG),
        201: answer(RowContent, 'The row is new.', ETAG),
        ...problems(
          'report-not-found',
          'table-not-found',
          'row-not-found',
          'report-locked',
          'precondition-failed',
          'key-required',
          ...BODY
        )
      }
    }
  }, async (request, reply) => {
    const { created, row, etag } = await putRow(
      db,
      forms,
      writeRequest(request),
      request.params,
      request.body
    )
    return reply.code(created ? 201 : 200).header('etag', etag).send(row)
  })

  app.patch('/v1/reports/:agency/:year/tables/:table/rows/:row', {
    schema: {
      operationId: 'changeRow',
      summary: 'Change single figures of a row',
      description: 'Changes only the columns that are given. All others stay as they are.',
      tags: ['reports'],
      headers: MoveConditions,
      params: RowParams,
      body: ref(RowChange),
      response: {
        200: answer(RowContent, 'The current state of the row.', ETAG),
        ...problems(
          'report-not-found',
          'table-not-found',
          'row-not-found',
          'report-locked',
          'precondition-failed',
          'key-required',
          ...BODY
        )
      }
    }
  }, async (request, reply) => {
    const { row, etag } = await changeRow(db, forms, writeRequest(request), request.params, request.body)
    return reply.header('etag', etag).send(row)
  })

  app.delete('/v1/reports/:agency/:year/tables/:table/rows/:row', {
    schema: {
      operationId: 'deleteRow',
      summary: 'Delete a row',
      description: 'Afterwards the row is absent, not blank.',
      tags: ['reports'],
      headers: MoveConditions,
      params: RowParams,
      response: {
        204: Type.Null({ description: 'The row is deleted.' }),
        ...problems(
          'report-not-found',
          'table-not-found',
          'row-not-found',
          'report-locked',
          'precondition-failed',
          'key-required'
        )
      }
    }
  }, async (request, reply) => {
    await deleteRow(db, forms, writeRequest(request), request.params)
    return reply.code(204).send(null)
  })
}

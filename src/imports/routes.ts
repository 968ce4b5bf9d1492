// POST and PUT /v1/imports/reports and /v1/imports/agencies: bulk imports.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import accepts from 'accepts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { auditContext } from '../audit/record.ts'
import type { Role } from '../auth/actor.ts'
import { requireRole } from '../auth/authorize.ts'
import { requireValidKey } from '../auth/revalidate.ts'
import { RULES } from '../auth/rules.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { receiveUpload, typeOf } from '../http/bodies/upload.ts'
import { JSON_UTF8 } from '../http/cached-response.ts'
import { languageOf } from '../http/language.ts'
import { LOCATION, problems, ref } from '../http/responses.ts'
import { sendAs } from '../http/send-as.ts'
import { problemOfValidation } from '../http/validation.ts'
import { currentYearInChina } from '../reports/china-time.ts'
import { importAgencies } from './agencies/import-agencies.ts'
import {
  formatResult,
  type ImportOptions,
  type ImportState,
  isRejected,
  rejectionProblem
} from './bulk/import-state.ts'
import { type FileToRead, formatOf, openFile } from './bulk/open-file.ts'
import { Rejects } from './bulk/rejects.ts'
import {
  AGENCIES_BODY,
  AgencyLine,
  ImportAgenciesQuery,
  ImportJob,
  ImportReportsQuery,
  ImportResult,
  REPORTS_BODY
} from './bulk/schemas.ts'
import { convertWorkbook } from './bulk/workbook.ts'
import type { DocumentReader } from './documents/reader.ts'
import { backgroundJobs, createMutex } from './jobs/background.ts'
import { getJob, type JobKind, openJob } from './jobs/jobs.ts'
import { attachment, REJECT_TYPES, sendJob } from './jobs/routes.ts'
import { importReports } from './reports/import-reports.ts'

export interface BulkLimits {
  /** Maximum size of a file in bytes, both as received and unpacked. */
  file: number
  /** Maximum length of a line in bytes. */
  line: number
}

const answers = {
  200: {
    description:
      'The import is done or, with `dry_run`, examined. `Accept: text/csv` or `application/x-ndjson`: instead of the result, everything that was rejected, in the format of the file and with the reasons in `rejected`, to be corrected and sent again.',
    headers: { 'X-Import-Counts': Type.String({ description: 'The counts, together with a file of rejects.' }) },
    content: {
      'application/json': { schema: ref(ImportResult) },
      'text/csv': { schema: Type.String({ description: 'What was rejected from a CSV file.' }) },
      'application/x-ndjson': { schema: Type.String({ description: 'What was rejected from an NDJSON file.' }) }
    }
  },
  202: {
    description: 'With `Prefer: respond-async`: the whole file was received and is processed after this response.',
    headers: LOCATION,
    content: { 'application/json': { schema: ref(ImportJob) } }
  },
  ...problems(
    'import-rejected',
    'import-empty',
    'line-too-long',
    'gzip-malformed',
    'multipart-malformed',
    'csv-malformed',
    'csv-without-lines',
    'ndjson-is-array',
    'text-undecodable',
    'workbook-unreadable',
    'request-timeout',
    'total-overflow',
    'body-too-large',
    'media-type-unsupported',
    'body-invalid'
  )
}

interface Query {
  dry_run?: boolean
  on_error?: 'abort' | 'continue'
  mode?: 'upsert' | 'create'
}
type Work = (file: FileToRead, options: ImportOptions) => Promise<ImportState>

export const bulkRoutes =
  (db: Kysely<Database>, forms: Forms, reader: DocumentReader, limits: BulkLimits): FastifyPluginAsyncTypebox =>
  async app => {
    // The handler reads the body as a stream.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, body, done) => done(null, body))
    const config = { takesIdempotencyKey: false, streamsBody: true }
    const inTurn = createMutex()
    const jobs = backgroundJobs(app, db, inTurn)

    /** Receives the file and imports it: before the response, or after it with `Prefer: respond-async`. */
    async function answer (request: FastifyRequest, reply: FastifyReply, kind: JobKind, types: string[], work: Work) {
      const { dry_run: dryRun = false, on_error: onError = 'abort', mode = 'upsert' } = request.query as Query
      // Keeps the stream out of problem facts.
      request.body = undefined
      const language = languageOf(request)
      const declared = typeOf(request.headers['content-type'] ?? '')
      if (declared !== 'multipart/form-data') formatOf(declared, types)
      const upload = await receiveUpload(request, limits.file)
      const isAsync = /(^|,)\s*respond-async\s*(,|;|$)/i.test(String(request.headers.prefer ?? ''))
      const wanted = accepts(request.raw).type(['application/json', 'text/csv', 'application/x-ndjson'])
      const rejects = isAsync || (wanted !== 'application/json' && wanted !== false)
        ? await Rejects.open(language)
        : undefined
      const options: ImportOptions = { dryRun, onError, mode, rejects }
      let isHandedOn = false
      try {
        const gone = new AbortController()
        reply.raw.on('close', () => gone.abort())
        const file = await openFile(
          upload.received,
          limits.line,
          types,
          async received => await convertWorkbook(received, reader, gone.signal)
        )
        if (isAsync) {
          await requireValidKey(db, request.actor!)
          const id = await openJob(db, kind, request.actor!, dryRun, upload.size)
          isHandedOn = true
          jobs.start(id, request, {
            file,
            options,
            work,
            rejects: rejects!,
            close: async () => {
              await Promise.all([upload.close(), rejects!.close()])
            }
          })
          reply.code(202).header('location', `/v1/imports/${id}`).header('preference-applied', 'respond-async')
          return await sendJob(reply, await getJob(db, request.actor!, id), language)
        }
        const state = await inTurn(async () => await work(file, { ...options, signal: gone.signal }))
        if (isRejected(state)) throw rejectionProblem(state, language)
        reply.header('vary', 'Accept, Accept-Language')
        if (rejects === undefined) {
          return sendAs(reply, JSON_UTF8, formatResult(state, language))
        }
        isHandedOn = true
        const type = REJECT_TYPES[file.format]
        const stream = rejects.read()
        stream.on('close', () => {
          upload.close()
        })
        reply.header('content-disposition', attachment(type))
          .header('x-import-counts', Object.entries(state.counts).map(([name, count]) => `${name}=${count}`).join(', '))
        return sendAs(reply, `${type}; charset=utf-8`, stream)
      } finally {
        if (!isHandedOn) await Promise.all([upload.close(), rejects?.close()])
      }
    }

    const reports = {
      summary: 'Import reports',
      description:
        'NDJSON, CSV or the first sheet of a workbook (.xlsx), plain or gzip. CSV as spreadsheets write it: commas, semicolons or tabs; UTF-8, UTF-16 or GB18030; headers may be the printed Chinese labels. A report replaces an existing draft; a published report stays as it is: equal content is `unchanged`, different content is a fault. Importing the same file twice changes nothing.',
      tags: ['imports'],
      querystring: ImportReportsQuery,
      body: REPORTS_BODY,
      response: answers
    }
    const agencies = {
      ...reports,
      summary: 'Import agencies',
      description:
        'NDJSON, CSV or the first sheet of a workbook (.xlsx), plain or gzip; parents may come in any order. CSV as spreadsheets write it: commas, semicolons or tabs; UTF-8, UTF-16 or GB18030; headers may be the printed Chinese labels. Importing the same file twice changes nothing. A change of parent, level, kind or reporting of a registered agency requires `since`.',
      querystring: ImportAgenciesQuery,
      body: AGENCIES_BODY
    }

    const postReports = async (request: FastifyRequest, reply: FastifyReply) => {
      const { publish = false, accept_failed_checks: acceptFailedChecks = false } = request.query as {
        publish?: boolean
        accept_failed_checks?: boolean
      }
      if (publish) requireRole(request.actor!, RULES.publishReport!.minimumRole as Role)
      return await answer(
        request,
        reply,
        'reports',
        Object.keys(REPORTS_BODY.content),
        (file, options) =>
          importReports(db, forms, file, currentYearInChina(), {
            ...options,
            actor: request.actor!,
            by: auditContext(request),
            publish,
            acceptFailedChecks
          })
      )
    }
    app.post('/v1/imports/reports', { config, schema: { ...reports, operationId: 'importReports' } }, postReports)
    app.put('/v1/imports/reports', {
      config,
      schema: {
        ...reports,
        operationId: 'putReportsFile',
        summary: 'Import reports from an uploaded file',
        description: `Like POST, for \`curl -T\`. ${reports.description}`
      }
    }, postReports)

    const postAgencies = async (request: FastifyRequest, reply: FastifyReply) => {
      const check = request.compileValidationSchema(AgencyLine, 'body')
      const validate = (value: unknown) => check(value) ? [] : problemOfValidation(check.errors ?? [], 'body').errors
      return await answer(
        request,
        reply,
        'agencies',
        Object.keys(AGENCIES_BODY.content),
        (file, options) =>
          importAgencies(db, forms, file, validate, { ...options, actor: request.actor!, by: auditContext(request) })
      )
    }
    app.post('/v1/imports/agencies', { config, schema: { ...agencies, operationId: 'importAgencies' } }, postAgencies)
    app.put('/v1/imports/agencies', {
      config,
      schema: {
        ...agencies,
        operationId: 'putAgenciesFile',
        summary: 'Import agencies from an uploaded file',
        description: `Like POST, for \`curl -T\`. ${agencies.description}`
      }
    }, postAgencies)
  }

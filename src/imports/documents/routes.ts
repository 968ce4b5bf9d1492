// POST and PUT /v1/imports/documents and /v1/readings: a published report as text, HTML, Word, Excel or PDF.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import accepts from 'accepts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type Static, Type } from 'typebox'
import { auditContext } from '../../audit/record.ts'
import { DOCUMENT_TYPES, isDocument } from '../../documents/extract.ts'
import { Forms } from '../../forms/forms.ts'
import { findFormFile } from '../../http/bodies/form-file.ts'
import { typeOf } from '../../http/bodies/upload.ts'
import { JSON_UTF8 } from '../../http/cached-response.ts'
import { languageOf } from '../../http/language.ts'
import { problems, ref } from '../../http/responses.ts'
import { sendAs } from '../../http/send-as.ts'
import { READ_BY_CODE } from '../../http/validation.ts'
import { Problem, problem } from '../../problems/problem.ts'
import { currentYearInChina } from '../../reports/china-time.ts'
import { importDocument, tryDocument, type Upload } from './actions.ts'
import type { DocumentReader } from './reader.ts'
import { EXAMPLE, ImportedDocument, ImportQuery, TriedDocument } from './schemas.ts'
import { refusalOf, summaryOf } from './summary.ts'

const FORM = 'multipart/form-data'

/** Large enough for a Word document with pictures. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

const bodies = {
  ...Object.fromEntries(DOCUMENT_TYPES.map(type => [type, {
    schema: Type.Unsafe<Buffer>(
      type.startsWith('text/')
        ? { description: 'The web page as it was published.', examples: [EXAMPLE] }
        : { type: 'string', format: 'binary', [READ_BY_CODE]: 'document', description: 'The file.' }
    )
  }])),
  [FORM]: {
    schema: Type.Unsafe<Buffer>({
      type: 'object',
      properties: { file: { type: 'string', format: 'binary' } },
      [READ_BY_CODE]: 'document',
      description: 'The one file of a form (`curl -F file=@…`).'
    })
  }
}

/** Returns the content type that is stored with the document: application/octet-stream for an unknown type. */
const documentType = (header: string) => DOCUMENT_TYPES.includes(typeOf(header)) ? header : 'application/octet-stream'

export const importRoutes = (forms: Forms, reader: DocumentReader): FastifyPluginAsyncTypebox => async app => {
  const answers = (description: string, schema: typeof ImportedDocument | typeof TriedDocument = ImportedDocument) => ({
    description,
    content: {
      'application/json': { schema: ref(schema) },
      'text/plain': {
        schema: Type.String({ description: 'The result in ten lines, in Chinese or English by Accept-Language.' })
      }
    }
  })
  const route = {
    bodyLimit: MAX_DOCUMENT_BYTES,
    config: { reads: (type: string, bytes: Buffer) => type === FORM || isDocument(type, bytes) }
  }
  const imports = {
    summary: 'Read a published document',
    description:
      'Reads a report as it was published: text, web page, Word, Excel or PDF; the last three are recognized by their bytes under any Content-Type. Figures that cannot be read with certainty are `null` and reported; figures that do not add up are kept as printed and reported. ' +
      'The report is stored as a draft if everything was read and the year is that of the request, or with `accept_partial`; a document that states another year is never stored, and one that names another registered agency only with `accept_other_agency`. Importing the same document twice changes nothing.',
    tags: ['imports'],
    querystring: ImportQuery,
    body: { content: bodies },
    response: {
      200: answers('A dry run; or an existing draft was replaced or already has this content.'),
      201: answers('A new draft.'),
      ...problems(
        'agency-unknown',
        'agency-not-in-year',
        'year-in-future',
        'year-without-form',
        'form-not-in-force',
        'report-locked',
        'document-unreadable',
        'document-not-recognised',
        'document-partly-read',
        'document-of-another-agency',
        'key-required',
        'body-too-large',
        'media-type-unsupported',
        'multipart-malformed'
      )
    }
  }
  const store = async (
    request: FastifyRequest<{ Querystring: Static<typeof ImportQuery> }>,
    reply: FastifyReply
  ) => {
    const { agency, year, dry_run: dryRun = false } = request.query
    const { accept_partial: acceptPartial = false, accept_other_agency: acceptOtherAgency = false } = request.query
    const imported = await importDocument(request.db, forms, auditContext(request), {
      agency,
      year,
      ...await uploadOf(request),
      dryRun,
      acceptPartial,
      acceptOtherAgency,
      reader,
      signal: whenClosed(reply)
    }, currentYearInChina()).catch(error => asText(request, error))
    if (imported instanceof Problem) return sendRefusal(request, reply, imported)
    reply.code(imported.outcome === 'created' && !dryRun ? 201 : 200).header('vary', 'Accept, Accept-Language')
    if (imported.outcome === 'created' && !dryRun) reply.header('location', `/v1/reports/${agency}/${year}`)
    return sendReading(request, reply, imported)
  }
  app.post('/v1/imports/documents', { ...route, schema: { ...imports, operationId: 'importDocument' } }, store)
  app.put('/v1/imports/documents', {
    ...route,
    schema: {
      ...imports,
      operationId: 'putDocumentFile',
      summary: 'Read a published document from an uploaded file',
      description: `Like POST, for \`curl -T\`. ${imports.description}`
    }
  }, store)

  const readings = {
    summary: 'Try out a document',
    description:
      'Reads a document like an import and stores nothing. Requires no key, no registered agency and no year. `proposals` has the agency and the year that the document names.',
    tags: ['imports'],
    body: { content: bodies },
    response: {
      200: answers('The result of a dry run of the import, with proposals.', TriedDocument),
      ...problems(
        'document-unreadable',
        'document-not-recognised',
        'body-too-large',
        'media-type-unsupported',
        'multipart-malformed'
      )
    }
  }
  const read = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.header('vary', 'Accept, Accept-Language')
    const tried = await tryDocument(request.db, reader, await uploadOf(request), whenClosed(reply))
      .catch(error => asText(request, error))
    if (tried instanceof Problem) return sendRefusal(request, reply, tried)
    return sendReading(request, reply, tried)
  }
  app.post('/v1/readings', { ...route, schema: { ...readings, operationId: 'readDocument' } }, read)
  app.put('/v1/readings', {
    ...route,
    schema: {
      ...readings,
      operationId: 'readDocumentFile',
      summary: 'Try out an uploaded document',
      description: `Like POST, for \`curl -T\`. ${readings.description}`
    }
  }, read)
}

/** Throws `document-unreadable` if the body is empty or compressed, and what is wrong with a form. */
async function uploadOf (request: FastifyRequest): Promise<Upload> {
  const bytes = request.body as Buffer | undefined
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw problem('document-unreadable', {
      reason: {
        zh: `内容经 ${encoding} 压缩（Content-Encoding）。请不压缩直接提交。`,
        en: `it is compressed (Content-Encoding: ${encoding}); send it as it is.`
      }
    })
  }
  if (bytes === undefined) throw problem('document-unreadable', { reason: { zh: '没有内容。', en: 'it is empty.' } })
  const type = request.headers['content-type'] ?? ''
  return typeOf(type) === FORM ? await fileOfForm(request, bytes) : { bytes, contentType: documentType(type) }
}

/** Throws `multipart-malformed` and `media-type-unsupported`. */
async function fileOfForm (request: FastifyRequest, form: Buffer): Promise<Upload> {
  const { type, pieces } = await findFormFile(request.headers, Readable.from([form]))
  const bytes = await buffer(pieces)
  if (!isDocument(typeOf(type), bytes)) {
    throw problem('media-type-unsupported', {
      found: type.slice(0, 200),
      accepted: DOCUMENT_TYPES.join(', '),
      first: DOCUMENT_TYPES[0]!
    })
  }
  return { bytes, contentType: documentType(type) }
}

/** A client that goes away does not wait for its turn. */
function whenClosed (reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}

const wantsText = (request: FastifyRequest): boolean =>
  accepts(request.raw).type(['application/json', 'text/plain']) === 'text/plain'

/** Returns a refusal that the client wants as text; throws any other error. */
function asText (request: FastifyRequest, error: unknown): Problem {
  if (!wantsText(request) || !(error instanceof Problem) || error.status !== 422) throw error
  return error
}

function sendRefusal (request: FastifyRequest, reply: FastifyReply, refusal: Problem) {
  // The schema of the refusal is that of the problem as JSON.
  reply.code(refusal.status as 200).header('vary', 'Accept, Accept-Language')
  return sendAs(reply, 'text/plain; charset=utf-8', refusalOf(refusal, languageOf(request)))
}

const sendReading = (request: FastifyRequest, reply: FastifyReply, answer: ImportedDocument) =>
  wantsText(request)
    ? sendAs(reply, 'text/plain; charset=utf-8', summaryOf(answer, languageOf(request)))
    : sendAs(reply, JSON_UTF8, answer)

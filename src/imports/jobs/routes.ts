// GET /v1/imports/{id}: the state of an import that runs after the response.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import type { Database } from '../../database/types.ts'
import { JSON_UTF8 } from '../../http/cached-response.ts'
import { languageOf } from '../../http/language.ts'
import { answer, problems } from '../../http/responses.ts'
import { sendAs } from '../../http/send-as.ts'
import type { Language } from '../../problems/fault.ts'
import { problem } from '../../problems/problem.ts'
import type { Format } from '../bulk/open-file.ts'
import { ImportJob } from '../bulk/schemas.ts'
import { cancelJob, findRejects, getJob, type Job } from './jobs.ts'

export const REJECT_TYPES: Record<Format, string> = { csv: 'text/csv', ndjson: 'application/x-ndjson' }
export const attachment = (type: string) =>
  `attachment; filename="rejects.${type === REJECT_TYPES.csv ? 'csv' : 'ndjson'}"`

const params = (example: number) =>
  Type.Object({
    id: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Number of the import, as in `Location`.',
      examples: [example]
    })
  })

function formatJob ({ answer, has_rejects: hasRejects, ...job }: Job, language: Language, publicUrl: string) {
  return {
    id: job.id,
    kind: job.kind,
    state: job.state,
    dry_run: job.dry_run,
    size: job.size,
    read: job.read,
    seconds: Math.round(job.seconds * 1000) / 1000,
    per_second: Math.round(job.read / Math.max(job.seconds, 0.001)),
    started_at: job.started_at.toISOString(),
    finished_at: job.finished_at?.toISOString() ?? null,
    ...(answer === null ? {} : { [job.state === 'succeeded' ? 'result' : 'problem']: answer[language] }),
    rejects: hasRejects ? `${publicUrl}/v1/imports/${job.id}/rejects` : null
  }
}

/** Sends a job without its schema: a problem in it has members that no schema names. */
export const sendJob = <Reply extends Pick<FastifyReply, 'type' | 'header' | 'server'>>(
  reply: Reply,
  job: Job,
  language: Language
): Reply => {
  reply.header('vary', 'Accept-Language')
  return sendAs(reply, JSON_UTF8, JSON.stringify(formatJob(job, language, reply.server.publicUrl)))
}

export const jobRoutes = (db: Kysely<Database>): FastifyPluginAsyncTypebox => async app => {
  app.get(
    '/v1/imports/:id',
    {
      schema: {
        operationId: 'getImport',
        summary: 'Get the progress of an import',
        description:
          'Of an import sent with `Prefer: respond-async`: its progress, then its result or problem. If the process ended, the import is `interrupted`: nothing of it is stored.',
        tags: ['imports'],
        params: params(1),
        response: { 200: answer(ImportJob, 'The import.'), ...problems('import-not-found') }
      }
    },
    async (request, reply) => sendJob(reply, await getJob(db, request.actor!, request.params.id), languageOf(request))
  )

  app.post(
    '/v1/imports/:id/cancel',
    {
      schema: {
        operationId: 'cancelImport',
        summary: 'Cancel an import',
        description: 'Nothing of it is stored. Repeating it changes nothing.',
        tags: ['imports'],
        params: params(2),
        response: {
          200: answer(ImportJob, 'The import, now cancelled.'),
          ...problems('import-not-found', 'import-ended')
        }
      }
    },
    async (request, reply) =>
      sendJob(reply, await cancelJob(request.db, request.actor!, request.params.id), languageOf(request))
  )

  app.get('/v1/imports/:id/rejects', {
    schema: {
      operationId: 'getImportRejects',
      summary: 'Get what an import rejected',
      description:
        'In the format of the file sent, with the reasons in `rejected`, to be corrected and sent again. Up to 32 MB are kept.',
      tags: ['imports'],
      params: params(1),
      response: {
        200: {
          description: 'The rejected lines.',
          content: { 'text/csv': { schema: Type.String() }, 'application/x-ndjson': { schema: Type.String() } }
        },
        ...problems('import-not-found', 'rejects-not-found')
      }
    }
  }, async (request, reply) => {
    const { id } = await getJob(db, request.actor!, request.params.id)
    const found = await findRejects(db, id)
    if (found === undefined) throw problem('rejects-not-found', { id })
    reply.header('content-disposition', attachment(found.rejects_type))
    return sendAs(reply, `${found.rejects_type}; charset=utf-8`, found.rejects)
  })
}

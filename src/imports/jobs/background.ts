// Runs the imports of this process one at a time, before or after the response.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Database } from '../../database/types.ts'
import { toProblem } from '../../http/errors.ts'
import { formatProblem } from '../../problems/format.ts'
import { Problem } from '../../problems/problem.ts'
import {
  formatResult,
  type ImportOptions,
  type ImportState,
  isRejected,
  rejectionProblem
} from '../bulk/import-state.ts'
import type { FileToRead } from '../bulk/open-file.ts'
import { Rejects } from '../bulk/rejects.ts'
import { endJob, keepRejects, renewJob } from './jobs.ts'
import { REJECT_TYPES } from './routes.ts'

export interface BackgroundWork {
  file: FileToRead
  options: ImportOptions
  rejects: Rejects
  work(file: FileToRead, options: ImportOptions): Promise<ImportState>
  close(): Promise<void>
}

/** Maximum size in bytes of the rejects file stored with a job. */
const MAX_REJECT_BYTES = 32 * 1024 * 1024

/** Thrown to roll back the transaction of a job that was cancelled or marked interrupted. */
class JobEnded extends Error {}

/** Serializes imports in this process. In the database they would wait for each other with a connection each. */
export function createMutex (): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return async work => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return await mine
  }
}

export function backgroundJobs (app: FastifyInstance, db: Kysely<Database>, inTurn: ReturnType<typeof createMutex>) {
  const running = new Map<AbortController, Promise<void>>()
  app.addHook('preClose', async () => {
    for (const controller of running.keys()) controller.abort()
    await Promise.all(running.values())
  })
  return {
    start (id: number, request: FastifyRequest, work: BackgroundWork): void {
      const controller = new AbortController()
      running.set(
        controller,
        perform(db, inTurn, { id, request, controller }, work).finally(() => running.delete(controller))
      )
    }
  }
}

async function perform (
  db: Kysely<Database>,
  inTurn: ReturnType<typeof createMutex>,
  { id, request, controller }: { id: number, request: FastifyRequest, controller: AbortController },
  { file, options, rejects, work, close }: BackgroundWork
): Promise<void> {
  let state: ImportState | undefined
  let isEnded = false
  const stop = renewJob(db, id, () => state?.read ?? 0, () => {
    isEnded = true
    controller.abort()
  })
  const keep = async (on: Parameters<typeof endJob>[0], done: ImportState) => {
    const bytes = done.counts.rejected > 0 ? await rejects.bytes(MAX_REJECT_BYTES) : undefined
    if (bytes !== undefined) await keepRejects(on, id, bytes, REJECT_TYPES[file.format])
  }
  const succeed = async (on: Parameters<typeof endJob>[0], done: ImportState) => {
    await keep(on, done)
    if (!await endJob(on, id, 'succeeded', done.read, { en: formatResult(done, 'en'), zh: formatResult(done, 'zh') })) {
      throw new JobEnded()
    }
  }
  try {
    const done = await inTurn(async () =>
      await work(file, {
        ...options,
        signal: controller.signal,
        onStart: begun => {
          state = begun
        },
        beforeCommit: succeed
      })
    )
    if (options.dryRun) await succeed(db, done)
    else if (isRejected(done)) {
      await keep(db, done)
      await fail(db, id, request, done.read, language => rejectionProblem(done, language))
    }
  } catch (error) {
    if (error instanceof JobEnded || isEnded) return
    if (controller.signal.aborted) await endJob(db, id, 'interrupted', state?.read ?? 0, null).catch(() => {})
    else {
      const raised = toProblem(error as Parameters<typeof toProblem>[0], request)
      if (raised.status >= 500) request.log.error({ err: error, import: id }, 'import failed')
      // If the database fails here as well, the job is no longer renewed and is later marked interrupted.
      await fail(db, id, request, state?.read ?? 0, () => raised).catch(() => {})
    }
  } finally {
    stop()
    await close()
  }
}

async function fail (
  db: Kysely<Database>,
  id: number,
  request: FastifyRequest,
  read: number,
  raised: (language: 'en' | 'zh') => Problem
): Promise<void> {
  const word = (language: 'en' | 'zh') =>
    formatProblem(raised(language), language, request.url.split('?')[0]!, request.id, request.server.publicUrl)
  await endJob(db, id, 'failed', read, { en: word('en'), zh: word('zh') })
}

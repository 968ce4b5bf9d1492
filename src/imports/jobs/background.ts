// The imports of this process: one at a time, and those that go on after the answer.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Database } from '../../database/types.ts'
import { asProblem } from '../../http/errors.ts'
import { wordProblem } from '../../problems/format.ts'
import { Problem } from '../../problems/problem.ts'
import { type ImportOptions, isRejected, rejection, type Run, wordResult } from '../bulk/import-state.ts'
import type { FileToRead } from '../bulk/open-file.ts'
import { Rejects } from '../bulk/rejects.ts'
import { beat, endJob, keepRejects } from './jobs.ts'
import { REJECT_TYPES } from './routes.ts'

export interface BackgroundWork {
  file: FileToRead
  options: ImportOptions
  rejects: Rejects
  work(file: FileToRead, options: ImportOptions): Promise<Run>
  close(): Promise<void>
}

/** The file of rejects that is kept with a job has so many bytes at most. */
const MOST_REJECTS = 32 * 1024 * 1024

/** Somebody else has ended the job: it is not stored. */
class Ended extends Error {}

/** They wait for each other in the database anyway, each with a connection: here they wait without. */
export function takeTurns (): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve()
  return async work => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return await mine
  }
}

export function backgroundJobs (app: FastifyInstance, db: Kysely<Database>, inTurn: ReturnType<typeof takeTurns>) {
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
        perform(db, inTurn, id, request, work, controller).finally(() => running.delete(controller))
      )
    }
  }
}

async function perform (
  db: Kysely<Database>,
  inTurn: ReturnType<typeof takeTurns>,
  id: number,
  request: FastifyRequest,
  { file, options, rejects, work, close }: BackgroundWork,
  controller: AbortController
): Promise<void> {
  let run: Run | undefined
  let isEnded = false
  const stop = beat(db, id, () => run?.read ?? 0, () => {
    isEnded = true
    controller.abort()
  })
  const keep = async (on: Parameters<typeof endJob>[0], done: Run) => {
    const bytes = done.counts.rejected > 0 ? await rejects.bytes(MOST_REJECTS) : undefined
    if (bytes !== undefined) await keepRejects(on, id, bytes, REJECT_TYPES[file.format])
  }
  const succeed = async (on: Parameters<typeof endJob>[0], done: Run) => {
    await keep(on, done)
    if (!await endJob(on, id, 'succeeded', done.read, { en: wordResult(done, 'en'), zh: wordResult(done, 'zh') })) {
      throw new Ended()
    }
  }
  try {
    const done = await inTurn(async () =>
      await work(file, {
        ...options,
        signal: controller.signal,
        begun: begun => {
          run = begun
        },
        beforeStored: succeed
      })
    )
    if (options.dryRun) await succeed(db, done)
    else if (isRejected(done)) {
      await keep(db, done)
      await fail(db, id, request, done.read, language => rejection(done, language))
    }
  } catch (error) {
    if (error instanceof Ended || isEnded) return
    if (controller.signal.aborted) await endJob(db, id, 'interrupted', run?.read ?? 0, null).catch(() => {})
    else {
      const raised = asProblem(error as Parameters<typeof asProblem>[0], request)
      if (raised.status >= 500) request.log.error({ err: error, import: id }, 'import failed')
      // When the database does not even take this, the job falls silent and is given up.
      await fail(db, id, request, run?.read ?? 0, () => raised).catch(() => {})
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
    wordProblem(raised(language), language, request.url.split('?')[0]!, request.id)
  await endJob(db, id, 'failed', read, { en: word('en'), zh: word('zh') })
}

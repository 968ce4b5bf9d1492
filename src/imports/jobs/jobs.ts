// Imports that run after the response. Their state is in the database, so that any process can report it.
import { type Kysely, sql, type Transaction } from 'kysely'
import { type Actor, WHOLE_REGISTRY } from '../../auth/actor.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import { problem } from '../../problems/problem.ts'

export const JOB_STATES = ['running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const
export type JobState = typeof JOB_STATES[number]
export type JobKind = 'reports' | 'agencies'

export const KEPT_DAYS = 7
const BEAT_MS = 1000
/** A running job that has not been renewed for this long, in milliseconds, is marked interrupted. */
const SILENCE_MS = 20_000

export interface Job {
  id: number
  kind: JobKind
  state: JobState
  dry_run: boolean
  size: number
  read: number
  seconds: number
  started_at: Date
  finished_at: Date | null
  answer: Record<string, any> | null
  has_rejects: boolean
}

export async function openJob (
  db: Kysely<Database>,
  kind: JobKind,
  actor: Actor,
  dryRun: boolean,
  size: number
): Promise<number> {
  await sql`delete from import where started_at < now() - ${KEPT_DAYS}::integer * interval '1 day'`.execute(db)
  const { id } = await db.insertInto('import').values({ kind, actor: actor.name, dry_run: dryRun, size }).returning(
    'id'
  ).executeTakeFirstOrThrow()
  return id
}

/** Returns a job of the caller, or any job for an administrator of the registry. Throws `import-not-found`. */
export async function getJob (db: Kysely<Database>, actor: Actor, id: number): Promise<Job> {
  await markIfInterrupted(db, id)
  const { rows: [job] } = await sql<Job & { actor: string }>`
    select id, kind, actor, state, dry_run, size, read, started_at, finished_at, answer, rejects is not null as has_rejects,
      extract(epoch from coalesce(finished_at, now()) - started_at)::float as seconds
    from import where id = ${id}`.execute(db)
  if (job === undefined || !mayAsk(actor, job.actor)) throw problem('import-not-found', { id, days: KEPT_DAYS })
  return job
}

/** The last renewal of each running job that was asked for, and since when it is known here by the monotonic clock. */
const renewals = new Map<number, { beat: string, since: number }>()

/**
 * Marks a job interrupted that its process stopped renewing; then it cannot commit any more. Compares no clock times,
 * because the database's clock may jump: a job is alive while its renewals change.
 */
async function markIfInterrupted (db: Kysely<Database>, id: number): Promise<void> {
  const { rows: [running] } = await sql<{ beat: string }>`
    select beat_at::text as beat from import where id = ${id} and state = 'running'`.execute(db)
  if (running === undefined) {
    renewals.delete(id)
    return
  }
  const { beat } = running
  const known = renewals.get(id)
  const now = performance.now()
  if (known?.beat !== beat) renewals.set(id, { beat, since: now })
  else if (now - known.since > SILENCE_MS) {
    await sql`
      update import set state = 'interrupted', finished_at = now()
      where id = ${id} and state = 'running' and beat_at::text = ${beat}`.execute(db)
  }
}

const mayAsk = (actor: Actor, owner: string) =>
  actor.name === owner || (actor.role === 'admin' && actor.agency === WHOLE_REGISTRY)

/** Cancels a job. Throws `import-ended`. */
export async function cancelJob (db: Kysely<Database>, actor: Actor, id: number): Promise<Job> {
  return await inTransaction(db, async trx => {
    const job = await getJob(trx, actor, id)
    const { rows } =
      await sql`update import set state = 'cancelled', finished_at = now() where id = ${id} and state = 'running' returning id`
        .execute(trx)
    const now = await getJob(trx, actor, id)
    if (rows.length === 0 && now.state !== 'cancelled') {
      throw problem('import-ended', { id, state: job.state === 'running' ? now.state : job.state })
    }
    return now
  })
}

export async function findRejects (
  db: Kysely<Database>,
  id: number
): Promise<{ rejects: Buffer, rejects_type: string } | undefined> {
  const row = await db.selectFrom('import').select(['rejects', 'rejects_type']).where('id', '=', id).executeTakeFirst()
  return row?.rejects && row.rejects_type !== null
    ? { rejects: row.rejects, rejects_type: row.rejects_type }
    : undefined
}

/**
 * Renews the job until stopped, storing the number of records read. Calls `onEnd` if the job has been cancelled or
 * marked interrupted.
 */
export function renewJob (db: Kysely<Database>, id: number, read: () => number, onEnd: () => void): () => void {
  const timer = setInterval(() => {
    sql`update import set beat_at = now(), read = ${read()} where id = ${id} and state = 'running' returning id`
      .execute(db)
      .then(({ rows }) => {
        if (rows.length === 0) onEnd()
      }, () => {})
  }, BEAT_MS)
  return () => clearInterval(timer)
}

/** Ends a running job. Returns false if it was cancelled or interrupted: then nothing may be stored. */
export async function endJob (
  db: Kysely<Database> | Transaction<Database>,
  id: number,
  state: JobState,
  read: number,
  answer: Record<string, unknown> | null
): Promise<boolean> {
  const { rows } = await sql`
    update import set state = ${state}, finished_at = clock_timestamp(), read = ${read},
      answer = ${answer && JSON.stringify(answer)}::json
    where id = ${id} and state = 'running' returning id`.execute(db)
  return rows.length > 0
}

export async function keepRejects (
  db: Kysely<Database> | Transaction<Database>,
  id: number,
  rejects: Buffer,
  type: string
): Promise<void> {
  await db.updateTable('import').set({ rejects, rejects_type: type }).where('id', '=', id).execute()
}

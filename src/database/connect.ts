// Connects to the configured database, for the service and the small programs beside it.
import type { Kysely } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { checkDatabaseUrl } from './check-url.ts'
import { openDatabase, PROBE_LIMITS, type WaitLimits } from './connection.ts'
import { postgresUrl, startPostgres } from './embedded/server.ts'
import type { Log } from './log.ts'
import type { Database } from './types.ts'
import { watchServer } from './watchdog.ts'

export interface DatabaseSettings {
  /** Without it, the embedded server of `DATA_DIR` is used. */
  DATABASE_URL?: string
  DATA_DIR: string
  /** Maximum number of connections in the pool. */
  POOL_MAX: number
}

export interface Connection {
  url: string
  db: Kysely<Database>
  /** A separate connection for readiness, which does not wait for the pool of the requests. */
  probe: Kysely<Database>
  /** Resolves with a sentence if an embedded server ends by itself and cannot be restarted. */
  lost: Promise<string>
  close(): Promise<void>
}

/** How long a query may continue after the last response, e.g. one whose client has gone. */
const LAST_QUERY_MS = 3000

const never = new Promise<string>(() => {})

/** How often the embedded server is restarted within ten minutes. */
const RESTARTS = 5

/**
 * Connects to `DATABASE_URL`, or else to the embedded server of `DATA_DIR`, which is started and belongs to this
 * process. `signal` cancels the attempt: a server that starts is stopped again.
 */
export async function connect (settings: DatabaseSettings, log: Log, signal?: AbortSignal): Promise<Connection> {
  if (settings.DATABASE_URL !== undefined) {
    const cancelled = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
    await Promise.race([checkDatabaseUrl(settings.DATABASE_URL), cancelled])
  }
  const server = settings.DATABASE_URL === undefined
    ? await startPostgres({ dataDir: settings.DATA_DIR, log, restarts: RESTARTS, signal })
    : undefined
  const url = settings.DATABASE_URL ?? server!.url
  const open = (connections: number, limits?: WaitLimits) =>
    openDatabase(
      url,
      connections,
      error => log(`idle database connection lost: ${error.message}`, 'warn'),
      limits
    )
  const [db, probe] = [open(settings.POOL_MAX), open(1, PROBE_LIMITS)]
  const endWatch = watchServer(db, probe, log)
  return {
    url,
    db,
    probe,
    lost: server?.exited ?? never,
    close: async () => {
      endWatch()
      // Does not wait for a query that still runs: the server ends it.
      await Promise.race([Promise.all([db.destroy(), probe.destroy()]), sleep(LAST_QUERY_MS)])
      await server?.stop()
    }
  }
}

/** Connects as `connect` does, but if a service runs on `DATA_DIR`, uses its server and leaves it running. */
export async function connectBeside (settings: DatabaseSettings, log: Log): Promise<Connection> {
  if (settings.DATABASE_URL !== undefined) return await connect(settings, log)
  const url = postgresUrl(settings.DATA_DIR)
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  const answers = await client.connect().then(() => true, () => false)
  await client.end().catch(() => {})
  return await connect(answers ? { ...settings, DATABASE_URL: url } : settings, log)
}

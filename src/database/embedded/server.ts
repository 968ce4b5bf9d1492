import pg from 'pg'
import type { Log } from '../log.ts'
import { findPackage, findPrograms } from './binaries.ts'
import { makeCluster } from './cluster.ts'
import { exists, findHome, type Home, makeHome } from './data-directory.ts'
import { lockFolder } from './folder-lock.ts'
import { connect, launch, socketUrl } from './launch.ts'
import { endLeftBehind, endServer, findServer } from './server-process.ts'
import { supervise } from './supervise.ts'

export interface PostgresServer {
  /** For `new pg.Pool({ connectionString: url })`. */
  url: string
  /** Stops the server and unlocks the data folder. May be called more than once, and after the server died. */
  stop(): Promise<void>
  /**
   * Resolves with a sentence if the server ends by itself and is not restarted. Stays pending after `stop`, and keeps
   * no process alive.
   */
  exited: Promise<string>
}

export interface StartOptions {
  dataDir: string
  log: Log
  /** How often the server is restarted within ten minutes after it ends by itself. */
  restarts?: number
  /** Cancels the start: the server is stopped, and `startPostgres` throws. */
  signal?: AbortSignal | undefined
}

const START_LIMIT = 60_000

/** Returns the URL of the server of a data folder, whether it runs or not. */
export function postgresUrl (dataDir: string, database = 'gongkai'): string {
  return socketUrl(findHome(dataDir).sockets, database)
}

/**
 * Starts the embedded PostgreSQL of a data folder. Creates the folder, the cluster and the database `gongkai` if they
 * are missing. Stops a server left behind by a killed service; throws if the service of a running server is still
 * alive.
 *
 * The server runs in a session of its own, so that Ctrl-C and signals to the process group leave it running until the
 * last request has ended. It outlives this process unless `stop` is called, and does not keep it alive.
 */
export async function startPostgres ({ dataDir, log, restarts = 0, signal }: StartOptions): Promise<PostgresServer> {
  let unlock: (() => Promise<void>) | undefined
  try {
    const source = findPackage()
    const home = await makeHome(dataDir, log)
    await refuseUnseen(home)
    unlock = await lockFolder(home.folder)
    const programs = await findPrograms(source, home)
    const start = async (signal?: AbortSignal) => {
      const deadline = Date.now() + START_LIMIT
      signal?.throwIfAborted()
      await endLeftBehind(home, log)
      signal?.throwIfAborted()
      await makeCluster(home, programs, { deadline, signal }, log)
      return await launch(home, programs, { deadline, signal })
    }
    const server = await start(signal)
    log(`PostgreSQL ${programs.version} runs as process ${server.pid}, its data in ${home.cluster}`)
    const { stop, exited } = supervise(home, server, restarts, start, log)
    let stopped: Promise<void> | undefined
    return {
      url: socketUrl(home.sockets, 'gongkai'),
      stop: () => (stopped ??= stop().then(unlock)),
      exited
    }
  } catch (error) {
    await unlock?.()
    const { code, message } = error as NodeJS.ErrnoException
    const hint = code === 'EACCES' || code === 'EPERM'
      ? ' (does another user own the data? then start as that user, or as root)'
      : ''
    throw new Error(`The embedded PostgreSQL did not start: ${message}${hint}`, { cause: error })
  }
}

/**
 * Stops the server of a data folder that its starter left running when it ended; does nothing if none runs. Throws if
 * the starter still lives.
 */
export async function stopPostgres (dataDir: string): Promise<void> {
  const home = findHome(dataDir)
  if (!await exists(home.folder)) return
  await refuseUnseen(home)
  const unlock = await lockFolder(home.folder)
  try {
    const pid = await findServer(home)
    if (pid !== undefined) await endServer(home, pid)
  } finally {
    await unlock()
  }
}

/**
 * Throws if the folder is in use by a process that this one cannot see, which the lock cannot detect: two servers on
 * the same files would corrupt them.
 */
async function refuseUnseen (home: Pick<Home, 'folder' | 'cluster' | 'sockets'>) {
  const client = connect(home.sockets)
  const answers = await client.connect().then(() => true, error => error instanceof pg.DatabaseError)
  await client.end().catch(() => {})
  if (answers && await findServer(home) === undefined) {
    throw new Error(
      `a server that was not started for ${home.folder} answers in ${home.sockets}: ` +
        'does another container use that folder, or was it moved while its server ran?'
    )
  }
}

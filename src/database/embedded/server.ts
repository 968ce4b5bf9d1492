import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { findPackage, findPrograms, type Programs, serverEnv } from './binaries.ts'
import { makeCluster } from './cluster.ts'
import { exists, findHome, type Home, makeHome, makeSocketFolder, runAs } from './data-directory.ts'
import { lockFolder } from './folder-lock.ts'
import { endLeftBehind, endServer, findServer } from './server-process.ts'
import { settings } from './settings.ts'

export interface PostgresServer {
  /** For `new pg.Pool({ connectionString: url })`. */
  url: string
  /** Stops the server and unlocks the data folder. May be called more than once, and after the server died. */
  stop(): Promise<void>
  /** Resolves with a sentence if the server ends by itself. Stays pending after `stop`, and keeps no process alive. */
  exited: Promise<string>
}

const START_LIMIT = 60_000
/** How long the processes of a killed server may take until they release the data. */
const LINGER_LIMIT = 30_000
/** A recovering server makes progress: killing it would only make the next start as long. */
const RECOVERY_LIMIT = 600_000
const LOG_BYTES = 10 * 1024 * 1024

/** Returns the URL of the server of a data folder, whether it runs or not. */
export function postgresUrl (dataDir: string, database = 'gongkai'): string {
  return socketUrl(findHome(dataDir).sockets, database)
}

function socketUrl (sockets: string, database: string) {
  return `postgresql:///${database}?user=gongkai&host=${encodeURIComponent(sockets)}`
}

/**
 * Starts the embedded PostgreSQL of a data folder. Creates the folder, the cluster and the database `gongkai` if they
 * are missing. Stops a server left behind by a killed service; throws if the service of a running server is still
 * alive.
 *
 * The server runs in a session of its own, so that Ctrl-C and signals to the process group leave it running until the
 * last request has ended. It outlives this process unless `stop` is called, and does not keep it alive.
 */
export async function startPostgres ({ dataDir, log }: {
  dataDir: string
  log: (line: string) => void
}): Promise<PostgresServer> {
  let unlock: (() => Promise<void>) | undefined
  try {
    const source = findPackage()
    const home = await makeHome(dataDir, log)
    await refuseUnseen(home)
    unlock = await lockFolder(home.folder)
    const programs = await findPrograms(source, home)
    const deadline = Date.now() + START_LIMIT
    await endLeftBehind(home, log)
    await makeCluster(home, programs, deadline, log)
    const server = await launch(home, programs, deadline)
    log(`PostgreSQL ${programs.version} runs as process ${server.pid}, its data in ${home.cluster}`)
    return handle(home, server, unlock)
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

interface Launched {
  pid: number
  /** Returns how the server ended; undefined while it runs. */
  fault(): string | undefined
  ended: Promise<unknown>
  lastLines(): Promise<string>
}

function handle (home: Home, server: Launched, unlock: () => Promise<void>): PostgresServer {
  let stopped: Promise<void> | undefined
  const stop = async () => {
    if (server.fault() === undefined) await endServer(home, server.pid)
    await unlock()
  }
  return {
    url: socketUrl(home.sockets, 'gongkai'),
    stop: () => (stopped ??= stop()),
    exited: server.ended.then(async () => {
      if (stopped) return await new Promise<never>(() => {})
      return `PostgreSQL ended by itself (${server.fault()}). ${await server.lastLines()}`
    })
  }
}

async function launch (home: Home, programs: Programs, deadline: number): Promise<Launched> {
  const lingerEnd = Math.min(Date.now() + LINGER_LIMIT, deadline)
  for (;;) {
    await makeSocketFolder(home)
    const server = await spawnServer(home, programs)
    const fault = await makeDatabase(home, server, deadline)
    if (fault === undefined) return server
    if (server.fault() === undefined) await endServer(home, server.pid)
    const lines = await server.lastLines()
    if (!/is still in use|lock file ".*" already exists/.test(lines) || Date.now() > lingerEnd) {
      throw new Error(`${fault}. ${lines}`)
    }
    await sleep(500)
  }
}

async function spawnServer ({ folder, cluster, sockets, account }: Home, { bin }: Programs): Promise<Launched> {
  const logPath = join(folder, 'postgres.log')
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
  const logFile = openSync(logPath, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600)
  if (fstatSync(logFile).size > LOG_BYTES) ftruncateSync(logFile)
  const logStart = fstatSync(logFile).size

  const child = spawn(
    join(bin, 'postgres'),
    ['-D', cluster, ...settings(sockets).flatMap(setting => ['-c', setting])],
    {
      cwd: '/',
      env: serverEnv,
      ...runAs(account),
      detached: true,
      stdio: ['ignore', logFile, logFile]
    }
  )
  closeSync(logFile)
  const ended = new Promise(resolve => child.once('exit', resolve))
  await once(child, 'spawn')
  child.unref()
  return {
    pid: child.pid!,
    ended,
    fault: () => child.signalCode ?? (child.exitCode === null ? undefined : `exit code ${child.exitCode}`),
    lastLines: async () => `The end of ${logPath}:\n${await readEnd(logPath, logStart)}`
  }
}

async function readEnd (path: string, start: number) {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const position = Math.max(start, size - 4096)
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(4096), position })
      return buffer.subarray(0, bytesRead).toString().trim().split('\n').slice(-8).join('\n')
    } finally {
      await file.close()
    }
  } catch (error) {
    return (error as Error).message
  }
}

/** Waits until the server answers, and creates the database. Returns the error if that fails. */
async function makeDatabase ({ sockets }: Home, server: Launched, deadline: number): Promise<string | undefined> {
  const recoveryEnd = Date.now() + RECOVERY_LIMIT
  for (;;) {
    if (server.fault() !== undefined) return `the server ended (${server.fault()})`
    const client = connect(sockets)
    try {
      await client.connect()
      const { rowCount } = await client.query('select from pg_database where datname = \'gongkai\'')
      if (rowCount === 0) await client.query('create database gongkai')
      return undefined
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const isStarting = code === '57P03'
      if (!isStarting && error instanceof pg.DatabaseError) return `the server answered: ${message}`
      if (Date.now() > (isStarting ? recoveryEnd : deadline)) return `the server did not answer in time (${message})`
    } finally {
      await client.end().catch(() => {})
    }
    await sleep(50)
  }
}

function connect (sockets: string) {
  const client = new pg.Client({
    connectionString: socketUrl(sockets, 'postgres'),
    connectionTimeoutMillis: 5000,
    query_timeout: 30_000
  })
  client.on('error', () => {})
  return client
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

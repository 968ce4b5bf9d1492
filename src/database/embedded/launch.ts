// Runs the server as a child process and waits until it answers.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Programs, serverEnv } from './binaries.ts'
import { type Home, makeSocketFolder, runAs } from './data-directory.ts'
import { endServer } from './server-process.ts'
import { settings } from './settings.ts'

/** How long the processes of a killed server may take until they release the data. */
const LINGER_LIMIT = 30_000
/** A recovering server makes progress: killing it would only make the next start as long. */
const RECOVERY_LIMIT = 600_000
const LOG_BYTES = 10 * 1024 * 1024

export function socketUrl (sockets: string, database: string) {
  return `postgresql:///${database}?user=gongkai&host=${encodeURIComponent(sockets)}`
}

export interface Launched {
  pid: number
  /** Returns how the server ended; undefined while it runs. */
  fault(): string | undefined
  ended: Promise<unknown>
  lastLines(): Promise<string>
}

/** Limits of a start: the time at which it has failed, and a signal that cancels it. */
export interface StartLimits {
  deadline: number
  signal: AbortSignal | undefined
}

export async function launch (home: Home, programs: Programs, limits: StartLimits): Promise<Launched> {
  const { deadline, signal } = limits
  const lingerEnd = Math.min(Date.now() + LINGER_LIMIT, deadline)
  for (;;) {
    await makeSocketFolder(home)
    const server = await spawnServer(home, programs)
    const fault = await makeDatabase(home, server, limits)
    if (fault === undefined) return server
    if (server.fault() === undefined) await endServer(home, server.pid)
    signal?.throwIfAborted()
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
async function makeDatabase (
  { sockets }: Home,
  server: Launched,
  { deadline, signal }: StartLimits
): Promise<string | undefined> {
  const recoveryEnd = Date.now() + RECOVERY_LIMIT
  for (;;) {
    if (server.fault() !== undefined) return `the server ended (${server.fault()})`
    if (signal?.aborted) return 'the start was cancelled'
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

export function connect (sockets: string) {
  const client = new pg.Client({
    connectionString: socketUrl(sockets, 'postgres'),
    connectionTimeoutMillis: 5000,
    query_timeout: 30_000
  })
  client.on('error', () => {})
  return client
}

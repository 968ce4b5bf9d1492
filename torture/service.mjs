// The service as `npm start` runs it, as a child process with its data in a temporary folder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { makeFolder, refuseAtEnd, undoAtEnd } from './cleanup.mjs'

export const ROOT = join(import.meta.dirname, '..')
export const ADMIN_KEY = 'torture-'.padEnd(40, 'k')
const START_MS = 90_000
const OUTPUT_BYTES = 64 * 1024

async function findFreePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

export class Service {
  port
  dataDir
  child
  output = ''
  /** Called when the process ends without having been told to. */
  onEnd = () => {}
  #env
  #expected = false
  #removeFolder

  /** Starts the service. `env` are settings; with a `folder`, the data are there and are not removed. */
  static async start ({ env = {}, folder } = {}) {
    const service = new Service()
    service.port = await findFreePort()
    const made = folder === undefined ? await makeFolder() : { folder, remove: async () => {} }
    service.dataDir = join(made.folder, 'data')
    service.#removeFolder = made.remove
    service.#env = env
    undoAtEnd(() => service.kill())
    await service.startAgain()
    return service
  }

  async startAgain () {
    refuseAtEnd()
    this.#expected = false
    this.output = ''
    const child = this.child = spawn(process.execPath, ['run.mjs', 'src/server.ts'], {
      cwd: ROOT,
      // Of its own group: Ctrl-C must not end it before this program does.
      detached: true,
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: String(this.port),
        DATA_DIR: this.dataDir,
        ADMIN_API_KEY: ADMIN_KEY,
        LOG_LEVEL: 'error',
        RATE_LIMIT: '1000000000',
        ...this.#env
      },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        this.output = (this.output + text).slice(-OUTPUT_BYTES)
      })
    }
    child.once('exit', (code, signal) => {
      if (!this.#expected && this.child === child) this.onEnd(`exit code ${code}, signal ${signal}`)
    })
    if (!await this.waitReady(START_MS)) throw new Error(`the service did not start:\n${this.output}`)
  }

  get isRunning () {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null
  }

  /** Tells that the process may end now. */
  expectEnd () {
    this.#expected = true
  }

  async waitReady (limit) {
    for (const end = Date.now() + limit; Date.now() < end && this.isRunning; await sleep(50)) {
      const ready = await fetch(`http://127.0.0.1:${this.port}/readyz`, { signal: AbortSignal.timeout(2000) })
        .then(answer => answer.ok, () => false)
      if (ready) return true
    }
    return false
  }

  async waitEnd (limit) {
    for (const end = Date.now() + limit; Date.now() < end && this.isRunning; await sleep(20));
    return !this.isRunning
  }

  /** Returns the process id of the embedded server, or undefined if it has none. */
  async findPostmaster () {
    const text = await readFile(join(this.dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => '')
    const pid = Number.parseInt(text)
    return Number.isInteger(pid) && await isServerOf(pid, this.dataDir) ? pid : undefined
  }

  /** Ends the service and its server, and removes the data. */
  async stop () {
    await this.kill()
    await this.#removeFolder()
  }

  async kill () {
    this.expectEnd()
    if (this.isRunning) this.child.kill('SIGTERM')
    if (!await this.waitEnd(20_000)) {
      this.child.kill('SIGKILL')
      await this.waitEnd(5000)
    }
    const postmaster = await this.findPostmaster()
    if (postmaster === undefined) return
    process.kill(postmaster, 'SIGQUIT')
    for (let i = 0; i < 100 && await this.findPostmaster() !== undefined; i++) await sleep(50)
  }

  /** Runs one query on the embedded server. */
  async query (text) {
    const client = new pg.Client({
      host: join(this.dataDir, 'run'),
      user: 'gongkai',
      database: 'gongkai',
      connectionTimeoutMillis: 5000,
      query_timeout: 10_000
    })
    client.on('error', () => {})
    try {
      await client.connect()
      return (await client.query(text)).rows
    } finally {
      await client.end().catch(() => {})
    }
  }
}

/** A process id in a file may be of another process by now. */
async function isServerOf (pid, dataDir) {
  const ps = spawn('ps', ['-o', 'args=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] })
  let args = ''
  ps.stdout.on('data', data => {
    args += data
  })
  await once(ps, 'close')
  return args.includes(join(dataDir, 'postgres'))
}

/** Returns the resident memory of a process in bytes, or undefined if the system does not report it. */
export async function readMemory (pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

import { sql } from 'kysely'
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { openDatabase } from '../../src/database/connection.ts'
import { findHome } from '../../src/database/embedded/data-directory.ts'
import { lockFolder } from '../../src/database/embedded/folder-lock.ts'
import { findServer } from '../../src/database/embedded/server-process.ts'
import { postgresUrl, startPostgres, stopPostgres } from '../../src/database/embedded/server.ts'
import { isUnavailable } from '../../src/database/errors.ts'

const asRoot = process.getuid?.() === 0
// Not t.testdir(): the user of the server must be able to enter it even if the project is only accessible to root.
const scratch = mkdtempSync('/tmp/postgres-test-')
chmodSync(scratch, 0o755)
t.teardown(() => rm(scratch, { recursive: true }))

// initdb dominates the run time, so tests that leave the data folder intact share one.
const usual = join(scratch, 'usual')

// The tests are slow as root if the binaries must be copied for a user who cannot read the project.
t.setTimeout(120_000)

let folders = 0
function newFolder (name = 'data') {
  return join(scratch, `${++folders}`, name)
}

function log () {}

async function query (url: string, sql: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows
  } finally {
    await client.end()
  }
}

/**
 * Starts the server from a separate process. It uses the build, because tap's loader is slow to start. `line` resolves
 * with `started` or the error message.
 */
function spawnService (dataDir: string, { uid, leave = false }: { uid?: number, leave?: boolean } = {}) {
  const server = new URL('../../dist/database/embedded/server.js', import.meta.url)
  const child = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `
    const { startPostgres } = await import(${JSON.stringify(server.href)})
    try {
      await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log () {} })
      console.log('started')
      if (!${leave}) setInterval(() => {}, 1000)
    } catch (error) {
      console.log(error.message)
    }
  `
  ], {
    cwd: scratch,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid, gid: uid })
  })
  const line = new Promise<string>(resolve => createInterface(child.stdout!).once('line', resolve))
  return { child, line }
}

async function startService (...args: Parameters<typeof spawnService>) {
  const { child, line } = spawnService(...args)
  return { child, line: await line }
}

function serverPid (dataDir: string) {
  return parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'))
}

function nobody () {
  return Number(execFileSync('id', ['-u', 'nobody'])) | 0
}

function nobodyReads () {
  const script = `require('fs').readFileSync(${JSON.stringify(join(import.meta.dirname, 'postgres.test.ts'))})`
  return spawnSync(process.execPath, ['-e', script], { cwd: '/', uid: nobody() }).status === 0
}

async function kill (child: ChildProcess) {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

t.test('creates a database in a new data folder and keeps its rows across a restart', async t => {
  const dataDir = usual
  const first = await startPostgres({ dataDir, log })
  t.equal(first.url, postgresUrl(dataDir))
  await query(first.url, 'create table kept as select 1 as n')
  await first.stop()
  await first.stop()
  await t.rejects(query(first.url, 'select 1'), { code: 'ENOENT' })

  const second = await startPostgres({ dataDir, log })
  t.teardown(() => second.stop())
  t.same(await query(second.url, 'select n from kept'), [[1]])
  const settings = ['server_encoding', 'fsync', 'synchronous_commit', 'timezone', 'max_connections', 'listen_addresses']
  t.same(
    await query(
      second.url,
      `select ${settings.map(name => `current_setting('${name}')`)}, current_user, datcollate
    from pg_database where datname = current_database()`
    ),
    [['UTF8', 'on', 'on', 'UTC', '50', '', 'gongkai', 'C']]
  )
  t.same(
    await query(
      second.url,
      'select pg_size_bytes(current_setting(\'shared_buffers\')) between 128 * 1024 * 1024 and 2048::bigint * 1024 * 1024'
    ),
    [[true]],
    'shared_buffers is a share of the memory'
  )
  t.equal(lstatSync(join(dataDir, 'run')).mode & 0o777, 0o700)
})

t.test('runs a separate server for each data folder', async t => {
  const [one, two] = await Promise.all([usual, newFolder()].map(dataDir => startPostgres({ dataDir, log })))
  t.teardown(() => Promise.all([one!.stop(), two!.stop()]))
  await query(one!.url, 'create table here ()')
  t.same(await query(two!.url, 'select to_regclass(\'here\')'), [[null]])
})

t.test('rejects a second service on a data folder in use and leaves the first running', async t => {
  const dataDir = usual
  const { child, line } = await startService(dataDir)
  t.equal(line, 'started')
  const pid = serverPid(dataDir)
  await t.rejects(startPostgres({ dataDir, log }), { message: new RegExp(`process ${child.pid} already uses `) })
  await t.rejects(stopPostgres(dataDir), { message: new RegExp(`process ${child.pid} already uses `) })
  t.same(await query(postgresUrl(dataDir), 'select 1'), [[1]])
  t.equal(serverPid(dataDir), pid)
  await kill(child)
  await stopPostgres(dataDir)
})

t.test('keeps the server running after its parent exits, and stops it from another process', async t => {
  const dataDir = usual
  const { child, line } = await startService(dataDir, { leave: true })
  t.equal(line, 'started')
  if (child.exitCode === null) await once(child, 'exit')
  t.same(await query(postgresUrl(dataDir), 'select 1'), [[1]])
  await stopPostgres(dataDir)
  await t.rejects(query(postgresUrl(dataDir), 'select 1'))
  await stopPostgres(dataDir)
  await stopPostgres(join(scratch, 'never-made'))
})

t.test('keeps the server running when the process group of the service is killed', async t => {
  const dataDir = usual
  const { child } = await startService(dataDir)
  process.kill(-child.pid!, 'SIGKILL')
  await once(child, 'exit')
  t.same(await query(postgresUrl(dataDir), 'select 1'), [[1]])

  const server = await startPostgres({ dataDir, log })
  t.same(await query(server.url, 'select 1'), [[1]], 'the next start replaces the server')
  await server.stop()
})

t.test('recovers from SIGKILL of service and server, and waits for a remaining backend', async t => {
  const dataDir = usual
  const { child } = await startService(dataDir)
  const client = new pg.Client({ connectionString: postgresUrl(dataDir) })
  client.on('error', () => {})
  await client.connect()
  await client.query('create table committed as select 1 as n')
  const [{ backend }] = (await client.query('select pg_backend_pid() as backend')).rows
  process.kill(backend, 'SIGSTOP')
  process.kill(serverPid(dataDir), 'SIGKILL')
  await kill(child)

  const starting = startPostgres({ dataDir, log })
  await sleep(1000)
  process.kill(backend, 'SIGCONT')
  const server = await starting
  t.same(await query(server.url, 'select n from committed'), [[1]])
  await server.stop()
})

t.test('ignores a stale pid file whose pid now belongs to another process', async t => {
  const dataDir = usual
  const { uid, gid } = statSync(join(dataDir, 'postgres'))
  const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' })
  t.teardown(() => stranger.kill())
  for (const name of ['postgres/postmaster.pid', 'run/.s.PGSQL.5432.lock']) {
    writeFileSync(join(dataDir, name), `${stranger.pid}\n${join(dataDir, 'postgres')}\n`)
    chownSync(join(dataDir, name), uid, gid)
  }
  const server = await startPostgres({ dataDir, log })
  t.same(await query(server.url, 'select 1'), [[1]])
  t.equal(stranger.exitCode ?? stranger.signalCode, null)
  await server.stop()
})

t.test('recovers from a start killed during initdb', async t => {
  const dataDir = newFolder()
  mkdirSync(dataDir, { recursive: true })
  const { child } = spawnService(dataDir)
  const isMade = (name: string | Buffer) => /^postgres.part-.*PG_VERSION$/.test(name.toString())
  while (!readdirSync(dataDir, { recursive: true }).some(isMade)) await sleep(20)
  await kill(child)
  t.notOk(existsSync(join(dataDir, 'postgres')))
  const server = await startPostgres({ dataDir, log })
  t.same(await query(server.url, 'select 1'), [[1]])
  await server.stop()
  t.same(readdirSync(dataDir).filter(name => name.includes('.part-')), [])
})

t.test('reports an unexpected exit of the server with the tail of its log', async t => {
  const dataDir = usual
  const server = await startPostgres({ dataDir, log })
  // Keeps the event loop alive until the server exits.
  const alive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(alive))
  process.kill(serverPid(dataDir), 'SIGKILL')
  t.match(await server.exited, /^PostgreSQL ended by itself \(SIGKILL\).*ready to accept connections/s)
  await server.stop()
})

t.test('restarts a server that ends by itself as often as allowed, and keeps what was committed', async t => {
  const lines: string[] = []
  const server = await startPostgres({ dataDir: usual, log: line => lines.push(line), restarts: 2 })
  const db = openDatabase(server.url, 3, error => lines.push(`idle: ${error.message}`))
  t.teardown(() => db.destroy())
  const alive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(alive))
  await sql`drop table if exists committed`.execute(db)
  await sql`create table committed (n integer)`.execute(db)
  for (const n of [1, 2]) {
    const pid = serverPid(usual)
    await Promise.all([1, 2, 3].map(async () => await sql`select pg_sleep(0.1)`.execute(db)))
    await sql`insert into committed values (${n})`.execute(db)
    process.kill(pid, 'SIGKILL')
    const rows = async (): Promise<unknown[]> => {
      try {
        // Backends of the killed server may answer until they notice.
        while (serverPid(usual) === pid) await sleep(20)
        return (await sql`select n from committed order by n`.execute(db)).rows
      } catch (error) {
        t.ok(isUnavailable(error as Error), String(error))
        await sleep(20)
        return await rows()
      }
    }
    t.same(await rows(), [{ n: 1 }, { n: 2 }].slice(0, n), 'the pool reconnects')
  }
  while (lines.filter(line => line.startsWith('PostgreSQL runs again, as process ')).length < 2) await sleep(20)
  t.match(lines.find(line => line.includes('restart 1 of')), /^PostgreSQL ended by itself \(SIGKILL\).* in 200 ms, /s)
  t.match(lines.find(line => line.includes('restart 2 of')), /^PostgreSQL ended by itself \(SIGKILL\).* in 400 ms, /s)
  process.kill(serverPid(usual), 'SIGKILL')
  t.match(await server.exited, /^PostgreSQL ended by itself \(SIGKILL\).*ready to accept connections/s)
  await server.stop()
})

t.test('counts failed restarts, and says why the server did not restart', async t => {
  const config = join(usual, 'postgres', 'postgresql.auto.conf')
  const server = await startPostgres({ dataDir: usual, log, restarts: 2 })
  const alive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(alive))
  writeFileSync(config, 'nonsense = 1\n')
  process.kill(serverPid(usual), 'SIGKILL')
  t.match(await server.exited, /^PostgreSQL ended by itself and did not restart: .*parameter "nonsense"/s)
  writeFileSync(config, '')
  await server.stop()
})

t.test('stops while the server restarts, and leaves none running', async t => {
  for (const ms of [0, 250, 350]) {
    const server = await startPostgres({ dataDir: usual, log, restarts: 5 })
    process.kill(serverPid(usual), 'SIGKILL')
    await sleep(ms)
    await server.stop()
    await t.rejects(query(server.url, 'select 1'))
    t.equal(await findServer(findHome(usual)), undefined)
    t.equal(await Promise.race([server.exited, sleep(100, 'pending')]), 'pending')
  }
})

t.test('cancels a start at any point, and leaves no server running and the folder unlocked', async t => {
  for (const [dataDir, ms] of [[newFolder(), 150], [usual, 0], [usual, 60], [usual, 120]] as const) {
    const cancel = new AbortController()
    const starting = startPostgres({ dataDir, log, signal: cancel.signal })
    setTimeout(() => cancel.abort(), ms)
    const started = await starting.catch((error: Error) => error)
    if (started instanceof Error) t.match(started.message, /^The embedded PostgreSQL did not start: .*abort/)
    else await started.stop()
    t.equal(await findServer(findHome(dataDir)), undefined)
  }
  const server = await startPostgres({ dataDir: usual, log })
  t.same(await query(server.url, 'select 1'), [[1]])
  await server.stop()
})

t.test('truncates a log over 10 MB at the next start', async t => {
  truncateSync(join(usual, 'postgres.log'), 11_000_000)
  await (await startPostgres({ dataDir: usual, log })).stop()
  t.ok(statSync(join(usual, 'postgres.log')).size < 100_000)
})

t.test('accepts a long folder name with special characters unless another user owns its socket folder', async t => {
  const dataDir = newFolder(`数据 a,b'c%d${'long'.repeat(30)}`)
  mkdirSync(dataDir, { recursive: true })
  const sockets = new URL(postgresUrl(dataDir)).searchParams.get('host')!
  t.teardown(() => rmSync(sockets, { recursive: true, force: true }))
  if (asRoot) {
    mkdirSync(sockets)
    chownSync(sockets, 12345, 12345)
    await t.rejects(startPostgres({ dataDir, log }), { message: /is not a folder of user / })
    rmSync(sockets, { recursive: true })
  }
  const server = await startPostgres({ dataDir, log })
  t.same(await query(server.url, 'select 1'), [[1]])
  t.equal(lstatSync(sockets).mode & 0o777, 0o700)
  await server.stop()
})

t.test('grants the folder lock to one of many contenders and takes over a stale lock', async t => {
  const folder = newFolder()
  mkdirSync(folder, { recursive: true })
  // A stale lock: the pid exists, but the process started at another time.
  symlinkSync(`${process.pid} long-ago`, join(folder, 'lock.41'))
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)))
  const [winner, ...others] = results.filter(result => result.status === 'fulfilled')
  t.ok(winner)
  t.same(others, [])
  await winner!.value()
  await (await lockFolder(folder))()
  t.same(readdirSync(folder).map(name => readlinkSync(join(folder, name))), ['free'])
})

t.test('runs the server as the current user, or as the owner of the data folder if root', {
  skip: !asRoot ? 'needs root' : !nobodyReads() && 'user nobody cannot read the project'
}, async t => {
  const uid = nobody()
  const dataDir = newFolder()
  mkdirSync(dataDir, { recursive: true })
  chownSync(dataDir, uid, uid)
  const { child, line } = await startService(dataDir, { uid })
  t.equal(line, 'started')
  t.equal(statSync(join(dataDir, 'postgres')).uid, uid)
  await kill(child)

  const server = await startPostgres({ dataDir, log })
  t.equal(statSync(join(dataDir, 'postgres')).uid, uid)
  await server.stop()
})

t.test(
  'moves the data of root out of a folder that the user of the server cannot enter',
  { skip: !asRoot && 'needs root' },
  async t => {
    const dataDir = newFolder('closed/data')
    mkdirSync(join(dataDir, '..'), { recursive: true, mode: 0o700 })
    const lines: string[] = []
    const server = await startPostgres({ dataDir, log: line => lines.push(line) })
    const elsewhere = readlinkSync(join(dataDir, 'elsewhere'))
    t.teardown(() => rm(elsewhere, { recursive: true }))
    t.match(lines[0], `cannot enter ${dataDir}: the data are in ${elsewhere}`)
    t.equal(server.url, postgresUrl(dataDir))
    await query(server.url, 'create table kept as select 1 as n')
    await server.stop()

    const again = await startPostgres({ dataDir, log })
    t.same(await query(again.url, 'select n from kept'), [[1]])
    await again.stop()

    const copy = newFolder()
    mkdirSync(copy, { recursive: true })
    symlinkSync(elsewhere, join(copy, 'elsewhere'))
    await t.rejects(startPostgres({ dataDir: copy, log }), { message: /which holds the data of .*closed\/data/ })
  }
)

t.test('reports why the server fails to start', async t => {
  const cluster = join(usual, 'postgres')
  const config = join(cluster, 'postgresql.auto.conf')
  writeFileSync(config, 'nonsense = 1\n')
  await t.rejects(startPostgres({ dataDir: usual, log }), {
    message: /unrecognized configuration parameter "nonsense"/
  })
  writeFileSync(config, '')

  writeFileSync(join(cluster, 'PG_VERSION'), '9\n')
  await t.rejects(startPostgres({ dataDir: usual, log }), {
    message: /was made by PostgreSQL 9, and this one is \d+\.\d+:/
  })

  rmSync(join(cluster, 'PG_VERSION'))
  await t.rejects(startPostgres({ dataDir: usual, log }), {
    message: /holds files, but not those of a PostgreSQL database/
  })
})

t.test('rejects a data folder that cannot be created or written and names it', async t => {
  const starting = (dataDir: string) => startPostgres({ dataDir, log })
  const file = newFolder()
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '')
  for (const dataDir of [file, join(file, 'below', 'data')]) {
    await t.rejects(starting(dataDir), { message: `${file} is a file, not a folder: set DATA_DIR to ` })
  }
  const dangling = newFolder()
  mkdirSync(join(dangling, '..'), { recursive: true })
  symlinkSync('/nowhere', dangling)
  await t.rejects(starting(dangling), { message: /the folder \S+ cannot be made \(EEXIST\): set DATA_DIR to / })
  if (process.platform !== 'linux') return
  await t.rejects(starting('/proc/gongkai/data'), {
    message: /\/proc\/gongkai cannot be made \(\w+\): set DATA_DIR to /
  })
  await t.rejects(starting('/proc'), { message: /nothing can be written in \/proc \(\w+\): set DATA_DIR to / })
})

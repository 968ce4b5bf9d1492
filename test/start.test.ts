// Output of the service at startup: on a terminal, in a pipe, and on failure.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { stopPostgres } from '../src/database/embedded/server.ts'
import { formatLine } from '../src/http/service/log.ts'
import { freshDatabase } from './support/app.ts'
import { freePort, spawnService } from './support/service.ts'

type Test = Pick<typeof t, 'match' | 'teardown'>

async function newFolder (t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-start-'))
  t.teardown(async () => {
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

/** Returns the message of a start that fails with exit code 1 and exactly one log line. */
async function failure (t: Test, env: Record<string, string>): Promise<string> {
  const start = spawnService({ PORT: '0', ...env })
  const [code] = await start.ended
  const lines = start.lines()
  t.match({ code, stderr: start.stderr(), lines: lines.length }, { code: 1, stderr: '', lines: 1 }, start.output())
  t.match(lines[0], { level: 60, err: undefined })
  return lines[0]!.msg
}

t.test('writes the address and the first key to a pipe as JSON lines at every LOG_LEVEL', async t => {
  const folder = await newFolder(t)
  const port = await freePort()
  const env = { DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'fatal' }
  const first = spawnService(env)
  await first.said(/Administrator key/)
  const [listening, key] = first.lines()
  t.match(listening, {
    level: 30,
    address: `http://127.0.0.1:${port}`,
    msg: new RegExp(`^Gongkai [\\d.]+ listens on http://127.0.0.1:${port}, Swagger UI: http://127.0.0.1:${port}/docs$`)
  })
  t.match(key, { level: 30, key: /^gk_[\w-]{40,}$/, msg: 'Administrator key, shown this once' })
  t.equal(first.lines().length, 2)
  t.equal(first.stderr(), '')
  first.child.kill('SIGTERM')
  t.same(await first.ended, [0, null])

  const second = spawnService({ ...env, LOG_LEVEL: 'info', DATABSE_URL: 'x' })
  await second.said(/Gongkai/)
  second.child.kill('SIGINT')
  t.same(await second.ended, [0, null])
  const messages = second.lines().map(line => line.msg)
  t.ok(messages.includes('DATABSE_URL is not a setting: is DATABASE_URL meant?'), 'suggests the correct name')
  t.equal(messages.filter(message => /SIGINT/.test(message)).length, 1, 'logs the signal once')
  t.notOk(messages.some(message => /Administrator/.test(message)), 'does not print the key again')
})

const hasTerminal = (() => {
  try {
    return execFileSync('script', ['--version']).includes('util-linux')
  } catch {
    return false
  }
})()

t.test('prints the first key as plain text on a terminal', { skip: !hasTerminal && 'needs script(1)' }, async t => {
  const folder = await newFolder(t)
  const { child, ended, said, output } = spawnService(
    { DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'info' },
    ['script', '-qefc', `exec ${process.execPath} dist/server.js`, '/dev/null']
  )
  await said(/Administrator key, shown this once: gk_[\w-]+\s/)
  const lines = output().trimEnd().split(/\r?\n/)
  t.match(
    lines.slice(-3).join('\n'),
    /^Gongkai \S+ listens on (\S+)\nSwagger UI: \1\/docs\nAdministrator key, shown this once: gk_\S+$/
  )
  t.match(lines[0], /^\d\d:\d\d:\d\d info {2}making an empty database in /)
  t.notMatch(output(), '{"level"')
  // Ctrl-C
  child.stdin!.write('\x03')
  t.equal((await ended)[0], 0)
  t.match(output(), /info {2}SIGINT: the service ends once/)
})

t.test('formats a log line for a terminal with its fields and stack trace', t => {
  const line = {
    level: 50,
    time: Date.now(),
    pid: 1,
    hostname: 'h',
    reqId: 'x',
    err: { stack: 'Error: no\n at' },
    msg: 'a'
  }
  t.match(formatLine(JSON.stringify(line)), /^\d\d:\d\d:\d\d error a \{"reqId":"x"\}\nError: no\n at\n$/)
  t.match(formatLine('{"level":35,"time":0}'), /^\d\d:\d\d:\d\d 35 {4}\n$/)
  t.end()
})

t.test('fails to start with one message that names the setting', async t => {
  const folder = await newFolder(t)
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  t.match(await failure(t, { PORT: 'x', POOL_MAX: 'y' }), /^Wrong configuration:\n {2}PORT: .*\n {2}POOL_MAX: .*$/)
  t.match(
    await failure(t, { PORT: String(port), DATA_DIR: folder }),
    new RegExp(`^port ${port} of 127.0.0.1 is taken by another process: set PORT to another one`)
  )
  taken.close()
  t.same(await readdir(folder), [], 'creates no database')
  t.match(
    await failure(t, { DATABASE_URL: 'postgres://clerk:hunter2@127.0.0.1:1/x' }),
    /^DATABASE_URL: nothing listens at /
  )
  await writeFile(join(folder, 'file'), '')
  t.match(await failure(t, { DATA_DIR: join(folder, 'file') }), /file is a file, not a folder: set DATA_DIR to /)
})

t.test('explains an invalid DATABASE_URL in command-line programs in one line', async t => {
  const run = spawnService(
    { DATABASE_URL: 'postgres://127.0.0.1:1/x', ADMIN_APIKEY: 'x' },
    [process.execPath, 'dist/bin/migrate.js']
  )
  t.equal((await run.ended)[0], 1)
  t.match(
    run.stderr(),
    /^ADMIN_APIKEY is not a setting: is ADMIN_API_KEY meant\?\nDATABASE_URL: nothing listens at 127\.0\.0\.1:1: .*\n$/
  )
})

t.test('shuts down gracefully on an unhandled error and logs it once', async t => {
  const { url } = await freshDatabase(t)
  const fault = 'data:text/javascript,process.on("SIGUSR2", () => { throw new Error("out of the blue") })'
  const { child, ended, said, lines, stderr } = spawnService(
    { DATABASE_URL: url, PORT: '0' },
    [process.execPath, '--import', fault, 'dist/server.js']
  )
  // Wait for the last line of the startup, so that the error is logged after it.
  await said(/Administrator key/)
  child.kill('SIGUSR2')
  t.equal((await ended)[0], 1)
  t.match(lines().at(-1), { level: 60, msg: /^an error that nothing handled: out of the blue/, err: { stack: /blue/ } })
  t.equal(stderr(), '')
})

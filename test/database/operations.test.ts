// What docs/operations.md tells an operator to do, done with real processes. It takes a minute: the usual tests leave
// it out, and CI runs it on its own PostgreSQL.
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import t from 'tap'
import { ADMIN_KEY, freshApp, freshDatabase } from '../support/app.ts'
import { isEmbedded } from '../support/database.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { isLong } from '../support/runs.ts'
import { freePort, service, spawnService } from '../support/service.ts'

t.setTimeout(180_000)

const usual = { skip: isLong || !isEmbedded ? false : 'it takes long: npm run test:long' }

const run = promisify(execFile)
const authorization = `Bearer ${ADMIN_KEY}`

/** Sends a request, and returns its status and text. */
async function ask (base: string, path: string, method = 'GET', body?: object) {
  const answer = await fetch(base + path, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) })
  })
  return { status: answer.status, text: await answer.text(), retryAfter: answer.headers.get('retry-after') }
}

/** Registers agencies and publishes reports through the service at `base`. */
async function fill (base: string, tables: object): Promise<void> {
  const agency = { name: '某局', level: 'county', kind: 'department' }
  for (const code of ['city', 'bureau']) await ask(base, `/v1/agencies/${code}`, 'PUT', agency)
  for (const year of [2021, 2022]) {
    await ask(base, `/v1/reports/bureau/${year}`, 'PUT', { tables, sections: SECTIONS })
    for (const move of ['submit', 'publish']) await ask(base, `/v1/reports/bureau/${year}/${move}`, 'POST')
  }
}

const PATHS = [
  '/v1/agencies',
  '/v1/reports',
  '/v1/reports/bureau/2022',
  '/v1/events',
  '/v1/totals?measure=requests.granted.total&by=year'
]
const answersOf = async (base: string) => await Promise.all(PATHS.map(async path => (await ask(base, path)).text))

/** Runs a program of the build on a database. */
const program = async (name: string, env: Record<string, string>, ...args: string[]) =>
  (await run(process.execPath, [`dist/bin/${name}.js`, ...args], { env: { PATH: process.env.PATH, ...env } })).stdout

async function verify (
  t: { match(found: unknown, wanted: RegExp): unknown },
  base: string,
  env: Record<string, string>
) {
  t.match(await program('totals-verify', env), / 0 differ/)
  t.match((await ask(base, '/v1/events/verify')).text, /"ok":true/)
}

const { forms } = await freshApp(t)
const tables = consistentTables(forms.get('2021'), () => 3)

/** The folder of PostgreSQL programs of the same version as the server of this test run. */
async function findPrograms (url: string): Promise<string | undefined> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows: [{ version }] } = await client.query(
    'select current_setting(\'server_version_num\')::int / 10000 as version'
  )
  await client.end()
  const folder = `/usr/lib/postgresql/${version}/bin`
  return existsSync(`${folder}/pg_dump`) ? folder : undefined
}

t.test('back up with pg_dump while the service runs, and restore', usual, async t => {
  const { url } = await freshDatabase(t)
  const bin = await findPrograms(url)
  if (bin === undefined) return t.pass('there is no pg_dump of the version of the server')
  const { base } = await service(t, url)
  await fill(base, tables)
  const before = await answersOf(base)
  const folder = mkdtempSync('/tmp/gongkai-dump-')
  t.teardown(() => rmSync(folder, { recursive: true }))
  await run(`${bin}/pg_dump`, ['--format=custom', `--file=${folder}/dump`, url])
  const restored = await freshDatabase(t, 'template0')
  await run(`${bin}/pg_restore`, ['--no-owner', '--exit-on-error', `--dbname=${restored.url}`, `${folder}/dump`])
  const second = await service(t, restored.url)
  t.same(await answersOf(second.base), before)
  await verify(t, second.base, { DATABASE_URL: restored.url })
})

t.test('back up the files of the embedded server, and restore', usual, async t => {
  const folder = mkdtempSync('/tmp/gongkai-files-')
  chmodSync(folder, 0o755)
  t.teardown(() => rmSync(folder, { recursive: true }))
  const start = async (dataDir: string) => {
    const started = spawnService({ DATA_DIR: dataDir, PORT: '0', ADMIN_API_KEY: ADMIN_KEY })
    await started.said(/listens on/)
    const stop = async () => {
      started.child.kill('SIGTERM')
      await started.ended
    }
    return { base: started.lines().at(-1)!.address as string, stop }
  }
  const first = await start(`${folder}/data`)
  await fill(first.base, tables)
  const before = await answersOf(first.base)
  await first.stop()
  await run('cp', ['-a', `${folder}/data`, `${folder}/backup`])
  const second = await start(`${folder}/backup`)
  try {
    t.same(await answersOf(second.base), before)
    await verify(t, second.base, { DATA_DIR: `${folder}/backup` })
  } finally {
    await second.stop()
  }
})

t.test('undo the last migrations and run them again', usual, async t => {
  const { url } = await freshDatabase(t)
  const first = await service(t, url)
  await fill(first.base, tables)
  const before = await answersOf(first.base)
  first.child.kill('SIGTERM')
  await first.ended
  const env = { DATABASE_URL: url }
  for (const step of ['one', 'two']) t.match(await program('migrate', env, 'down'), /^Down \d{4}_\w+$/m, step)
  t.match(await program('migrate', env, 'status'), /to run\n.* to run/)
  t.match(await program('migrate', env, 'up'), /^Up .*\nUp /m)
  const second = await service(t, url)
  t.same(await answersOf(second.base), before)
  await verify(t, second.base, env)
})

t.test('restart two processes one after the other without a failed request', usual, async t => {
  const { url } = await freshDatabase(t)
  const ports = [await freePort(), await freePort()]
  const start = async (port: number) => {
    const started = spawnService({ DATABASE_URL: url, PORT: String(port), ADMIN_API_KEY: ADMIN_KEY })
    await started.said(/listens on/)
    return started
  }
  const processes = [await start(ports[0]!), await start(ports[1]!)]
  t.teardown(async () => {
    for (const { child, ended } of processes) {
      child.kill('SIGKILL')
      await ended
    }
  })
  await fill(`http://127.0.0.1:${ports[0]}`, tables)
  const over = new AbortController()
  const statuses = new Map<number, number>()
  // As a proxy does: a process that cannot be reached is left out, and the other one is asked.
  const client = async (number: number) => {
    for (let i = number; !over.signal.aborted; i++) {
      for (let attempt = 0; attempt < 2; attempt++) {
        try {
          const path = '/v1/reports/bureau/2022'
          const { status } = await ask(`http://127.0.0.1:${ports[(i + attempt) % 2]}`, path)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          break
        } catch (error) {
          if (attempt === 1) throw error
        }
      }
      await sleep(5)
    }
  }
  const clients = [client(0), client(1), client(2)]
  for (const i of [0, 1]) {
    processes[i]!.child.kill('SIGTERM')
    t.same(await processes[i]!.ended, [0, null])
    processes[i] = await start(ports[i]!)
  }
  await sleep(200)
  over.abort()
  await Promise.all(clients)
  t.same([...statuses.keys()], [200], JSON.stringify([...statuses]))
  t.ok(statuses.get(200)! > 50)
})

t.test('READ_ONLY refuses writes and answers reads', usual, async t => {
  const { url } = await freshDatabase(t)
  const first = await service(t, url)
  await fill(first.base, tables)
  const port = await freePort()
  const reader = spawnService({ DATABASE_URL: url, PORT: String(port), ADMIN_API_KEY: ADMIN_KEY, READ_ONLY: 'true' })
  t.teardown(async () => {
    reader.child.kill('SIGKILL')
    await reader.ended
  })
  await reader.said(/listens on/)
  const base = `http://127.0.0.1:${port}`
  t.same(await answersOf(base), await answersOf(first.base))
  t.equal((await ask(base, '/v1/checks', 'POST', { year: 2022, tables })).status, 200, 'checks write nothing')
  for (
    const [method, path] of [
      ['PUT', '/v1/reports/bureau/2020'],
      ['POST', '/v1/reports/bureau/2022/amend'],
      ['DELETE', '/v1/keys/1'],
      ['PUT', '/v1/imports/reports']
    ] as const
  ) {
    const { status, text, retryAfter } = await ask(base, path, method)
    t.match([status, text, retryAfter], [503, /"code":"maintenance"/, '60'], `${method} ${path}`)
  }
  t.equal((await ask(base, '/readyz')).status, 200)
})

t.test('a lost administrator key is replaced with ADMIN_API_KEY', usual, async t => {
  const { url } = await freshDatabase(t)
  const first = spawnService({ DATABASE_URL: url, PORT: '0' })
  await first.said(/Administrator key/)
  first.child.kill('SIGTERM')
  await first.ended
  const { base } = await service(t, url)
  const made = JSON.parse((await ask(base, '/v1/keys', 'POST', { role: 'admin', label: 'new' })).text)
  t.match(made.key, /^gk_/)
  t.equal((await ask(base, '/v1/keys/1?descendants=true', 'DELETE')).status, 204, 'the lost one is revoked')
})

t.test('the example alerts name metrics that exist', usual, async t => {
  const { url } = await freshDatabase(t)
  const { base } = await service(t, url)
  await ask(base, '/v1/forms')
  const metrics = (await ask(base, '/metrics')).text
  const rules = readFileSync('examples/alerts.yml', 'utf8')
  const named = new Set(rules.match(/\b(?:http|nodejs|process)_[a-z0-9_]+/g))
  t.ok(named.size > 4)
  for (const name of named) t.match(metrics, new RegExp(`^${name}\\b`, 'm'), name)
})

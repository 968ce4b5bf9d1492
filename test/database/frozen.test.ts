// A server that does not answer, because its processes are stopped: every wait has a limit, and nothing is doubled.
import { sql } from 'kysely'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrations.ts'
import { Forms, recordCells } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'
import { ADMIN_KEY } from '../support/app.ts'

t.setTimeout(120_000)

const folder = mkdtempSync('/tmp/gongkai-frozen-')
chmodSync(folder, 0o755)
const said: string[] = []
const { db, probe, close } = await connect({ DATA_DIR: folder, POOL_MAX: 4 }, line => said.push(line))
t.teardown(async () => {
  signal('SIGCONT')
  await app.close()
  await close()
  await rm(folder, { recursive: true })
})
await migrate(db, 'up')
const forms = new Forms(await readForms())
await recordCells(db, forms)
const app = await buildApp({ db, probe, forms, adminKey: ADMIN_KEY })

/** Sends a signal to all processes of the server. */
function signal (name: 'SIGSTOP' | 'SIGCONT'): void {
  const pid = readFileSync(`${folder}/postgres/postmaster.pid`, 'utf8').split('\n')[0]!
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' }).trim().split(/\s+/)
  for (const each of [pid, ...children]) {
    try {
      process.kill(Number(each), name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

async function call (method: 'GET' | 'PUT' | 'POST', url: string, payload?: object) {
  const since = performance.now()
  const authorization = `Bearer ${ADMIN_KEY}`
  const answer = await app.inject({ method, url, headers: { authorization }, ...(payload && { payload }) })
  return { status: answer.statusCode, headers: answer.headers, json: answer.json(), ms: performance.now() - since }
}

t.test('a frozen server: readiness within 2 s, 503 for all others, nothing doubled after it thaws', async t => {
  const agency = { name: '某局', level: 'county', kind: 'department' }
  t.equal((await call('PUT', '/v1/agencies/bureau', agency)).status, 201)
  // Opens all connections of the pool.
  await Promise.all(Array.from({ length: 4 }, async () => await sql`select pg_sleep(0.2)`.execute(db)))
  signal('SIGSTOP')
  const written = call('POST', '/v1/reports', { agency: 'bureau', year: 2022 })
  const read = Array.from({ length: 8 }, async () => await call('GET', '/v1/agencies/bureau'))
  const ready = await call('GET', '/readyz')
  t.equal(ready.status, 503)
  t.ok(ready.ms < 2000, `readiness after ${ready.ms} ms`)
  for (const answer of await Promise.all([written, ...read])) {
    t.equal(answer.status, 503)
    t.equal(answer.headers['retry-after'], '1')
    t.match(answer.json.code, /^database-(busy|unavailable)$/)
    t.ok(answer.ms < 20_000, `an answer after ${answer.ms} ms`)
  }
  t.match(said.join('\n'), /the database does not answer/)

  signal('SIGCONT')
  for (let i = 0; i < 100 && (await call('GET', '/readyz')).status !== 200; i++) await sleep(100)
  t.equal((await call('GET', '/readyz')).status, 200)
  t.equal((await call('GET', '/v1/agencies/bureau')).status, 200)
  // The client sends the report again: it is there once, whichever of the two requests created it.
  const again = await call('POST', '/v1/reports', { agency: 'bureau', year: 2022 })
  t.ok(again.status === 201 || again.json.code === 'report-exists', JSON.stringify(again.json))
  const { rows: events } = await sql`select from event where chain = 'bureau' and year = 2022`.execute(db)
  t.equal(events.length, 1)
  const { rows: idle } = await sql`
    select from pg_stat_activity where application_name = 'gongkai' and state like 'idle in transaction%'`.execute(db)
  t.equal(idle.length, 0, 'no session is left in a transaction')
})

t.test('a statement whose connection is silent ends after its limit', async t => {
  const pid = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(probe)
  process.kill(pid.rows[0]!.pid, 'SIGSTOP')
  const since = performance.now()
  await t.rejects(sql`select 1`.execute(probe), /Connection terminated/)
  t.ok(performance.now() - since < 4000)
  process.kill(pid.rows[0]!.pid, 'SIGCONT')
})

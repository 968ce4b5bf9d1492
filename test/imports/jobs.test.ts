import { sql } from 'kysely'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { buildApp } from '../../src/app.ts'
import { ADMIN_KEY, type Answer, freshApp } from '../support/app.ts'
import { agencies, CSV, lines, NDJSON, reportOf } from '../support/import-files.ts'

const IMPORT = '/v1/imports/reports?publish=true'
const later = { ...NDJSON, headers: { ...NDJSON.headers, prefer: 'respond-async' } }
const pause = async (ms: number) => await new Promise(resolve => setTimeout(resolve, ms))

type Call = (method: string, path: string) => Promise<Answer>
async function ended (call: Call, id: number) {
  for (;;) {
    const { json } = await call('GET', `/v1/imports/${id}`)
    if (json.state !== 'running') return json
    await pause(30)
  }
}

t.test('runs an import in the background and returns its result and rejects', async t => {
  const { call, db, forms } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(20), CSV)
  const file = lines(Array.from({ length: 20 }, (_, i) => reportOf(forms.get('2021'), `d${i}`, 2022, i)))
  const started = await call('POST', IMPORT, file, later)
  t.match([started.status, started.headers.location, started.json], [202, `/v1/imports/${started.json.id}`, {
    kind: 'reports',
    state: 'running',
    size: Buffer.byteLength(file),
    rejects: null
  }])
  t.match(await ended(call, started.json.id), {
    state: 'succeeded',
    read: 20,
    per_second: Number,
    finished_at: /Z$/,
    result: { counts: { created: 20, rejected: 0 } },
    rejects: null
  })
  t.match(await ended(call, (await call('POST', IMPORT, file, later)).json.id), {
    state: 'succeeded',
    result: { counts: { unchanged: 20 } }
  })
  t.match(
    await ended(call, (await call('POST', `${IMPORT}&dry_run=true`, file.replaceAll('2022', '2023'), later)).json.id),
    { state: 'succeeded', dry_run: true, result: { dry_run: true, counts: { created: 20 } } }
  )

  const bad = `${file.replaceAll('2022', '2023')}${lines([reportOf(forms.get('2021'), 'nobody', 2022)])}`
  const failed = await ended(call, (await call('POST', IMPORT, bad, later)).json.id)
  t.match(failed, {
    state: 'failed',
    problem: {
      code: 'import-rejected',
      counts: { created: 0, rejected: 1 },
      errors: [{ line: 21, code: 'agency-unknown' }]
    },
    rejects: /rejects$/
  })
  t.match(
    (await call('GET', `/v1/imports/${failed.id}`, undefined, { headers: { 'accept-language': 'zh' } })).json.problem,
    { title: '导入被拒绝' }
  )
  t.match((await call('GET', failed.rejects)).text, /^\{"agency":"nobody",.*,"rejected":"line 21 /)
  t.match(
    await ended(
      call,
      (await call('POST', IMPORT, 'x,y\n1,2\n', { headers: { ...CSV.headers, prefer: 'respond-async' } })).json.id
    ),
    { state: 'failed', problem: { code: 'body-invalid' } }
  )
  t.same((await verifyTotals(db, forms)).differences, [])

  const other = (await call('POST', '/v1/keys', { role: 'supervisor', agency: 'root', label: 'x' })).json.key
  t.equal((await call('GET', `/v1/imports/${failed.id}`, undefined, { key: other })).json.code, 'import-not-found')
})

t.test('rolls back a cancelled or interrupted import, and another process reports its state', async t => {
  const { app, call, db, forms } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(10), CSV)
  const file = lines(Array.from({ length: 10 }, (_, i) => reportOf(forms.get('2021'), `d${i}`, 2022, i)))
  const count = async () => (await sql<{ n: number }>`select count(*) as n from report`.execute(db)).rows[0]!.n
  const second = await buildApp({ db, forms, adminKey: ADMIN_KEY })
  t.teardown(async () => await second.close())
  const ask = async (method: string, path: string) =>
    (await second.inject({ method: method as 'GET', url: path, headers: { authorization: `Bearer ${ADMIN_KEY}` } }))
      .json()

  await db.transaction().execute(async trx => {
    await sql`lock table agency_period in share row exclusive mode`.execute(trx)
    const { json: { id } } = await call('POST', IMPORT, file, later)
    t.match([await ask('POST', `/v1/imports/${id}/cancel`), (await ask('POST', `/v1/imports/${id}/cancel`)).state], [{
      state: 'cancelled'
    }, 'cancelled'])
  })
  await db.transaction().execute(async trx => {
    await sql`lock table agency_period in share row exclusive mode`.execute(trx)
    const { json: { id } } = await call('POST', IMPORT, file, later)
    // The clock of the database jumps: that says nothing about the process.
    await sql`update import set beat_at = now() - interval '1 hour' where id = ${id}`.execute(db)
    t.match(await ask('GET', `/v1/imports/${id}`), { state: 'running' })
    // A process without heartbeats: the import is marked as interrupted, so that it can no longer commit.
    await sql`create function keep_beat () returns trigger language plpgsql as $$
      begin new.beat_at := old.beat_at; return new; end $$`.execute(db)
    await sql`create trigger keep_beat before update on import for each row execute function keep_beat()`.execute(db)
    t.match(await ask('GET', `/v1/imports/${id}`), { state: 'running' })
    const { now } = performance
    performance.now = () => now.call(performance) + 21_000
    t.match(await ask('GET', `/v1/imports/${id}`), { state: 'interrupted' })
    performance.now = now
    await sql`drop function keep_beat cascade`.execute(db)
  })
  const last = (await call('POST', IMPORT, file, later)).json.id
  t.match(
    await ended(call, last),
    { state: 'succeeded', result: { counts: { created: 10 } } },
    'the import waits for the earlier ones'
  )
  t.equal(await count(), 10)

  const again = await db.transaction().execute(async trx => {
    await sql`lock table report in access exclusive mode`.execute(trx)
    const { json: { id } } = await call('POST', IMPORT, file.replaceAll('2022', '2023'), later)
    await pause(300)
    const closing = app.close()
    await pause(100)
    return { id, closing }
  })
  await again.closing
  t.match(await ask('GET', `/v1/imports/${again.id}`), { state: /interrupted|succeeded/ })
  const { state } = await ask('GET', `/v1/imports/${again.id}`)
  t.equal(await count(), state === 'succeeded' ? 20 : 10, state)
})

t.test('npm run import uploads a file, shows progress and exits with 1 on any error', async t => {
  const { app, call, forms } = await freshApp(t)
  const base = await app.listen({ host: '127.0.0.1', port: 0 })
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-import-'))
  t.teardown(async () => await rm(folder, { recursive: true }))
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, ['dist/bin/import.js', ...args], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      env: { PATH: process.env.PATH, BASE: base, KEY: ADMIN_KEY }
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', data => {
        said += data
      })
    }
    const [code] = await once(child, 'exit')
    return { code, said }
  }
  const [tree, file] = [join(folder, 'agencies.csv'), join(folder, 'reports.ndjson')]
  await writeFile(tree, agencies(5))
  await writeFile(file, lines(['d0', 'nobody'].map(agency => reportOf(forms.get('2021'), agency, 2022))))
  t.match(await run('agencies', tree), { code: 0, said: /created 6, updated 0, unchanged 0, rejected 0/ })
  const refused = await run('reports', file, '--publish')
  t.match(refused, { code: 1, said: /Nothing was stored[^]*line 2 [^]*nobody/ })
  const kept = await run(
    'reports',
    file,
    '--publish',
    '--on-error=continue',
    `--rejects=${join(folder, 'rejects.ndjson')}`
  )
  t.match(kept, { code: 1, said: /created 1, updated 0, unchanged 0, rejected 1/ })
  t.match(await readFile(join(folder, 'rejects.ndjson'), 'utf8'), /nobody/)
  t.match(await run('report', file), { code: 2, said: /npm run import -- reports FILE/ })
  t.match(await run('reports', join(folder, 'none')), { code: 2, said: /none/ })
  t.equal((await call('GET', '/v1/reports/d0/2022')).json.status, 'published')
})

// Imports are atomic, count each report once and use bounded memory.
import fc from 'fast-check'
import { type Kysely, sql, type Transaction } from 'kysely'
import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGzip, gzipSync } from 'node:zlib'
import t from 'tap'
import { verifyTotals } from '../../../src/aggregates/verify.ts'
import { verifyEvents } from '../../../src/audit/events/verify.ts'
import { openDatabase } from '../../../src/database/connection.ts'
import type { Database } from '../../../src/database/types.ts'
import type { Form } from '../../../src/form/form.ts'
import { ADMIN_KEY, type Answer, freshApp } from '../../support/app.ts'
import { agencies, CSV, lines, NDJSON, reportOf } from '../../support/import-files.ts'
import { isLong, runsOf } from '../../support/runs.ts'
import { service } from '../../support/service.ts'

const IMPORT = '/v1/imports/reports?publish=true'

/** Inserts an empty draft of 2022, for which an import of the same report waits until commit. */
async function insertDraft (trx: Transaction<Database>, form: Form, agency: string): Promise<void> {
  const blanks = `{${form.cells.map(() => 'null').join()}}`
  await sql`
    insert into report (agency, year, form, status, figures, notes, sections)
    values (${agency}, 2022, ${form.id}, 'draft', ${blanks}, '{}', '{}')`.execute(trx)
}

async function untilSomeoneWaits (db: Kysely<Database>): Promise<void> {
  const waiting = sql`select from pg_locks where not granted and locktype = 'transactionid'`
  while ((await waiting.execute(db)).rows.length === 0) await new Promise(resolve => setTimeout(resolve, 10))
}

t.test('concurrent imports of overlapping files do not deadlock and count each report once', async t => {
  const { call, db, forms } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(60), CSV)
  const reports = Array.from({ length: 60 }, (_, i) => reportOf(forms.get('2021'), `d${i}`, 2022, i))
  const files = [
    reports,
    reports.toReversed(),
    reports.slice(10, 50),
    reports.toSorted((a, b) => a.agency < b.agency ? 1 : -1)
  ]
  const singles = [5, 25, 45].map(async i => {
    const { agency, year, ...draft } = reports[i]!
    for (const [method, path, body] of [['PUT', '', draft], ['POST', '/submit'], ['POST', '/publish']] as const) {
      await call(method, `/v1/reports/${agency}/${year}${path}`, body)
    }
  })
  const moves = call('PATCH', '/v1/agencies/d7', { kind: 'office', since: 2021 })
  const answers = await Promise.all(
    files.map(async file => await call('POST', `${IMPORT}&on_error=continue`, lines(file), NDJSON))
  )
  await Promise.all([...singles, moves])
  t.same(
    answers.map(answer => answer.status),
    [200, 200, 200, 200],
    answers.map(answer => answer.text).join('\n').slice(0, 2000)
  )
  const { rows: [row] } = await sql<
    { published: number, versions: number }
  >`select count(*) filter (where status = 'published') as published, (select count(*) from report_version) as versions from report`
    .execute(db)
  t.same(row, { published: 60, versions: 60 })
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('an import of drafts keeps nobody from changing agencies, and starts again if one of its agencies moved', async t => {
  const { call, db, forms, url } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(20), CSV)
  const clerk = openDatabase(url, 1, () => {})
  t.teardown(async () => await clerk.destroy())
  const reports = Array.from({ length: 20 }, (_, i) => reportOf(forms.get('2021'), `d${i}`, 2022, i))
  let answer: Promise<Answer> | undefined
  await clerk.transaction().execute(async trx => {
    await insertDraft(trx, forms.get('2021'), 'd7')
    answer = call('POST', '/v1/imports/reports?on_error=continue', lines(reports), NDJSON)
    await untilSomeoneWaits(db)
    const changed = await call('PATCH', '/v1/agencies/d3', { until: 2021 })
    t.equal(changed.status, 200, changed.text)
  })
  t.match((await answer)!.json, {
    counts: { created: 18, updated: 1, rejected: 1 },
    errors: [{ line: 4, code: 'agency-not-in-year' }]
  })
  t.equal((await call('GET', '/v1/reports/d3/2022')).status, 404)
})

/**
 * Starts an import of 20 reports while an open transaction has inserted one of them. The import waits for that
 * transaction, which commits after `during`.
 */
async function importBesideClerk (
  t: Parameters<typeof freshApp>[0],
  during: (call: Awaited<ReturnType<typeof freshApp>>['call']) => Promise<void>
) {
  const { call, db, forms, url } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(20), CSV)
  const clerk = openDatabase(url, 1, () => {})
  t.teardown(async () => await clerk.destroy())
  const reports = Array.from({ length: 20 }, (_, i) => reportOf(forms.get('2021'), `d${i}`, 2022, i))
  let answer: Promise<Answer> | undefined
  await clerk.transaction().execute(async trx => {
    await insertDraft(trx, forms.get('2021'), 'd7')
    answer = call('POST', IMPORT, lines(reports), NDJSON)
    await untilSomeoneWaits(db)
    await during(call)
  })
  return { call, db, forms, reports, answer: (await answer)! }
}

t.test('requests of the present moment do not take the connections while an import publishes', async t => {
  const { answer } = await importBesideClerk(t, async call => {
    // The current millisecond must be later than the moment that the import has reserved.
    await new Promise(resolve => setTimeout(resolve, 5))
    const now = new Date().toISOString()
    const asking = Array.from({ length: 10 }, async () => {
      const { status, json } = await call('GET', `/v1/totals?measure=requests.granted.total&as_of=${now}`)
      t.same([status, json.code], [503, 'moment-not-settled'])
    })
    await new Promise(resolve => setTimeout(resolve, 1000))
    const since = performance.now()
    t.equal((await call('GET', '/v1/agencies/d1')).status, 200)
    t.ok(performance.now() - since < 2000, 'others are served')
    await Promise.all(asking)
  })
  t.equal(answer.status, 200)
})

t.test('refuses a file that unpacks to far more than its size, and locks nothing for it', async t => {
  const { call } = await freshApp(t)
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, '\n'))
  for (const path of ['/v1/imports/reports', '/v1/imports/agencies']) {
    const answer = await call('POST', path, bomb, { headers: { 'content-type': 'application/x-ndjson' } })
    t.match(answer, { status: 400, json: { code: 'gzip-malformed', detail: /250 times its size/ } }, path)
  }
})

t.test('a file whose records are all rejected takes no lock', async t => {
  const { call, db, forms } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(1), CSV)
  const wrong = { ...reportOf(forms.get('2021'), 'd0', 2022, 1), tabels: {} }
  await db.transaction().execute(async trx => {
    await sql`lock table agency_period in share row exclusive mode`.execute(trx)
    const answer = await call('POST', `${IMPORT}&on_error=continue`, lines([wrong]), NDJSON)
    t.match(answer, { status: 200, json: { counts: { created: 0, rejected: 1 } } })
  })
})

t.test('keeps a report that a clerk creates during an import, and counts each report once', async t => {
  const { call, db, forms, reports, answer } = await importBesideClerk(t, async () => {})
  t.match(answer, {
    status: 200,
    json: { counts: { created: 19, updated: 1, unchanged: 0, rejected: 0 }, errors: [] }
  })
  t.match((await call('GET', '/v1/reports/d7/2022')).json, {
    status: 'published',
    version: 1,
    tables: reports[7]!.tables
  })
  t.match((await call('POST', IMPORT, lines(reports), NDJSON)).json, {
    counts: { created: 0, updated: 0, unchanged: 20 }
  })
  t.same((await verifyTotals(db, forms)).differences, [])
  t.match(await verifyEvents(db), { ok: true })
})

t.test('after any sequence of imports, the totals equal the sums of the published reports', async t => {
  const { call, db, forms } = await freshApp(t)
  const codes = ['a', 'b', 'c', 'd', 'e']
  const agency = fc.record({
    code: fc.constantFrom(...codes),
    parent: fc.constantFrom('', ...codes),
    kind: fc.constantFrom('department', 'office'),
    reporting: fc.constantFrom('own', 'consolidated'),
    since: fc.constantFrom('', '2020', '2022')
  })
  const report = fc.record({
    agency: fc.constantFrom(...codes),
    year: fc.integer({ min: 2019, max: 2023 }),
    n: fc.nat(5),
    fault: fc.constantFrom('', '', '', '', 'sum', 'cell', 'blank')
  })
  const step = fc.oneof(
    fc.record({
      agencies: fc.uniqueArray(agency, { maxLength: 5, selector: ({ code }) => code }),
      mode: fc.constantFrom('abort', 'continue')
    }),
    fc.record({
      reports: fc.array(report, { maxLength: 12 }),
      mode: fc.constantFrom('abort', 'continue', 'continue'),
      query: fc.constantFrom(
        '',
        'publish=true',
        'publish=true',
        'publish=true&accept_failed_checks=true',
        'publish=true&accept_failed_checks=true',
        'publish=true&dry_run=true'
      )
    })
  )
  let published = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async steps => {
      await sql`truncate report, report_version, agency, total, expected, event, event_chain, event_checkpoint cascade`
        .execute(db)
      const first = {
        agencies: codes.map(code => ({ code, parent: '', kind: 'department', reporting: 'own', since: '' })),
        mode: 'abort'
      }
      for (const step of [first, ...steps]) {
        const answer = 'agencies' in step
          ? await call(
            'POST',
            `/v1/imports/agencies?on_error=${step.mode}`,
            `code,name,level,kind,parent,reporting,since\n${
              step.agencies.map(a => `${a.code},某,county,${a.kind},${a.parent},${a.reporting},${a.since}\n`).join('')
            }`,
            CSV
          )
          : await call(
            'POST',
            `/v1/imports/reports?on_error=${step.mode}&${step.query}`,
            lines(step.reports.map(({ agency, year, n, fault }) => {
              const made = reportOf(forms.choose(year, undefined), agency, year, n)
              const granted = made.tables.requests!.granted!
              if (fault === 'sum') granted.total!++
              if (fault === 'cell') granted.total = -1
              if (fault === 'blank') made.tables.documents!.normative_documents = {}
              return made
            })),
            NDJSON
          )
        if (answer.status >= 500) t.fail(answer.text)
        t.same((await verifyTotals(db, forms)).differences, [], JSON.stringify(step))
      }
      t.match(await verifyEvents(db), { ok: true })
      published += (await sql<{ n: number }>`select count(*) as n from report_version`.execute(db)).rows[0]!.n
    }),
    { numRuns: runsOf('PROPERTY_RUNS', 5, 50), endOnFailure: true }
  )
  t.comment(`${published} reports published`)
  // A few random sequences may happen to publish little.
  if (isLong) t.ok(published > 50)
})

t.test('rolls back an import when the client or the database disconnects', async t => {
  const { app, call, db, forms } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(400), CSV)
  const base = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const file = lines(Array.from({ length: 400 }, (_, i) => reportOf(forms.get('2021'), `d${i}`, 2022, i)))
  const count = async () => (await sql<{ n: number }>`select count(*) as n from report`.execute(db)).rows[0]!.n
  const upload = () =>
    request(new URL(IMPORT, base), {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-length': Buffer.byteLength(file) }
    }).on('error', () => {})

  const broken = upload()
  broken.write(file.slice(0, file.length / 2))
  await new Promise(resolve => setTimeout(resolve, 100))
  broken.destroy()

  // The client disconnects after the upload, while the import waits for the lock on the tree.
  await db.transaction().execute(async trx => {
    await sql`lock table agency_period in share row exclusive mode`.execute(trx)
    const left = upload()
    left.end(file)
    await waitFor(async () => (await waiting(db)).length > 0)
    left.destroy()
  })
  await waitFor(async () => (await waiting(db)).length === 0)

  // PostgreSQL terminates the connection during the import.
  const answer = await db.transaction().execute(async trx => {
    await sql`lock table report in access exclusive mode`.execute(trx)
    const sent = call('POST', IMPORT, file, NDJSON)
    await waitFor(async () => (await waiting(db)).length > 0)
    for (const pid of await waiting(db)) await sql`select pg_terminate_backend(${pid}::integer)`.execute(trx)
    return await sent
  })
  t.same([answer.status, answer.json.code], [503, 'database-unavailable'])
  t.equal(await count(), 0)
  t.same((await call('POST', IMPORT, file, NDJSON)).json.counts.created, 400)
  t.same((await verifyTotals(db, forms)).differences, [])
})

const waiting = async (db: Parameters<typeof verifyTotals>[0]) =>
  (await sql<
    { pid: number }
  >`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db)).rows
    .map(row => row.pid)

async function waitFor (isSo: () => Promise<boolean>) {
  for (let i = 0; !await isSo(); i++) {
    if (i > 300) throw new Error('it does not come')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

t.test('rejects a gzip bomb, an endless line and a stalled upload', async t => {
  const { app, call } = await freshApp(t, { bodyLimit: 64 * 1024, importLimit: 8 * 1024 * 1024 })
  const bomb = async (piece: string, times: number) => {
    const gzip = createGzip()
    const packed: Buffer[] = []
    gzip.on('data', data => packed.push(data))
    for (let i = 0; i < times; i++) if (!gzip.write(piece)) await once(gzip, 'drain')
    gzip.end()
    await once(gzip, 'end')
    return Buffer.concat(packed)
  }
  t.equal(
    (await call('POST', '/v1/imports/reports', await bomb('0'.repeat(1024 * 1024), 200))).json.code,
    'line-too-long'
  )
  t.equal(
    (await call('POST', '/v1/imports/reports', await bomb('\n'.repeat(1024 * 1024), 200))).json.code,
    'body-too-large'
  )
  t.equal(
    (await call('POST', '/v1/imports/agencies', gzipSync(`code,name\n"${'a,\n'.repeat(100_000)}`), CSV)).json.code,
    'line-too-long'
  )
  t.equal((await call('POST', '/v1/imports/reports', Buffer.alloc(9 * 1024 * 1024, 'a\n'))).json.code, 'body-too-large')
  t.equal(
    (await call('POST', '/v1/imports/reports', gzipSync('x'), { headers: { 'content-encoding': 'br' } })).json.code,
    'media-type-unsupported'
  )
  t.match(
    (await call(
      'POST',
      '/v1/imports/reports',
      `{"agency":"a","year":2022,"tables":{${Array.from({ length: 2001 }, (_, i) => `"t${i}":{}`).join()}}}\n`
    )).json.errors,
    [{ code: 'json-malformed' }]
  )
  // A rejected upload gets its response before the body ends, and the connection is closed.
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const sent = request({
    port,
    method: 'POST',
    path: '/v1/imports/reports',
    headers: { authorization: `Bearer ${ADMIN_KEY}` }
  })
  sent.on('error', () => {})
  const writing = setInterval(() => sent.write('{"agency":"a"}\n'.repeat(10_000)), 5)
  const [answer] = await once(sent, 'response')
  clearInterval(writing)
  sent.destroy()
  t.equal(answer.statusCode, 413)
})

t.test('a service killed during an import leaves no rows and restarts cleanly', async t => {
  const { call, db, url, forms } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(50), CSV)
  const { child, ended, base } = await service(t, url)
  const file = lines(Array.from({ length: 50 }, (_, i) => reportOf(forms.get('2021'), `d${i}`, 2022, i)))
  const send = async (base: string) =>
    await fetch(base + IMPORT, { method: 'POST', headers: { authorization: `Bearer ${ADMIN_KEY}` }, body: file })
  await db.transaction().execute(async trx => {
    // The import has inserted its first rows and waits for the lock on report_version.
    await sql`lock table report_version in access exclusive mode`.execute(trx)
    const sent = send(base).catch(() => undefined)
    await waitFor(async () => (await waiting(db)).length > 0)
    child.kill('SIGKILL')
    await Promise.all([ended, sent])
  })
  const second = await service(t, url)
  t.equal((await sql<{ n: number }>`select count(*) as n from report`.execute(db)).rows[0]!.n, 0)
  t.match(await (await send(second.base)).json(), { counts: { created: 50 } })
  t.same((await verifyTotals(db, forms)).differences, [])
})

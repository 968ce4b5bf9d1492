import { sql } from 'kysely'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { openDatabase } from '../../src/database/connection.ts'
import { freshApp, freshDatabase } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const agency = { name: '某局', level: 'county', kind: 'department' }
const retry = (key: string) => ({ headers: { 'idempotency-key': key } })
const body = { agency: 'bureau', year: 2023 }

t.test('replays the stored response of a retried request without running it again', async t => {
  const { call } = await freshApp(t)
  await call('PUT', '/v1/agencies/bureau', agency)
  const first = await call('POST', '/v1/reports', body, retry('one'))
  t.equal(first.status, 201)
  const again = await call('POST', '/v1/reports', body, retry('one'))
  t.same([again.status, again.text, again.headers['location'], again.headers['content-type'], again.headers['etag']], [
    201,
    first.text,
    first.headers['location'],
    first.headers['content-type'],
    first.headers['etag']
  ])
  t.same([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']], [undefined, 'true'])
  const rows = { row: 'normative_documents', values: { issued: 3, repealed: 1, in_force: 27 } }
  const path = '/v1/reports/bureau/2023/tables/documents/rows'
  t.equal((await call('POST', path, rows, retry('rows'))).status, 201)
  t.equal((await call('POST', path, rows, retry('rows'))).status, 201, 'does not answer row-exists')
  const csv = { headers: { ...retry('csv').headers, 'content-type': 'text/csv' } }
  t.equal(
    (await call('POST', path.replace('documents', 'enforcement'), 'row,decisions\nadministrative_penalties,1\n', csv))
      .status,
    201
  )
  t.equal(
    (await call('POST', path.replace('documents', 'enforcement'), 'row,decisions\nadministrative_penalties,1\n', csv))
      .status,
    201
  )
  t.equal(
    (await call('POST', path.replace('documents', 'enforcement'), 'row,decisions\nadministrative_penalties,2\n', csv))
      .json.code,
    'idempotency-key-reused'
  )
})

t.test('scopes an idempotency key to one caller and one request', async t => {
  const { call } = await freshApp(t)
  await call('PUT', '/v1/agencies/bureau', agency)
  await call('POST', '/v1/reports', body, retry('one'))
  t.match(await call('POST', '/v1/reports', { ...body, year: 2022 }, retry('one')), {
    status: 422,
    json: { code: 'idempotency-key-reused' }
  })
  t.match(await call('POST', '/v1/reports/bureau/2023/submit', undefined, retry('one')), {
    status: 422,
    json: { code: 'idempotency-key-reused' }
  })
  const { json: { key } } = await call('POST', '/v1/keys', { role: 'filer', agency: 'bureau', label: 'another' })
  t.match(await call('POST', '/v1/reports', body, { ...retry('one'), key }), {
    status: 409,
    json: { code: 'report-exists' }
  })
  for (const wrong of ['', 'a b', 'é', 'x'.repeat(201)]) {
    t.match(await call('POST', '/v1/reports', body, retry(wrong)), {
      status: 400,
      json: { code: 'idempotency-key-invalid' }
    }, wrong)
  }
})

t.test('does not store the response of a rejected request', async t => {
  const { call } = await freshApp(t)
  t.match(await call('POST', '/v1/reports', body, retry('one')), { status: 422, json: { code: 'agency-unknown' } })
  t.match(await call('POST', '/v1/reports', { year: 'x' }, retry('one')), {
    status: 422,
    json: { code: 'body-invalid' }
  })
  await call('PUT', '/v1/agencies/bureau', agency)
  t.equal((await call('POST', '/v1/reports', body, retry('one'))).status, 201)
})

t.test('runs one of many concurrent retries and answers the others with its response or 409', async t => {
  const { call } = await freshApp(t)
  await call('PUT', '/v1/agencies/bureau', agency)
  const answers = await Promise.all(Array.from({ length: 30 }, () => call('POST', '/v1/reports', body, retry('one'))))
  const done = answers.filter(answer => answer.status === 201)
  t.ok(done.length > 0)
  t.equal(new Set(done.map(answer => answer.text)).size, 1)
  t.equal(done.filter(answer => answer.headers['idempotency-replayed'] === undefined).length, 1)
  t.ok(answers.every(answer => answer.status === 201 || answer.json.code === 'idempotency-key-in-use'))
})

t.test('deletes stored responses after a day', async t => {
  const { call, db } = await freshApp(t)
  await call('PUT', '/v1/agencies/bureau', agency)
  const age = (by: string) => sql`update stored_answer set started_at = now() - ${by}::interval`.execute(db)
  await call('POST', '/v1/reports', body, retry('one'))
  await age('23 hours')
  t.equal((await call('POST', '/v1/reports', body, retry('one'))).status, 201)
  await age('25 hours')
  t.equal((await call('POST', '/v1/reports', body, retry('one'))).json.code, 'report-exists', 'the request runs again')
  await call('POST', '/v1/reports', { ...body, year: 2022 }, retry('two'))
  await age('25 hours')
  await call('POST', '/v1/reports', body, retry('three'))
  t.equal((await db.selectFrom('stored_answer').select('key').execute()).length, 0, 'expired responses are deleted')
})

t.test('rolls back an aborted request and releases its key', async t => {
  const { call, db } = await freshApp(t)
  await call('PUT', '/v1/agencies/bureau', agency)
  await call('POST', '/v1/reports', body)
  const append = async () =>
    await call('POST', '/v1/reports/bureau/2023/tables/documents/rows', {
      row: 'regulations',
      values: { issued: 1, repealed: 0, in_force: 0 }
    }, retry('one'))
  const cut = await db.transaction().execute(async trx => {
    await sql`select from report for update`.execute(trx)
    const appending = append()
    for (;;) {
      const { rows } =
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and query like '%from report%' and datname = current_database()`
          .execute(db)
      if (rows.length > 0) break
    }
    return await appending
  })
  t.equal(cut.status, 503, cut.text)
  const [first, again] = [await append(), await append()]
  t.same([first.status, first.headers['idempotency-replayed'], again.status, again.text], [
    201,
    undefined,
    201,
    first.text
  ])
})

t.test('rolls back the operation when its response cannot be stored', async t => {
  const { call, db } = await freshApp(t)
  await call('PUT', '/v1/agencies/bureau', agency)
  await sql`alter table stored_answer add constraint none check (status is null)`.execute(db)
  t.equal((await call('POST', '/v1/reports', body, retry('one'))).status, 500)
  t.equal((await call('GET', '/v1/reports/bureau/2023')).status, 404)
  await sql`alter table stored_answer drop constraint none`.execute(db)
  t.equal((await call('POST', '/v1/reports', body, retry('one'))).status, 201)
})

t.test('uses one connection per request with a key, so that a pool of one does not deadlock', async t => {
  const { url } = await freshDatabase(t)
  const one = openDatabase(url, 1, () => {})
  const { call, forms } = await freshApp(t, { db: one })
  t.teardown(async () => await one.destroy())
  let n = 0
  const post = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await call('POST', path, body, { headers: { ...retry(`key-${n++}`).headers, ...headers } })
    t.ok(answer.status < 300 || answer.status === 404, `${path}: ${answer.text.slice(0, 200)}`)
    return answer
  }
  await post('/v1/agencies', { code: 'bureau', ...agency })
  const { documents, ...tables } = consistentTables(forms.get('2021'), () => 1)
  const path = '/v1/reports/bureau/2023'
  await post('/v1/reports', { ...body, tables, sections: SECTIONS })
  await post(`${path}/tables/documents/rows`, Object.entries(documents!).map(([row, values]) => ({ row, values })))
  for (
    const [move, reason] of [['submit'], ['return', '请核对'], ['submit'], ['publish'], ['amend', '更正']] as const
  ) await post(`${path}/${move}`, reason === undefined ? undefined : { reason })
  await call('DELETE', path)
  await post(`${path}/withdraw`, { reason: '撤回' })
  const { json: { id } } = await post('/v1/keys', { role: 'filer', agency: 'bureau', label: 'x' })
  await post(`/v1/keys/${id}/rotate`)
  await post(
    '/v1/imports/documents?agency=bureau&year=2019',
    await readFile(new URL('../../examples/kundulun-2019.txt', import.meta.url)),
    { 'content-type': 'text/plain' }
  )
  await post('/v1/imports/1/cancel')
  await post('/v1/checks', { year: 2023 })
})

t.test('ignores the idempotency key of a bulk import and does not document one', async t => {
  const { call } = await freshApp(t)
  const headers = { 'content-type': 'text/csv', 'idempotency-key': 'one' }
  for (const code of ['a', 'b']) {
    const { status, json } = await call(
      'POST',
      '/v1/imports/agencies',
      `code,name,level,kind,parent\n${code},某局,county,department,\n`,
      { headers }
    )
    t.match({ status, json }, { status: 200, json: { counts: { created: 1 } } })
  }
  const { json } = await call('GET', '/openapi.json')
  for (const kind of ['agencies', 'reports']) {
    t.notMatch(JSON.stringify(json.paths[`/v1/imports/${kind}`].post), /idempotency-key/)
  }
})

import { gzipSync } from 'node:zlib'
import t from 'tap'
import { freshApp } from '../support/app.ts'

t.test('rejects text that PostgreSQL cannot store', async t => {
  const { call } = await freshApp(t)
  const json = { headers: { 'content-type': 'application/json' } }
  await call('PUT', '/v1/agencies/a', { name: '局', level: 'county', kind: 'department' })
  for (const escape of ['\\u0000', '\\ud800', '\\uDFFF', '\\ud83dx']) {
    for (
      const [method, path, body] of [[
        'PUT',
        '/v1/agencies/b',
        `{"name":"x${escape}y","level":"county","kind":"department"}`
      ], ['PUT', '/v1/reports/a/2022', `{"sections":{"overview":"${escape}"}}`]] as const
    ) {
      t.equal((await call(method, path, body, json)).json.code, 'json-malformed', `${path} ${escape}`)
    }
  }
  t.equal(
    (await call('PUT', '/v1/reports/a/2022', '{"sections":{"overview":"\\ud83d\\ude00 \\\\u0000"}}', json)).json
      .sections.overview,
    '😀 \\u0000'
  )
  for (
    const path of [
      '/v1/agencies?q=%00',
      `/v1/agencies?cursor=${Buffer.from('["\\u0000"]').toString('base64url')}`,
      `/v1/reports?cursor=${Buffer.from('["a",1e99]').toString('base64url')}`,
      '/v1/agencies/%00',
      '/v1/forms/%ff'
    ]
  ) {
    t.equal((await call('GET', path)).status, 400, path)
  }
  t.equal((await call('GET', `/v1/totals?measure=${encodeURIComponent('__proto__.a.b')}`)).status, 422)
  t.equal((await call('PUT', '/v1/reports/a/2022', '{"tables":{"constructor":{},"toString":{}}}', json)).status, 422)
})

t.test('rejects unknown query parameters', async t => {
  const { call } = await freshApp(t)
  for (
    const [method, path] of [['GET', '/v1/forms?x=1'], ['GET', '/v1/forms/2021?lang=zh'], [
      'GET',
      '/v1/reports/a/2022?versions=1'
    ], ['POST', '/v1/reports/a/2022/submit?force=true']] as const
  ) {
    const answer = await call(method, path)
    t.same([answer.status, answer.json.code], [400, 'parameter-invalid'], path)
  }
})

t.test('accepts integers in paths and queries only as decimal digits', async t => {
  const { call } = await freshApp(t)
  const key = await call('POST', '/v1/keys', { label: 'clerk', role: 'admin' })
  t.equal(key.status, 201, key.text)
  const { id } = key.json
  for (
    const [method, path] of [
      ['GET', '/v1/keys?limit=1e309'],
      ['GET', '/v1/reports?limit=0x10'],
      ['GET', '/v1/reports?limit=%205'],
      ['GET', '/v1/reports/a/2019.0'],
      ['GET', '/v1/reports/a/0x7e3'],
      ['GET', '/v1/reports/a/%202021'],
      ['GET', '/v1/reports/a/Infinity/checks'],
      ['GET', '/v1/imports/9999999999999999999'],
      ['POST', '/v1/keys/1e309/rotate'],
      ['DELETE', `/v1/keys/${id}e0`]
    ] as const
  ) {
    const { status, json } = await call(method, path)
    t.match({ status, code: json.code, faults: json.errors.length }, {
      status: 400,
      code: 'parameter-invalid',
      faults: 1
    }, `${method} ${path}`)
  }
  t.equal(
    (await call('GET', '/v1/keys')).json.items.find((key: { id: number }) => key.id === id).revoked_at,
    null,
    'the key is not revoked'
  )
})

t.test('answers a malformed path with a problem', async t => {
  const { call } = await freshApp(t)
  for (const path of ['/v1/forms/%zz', `/v1/agencies/${'x'.repeat(201)}`]) {
    const answer = await call('GET', path, undefined, { headers: { 'accept-language': 'zh' } })
    t.same([answer.status, answer.json.code, answer.headers['content-type'], answer.headers['content-language']], [
      400,
      'parameter-invalid',
      'application/problem+json; charset=utf-8',
      'zh'
    ], path)
  }
  t.equal((await call('GET', '/v1/reports?year=2025..2019')).json.code, 'parameter-invalid')
})

t.test('ignores a trailing slash and lists the allowed methods with 405', async t => {
  const { call } = await freshApp(t)
  t.equal((await call('GET', '/v1/forms/')).status, 200)
  const wrong = await call('PATCH', '/v1/reports/a/2022')
  t.same([wrong.status, wrong.headers.allow], [405, 'DELETE, GET, HEAD, PUT'])
})

t.test('reads a body of JSON or CSV with Content-Encoding gzip and rejects other encodings', async t => {
  const { call } = await freshApp(t)
  await call('PUT', '/v1/agencies/a', { name: '甲局', level: 'county', kind: 'department' })
  await call('PUT', '/v1/reports/a/2023', {})
  const path = '/v1/reports/a/2023/tables/enforcement/rows/administrative_penalties'
  const put = async (body: Buffer, encoding: string, type = 'application/json') =>
    await call('PUT', path, body, { headers: { 'content-type': type, 'content-encoding': encoding } })
  const json = Buffer.from('{"values":{"decisions":85}}')
  for (const encoding of ['gzip', 'x-gzip', 'GZIP']) {
    t.match(await put(gzipSync(json), encoding), { json: { values: { decisions: 85 } } }, encoding)
  }
  t.match(await put(json, 'identity'), { status: 200 })
  for (const encoding of ['br', 'deflate', 'gzip, gzip']) {
    t.match(await put(gzipSync(json), encoding), {
      status: 415,
      json: { code: 'media-type-unsupported', detail: new RegExp(`Content-Encoding: ${encoding}`) }
    })
  }
  t.match(await put(json, 'gzip'), { status: 400, json: { code: 'gzip-malformed' } })
  t.match(await put(gzipSync(Buffer.alloc(5_000_000, 0x20)), 'gzip'), { status: 413, json: { code: 'body-too-large' } })
  const csv = gzipSync('row,decisions\nadministrative_penalties,86\n')
  await call('PUT', '/v1/reports/a/2022', {})
  const appended = await call('POST', '/v1/reports/a/2022/tables/enforcement/rows', csv, {
    headers: { 'content-type': 'text/csv', 'content-encoding': 'gzip' }
  })
  t.match(appended.json, { rows: { administrative_penalties: { decisions: 86 } } }, appended.text)
})

t.test('accepts an empty body of any type and explains the default media type of curl -d', async t => {
  const { call } = await freshApp(t)
  const none = await call('POST', '/v1/reports/a/2022/submit', '', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' }
  })
  t.equal(none.json.code, 'report-not-found')
  for (const path of ['/v1/agencies/a', '/v1/reports/a/2022/submit']) {
    const csv = await call(path.endsWith('submit') ? 'POST' : 'PUT', path, 'code,name\na,b\n', {
      headers: { 'content-type': 'text/csv' }
    })
    t.same([csv.status, csv.json.code], [415, 'media-type-unsupported'], 'rejects CSV where only JSON is accepted')
  }
  const form = await call('POST', '/v1/reports', '{"agency":"a","year":2022}', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' }
  })
  t.match([form.status, form.json.detail], [415, /-H 'Content-Type: application\/json'/])
})

t.test('rejects an invalid key on public operations and requires a key for drafts', async t => {
  const { call } = await freshApp(t)
  for (const authorization of ['Bearer', 'Basic abc', 'Bearer a b', 'Bearer wrong']) {
    t.equal(
      (await call('GET', '/v1/forms', undefined, { key: null, headers: { authorization } })).json.code,
      'key-invalid',
      authorization
    )
  }
  const required = await call('DELETE', '/v1/reports/a/2022', undefined, { key: null })
  t.same([required.status, required.headers['www-authenticate'], required.json.code], [401, 'Bearer', 'key-required'])
  t.equal(
    (await call('PUT', '/v1/agencies/a', { nonsense: true }, { key: null })).status,
    401,
    'requires a key before it validates the body'
  )
})

t.test('generates the administrator key once and stores only its hash', async t => {
  const { call, db } = await freshApp(t)
  const { createFirstAdminKey: firstAdminKey } = await import('../../src/keys/first-key.ts')
  const keys = await Promise.all([firstAdminKey(db), firstAdminKey(db), firstAdminKey(db)])
  const made = keys.filter(key => key !== undefined)
  t.equal(made.length, 1)
  t.equal(
    (await call('PUT', '/v1/agencies/a', { name: '局', level: 'county', kind: 'department' }, { key: made[0]! }))
      .status,
    201
  )
  t.notMatch(JSON.stringify(await db.selectFrom('api_key').selectAll().execute()), made[0]!)
})

t.test('reports ready only when all migrations are applied', async t => {
  const { call, db } = await freshApp(t)
  const { migrate } = await import('../../src/database/migrations.ts')
  t.equal((await call('GET', '/readyz', undefined, { key: null })).status, 200)
  await migrate(db, 'down')
  const open = await call('GET', '/readyz', undefined, { key: null })
  t.same([open.status, open.json.code], [503, 'not-ready'])
  t.match(open.json.detail, /: \d{4}_\w+\.$/)
  t.equal((await call('GET', '/healthz', undefined, { key: null })).status, 200)
})

t.test('labels request metrics by route and not by URL', async t => {
  const { call } = await freshApp(t)
  for (const code of ['2019', '2021', 'nothing-like-it']) await call('GET', `/v1/forms/${code}`)
  await call('GET', '/etc/passwd')
  const { text } = await call('GET', '/metrics', undefined, { key: null })
  t.match(text, /http_request_duration_seconds_count\{method="GET",route="\/v1\/forms\/:form",status="200"\} 2/)
  t.notMatch(text, /nothing-like-it|passwd/)
})

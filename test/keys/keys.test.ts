import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { migrate } from '../../src/database/migrations.ts'
import { createFirstAdminKey } from '../../src/keys/first-key.ts'
import { ADMIN_KEY, freshApp } from '../support/app.ts'

const agency = { name: '局', level: 'county', kind: 'department' }
const HOUR_MS = 3600_000
const soon = () => new Date(Date.now() + HOUR_MS).toISOString()

async function registry (t: Parameters<typeof freshApp>[0]) {
  const fresh = await freshApp(t)
  await fresh.call('PUT', '/v1/agencies/city', agency)
  for (const code of ['a', 'b']) await fresh.call('PUT', `/v1/agencies/${code}`, { ...agency, parent: 'city' })
  const make = async (
    body: object,
    key: string = ADMIN_KEY
  ) => (await fresh.call('POST', '/v1/keys', { label: 'x', ...body }, { key }))
  const me = async (key: string) => (await fresh.call('GET', '/v1/me', undefined, { key }))
  return { ...fresh, make, me }
}

t.test('shows a key once, stores only its hash and identifies its caller', async t => {
  const { call, db, make, me } = await registry(t)
  const expires = soon()
  const made = await make({ role: 'filer', agency: 'a', label: '局', expires_at: expires })
  t.equal(made.status, 201)
  t.equal(made.headers['cache-control'], 'no-store')
  const { key, ...shown } = made.json
  t.match(key, /^gk_[\w-]{43}$/)
  t.same({ ...shown, created_at: '' }, {
    id: shown.id,
    prefix: key.slice(0, 12),
    role: 'filer',
    agency: 'a',
    label: '局',
    made_by: 'ADMIN_API_KEY',
    created_at: '',
    expires_at: expires,
    revoked_at: null,
    last_used_at: null
  })
  t.same((await me(key)).json, {
    name: `key ${shown.id}`,
    role: 'filer',
    agency: 'a',
    key_id: shown.id,
    expires_at: expires
  })
  t.same((await me(ADMIN_KEY)).json, {
    name: 'ADMIN_API_KEY',
    role: 'admin',
    agency: null,
    key_id: null,
    expires_at: null
  })
  t.same((await call('GET', '/v1/keys')).json.items.map((item: any) => ({ ...item, last_used_at: null })), [shown])
  t.notMatch(JSON.stringify(await db.selectFrom('api_key').selectAll().execute()), key)
  for (const wrong of [key.slice(0, -1), `${key}x`, `${key.slice(0, 12)}${key.slice(13)}x`, 'gk_', '']) {
    t.equal((await me(wrong)).json.code, 'key-invalid', wrong)
  }
})

t.test('a retried request creates one key and stores no secret', async t => {
  const { call, db, me } = await registry(t)
  const headers = { 'idempotency-key': 'once' }
  const [one, two] = [
    await call('POST', '/v1/keys', { role: 'filer', agency: 'a', label: 'x' }, { headers }),
    await call('POST', '/v1/keys', { role: 'filer', agency: 'a', label: 'x' }, { headers })
  ]
  t.same([two.status, two.json], [201, { ...one.json, key: null }])
  const rotated = await call('POST', `/v1/keys/${one.json.id}/rotate`, undefined, {
    headers: { 'idempotency-key': 'again' }
  })
  t.equal(
    (await call('POST', `/v1/keys/${one.json.id}/rotate`, undefined, { headers: { 'idempotency-key': 'again' } })).json
      .key,
    null
  )
  t.equal((await me(rotated.json.key)).status, 200, 'the retry does not rotate the key again')
  t.equal((await db.selectFrom('api_key').select('id').execute()).length, 1)
  const stored = (await db.selectFrom('stored_answer').select('body').execute()).map(row => String(row.body)).join()
  t.match(stored, '"key":null')
  for (const { json } of [one, rotated]) t.notMatch(stored, json.key)
})

t.test('restricts a caller to keys of its own subtree and at most its own role', async t => {
  const { call, make } = await registry(t)
  const { json: { key: supervisor, id: own } } = await make({ role: 'supervisor', agency: 'city' })
  const { json: { key: small } } = await make({ role: 'supervisor', agency: 'a' })
  const { json: { id: filer } } = await make({ role: 'filer', agency: 'a' }, supervisor)
  const { json: { id: admin } } = await make({ role: 'admin', agency: 'a' })
  t.same((await make({ role: 'filer', agency: 'b' }, small)).json.code, 'outside-subtree')
  t.same((await make({ role: 'filer', agency: 'city' }, small)).json.code, 'outside-subtree')
  t.same((await make({ role: 'admin', agency: 'a' }, small)).json.code, 'role-insufficient')
  t.same((await make({ role: 'filer' }, small)).json.code, 'outside-subtree')
  t.same((await make({ role: 'filer' })).json.errors[0].pointer, '/agency', 'a filer key requires an agency')
  t.same((await make({ role: 'filer', agency: 'nobody' })).json.code, 'agency-unknown')
  t.same((await make({ role: 'filer', agency: 'nobody' }, supervisor)).json.code, 'outside-subtree')
  t.same(
    (await make({ role: 'filer', agency: 'a', expires_at: '2020-01-01T00:00:00Z' })).json.errors[0].pointer,
    '/expires_at'
  )
  t.same((await make({ role: 'filer', agency: 'a', expires_at: '2099-01-01' })).status, 422)
  t.same((await make({ role: 'boss', agency: 'a', expires: 1 })).json.errors.map((e: any) => e.pointer).sort(), [
    '/expires',
    '/role'
  ])
  const ids = async (key?: string) =>
    (await call('GET', '/v1/keys', undefined, key === undefined ? {} : { key })).json.items.map((item: any) => item.id)
  t.same(await ids(small), [own + 1, filer], 'keys of parent agencies and administrators are hidden')
  t.same(await ids(supervisor), [own, own + 1, filer])
  t.same((await ids()).length, 4)
  for (
    const [method, path] of [['DELETE', `/v1/keys/${own}`], ['POST', `/v1/keys/${own}/rotate`], [
      'DELETE',
      `/v1/keys/${admin}`
    ]] as const
  ) {
    t.same((await call(method, path, undefined, { key: small })).json.code, 'key-not-found')
  }
  const first = await call('GET', '/v1/keys?limit=2')
  t.match(first.headers.link, /rel="next"/)
  t.same(
    [...first.json.items, ...(await call('GET', first.json.next)).json.items].map((item: any) => item.id),
    await ids()
  )
})

t.test('rejects revoked, rotated and expired keys immediately in every process', async t => {
  const { call, db, forms, make, me } = await registry(t)
  const other = await buildApp({ db, forms })
  t.teardown(async () => await other.close())
  const there = async (key: string) =>
    (await other.inject({ url: '/v1/me', headers: { authorization: `Bearer ${key}` } })).statusCode
  const { json: { id, key } } = await make({ role: 'filer', agency: 'a' })
  t.same([(await me(key)).status, await there(key)], [200, 200])
  const rotated = await call('POST', `/v1/keys/${id}/rotate`, { expires_at: soon() })
  t.equal(rotated.status, 200)
  t.match(rotated.json, { id, role: 'filer', agency: 'a', expires_at: /T/ })
  t.same([(await me(key)).status, await there(key), await there(rotated.json.key)], [401, 401, 200])
  t.equal(
    (await call('POST', `/v1/keys/${id}/rotate`)).json.expires_at,
    rotated.json.expires_at,
    'rotation keeps the expiry'
  )
  t.equal((await call('POST', `/v1/keys/${id}/rotate`, { expires_at: null })).json.expires_at, null)
  const { json: { key: last } } = await call('POST', `/v1/keys/${id}/rotate`)
  t.equal(await there(last), 200)
  for (const time of ['once', 'twice']) t.equal((await call('DELETE', `/v1/keys/${id}`)).status, 204, time)
  t.same([(await me(last)).json.code, await there(last)], ['key-invalid', 401])
  t.match((await call('GET', '/v1/keys')).json.items[0].revoked_at, /T/)

  const brief = await make({ role: 'filer', agency: 'a', expires_at: new Date(Date.now() + 1500).toISOString() })
  t.equal((await me(brief.json.key)).status, 200)
  await new Promise(resolve => setTimeout(resolve, 1700))
  t.same([(await me(brief.json.key)).status, await there(brief.json.key)], [401, 401])
})

t.test('records the last use of a key, but not on every request', async t => {
  const { call, db, make, me } = await registry(t)
  const { json: { id, key } } = await make({ role: 'filer', agency: 'a' })
  const used = async () =>
    (await db.selectFrom('api_key').select('last_used_at').where('id', '=', id).executeTakeFirstOrThrow()).last_used_at
  t.equal(await used(), null)
  await Promise.all(Array.from({ length: 20 }, async () => await me(key)))
  for (let i = 0; i < 100 && await used() === null; i++) await new Promise(resolve => setTimeout(resolve, 10))
  const first = await used()
  t.ok(first !== null && Math.abs(first.getTime() - Date.now()) < 60_000)
  await me(key)
  await new Promise(resolve => setTimeout(resolve, 100))
  t.same(await used(), first)
  t.equal((await call('GET', '/v1/keys')).json.items[0].last_used_at, first!.toISOString())
})

t.test('accepts keys without a prefix, and migrating down keeps only unrestricted keys', async t => {
  const { db, me, make, forms } = await registry(t)
  const key = (await createFirstAdminKey(db))!
  t.equal(await createFirstAdminKey(db), undefined)
  await make({ role: 'filer', agency: 'a' })
  while (!(await migrate(db, 'down'))[0]!.includes('0004_keys')) { /* revert later migrations first */ }
  t.same(await db.selectFrom('api_key').select('role').execute(), [{ role: 'admin' }])
  await migrate(db, 'up')
  t.equal((await db.selectFrom('api_key').select('prefix').executeTakeFirstOrThrow()).prefix, '')
  t.same([(await me(key)).status, (await me(`${key.slice(0, -1)}!`)).status], [200, 401])
  const app = await buildApp({ db, forms })
  t.equal(
    (await app.inject({ url: '/v1/keys', headers: { authorization: `Bearer ${key}` } })).statusCode,
    200,
    'the key works without ADMIN_API_KEY'
  )
  await app.close()
})

t.test('refuses labels, reasons and remarks with characters that deceive their readers', async t => {
  const { call } = await freshApp(t)
  for (const label of ['a\u202eb', 'a\u200bb', 'a\nb', 'a\u0085b', '\ufeffa']) {
    t.match((await call('POST', '/v1/keys', { role: 'admin', label })).json, {
      status: 422,
      errors: [{ pointer: '/label', expected: /^one line of text without control characters/ }]
    }, encodeURI(label))
  }
  t.equal((await call('POST', '/v1/keys', { role: 'admin', label: '=局 1-2' })).status, 201)
  const path = '/v1/reports/nobody/2022/return'
  const refused = await call('POST', path, { reason: 'a\u202eb', remarks: { x: 'a\u2066b' } }, {
    headers: { 'accept-language': 'zh' }
  })
  t.match(refused.json.errors, [{ pointer: '/reason', expected: /可以换行/ }, { pointer: '/remarks/x' }])
  t.match((await call('POST', path, { reason: ' \n ' })).json.errors, [{ expected: /^a text, not blank/ }])
  const allowed = { reason: '一、核对\r\n\t二、补充', remarks: { x: '请核对\n第三部分' } }
  t.match((await call('POST', path, allowed)).status, 404, 'line breaks pass')
})

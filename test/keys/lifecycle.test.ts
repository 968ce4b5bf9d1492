// The life of a key: what holds while a request is on its way, and what its end ends.
import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { revalidateCaller } from '../../src/auth/revalidate.ts'
import { hashOf } from '../../src/auth/secret.ts'
import { createFirstAdminKey } from '../../src/keys/first-key.ts'
import { ADMIN_KEY, freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const agency = { name: '局', level: 'county', kind: 'department' }
const { app, call, db, forms } = await freshApp(t)
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
const tables = consistentTables(forms.get('2021'), () => 2)
for (const code of ['city', 'town']) await call('PUT', `/v1/agencies/${code}`, agency)
for (const code of ['a', 'b']) await call('PUT', `/v1/agencies/${code}`, { ...agency, parent: 'city' })

interface Key {
  id: number
  key: string
  expires_at: string | null
}

async function makeKey (body: object, key: string = ADMIN_KEY): Promise<Key> {
  const { status, json } = await call('POST', '/v1/keys', { label: 'x', ...body }, { key })
  if (status !== 201) throw new Error(JSON.stringify(json))
  return json
}

const inAnHour = (hours = 1) => new Date(Date.now() + hours * 3600_000).toISOString()

/** Sends a request whose body stops in the middle until `meanwhile` is done. */
async function slowly (
  { method, path, key, body, type = 'application/json' }: {
    method: string
    path: string
    key: string
    body: string
    type?: string
  },
  meanwhile: () => Promise<unknown>
): Promise<{ status: number, json: any }> {
  const sent = request({
    port,
    host: '127.0.0.1',
    method,
    path,
    headers: { authorization: `Bearer ${key}`, 'content-type': type, 'content-length': Buffer.byteLength(body) }
  })
  const answered = once(sent, 'response')
  sent.write(body.slice(0, 10))
  await sleep(150)
  await meanwhile()
  sent.end(body.slice(10))
  const [answer] = await answered
  let text = ''
  for await (const chunk of answer) text += chunk
  return { status: answer.statusCode, json: JSON.parse(text) }
}

const newKeyBody = JSON.stringify({ role: 'filer', agency: 'a', label: 'made too late' })
const reportBody = JSON.stringify({ tables, sections: SECTIONS })
const importLine = `${JSON.stringify({ agency: 'a', year: 2021, tables, sections: SECTIONS })}\n`
const requests = [
  { method: 'POST', path: '/v1/keys', body: newKeyBody },
  { method: 'PUT', path: '/v1/reports/a/2020', body: JSON.stringify({ form: '2019' }) },
  { method: 'PUT', path: '/v1/reports/a/2022/deadline', body: '{"date": "2023-01-15"}' },
  { method: 'PUT', path: '/v1/agencies/a', body: JSON.stringify({ ...agency, name: '改名局' }) },
  { method: 'POST', path: '/v1/imports/reports', body: importLine, type: 'application/x-ndjson' },
  {
    method: 'POST',
    path: '/v1/imports/agencies',
    body: `${JSON.stringify({ code: 'late', ...agency, parent: 'a' })}\n`,
    type: 'application/x-ndjson'
  }
]

const ends: Record<string, (id: number) => Promise<unknown>> = {
  revoked: async id => await call('DELETE', `/v1/keys/${id}`),
  rotated: async id => await call('POST', `/v1/keys/${id}/rotate`),
  expired: async id =>
    await db.updateTable('api_key').set({ expires_at: new Date(Date.now() - 1000) }).where('id', '=', id).execute()
}

for (const [name, end] of Object.entries(ends)) {
  t.test(`a key that was ${name} while a body was on its way changes nothing`, async t => {
    const state = async () =>
      await Promise.all([
        db.selectFrom('report').select(['agency', 'year']).execute(),
        db.selectFrom('agency').select(['code', 'name']).orderBy('code').execute(),
        db.selectFrom('deadline').select('agency').execute(),
        db.selectFrom('api_key').select('label').where('label', '=', 'made too late').execute()
      ])
    const before = await state()
    for (const request of requests) {
      const { id, key } = await makeKey({ role: 'supervisor', agency: 'city' })
      const answer = await slowly({ ...request, key }, async () => await end(id))
      t.match(answer, { status: 401, json: { code: 'key-invalid' } }, `${request.method} ${request.path}`)
    }
    t.same(await state(), before)
  })
}

t.test('an agency that moved away while a body was on its way is outside of the subtree', async t => {
  await call('PUT', '/v1/agencies/mover', { ...agency, parent: 'city' })
  const { key } = await makeKey({ role: 'supervisor', agency: 'city' })
  let parent = 'city'
  const move = async () => {
    parent = parent === 'city' ? 'town' : 'city'
    const moved = await call('PATCH', '/v1/agencies/mover', { parent, since: 2020 })
    t.equal(moved.status, 200)
  }
  for (
    const request of [
      { method: 'PUT', path: '/v1/reports/mover/2022', body: reportBody },
      { method: 'POST', path: '/v1/keys', body: JSON.stringify({ role: 'filer', agency: 'mover', label: 'y' }) },
      { method: 'PUT', path: '/v1/agencies/mover', body: JSON.stringify({ ...agency, name: '改名局' }) }
    ]
  ) {
    if (parent === 'town') await move()
    const answer = await slowly({ ...request, key }, move)
    t.match(answer, { status: 403, json: { code: 'outside-subtree' } }, `${request.method} ${request.path}`)
  }
  t.equal((await call('GET', '/v1/reports/mover/2022')).status, 404)
})

t.test('a revocation is answered after the requests of the key that are being carried out', async t => {
  const { id, key } = await makeKey({ role: 'filer', agency: 'a' })
  const caller = { name: '', role: 'filer', agency: 'a', key: id, keyHash: hashOf(key), expires: null } as const
  let hasEnded = false
  let revoked: Promise<unknown> | undefined
  await db.transaction().execute(async trx => {
    await revalidateCaller(trx, caller)
    revoked = call('DELETE', `/v1/keys/${id}`).then(({ status }) => {
      t.equal(status, 204)
      t.ok(hasEnded)
    })
    await sleep(300)
    t.equal((await call('GET', '/v1/me', undefined, { key })).status, 401, 'it is refused already')
    hasEnded = true
  })
  await revoked
  await t.rejects(db.transaction().execute(async trx => await revalidateCaller(trx, caller)), { code: 'key-invalid' })
})

t.test('a key does not lengthen its own life, nor that of a key that it makes', async t => {
  const expires = inAnHour()
  const { id, key } = await makeKey({ role: 'supervisor', agency: 'city', expires_at: expires })
  for (const later of [null, inAnHour(2)]) {
    const rotated = await call('POST', `/v1/keys/${id}/rotate`, { expires_at: later }, { key })
    t.match(rotated, { status: 422, json: { errors: [{ pointer: '/expires_at', found: later }] } })
    t.match(rotated.json.errors[0].expected, expires)
    const made = await call('POST', '/v1/keys', { role: 'filer', agency: 'a', label: 'x', expires_at: later }, { key })
    t.match(made, { status: 422, json: { errors: [{ pointer: '/expires_at', found: later }] } })
  }
  t.equal((await makeKey({ role: 'filer', agency: 'a' }, key)).expires_at, expires, 'left out: that of the maker')
  const sooner = new Date(Date.now() + 1800_000).toISOString()
  const rotated = await call('POST', `/v1/keys/${id}/rotate`, { expires_at: sooner }, { key })
  t.match(rotated, { status: 200, json: { expires_at: sooner } })
  t.equal((await call('POST', `/v1/keys/${id}/rotate`, { expires_at: inAnHour(9) })).status, 200, 'a higher role may')
})

t.test('the key of another is rotated by a higher role only', async t => {
  const peer = await makeKey({ role: 'supervisor', agency: 'city' })
  const supervisor = await makeKey({ role: 'supervisor', agency: 'city' })
  const filer = await makeKey({ role: 'filer', agency: 'a' })
  const admin = await makeKey({ role: 'admin' })
  const rotate = async (of: Key, by: string) =>
    (await call('POST', `/v1/keys/${of.id}/rotate`, undefined, { key: by })).json.code
  t.equal(await rotate(peer, supervisor.key), 'key-of-another')
  t.equal(await rotate(admin, ADMIN_KEY), 'key-of-another')
  t.equal(await rotate(filer, supervisor.key), undefined)
  t.equal(await rotate(supervisor, supervisor.key), undefined, 'itself')
  t.equal(await rotate(peer, admin.key), undefined)
})

t.test('revokes a key with all that it made, and the list says who made what', async t => {
  const first = await makeKey({ role: 'supervisor', agency: 'city' })
  const second = await makeKey({ role: 'supervisor', agency: 'city' }, first.key)
  const third = await makeKey({ role: 'filer', agency: 'a' }, second.key)
  const other = await makeKey({ role: 'filer', agency: 'a' })
  const madeBy = async ({ id }: Key) =>
    (await call('GET', `/v1/keys?made_by=key%20${id}`)).json.items.map((item: Key) => item.id)
  t.same([await madeBy(first), await madeBy(second), await madeBy(third)], [[second.id], [third.id], []])
  const works = async ({ key }: Key) => (await call('GET', '/v1/me', undefined, { key })).status === 200
  t.equal((await call('DELETE', `/v1/keys/${second.id}`)).status, 204)
  t.same(await Promise.all([first, second, third, other].map(works)), [true, false, true, true], 'only the key itself')
  t.equal((await call('DELETE', `/v1/keys/${first.id}?descendants=true`, undefined, { key: first.key })).status, 204)
  t.same(await Promise.all([first, third, other].map(works)), [false, false, true], 'across a key revoked before')
  const { json: { items: events } } = await call('GET', '/v1/events?limit=1000')
  const revoked = events.filter((event: any) => event.kind === 'key_revoked').map((event: any) => event.key_id)
  t.same(revoked.slice(-3), [second.id, third.id, first.id], 'each once')
})

t.test('an import in the background ends with its key', async t => {
  const { id } = await makeKey({ role: 'filer', agency: 'a' })
  const running = await db.insertInto('import').values({
    kind: 'reports',
    actor: `key ${id}`,
    dry_run: false,
    size: 1
  }).returning('id').executeTakeFirstOrThrow()
  await call('DELETE', `/v1/keys/${id}`)
  t.equal((await call('GET', `/v1/imports/${running.id}`)).json.state, 'cancelled')
})

t.test('a reader reads drafts and events of its subtree, or of the whole registry, and writes nothing', async t => {
  await call('PUT', '/v1/reports/b/2023', { tables, sections: SECTIONS })
  await call('PUT', '/v1/reports/town/2023', { tables, sections: SECTIONS })
  const { key: ofCity } = await makeKey({ role: 'reader', agency: 'city' })
  const { key: ofAll } = await makeKey({ role: 'reader' })
  const supervisor = await makeKey({ role: 'supervisor', agency: 'city' })
  const status = async (key: string, method: string, path: string, body?: object) =>
    (await call(method, path, body, { key })).status
  t.same([await status(ofCity, 'GET', '/v1/reports/b/2023'), await status(ofAll, 'GET', '/v1/reports/b/2023')], [
    200,
    200
  ])
  t.same(
    [await status(ofCity, 'GET', '/v1/reports/town/2023'), await status(ofAll, 'GET', '/v1/reports/town/2023')],
    [404, 200]
  )
  t.same((await call('GET', '/v1/reports/b/2023', undefined, { key: ofAll })).json.allowed_transitions, [])
  t.ok((await call('GET', '/v1/events?kind=created', undefined, { key: ofCity })).json.items.length > 0)
  for (
    const [method, path, body] of [
      ['PUT', '/v1/reports/b/2023', {}],
      ['POST', '/v1/reports/b/2023/submit'],
      ['POST', '/v1/keys', { role: 'reader', agency: 'b', label: 'x' }],
      ['POST', '/v1/imports/reports'],
      ['GET', '/v1/keys']
    ] as const
  ) {
    for (const key of [ofCity, ofAll]) t.equal(await status(key, method, path, body), 403, `${method} ${path}`)
  }
  const ofPart = await call('POST', '/v1/keys', { role: 'reader', agency: 'a', label: 'x' }, { key: supervisor.key })
  t.equal(ofPart.status, 201, 'a supervisor makes readers of its subtree')
  const beyond = await call('POST', '/v1/keys', { role: 'reader', label: 'x' }, { key: supervisor.key })
  t.equal(beyond.json.code, 'outside-subtree')
})

t.test('the start makes an administrator key when none is valid any more', async t => {
  await db.updateTable('api_key').set({ revoked_at: new Date() }).where('role', '=', 'admin').execute()
  t.match(await createFirstAdminKey(db), /^gk_/)
  t.equal(await createFirstAdminKey(db), undefined)
  await db.updateTable('api_key').set({ expires_at: new Date(0) }).where('role', '=', 'admin').execute()
  t.match(await createFirstAdminKey(db), /^gk_/, 'expired')
  await db.updateTable('api_key').set({ revoked_at: new Date() }).where('role', '=', 'admin').execute()
  t.match(await createFirstAdminKey(db), /^gk_/, 'revoked')
})

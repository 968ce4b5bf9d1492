import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { freshApp } from '../support/app.ts'

const { app, call } = await freshApp(t)
const GZIP = { 'accept-encoding': 'gzip' }
const PATH = '/v1/reports/a/2023'

await call('PUT', '/v1/agencies/a', { name: 'a', level: 'county', kind: 'department' })
await call('PUT', PATH, {
  sections: { overview: '信息公开'.repeat(2000), problems_improvements: '无', other_matters: '无' }
})

const get = async (path: string, headers: Record<string, string> = {}) =>
  await app.inject({ url: path, headers: { authorization: `Bearer ${'test-'.padEnd(40, 'k')}`, ...headers } })

t.test('compresses large responses for clients that accept gzip', async t => {
  for (
    const path of [
      PATH,
      '/v1/events?limit=50',
      '/openapi.json',
      '/openapi.yaml',
      '/docs/static/swagger-ui.css',
      '/problems'
    ]
  ) {
    const [plain, packed] = [await get(path), await get(path, GZIP)]
    t.match([plain.statusCode, plain.headers['content-encoding']], [200, undefined], path)
    if (plain.rawPayload.length < 2048) continue
    t.match([packed.statusCode, packed.headers['content-encoding']], [200, 'gzip'], path)
    t.match(String(packed.headers.vary).toLowerCase(), /accept-encoding/, path)
    t.ok(packed.rawPayload.length * 2 < plain.rawPayload.length, path)
    t.ok(gunzipSync(packed.rawPayload).equals(plain.rawPayload), path)
  }
  t.equal((await get('/livez', GZIP)).headers['content-encoding'], undefined, 'a short response is not compressed')
})

t.test('gives a compressed report its own ETag and accepts either in conditional requests', async t => {
  const plain = String((await get(PATH)).headers.etag)
  const packed = String((await get(PATH, GZIP)).headers.etag)
  t.not(plain, packed)
  for (const etag of [plain, packed]) {
    for (const headers of [{}, GZIP]) {
      t.equal((await get(PATH, { ...headers, 'if-none-match': etag })).statusCode, 304)
    }
  }
  const put = async (etag: string) =>
    (await call('PUT', `${PATH}/tables/requests/rows/granted`, { values: { natural_person: 1, total: 1 } }, {
      headers: { 'if-match': etag }
    })).status
  t.equal(await put('"other-gzip"'), 412)
  t.equal(await put(packed), 201)
  t.equal(await put(packed), 412, 'rejects the ETag of an older revision')
})

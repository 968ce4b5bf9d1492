// Tests conditional requests, request bodies, the log and the metrics as clients, proxies and operators see them.
import { Writable } from 'node:stream'
import t from 'tap'
import { version } from '../../src/app.ts'
import { openLog } from '../../src/http/service/log.ts'
import { ADMIN_KEY, freshApp } from '../support/app.ts'

const lines: Record<string, any>[] = []
const logger = openLog(
  'info',
  [],
  new Writable({
    write (chunk, _, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    }
  })
)
const { app, call } = await freshApp(t, { logger })
const agency = { name: '某局', level: 'county', kind: 'department' }
await call('PUT', '/v1/agencies/a', agency)
const report = '/v1/reports/a/2022'
await call('PUT', report, { tables: {} })

t.test('If-Match accepts the ETag that a compressing proxy made weak, and no stale one', async t => {
  const { etag } = (await call('GET', report)).headers
  const put = async (tag: string) =>
    await call('PUT', report, { sections: { overview: tag } }, { headers: { 'if-match': tag } })
  t.equal((await put(`W/${etag}`)).status, 200)
  t.equal((await put(`W/${etag}`)).status, 412)
})

t.test('HEAD with If-None-Match is answered as GET', async t => {
  const { etag } = (await call('GET', report)).headers
  const head = async (tag: string) => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'if-none-match': tag }
    const { statusCode, body } = await app.inject({ method: 'HEAD', url: report, headers })
    return [statusCode, body]
  }
  t.same(await head(etag!), [304, ''])
  t.same(await head('"other"'), [200, ''])
})

t.test('a JSON array sent as NDJSON is told in one sentence', async t => {
  for (const type of ['application/x-ndjson', 'application/octet-stream']) {
    const sent = await call('POST', '/v1/imports/agencies', '[\n{"code": "x"},\n{"code": "y"}\n]\n', {
      headers: { 'content-type': type }
    })
    t.match(sent, { status: 400, json: { code: 'ndjson-is-array', errors: undefined } }, sent.text)
  }
})

t.test('the metrics name the version', async t => {
  const node = process.versions.node
  t.match((await call('GET', '/metrics')).text, `gongkai_build_info{version="${version}",node="${node}"} 1\n`)
})

t.test('the log names the key of a request, and cuts a long query', async t => {
  const { id, key } = (await call('POST', '/v1/keys', { role: 'admin', label: 'log' })).json
  lines.length = 0
  await call('GET', `/v1/agencies?q=${'x'.repeat(3000)}`, undefined, { key })
  const [incoming, completed] = lines
  t.ok(incoming!.req.url.length < 400)
  t.match(incoming!.req.url, /^\/v1\/agencies\?q=x+… \(30\d\d characters\)$/)
  t.match(completed, { caller: `key ${id}`, res: { statusCode: 400 } })
})

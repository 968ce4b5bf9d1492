// Rate limits, load shedding, timeouts, security headers and redaction of secrets in logs.
import { sql } from 'kysely'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { type AppOptions, buildApp } from '../../src/app.ts'
import { openDatabase } from '../../src/database/connection.ts'
import { openLog } from '../../src/http/service/log.ts'
import { PROBLEMS } from '../../src/problems/codes.ts'
import { ADMIN_KEY, freshApp, freshDatabase } from '../support/app.ts'

const { db, url, forms } = await freshApp(t)

async function service (t: { teardown(work: () => Promise<void>): void }, options: Partial<AppOptions>) {
  const app = await buildApp({ db, forms, adminKey: ADMIN_KEY, ...options })
  t.teardown(async () => await app.close())
  const get = async (path: string, { key, ...headers }: Record<string, string> = {}, remoteAddress = '127.0.0.1') => {
    const { statusCode: status, headers: answered, body } = await app.inject({
      url: path,
      remoteAddress,
      headers: { ...headers, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }
    })
    return { status, headers: answered, json: body.startsWith('{') ? JSON.parse(body) : undefined }
  }
  return { app, get }
}

t.test('limits requests per minute by key, or by address for anonymous callers', async t => {
  const { get } = await service(t, { rateLimit: 3 })
  const first = await get('/v1/forms')
  t.match(first.headers, { 'ratelimit-limit': '3', 'ratelimit-remaining': '2', 'ratelimit-reset': '60' })
  t.equal((await get('/v1/nowhere')).status, 404)
  t.equal((await get('/v1/forms', { key: 'wrong' })).status, 401)
  const over = await get('/v1/forms', { 'accept-language': 'zh' })
  t.match([
    over.status,
    over.json.code,
    over.headers['retry-after'],
    over.headers['ratelimit-remaining'],
    over.json.title
  ], [429, 'rate-limited', /^\d\d$/, '0', PROBLEMS['rate-limited'].title.zh])
  t.equal((await get('/v1/nowhere')).status, 429, 'counts requests for unknown paths')
  t.equal((await get('/v1/forms', { key: 'wrong' })).status, 429, 'counts requests with a wrong key')
  t.equal((await get('/v1/forms', { key: ADMIN_KEY })).status, 200, 'counts a valid key separately')
  t.equal((await get('/v1/forms', {}, '10.0.0.9')).status, 200, 'counts another address separately')
  t.equal((await get('/v1/forms', { 'x-forwarded-for': '10.0.0.8' })).status, 429, 'ignores a forwarded address')
  t.equal((await get('/v1/forms', {}, '::ffff:127.0.0.1')).status, 429, 'maps IPv4 in IPv6 to the same address')
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    for (let i = 0; i < 5; i++) t.equal((await get(path)).status, 200, path)
  }
})

t.test('counts callers behind a trusted proxy separately', async t => {
  const { get } = await service(t, { rateLimit: 1, trustProxy: '127.0.0.1' })
  for (const address of ['10.0.0.1', '10.0.0.2']) {
    t.equal((await get('/v1/forms', { 'x-forwarded-for': address })).status, 200)
  }
  t.equal((await get('/v1/forms', { 'x-forwarded-for': '10.0.0.1' })).status, 429)
  t.equal((await get('/v1/forms', { 'x-forwarded-for': '10.0.0.3' }, '192.168.0.1')).status, 200)
  t.equal(
    (await get('/v1/forms', { 'x-forwarded-for': '10.0.0.4' }, '192.168.0.1')).status,
    429,
    'ignores the forwarded address of an untrusted sender'
  )
})

t.test('sheds new requests while others wait for a connection but answers probes', async t => {
  const busy = openDatabase(url, 2, () => {})
  const probe = openDatabase(url, 1, () => {})
  const { get } = await service(t, { db: busy, probe, overloadMs: 200 })
  t.teardown(async () => {
    await Promise.all([busy.destroy(), probe.destroy()])
  })
  t.equal((await get('/v1/agencies')).status, 200)
  const work = Array.from({ length: 2 }, async () => await sql`select pg_sleep(1)`.execute(busy))
  const waits = get('/v1/agencies')
  await new Promise(resolve => setTimeout(resolve, 100))
  const soon = get('/v1/agencies')
  await new Promise(resolve => setTimeout(resolve, 300))
  const refused = await get('/v1/agencies')
  t.match([refused.status, refused.json.code, refused.headers['retry-after']], [503, 'overloaded', '1'])
  for (const path of ['/healthz', '/readyz', '/metrics']) t.equal((await get(path)).status, 200, path)
  t.same([(await waits).status, (await soon).status], [200, 200], 'waiting requests are served')
  await Promise.all(work)
  t.equal((await get('/v1/agencies')).status, 200, 'new requests are served after the load')
})

t.test('sheds requests while the event loop is saturated but not after a single long turn', async t => {
  const { get } = await service(t, { overloadMs: 100 })
  const spin = (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end;);
  }
  const turn = async () => await new Promise(resolve => setImmediate(resolve))
  await new Promise(resolve => setTimeout(resolve, 1100))
  spin(900)
  await new Promise(resolve => setTimeout(resolve, 20))
  t.equal((await get('/v1/forms')).status, 200)
  // 700 ms is longer than one sampling interval.
  for (const length of [300, 700]) {
    for (const end = performance.now() + 2500; performance.now() < end;) {
      spin(length)
      await turn()
    }
    t.equal((await get('/v1/forms')).json.code, 'overloaded', `${length} ms`)
  }
  t.equal((await get('/healthz')).status, 200)
  await new Promise(resolve => setTimeout(resolve, 1600))
  t.equal((await get('/v1/forms')).status, 200)
})

t.test('answers a stalled client with 408 and closes the connection', async t => {
  const { app } = await service(t, { seconds: { headers: 1, request: 2, keepAlive: 1 } })
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const slow = async (text: string, drip = '') => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', data => {
      answer += data
    }).on('error', () => {})
    socket.write(text)
    const dripping = setInterval(() => {
      if (drip !== '' && socket.writable) socket.write(drip)
    }, 100)
    const started = performance.now()
    await Promise.race([once(socket, 'close'), new Promise(resolve => setTimeout(resolve, 6000))])
    clearInterval(dripping)
    const closed = socket.closed
    socket.destroy()
    return { answer, closed, took: performance.now() - started }
  }
  const [nothing, headers, body, idle] = await Promise.all([
    slow(''),
    slow('GET /v1/forms HTTP/1.1\r\nHost: x\r\n', 'X-More: 1\r\n'),
    slow(
      `PUT /v1/agencies/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"name": "`,
      'x'
    ),
    slow('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
  ])
  for (const [name, { answer, closed }] of Object.entries({ nothing, headers, body, idle })) {
    t.ok(closed, `${name}: the connection is closed`)
    if (name !== 'idle') t.match(answer, /^HTTP\/1.1 408 [\s\S]*"code":"request-timeout"/, name)
  }
  t.match(idle.answer, /^HTTP\/1.1 200/)
  t.ok(nothing.took < 3000 && headers.took < 3000 && body.took < 5000)
})

t.test('sends a strict content security policy and sends CORS headers only when configured', async t => {
  const { get } = await service(t, {})
  const safe = { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' }
  for (const path of ['/v1/forms', '/v1/nowhere', '/v1/forms/%zz', '/healthz']) {
    t.match((await get(path, { origin: 'https://a.example' })).headers, {
      ...safe,
      'content-security-policy': /^default-src 'none'/,
      'access-control-allow-origin': undefined
    }, path)
  }
  for (const path of ['/docs/', '/problems', '/problems/internal']) {
    t.match((await get(path)).headers, { ...safe, 'content-security-policy': /script-src 'self';/ }, path)
  }
  const { app, get: open } = await service(t, { corsOrigins: ['https://a.example'], rateLimit: 100 })
  const answer = await open('/v1/reports/a/2022', { origin: 'https://a.example' })
  t.match(answer.headers, {
    'access-control-allow-origin': 'https://a.example',
    'access-control-expose-headers': /ETag.*RateLimit-Remaining/,
    vary: /Accept-Language, Origin/
  })
  t.equal((await open('/v1/forms', { origin: 'https://b.example' })).headers['access-control-allow-origin'], undefined)
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: '/v1/reports/a/2022',
    headers: {
      origin: 'https://a.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization'
    }
  })
  t.match([
    preflight.statusCode,
    preflight.headers['access-control-allow-methods'],
    preflight.headers['access-control-allow-headers']
  ], [204, /PUT/, 'authorization'])
  t.equal((await app.inject({ method: 'PUT', url: '/v1/totals' })).statusCode, 405)
})

t.test('serves Swagger UI without inline scripts, as its content security policy requires', async t => {
  const { app } = await service(t, {})
  const { body } = await app.inject('/docs/')
  t.match(body, /<script src=/)
  t.notMatch(body, /<script(?![^>]* src=)|<[^>]* on\w+=|https?:\/\//)
})

t.test('protects the metrics by a token of their own where one is set', async t => {
  const metricsToken = 'metrics-"\\-token'
  const { app, get } = await service(t, { metricsToken })
  t.match(await get('/metrics', { key: metricsToken }), { status: 200, headers: { 'content-type': /^text\/plain/ } })
  for (
    const headers of [{}, { key: 'wrong' }, { key: `${metricsToken}x` }, { key: ADMIN_KEY }, { authorization: 'x' }]
  ) {
    const answer = await get('/metrics', headers as Record<string, string>)
    t.match(answer, {
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      json: { code: 'metrics-token-invalid' }
    })
  }
  t.equal((await app.inject({ method: 'HEAD', url: '/metrics' })).statusCode, 401)
  t.equal((await app.inject('/metrics/')).statusCode, 401)
  t.match(await get('/v1/forms', { key: metricsToken }), { status: 401, json: { code: 'key-invalid' } })
  const open = await service(t, {})
  t.equal((await open.get('/metrics')).status, 200)
  t.match(await open.get('/metrics', { key: 'wrong' }), { status: 401, json: { code: 'key-invalid' } })
})

/** A logger that collects its lines. */
function collectLog (secrets: string[] = []) {
  const lines: string[] = []
  const logger = openLog(
    'trace',
    secrets,
    new Writable({
      write (chunk, _, done) {
        lines.push(String(chunk))
        done()
      }
    })
  )
  return { logger, lines, warnings: () => lines.map(line => JSON.parse(line)).filter(line => line.level === 40) }
}

t.test('logs a warning at most once a second, with the count of those since and no stack', async t => {
  const { logger, lines, warnings } = collectLog()
  const nowhere = openDatabase('postgres://127.0.0.1:1/none?user=x', 1, () => {})
  t.teardown(async () => await nowhere.destroy())
  const { app, get } = await service(t, { db: nowhere, logger })
  for (let i = 0; i < 20; i++) t.equal((await get('/v1/agencies/a')).json.code, 'database-unavailable')
  for (let i = 0; i < 3; i++) t.equal((await get('/readyz')).json.code, 'not-ready')
  const shown = () => warnings().map(({ msg, count, reason, err }) => ({ msg, count, reason, err }))
  const line = (msg: string, count: number) => ({ msg, count, reason: /ECONNREFUSED/, err: undefined })
  t.match(shown(), [line('database-unavailable', 1), line('not-ready', 1)])
  t.equal(shown().length, 2)
  await new Promise(resolve => setTimeout(resolve, 1200))
  t.match(shown().slice(2), [line('database-unavailable', 19), line('not-ready', 2)])
  t.equal(shown().length, 4)
  await get('/v1/agencies/a')
  await app.close()
  t.match(shown().slice(4), [line('database-unavailable', 1)], 'the rest is logged when the service ends')
  t.equal(lines.filter(line => line.includes('"request completed"')).length, 21, 'each request keeps its own lines')
})

t.test('does not take a client that disconnects for a database that is down', async t => {
  const { logger, lines, warnings } = collectLog()
  const { app } = await service(t, { logger })
  const port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
  const cases = [
    ['/v1/imports/reports', 'application/x-ndjson', '{"agency": '],
    ['/v1/imports/reports', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="file"'],
    ['/v1/imports/documents?agency=a&year=2022', 'text/plain', 'x'],
    ['/v1/reports', 'application/json', '{']
  ] as const
  for (const [path, type, start] of cases) {
    for (const leave of ['destroy', 'resetAndDestroy', 'end'] as const) {
      const before = lines.length
      const socket = connect(port, '127.0.0.1').on('error', () => {}).resume()
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Type: ${type}\r\nContent-Length: 100000\r\n\r\n${start}`
      )
      while (!lines.slice(before).some(line => line.includes('incoming request'))) await sleep(10)
      await sleep(50)
      socket[leave]()
      for (let i = 0; i < 200 && !lines.slice(before).some(line => line.includes('disconnected')); i++) await sleep(10)
      t.match(lines.slice(before).map(line => JSON.parse(line)).filter(line => /disconnected/.test(line.msg)), [
        { level: 30, msg: 'the client disconnected before its request was complete', reqId: /./ }
      ], `${path} ${type} ${leave}`)
    }
  }
  t.same(warnings(), [])
})

t.test('never logs a key or token, wherever the client sends it', async t => {
  const metricsToken = 'metrics-"\\-token'
  const { logger, lines } = collectLog([ADMIN_KEY, metricsToken])
  const { db } = await freshDatabase(t)
  const { app } = await service(t, { db, logger, metricsToken })
  const key = (await app.inject({
    method: 'POST',
    url: '/v1/keys',
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
    payload: { role: 'admin', label: 'x' }
  })).json().key
  const token = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.e30.c2VjcmV0`
  for (const secret of [key, token, ADMIN_KEY, metricsToken]) {
    for (
      const headers of [{ authorization: `Bearer ${secret}` }, { authorization: secret }, {
        cookie: secret,
        'x-api-key': secret
      }]
    ) {
      await app.inject({ url: `/v1/forms?key=${secret}`, headers })
      await app.inject({ url: `/v1/agencies/${encodeURI(secret)}`, headers })
      await app.inject({ url: '/metrics', headers })
      await app.inject({ method: 'POST', url: '/v1/checks', headers, payload: { year: 2022, key: secret } })
    }
  }
  // An internal error is logged with all details of the request.
  await sql`alter table api_key rename to api_key_away`.execute(db)
  t.equal((await app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${key}` } })).statusCode, 500)
  const log = lines.join('')
  t.match(log, /internal error/)
  t.ok(lines.length > 40)
  for (const secret of [key, token, ADMIN_KEY, metricsToken]) {
    t.notOk(log.includes(JSON.stringify(secret).slice(1, -1)), secret)
  }
  t.match(log, /"url":"\/v1\/forms\?key=\(hidden\)"/)
})

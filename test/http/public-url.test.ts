// PUBLIC_URL, through a proxy that serves the service under a path and strips it.
import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromium } from 'playwright-core'
import t from 'tap'
import { ADMIN_KEY, freshApp } from '../support/app.ts'

const { CHROMIUM } = process.env
const PREFIX = '/gongkai'

let target = 0
const strays: string[] = []
const proxy = createServer((request, response) => {
  if (!request.url!.startsWith(`${PREFIX}/`)) {
    strays.push(request.url!)
    response.writeHead(404).end()
    return
  }
  const { method, headers } = request
  const forwarded = ask(
    { host: '127.0.0.1', port: target, path: request.url!.slice(PREFIX.length), method: method!, headers },
    answer => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    }
  )
  request.pipe(forwarded)
}).listen(0, '127.0.0.1')
await once(proxy, 'listening')
const publicUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${PREFIX}`
t.teardown(() => proxy.close())

const { app } = await freshApp(t, { publicUrl: `${publicUrl}/` })
target = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
// Closes idle keep-alive connections, which would delay the shutdown.
t.teardown(() => proxy.closeAllConnections())

const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }
const send = async (method: string, address: string, body?: unknown, more: Record<string, string> = {}) => {
  const payload = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
  const answer = await fetch(address, { method, headers: { ...headers, ...more }, redirect: 'manual', ...payload })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, json: text.startsWith('{') ? JSON.parse(text) : {} }
}

t.test('every address leads back to the service', async t => {
  for (const code of ['a', 'b', 'c']) {
    const agency = { code, name: `某${code}局`, level: 'county', kind: 'department' }
    const made = await send('POST', `${publicUrl}/v1/agencies`, agency)
    t.equal(made.headers.get('location'), `${publicUrl}/v1/agencies/${code}`)
    t.equal((await send('GET', made.headers.get('location')!)).json.code, code)
  }
  const report = await send('POST', `${publicUrl}/v1/reports`, { agency: 'a', year: 2022 })
  t.equal((await send('GET', report.headers.get('location')!)).status, 200)

  const codes: string[] = []
  for (let next = `${publicUrl}/v1/agencies?limit=1`; next !== null;) {
    const page = await send('GET', next)
    codes.push(page.json.items[0].code)
    next = page.json.next
    if (next !== null) t.equal(page.headers.get('link'), `<${next}>; rel="next"`)
  }
  t.same(codes, ['a', 'b', 'c'])

  const missing = await send('GET', `${publicUrl}/v1/agencies/none`)
  t.match(missing.json, {
    type: `${publicUrl}/problems/agency-not-found`,
    instance: `${publicUrl}/v1/agencies/none`,
    code: 'agency-not-found'
  })
  const page = await send('GET', missing.json.type)
  t.equal(page.status, 200)
  for (const [, link] of page.text.matchAll(/href="([^"]+)"/g)) {
    t.equal((await send('GET', new URL(link!, missing.json.type).href)).status, 200, link!)
  }

  const lines = `${JSON.stringify({ code: 'd', name: '某局', level: 'county', kind: 'nothing' })}\n`
  const started = await send('POST', `${publicUrl}/v1/imports/agencies`, lines, {
    'content-type': 'application/x-ndjson',
    prefer: 'respond-async'
  })
  t.equal(started.status, 202, started.text)
  const retried = { 'idempotency-key': 'one' }
  const again = { agency: 'b', year: 2022 }
  const first = await send('POST', `${publicUrl}/v1/reports`, again, retried)
  t.equal(first.headers.get('location'), `${publicUrl}/v1/reports/b/2022`)
  t.equal(
    (await send('POST', `${publicUrl}/v1/reports`, again, retried)).headers.get('location'),
    `${publicUrl}/v1/reports/b/2022`
  )
  t.match((await send('GET', started.headers.get('location')!)).json, { kind: 'agencies' })
})

t.test('the OpenAPI document names the address, and links to it', async t => {
  const { json, text } = await send('GET', `${publicUrl}/openapi.json`)
  t.equal(json.servers[0].url, publicUrl)
  t.notMatch(text, '](/')
  t.match(text, `](${publicUrl}/problems/`)
})

t.test('Swagger UI loads its files and sends its requests under the path', async t => {
  for (const path of ['/docs', '/docs/']) {
    const page = await send('GET', `${publicUrl}${path}`)
    const links = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link!)
    t.ok(links.length >= 6)
    for (const link of links) {
      t.equal((await send('GET', new URL(link, `${publicUrl}${path}`).href)).status, 200, `${path}: ${link}`)
    }
  }
  t.same(strays, [])
})

t.test('Swagger UI works in a browser', { skip: CHROMIUM === undefined && 'CHROMIUM is not set' }, async t => {
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--disable-gpu'] })
  t.teardown(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } })
  page.setDefaultTimeout(30_000)
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  await page.goto(`${publicUrl}/docs`)
  await page.locator('#operations-forms-listForms .opblock-summary-control').click()
  await page.locator('#operations-forms-listForms button.execute').click()
  const status = page.locator('#operations-forms-listForms .live-responses-table tbody .response-col_status').first()
  t.match(await status.textContent(), /200/)
  t.ok(asked.includes(`${publicUrl}/v1/forms`))
  t.same(asked.filter(url => url.startsWith('http') && !url.startsWith(publicUrl)), [])
})

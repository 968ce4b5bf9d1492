// Requests at the edge of HTTP: what Node would answer itself, what is cut off, and what takes memory or disk.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import t from 'tap'
import { ADMIN_KEY, freshApp } from '../support/app.ts'

const { app, call } = await freshApp(t)
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
await call('PUT', '/v1/agencies/bureau', { name: '某局', level: 'county', kind: 'department' })

/** Sends bytes and returns the status and body of the answer. */
async function send (text: string): Promise<{ status: number, json: any }> {
  const socket = connect(port, '127.0.0.1')
  socket.end(text)
  let answer = ''
  for await (const data of socket.setEncoding('utf8')) answer += data
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), json: JSON.parse(body) }
}

t.test('answers with a problem what Node would answer with a text', async t => {
  const cases: [request: string, status: number, code: string][] = [
    ['GET /v1/forms HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'http-malformed'],
    ['GET /v1/forms HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n', 417, 'expectation-unsupported'],
    ['CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'http-malformed'],
    ['GET /v1/forms HTTP/9.9\r\nHost: x\r\n\r\n', 400, 'http-malformed']
  ]
  for (const [text, status, code] of cases) t.match(await send(text), { status, json: { code } }, text)
  const { status } = await send('GET /healthz HTTP/1.0\r\n\r\n')
  t.equal(status, 200, 'HTTP/1.0 needs no Host')
})

t.test('answers 406 when Accept names no type of the operation', async t => {
  const ask = async (path: string, accept: string) => {
    const { status, json } = await call('GET', path, undefined, { headers: { accept } })
    return json?.code ?? status
  }
  const totals = '/v1/totals?measure=requests.granted.total'
  t.equal(await ask('/v1/forms', 'application/xml'), 'not-acceptable')
  t.equal(await ask('/v1/forms', 'text/html, application/xml;q=0.9'), 'not-acceptable')
  t.equal(await ask(totals, 'text/html'), 'not-acceptable')
  for (const accept of ['application/json', 'application/*', '*/*', 'text/html, */*;q=0.1', '']) {
    t.equal(await ask('/v1/forms', accept), 200, accept)
  }
  t.equal(await ask(totals, 'text/csv'), 200)
  t.equal(await ask('/metrics', 'text/plain'), 200)
  const deleted = await call('DELETE', '/v1/reports/bureau/2022/deadline', undefined, {
    headers: { accept: 'text/html' }
  })
  t.equal(deleted.status, 204, 'an answer without a body is acceptable')
})

t.test('answers a form that is cut off as malformed, wherever it ends', async t => {
  const whole =
    '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n' +
    'code,name,level,kind\na,b,county,department\n\r\n--x--\r\n'
  for (let end = 0; end < whole.length - 4; end += 7) {
    const answer = await call('POST', '/v1/imports/agencies', whole.slice(0, end), {
      headers: { 'content-type': 'multipart/form-data; boundary=x' }
    })
    t.match(answer, { status: 400, json: { code: 'multipart-malformed' } }, `${end} bytes: ${answer.text}`)
  }
  t.equal((await call('GET', '/v1/agencies/a')).status, 404)
})

t.test('answers a form without a file as malformed, even if its part has no name', async t => {
  for (const disposition of ['form-data; nam ame="file"', 'form-data', 'form-data; name="file"', '']) {
    const answer = await call(
      'POST',
      '/v1/imports/agencies',
      `--x\r\nContent-Disposition: ${disposition}\r\n\r\ncode,name\r\n--x--\r\n`,
      { headers: { 'content-type': 'multipart/form-data; boundary=x' } }
    )
    t.match(answer, { status: 400, json: { code: 'multipart-malformed' } }, disposition)
  }
})

t.test('answers CSV with a misplaced quote as malformed', async t => {
  await call('PUT', '/v1/reports/bureau/2022', {})
  const answer = await call('POST', '/v1/reports/bureau/2022/tables/requests/rows', 'row,total\ngr"anted,1\n', {
    headers: { 'content-type': 'text/csv' }
  })
  t.match(answer, { status: 400, json: { code: 'csv-malformed' } })
})

t.test('refuses bodies beyond the memory for those that arrive at once, and serves others', async t => {
  const open = (length: number) => {
    const sent = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/checks',
      headers: { 'content-type': 'application/json', 'content-length': length }
    })
    const status = new Promise<number>(resolve => {
      sent.on('response', answer => {
        resolve(answer.statusCode!)
        answer.resume()
      })
      sent.on('error', () => resolve(0))
    })
    sent.write('{')
    return { sent, status }
  }
  const bodies = Array.from({ length: 80 }, () => open(2 * 1024 * 1024))
  const refused = await Promise.any(bodies.map(async ({ status }) => await status))
  t.equal(refused, 503)
  const authorization = { headers: { authorization: `Bearer ${ADMIN_KEY}` } }
  t.equal((await call('POST', '/v1/checks', { year: 2022 }, authorization)).status, 200, 'a caller with a key')
  t.equal((await call('GET', '/v1/forms', undefined, { key: null })).status, 200, 'a request without a body')
  for (const { sent } of bodies) sent.destroy()
  for (let i = 0; i < 50; i++) {
    if ((await call('POST', '/v1/checks', { year: 2022 }, { key: null })).status === 200) break
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  t.equal((await call('POST', '/v1/checks', { year: 2022 }, { key: null })).status, 200, 'the memory is given back')
})

t.test(
  'answers 503 when the disk for uploads is full',
  { skip: canMount() ? false : 'needs root and tmpfs' },
  async t => {
    const folder = mkdtempSync('/tmp/gongkai-small-disk-')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder])
    const { TMPDIR } = process.env
    process.env.TMPDIR = folder
    t.teardown(() => {
      if (TMPDIR === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = TMPDIR
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true })
    })
    const answer = await call('POST', '/v1/imports/agencies', 'x'.repeat(200_000), {
      headers: { 'content-type': 'text/csv' }
    })
    t.match(answer, { status: 503, json: { code: 'storage-full' }, headers: { 'retry-after': '60' } })
  }
)

function canMount (): boolean {
  const folder = mkdtempSync('/tmp/gongkai-mount-')
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', ['-l', folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
}

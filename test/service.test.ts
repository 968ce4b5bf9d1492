import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { stopPostgres } from '../src/database/embedded/server.ts'
import { freePort, spawnService } from './support/service.ts'

t.test('starts in an empty folder, recovers from SIGKILL and shuts down gracefully', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-service-'))
  t.teardown(async () => {
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  })
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const env = { DATA_DIR: folder, PORT: String(port) }
  const first = spawnService(env)
  const [, key] = await first.said(/"key":"([^"]+)","msg":"Administrator key, shown this once"/)
  await first.said(new RegExp(`Gongkai .* listens on ${base}, Swagger UI: ${base}/docs`))
  t.equal((await fetch(`${base}/readyz`)).status, 200)
  const put = async (code: string) =>
    (await fetch(`${base}/v1/agencies/${code}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: '局', level: 'county', kind: 'department' })
    })).status
  t.equal(await put('one'), 201)

  const second = spawnService({ ...env, PORT: String(await freePort()) })
  t.same([(await second.ended)[0], /already uses/.test(second.output())], [1, true], second.output())
  t.equal(await put('two'), 201, 'the first service continues')

  first.child.kill('SIGKILL')
  await first.ended
  const third = spawnService(env)
  await third.said(/listens on/)
  t.notMatch(third.output(), /Administrator key/, 'the key is printed only once')
  t.equal((await fetch(`${base}/v1/agencies/two`)).status, 200, 'an acknowledged write survives')
  t.equal(await put('two'), 200, 'the key remains valid')

  // A request in progress is answered after SIGTERM.
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', data => {
    answer += data
  })
  const body = JSON.stringify({ name: '局', level: 'county', kind: 'department' })
  socket.write(
    `PUT /v1/agencies/late HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${
      Buffer.byteLength(body)
    }\r\n\r\n${body.slice(0, 10)}`
  )
  await new Promise(resolve => setTimeout(resolve, 300))
  third.child.kill('SIGTERM')
  third.child.kill('SIGTERM')
  await new Promise(resolve => setTimeout(resolve, 300))
  socket.write(body.slice(10))
  await once(socket, 'close')
  t.match(answer, /^HTTP\/1.1 201/)
  t.equal((await third.ended)[0], 0)
  await t.rejects(fetch(`${base}/healthz`))
})

t.test('stops the service and all child processes when npm start receives a signal', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-service-'))
  t.teardown(async () => {
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  })
  const port = await freePort()
  const started = spawnService({ DATA_DIR: folder, PORT: String(port) }, ['npm', 'start'])
  await started.said(/listens on/)
  started.child.kill('SIGTERM')
  await started.ended
  for (let i = 0; i < 100 && await fetch(`http://127.0.0.1:${port}/healthz`).then(() => true, () => false); i++) {
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  await t.rejects(fetch(`http://127.0.0.1:${port}/healthz`))
})

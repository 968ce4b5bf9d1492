import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { findHome } from '../src/database/embedded/data-directory.ts'
import { findServer } from '../src/database/embedded/server-process.ts'
import { stopPostgres } from '../src/database/embedded/server.ts'
import { ADMIN_KEY } from './support/app.ts'
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

t.test('restarts a killed PostgreSQL, answers 503 meanwhile, and keeps what was acknowledged', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-service-'))
  const service = spawnService({ DATA_DIR: folder, PORT: '0', ADMIN_API_KEY: ADMIN_KEY })
  t.teardown(async () => {
    service.child.kill('SIGKILL')
    await service.ended
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  })
  const [, base] = await service.said(/"address":"([^"]+)"/)
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }
  const put = async (code: string) =>
    await fetch(`${base}/v1/agencies/${code}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({ name: '局', level: 'county', kind: 'department' })
    })
  const acknowledged: string[] = []
  for (let kill = 0; kill < 2; kill++) {
    const serverPid = (await findServer(findHome(folder)))!
    for (let n = 0; n < 10; n++) {
      const code = `a${kill}-${n}`
      if ((await put(code)).status === 201) acknowledged.push(code)
    }
    process.kill(serverPid, 'SIGKILL')
    const runsAgain = new RegExp(`(runs again[^]*){${kill + 1}}`)
    const seen = new Set<string>()
    while (!runsAgain.test(service.output()) || !(await fetch(`${base}/readyz`)).ok) {
      t.equal((await fetch(`${base}/healthz`)).status, 200)
      for (const answer of [await put('during'), await fetch(`${base}/readyz`)]) {
        if (answer.status === 503) {
          seen.add(`${(await answer.json() as { code: string }).code} ${answer.headers.get('retry-after')}`)
        }
      }
      await sleep(5)
    }
    t.same([...seen].sort(), ['database-unavailable 1', 'not-ready 1'])
  }
  t.equal(acknowledged.length, 20)
  for (const code of acknowledged) t.equal((await fetch(`${base}/v1/agencies/${code}`)).status, 200, code)
  t.equal((await put('after')).status, 201)
  t.equal((await put('during')).status < 300, true)
  t.match(service.lines().filter(line => /is restarted/.test(line.msg)), [{ level: 40 }, { level: 40 }])
  service.child.kill('SIGTERM')
  t.equal((await service.ended)[0], 0)
  t.equal(await findServer(findHome(folder)), undefined)
})

t.test('stops PostgreSQL when a signal arrives while it starts', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-service-'))
  t.teardown(async () => {
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  })
  const home = findHome(folder)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const service = spawnService({ DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'info' })
    for (let i = 0; i < 6000 && await findServer(home) === undefined; i++) await sleep(5)
    service.child.kill(signal)
    t.same(await service.ended, [0, null], service.output())
    t.notMatch(service.output(), /listens on|"level":60/)
    t.equal(await findServer(home), undefined)
  }
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

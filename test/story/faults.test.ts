// Crash test: kills the service and the database while clients run reports through their whole life cycle and retry
// unanswered requests. Afterwards the state, versions, events and totals of each report must reflect exactly its
// acknowledged steps, and possibly the step in flight.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { openDatabase } from '../../src/database/connection.ts'
import { startPostgres } from '../../src/database/embedded/server.ts'
import { Forms } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'
import { ADMIN_KEY } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { runsOf } from '../support/runs.ts'
import { Model as Totals } from '../totals/model.ts'
import { type Caller, Filing, type Outcome } from './model.ts'

/** The number of kills, alternating between the service and the database. */
const KILLS = runsOf('FILING_KILLS', 2, 16)
const CLIENTS = 6
const YEAR = 2022
const MEASURES = ['requests.new_received.total', 'documents.regulations.issued', 'fees.administrative_fees.amount']

const forms = new Forms(await readForms())
const form = forms.choose(YEAR, undefined)
const admin: Caller = { name: 'ADMIN_API_KEY', role: 'admin', agency: '', key: ADMIN_KEY }
const STANDING = { parent: null, level: 'county', kind: 'department', reporting: 'own' }

// ---- client steps ---------------------------------------------------------------------------------------------------

interface Step {
  method: string
  path: string
  body: object
  key?: string
}

interface State {
  working: Record<string, unknown> | undefined
  open: ReturnType<Filing['public']>
  versions: object[]
  events: string[]
}

interface Answer {
  status: number
  text: string
  etag: string | null
  json: any
}

interface Course {
  code: string
  steps: Step[]
  states: State[]
  figures: Totals[]
  acknowledged: Answer[]
  sent: number
}

/** All steps of one report with the expected state after each. */
function courseOf (code: string, seed: number): Course {
  let next = seed
  const figures = () =>
    consistentTables(form, () => {
      next = (next * 75 + 74) % 65537
      return next % 4 === 0 ? next % 1000 : 0
    })
  const [first, second] = [figures(), figures()]
  const model = new Filing(forms, [admin])
  const path = `/v1/reports/${code}/${YEAR}`
  const course: Course = { code, steps: [], states: [], figures: [], acknowledged: [], sent: 0 }
  const keep = () => {
    const versions = model.reports.get(`${code} ${YEAR}`)?.versions ?? []
    course.states.push({
      working: model.working(code, YEAR, admin),
      open: model.public(code, YEAR),
      versions: versions.map((_, i) => model.version(code, YEAR, i + 1)!),
      events: model.events.map(event => event.kind)
    })
    course.figures.push(model.totals())
  }
  const step = (method: string, path: string, body: object, predicted: Outcome) => {
    assert.ok(predicted[0] < 300, String(predicted))
    course.steps.push({ method, path, body, ...(method === 'POST' ? { key: `${code}-${course.steps.length}` } : {}) })
    keep()
  }
  const move = (name: 'submit' | 'return' | 'publish' | 'amend' | 'withdraw', reason?: string) =>
    step(
      'POST',
      `${path}/${name}`,
      reason === undefined ? {} : { reason },
      model.move(admin, name, code, YEAR, reason ?? '', null, true)
    )
  keep()
  step('POST', '/v1/agencies', { code, name: `机关${code}`, ...STANDING }, model.register(admin, code, STANDING, null))
  step(
    'POST',
    '/v1/reports',
    { agency: code, year: YEAR, sections: SECTIONS },
    model.create(admin, code, YEAR, { form: form.id, tables: {}, sections: SECTIONS })
  )
  for (const [table, rows] of Object.entries(first)) {
    step(
      'POST',
      `${path}/tables/${table}/rows`,
      Object.entries(rows).map(([row, values]) => ({ row, values })),
      model.rows(admin, 'append', code, YEAR, table, rows, true)
    )
  }
  move('submit')
  if (seed % 3 === 0) {
    move('return', '请核对')
    step(
      'PUT',
      `${path}/tables/documents`,
      { rows: second.documents },
      model.rows(admin, 'put table', code, YEAR, 'documents', second.documents!, true)
    )
    move('submit')
  }
  move('publish')
  if (seed % 2 === 0) {
    move('amend', '数据更正')
    step(
      'PUT',
      `${path}/tables/requests`,
      { rows: second.requests },
      model.rows(admin, 'put table', code, YEAR, 'requests', second.requests!, true)
    )
    move('submit')
    move('publish')
  }
  if (seed % 5 === 0) move('withdraw', '机构撤销')
  return course
}

// ---- service --------------------------------------------------------------------------------------------------------

async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** Error logs of the service. */
const log: string[] = []

async function startService (url: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['dist/server.js'], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: {
      PATH: process.env.PATH,
      LOG_LEVEL: 'error',
      DATABASE_URL: url,
      PORT: String(port),
      ADMIN_API_KEY: ADMIN_KEY,
      RATE_LIMIT: '0',
      OVERLOAD_MS: '0'
    },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  child.stdout!.on('data', data => {
    log.push(String(data))
  })
  for (let i = 0; i < 600; i++) {
    if (await fetch(`http://127.0.0.1:${port}/readyz`).then(answer => answer.ok, () => false)) return child
    if (child.exitCode !== null) break
    await sleep(50)
  }
  throw new Error('the service did not start')
}

t.test(
  'keeps every acknowledged write exactly once after a crash, and completes unacknowledged writes on retry',
  { timeout: 3_600_000 },
  async t => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gongkai-faults-'))
    await chmod(dataDir, 0o755)
    const port = await freePort()
    let postgres = await startPostgres({ dataDir, log: () => {} })
    let service = await startService(postgres.url, port)
    t.teardown(async () => {
      if (service.exitCode === null && service.signalCode === null) {
        service.kill('SIGKILL')
        await once(service, 'exit')
      }
      await postgres.stop()
      await rm(dataDir, { recursive: true, force: true })
    })

    // ---- clients ----
    let closed = Promise.resolve()
    let open = () => {}
    const load = { underWay: 0, stopping: false, retries: 0 }
    const unexpected: string[] = []
    const courses: Course[] = []

    const send = async (
      { method, path, body, key }: Step | { method: 'GET', path: string, body?: undefined, key?: undefined },
      bearer: string | null = ADMIN_KEY
    ): Promise<Answer> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: {
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key })
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000)
      })
      const text = await answer.text()
      return {
        status: answer.status,
        text,
        etag: answer.headers.get('etag'),
        json: text === '' ? undefined : JSON.parse(text)
      }
    }
    const get = async (path: string, bearer: string | null = ADMIN_KEY) => await send({ method: 'GET', path }, bearer)

    /** Retries a step with its idempotency key until it succeeds. */
    const insist = async (course: Course, step: Step, number: number) => {
      for (;;) {
        await closed
        load.underWay++
        course.sent = number + 1
        const answer = await send(step).catch(() => undefined).finally(() => {
          load.underWay--
        })
        if (answer !== undefined && answer.status < 300) {
          course.acknowledged.push(answer)
          return
        }
        const again = answer === undefined || answer.status === 503 || answer.json.code === 'idempotency-key-in-use'
        if (!again) {
          unexpected.push(`${step.method} ${step.path}: ${answer.text}`)
          load.stopping = true
        }
        if (load.stopping && unexpected.length > 0) throw new Error(unexpected[0])
        load.retries++
        await sleep(20 + Math.random() * 50)
      }
    }
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let n = 0; !load.stopping; n++) {
        const course = courseOf(`c${client}-${n}`, client * 7919 + n * 31 + 1)
        courses.push(course)
        for (const [number, step] of course.steps.entries()) await insist(course, step, number)
      }
    })
    const ended = Promise.allSettled(clients)

    // ---- invariants ----
    /** Asserts that all reads match one possible state of the report, and returns the number of committed steps. */
    const hold = async (course: Course): Promise<number> => {
      const { code, states, acknowledged, sent } = course
      const path = `/v1/reports/${code}/${YEAR}`
      const [working, open, events] = await Promise.all([
        get(path),
        get(path, null),
        get(`/v1/events?agency=${code}&limit=1000`)
      ])
      const kinds = events.json.items.map((event: any) => event.kind)
      const taken = acknowledged.length +
        (sent > acknowledged.length && kinds.length > states[acknowledged.length]!.events.length ? 1 : 0)
      const state = states[taken]!
      const shown = ({ published_at: _, ...rest }: any) => rest
      assert.deepEqual(kinds, state.events, `events of ${code} after ${taken} steps`)
      assert.deepEqual(
        working.status === 200 ? shown(working.json) : undefined,
        state.working,
        `${code} after ${taken} steps`
      )
      assert.deepEqual([open.status, open.status === 200 ? shown(open.json) : undefined], [
        state.open.status,
        state.open.body
      ], `public report of ${code} after ${taken} steps`)
      for (let n = 1; n <= state.versions.length + 1; n++) {
        const version = await get(`${path}/versions/${n}`, null)
        assert.deepEqual(
          version.status === 200 ? shown(version.json) : undefined,
          state.versions[n - 1],
          `version ${n} of ${code}`
        )
      }
      return taken
    }
    const repeat = async (course: Course) => {
      for (const [number, step] of course.steps.slice(0, course.acknowledged.length).entries()) {
        if (step.key === undefined) continue
        const { status, text, etag } = await send(step)
        assert.deepEqual(
          { status, text, etag },
          (({ status, text, etag }) => ({ status, text, etag }))(course.acknowledged[number]!),
          `${step.path}, retried`
        )
      }
    }
    const holdAll = async (some: Course[]) => {
      const totals = new Totals(forms)
      for (const course of courses) {
        const taken = some.includes(course) ? await hold(course) : course.steps.length
        const { names, standing, reports } = course.figures[taken]!
        for (const [code, name] of names) totals.names.set(code, name)
        for (const [at, one] of standing) totals.standing.set(at, one)
        for (const [at, one] of reports) totals.reports.set(at, one)
      }
      const query = { measures: MEASURES, by: ['year'], first: YEAR, last: YEAR }
      const answer = await get(
        `/v1/totals?${MEASURES.map(measure => `measure=${measure}`).join('&')}&by=year&year=${YEAR}`,
        null
      )
      assert.deepEqual(answer.json.totals, totals.totals(query))
      const verified = await get('/v1/events/verify')
      assert.equal(verified.json.ok, true, verified.text)
      const db = openDatabase(postgres.url, 1, () => {})
      assert.deepEqual((await verifyTotals(db, forms)).differences, [])
      await db.destroy()
    }

    // ---- kills ----
    const killed = { service: 0, database: 0 }
    let unanswered = 0
    let finished = 0
    try {
      for (let kill = 0; kill < KILLS && unexpected.length === 0; kill++) {
        await sleep(100 + Math.random() * 900)
        closed = new Promise(resolve => {
          open = resolve
        })
        const began = courses.filter(course => course.acknowledged.length < course.steps.length)
        const before = began.map(course => course.acknowledged.length)
        if (kill % 2 === 0) {
          killed.service++
          service.kill('SIGKILL')
          await once(service, 'exit')
        } else {
          killed.database++
          const pid = parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'))
          // SIGQUIT is an immediate shutdown; SIGKILL does not signal the child processes either.
          process.kill(pid, kill % 4 === 1 ? 'SIGKILL' : 'SIGQUIT')
          await postgres.exited
          await postgres.stop()
        }
        while (load.underWay > 0) await sleep(5)
        unanswered += began.filter((course, i) => course.acknowledged.length === before[i]).length
        if (kill % 2 === 0) service = await startService(postgres.url, port)
        else postgres = await startPostgres({ dataDir, log: () => {} })
        await holdAll(courses.slice(finished))
        open()
        finished = Math.max(0, courses.length - 2 * CLIENTS)
      }
    } finally {
      load.stopping = true
      open()
    }
    await ended
    t.same(unexpected, [], log.slice(-5).join('').slice(0, 4000))
    for (const course of courses) {
      t.equal(await hold(course), course.steps.length)
      t.equal(course.acknowledged.length, course.steps.length)
      await repeat(course)
    }
    await holdAll(courses)
    t.ok(unanswered > 0, 'at least one request was in flight during a kill')
    t.comment(
      `${killed.service} kills of the service and ${killed.database} of the database; ${courses.length} filings of ${
        courses.reduce((sum, { steps }) => sum + steps.length, 0)
      } steps, ${load.retries} retries`
    )
  }
)

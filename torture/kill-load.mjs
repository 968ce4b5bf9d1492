// Clients that file, amend, publish, move agencies and import, again and again, and remember what was acknowledged.
// A request without an answer is repeated until it has one, with the same Idempotency-Key.
import { setTimeout as sleep } from 'node:timers/promises'
import { findFault, readCode } from './judge.mjs'
import { Random } from './random.mjs'
import { createApi, demand, makeReport, putAgency, readForm } from './registry.mjs'

export const YEAR = 2022
const DISTRICTS = ['district-1', 'district-2']
/** Agencies, and reports, in one import. */
export const IMPORTED = 40
const ANSWER_MS = 30_000
const STANDING = { level: 'county', kind: 'department' }
const NDJSON = { 'content-type': 'application/x-ndjson' }

/** Thrown to end a client. */
class Stopped extends Error {}

export class Load {
  /** Reports on their way, with what is acknowledged of each. */
  courses = []
  imports = []
  movers = []
  #api
  #results
  #codes
  #seed
  #gate = Promise.resolve()
  #openGate = () => {}
  #underWay = 0
  #stopping = false
  #clients = []
  #form
  #serial = 0

  constructor (port, { results, codes, seed }) {
    this.#api = createApi(port, undefined, ANSWER_MS)
    this.#results = results
    this.#codes = codes
    this.#seed = seed
  }

  async start () {
    for (const code of DISTRICTS) await putAgency(this.#api, code, { reporting: 'consolidated' })
    this.#form = await readForm(this.#api, '2021')
    const clients = [
      ...Array(3).fill(() => this.#fileReport()),
      () => this.#moveAgency(),
      () => this.#importFiles(false),
      () => this.#importFiles(true)
    ]
    this.#clients = clients.map(async (work, i) => {
      for (let n = 0; !this.#stopping; n++) {
        await work().catch(error => {
          if (error instanceof Stopped) return
          this.#results.fail('kills', 'a client broke off', `client ${i}: ${error.stack}`)
          return sleep(1000)
        })
      }
    })
  }

  reportOf = (agency, seed) => makeReport(this.#form, agency, YEAR, seed)

  /** Holds all clients back, and waits until each request under way has an answer or none. */
  async pause () {
    this.#gate = new Promise(resolve => {
      this.#openGate = resolve
    })
    while (this.#underWay > 0) await sleep(5)
  }

  resume () {
    this.#openGate()
    this.#gate = Promise.resolve()
  }

  async stop () {
    this.#stopping = true
    this.resume()
    await Promise.all(this.#clients)
  }

  async #try (method, path, body, headers) {
    await this.#gate
    if (this.#stopping) throw new Stopped()
    this.#underWay++
    try {
      return await this.#api(method, path, body, headers)
    } catch {
      return undefined
    } finally {
      this.#underWay--
    }
  }

  /** Repeats a request until it is acknowledged. `onSend` is called before each try. */
  async #insist (method, path, body, { headers, onSend = () => {} } = {}) {
    const key = { 'idempotency-key': `${this.#seed}-${this.#serial++}` }
    for (;;) {
      await this.#gate
      onSend()
      const answer = await this.#try(method, path, body, method === 'POST' ? { ...key, ...headers } : headers)
      if (answer !== undefined && answer.status < 300) {
        this.#results.count('kills', 'acknowledged writes')
        return answer
      }
      if (answer === undefined) this.#results.count('kills', 'requests without an answer')
      else this.#judgeRefusal(answer, `${method} ${path}`)
      await sleep(50)
    }
  }

  #judgeRefusal (answer, asked) {
    const fault = findFault({ ...answer, headers: { 'content-type': answer.type } }, this.#codes)
    const code = readCode(answer.text)
    if (fault !== undefined) this.#results.fail('kills', fault, `${asked} -> ${answer.text}`)
    else if (answer.status !== 503 && code !== 'idempotency-key-in-use') {
      this.#results.fail('kills', `${answer.status} ${code} for a request that holds`, `${asked} -> ${answer.text}`)
    } else this.#results.count('kills', `answers ${answer.status} ${code}`)
  }

  async #fileReport () {
    const serial = this.#serial++
    const random = new Random(this.#seed, serial)
    const code = `r${serial}`
    const [first, second] = [random.below(1e6), random.below(1e6)]
    const path = `/v1/reports/${code}/${YEAR}`
    const course = { code, sent: 0, acknowledged: 0, states: [undefined] }
    const steps = []
    const add = (state, ...request) => {
      course.states.push({ ...course.states.at(-1), ...state })
      steps.push(request)
    }
    add({}, 'PUT', `/v1/agencies/${code}`, { name: code, ...STANDING, parent: random.pick(DISTRICTS) })
    add({ status: 'draft', seed: first, versions: [] }, 'POST', '/v1/reports', this.reportOf(code, first))
    add({ status: 'submitted' }, 'POST', `${path}/submit`, {})
    add({ status: 'published', versions: [first] }, 'POST', `${path}/publish`, {})
    if (random.chance(0.6)) {
      const { agency, year, ...content } = this.reportOf(code, second)
      add({ status: 'draft' }, 'POST', `${path}/amend`, { reason: '更正' })
      add({ seed: second }, 'PUT', path, content)
      add({ status: 'submitted' }, 'POST', `${path}/submit`, {})
      add({ status: 'published', versions: [first, second] }, 'POST', `${path}/publish`, {})
    }
    if (random.chance(0.2)) add({ status: 'withdrawn' }, 'POST', `${path}/withdraw`, { reason: '撤回' })
    this.courses.push(course)
    for (const [i, request] of steps.entries()) {
      await this.#insist(...request, {
        onSend: () => {
          course.sent = i + 1
        }
      })
      course.acknowledged = i + 1
    }
    this.#results.count('kills', 'reports filed to the end')
  }

  /** An agency that moves from one district to the other and back. */
  async #moveAgency () {
    const mover = { code: `m${this.#serial++}`, acknowledged: undefined, sent: undefined }
    await this.#insist('PUT', `/v1/agencies/${mover.code}`, { name: mover.code, ...STANDING, parent: DISTRICTS[0] })
    mover.acknowledged = mover.sent = DISTRICTS[0]
    this.movers.push(mover)
    for (let i = 1; i < 8; i++) {
      const parent = DISTRICTS[i % 2]
      await this.#insist('PATCH', `/v1/agencies/${mover.code}`, { parent, since: 2019 + i % 3 }, {
        onSend: () => {
          mover.sent = parent
        }
      })
      mover.acknowledged = parent
    }
  }

  /** Imports agencies, then a published report of each; in the background, or before the answer. */
  async #importFiles (isAsync) {
    const root = `b${this.#serial++}`
    const seed = this.#serial
    const codes = Array.from({ length: IMPORTED }, (_, i) => `${root}-${i}`)
    const agencies = [root, ...codes].map(code => ({
      code,
      name: code,
      ...STANDING,
      parent: code === root ? DISTRICTS[seed % 2] : root
    }))
    const item = { root, seed, codes, agencies: false, reports: false }
    this.imports.push(item)
    const send = isAsync ? this.#importInBackground : this.#importNow
    await send.call(this, '/v1/imports/agencies', agencies)
    item.agencies = true
    await send.call(this, '/v1/imports/reports?publish=true', codes.map((code, i) => this.reportOf(code, seed + i)))
    item.reports = true
    this.#results.count('kills', `imports ${isAsync ? 'in the background' : 'before the answer'}`)
  }

  async #importNow (path, items) {
    const body = items.map(item => `${JSON.stringify(item)}\n`).join('')
    await this.#insist('POST', path, body, { headers: NDJSON })
  }

  async #importInBackground (path, items) {
    const body = items.map(item => `${JSON.stringify(item)}\n`).join('')
    for (;;) {
      const { json: { id } } = await this.#insist('POST', path, body, {
        headers: { ...NDJSON, prefer: 'respond-async' }
      })
      const job = await this.#waitForJob(id)
      if (job.state === 'succeeded') return
      this.#results.count('kills', `imports ${job.state}`)
      if (job.state === 'failed' && job.problem.status !== 503) {
        this.#results.fail('kills', `an import failed with ${job.problem.code}`, JSON.stringify(job.problem))
      }
      if (!['failed', 'interrupted'].includes(job.state)) {
        this.#results.fail('kills', `an import is ${job.state}`, JSON.stringify(job))
      }
    }
  }

  async #waitForJob (id) {
    for (;;) {
      const answer = await this.#try('GET', `/v1/imports/${id}`)
      if (answer?.status === 200 && answer.json.state !== 'running') return answer.json
      if (answer !== undefined && answer.status !== 200) this.#judgeRefusal(answer, `GET /v1/imports/${id}`)
      await sleep(200)
    }
  }

  /** Sends a write that must succeed. */
  demand = async (...request) => await demand(this.#api, ...request)
}

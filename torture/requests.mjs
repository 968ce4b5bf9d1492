// Hostile requests, generated from the OpenAPI document, while a canary asks for totals and health.
import { setTimeout as sleep } from 'node:timers/promises'
import { judgeCanary, startCanary } from './canary.mjs'
import { createClient } from './client.mjs'
import { MAKERS } from './hostile-requests.mjs'
import { findFault, readCode, readCodes } from './judge.mjs'
import { checkIdle, verifyTotals } from './kill-checks.mjs'
import { readOperations } from './operations.mjs'
import { Random } from './random.mjs'
import { noticeDown, recover } from './recovery.mjs'
import { createApi, fillRegistry } from './registry.mjs'
import { readMemory, Service } from './service.mjs'
import { SLOW_ATTACKS, SOCKET_ATTACKS, TIMEOUTS } from './sockets.mjs'

const LANES = 12
const SLOW_AT_ONCE = 30
/** An answer takes seconds at most; a file that is read through may take longer. */
const ANSWER_MS = 10_000
const FILE_MS = 60_000
const MEMORY_LIMIT = 700 * 2 ** 20
const MEMORY_EVERY_MS = 200
/** The service may close a connection while a body is still sent, and the client then may miss the answer. */
const LARGE_BODY = 64 * 1024
/** A connection breaks a little before the end of the process is seen. */
const END_SEEN_MS = 300

const KINDS = { valid: 6, parameters: 14, body: 20, headers: 12, document: 0.12, bulk: 0.2, socket: 4, slow: 0.15 }

/** Runs steps until `isOver(step)`, from the step `first` on. */
export async function attackRequests ({ results, seed, isOver, only, kinds }) {
  const service = await Service.start({ env: TIMEOUTS })
  const context = {
    ...await prepare(service, results, seed),
    weights: chooseKinds(kinds),
    more: kinds === undefined ? '' : ` --kinds=${kinds}`
  }
  service.onEnd = reason => noticeDown(context, reason)
  const canary = context.canary = startCanary(service.port, service.child.pid)
  const memory = watchMemory(service)
  const started = performance.now()
  await runLanes(context, only === undefined ? isOver : step => step > only, only ?? 0)
  await Promise.all(context.slow)
  if (context.downSince !== undefined) await recover(context)
  const seconds = (performance.now() - started) / 1000
  memory.stop()
  judgeCanary(results, context.log, await canary.stop())
  if (memory.highest > MEMORY_LIMIT) results.fail('requests', 'too much memory', `${memory.highest >> 20} MB resident`)
  results.set('requests', 'requests a second', Math.round(context.done / seconds))
  results.set('requests', 'memory, highest, MB', memory.highest >> 20)
  context.client.close()
  if (!context.isBroken) await checkAfterwards(context)
  await service.stop()
}

/** Whatever was sent, what is stored must hold. */
async function checkAfterwards ({ service, results }) {
  const fail = (kind, text) => results.fail('requests', `${kind} (afterwards)`, text)
  if (!await service.waitReady(ANSWER_MS)) return fail('the service is not ready', service.output.slice(-500))
  const verified = await createApi(service.port)('GET', '/v1/events/verify')
  if (verified.json?.ok !== true) fail('the audit log does not verify', verified.text)
  await checkIdle(service, fail)
  await verifyTotals(service, fail)
}

async function prepare (service, results, seed) {
  const keys = await fillRegistry(service.port)
  const operations = await readOperations(service.port)
  return {
    service,
    results,
    seed,
    operations,
    callers: [null, 'gk_wrong', keys.filer, keys.supervisor, keys.admin],
    keys,
    codes: await readCodes(service.port),
    client: createClient(service.port, LANES),
    done: 0,
    slow: new Set(),
    /** Steps that took long or are heavy, to tell what a slow canary waited for. */
    log: [],
    /** Since when the service is down, and when it was so last. */
    downSince: undefined,
    lastDown: 0
  }
}

function chooseKinds (kinds) {
  for (const kind of kinds ?? []) if (!(kind in KINDS)) throw new Error(`--kinds: there is no kind ${kind}`)
  return kinds === undefined ? KINDS : Object.fromEntries(kinds.map(kind => [kind, KINDS[kind]]))
}

async function runLanes (context, isOver, first) {
  let next = first
  const runLane = async () => {
    while (!isOver(next) && !context.isBroken) {
      const step = next++
      while (context.slow.size >= SLOW_AT_ONCE) await Promise.race(context.slow)
      await runStep(context, step)
      if (context.downSince !== undefined) await recover(context)
    }
  }
  await Promise.all(Array.from({ length: LANES }, runLane))
}

async function runStep (context, step) {
  const random = new Random(context.seed, step)
  const kind = random.pickWeighted(context.weights)
  context.done++
  context.results.count('requests', kind)
  if (kind === 'slow') {
    const attack = SLOW_ATTACKS[random.pick(Object.keys(SLOW_ATTACKS))]
    const running = attackSocket(context, step, random, attack).finally(() => context.slow.delete(running))
    context.slow.add(running)
    return
  }
  if (kind === 'socket') {
    const name = random.pickWeighted({ whole: 6, pipelined: 2, 'half closed': 1, 'break off': 2, 'cut chunks': 1 })
    return await attackSocket(context, step, random, SOCKET_ATTACKS[name])
  }
  const made = MAKERS[kind](random, context)
  const { what, limit = /\/imports|\/readings/.test(made.path) ? FILE_MS : ANSWER_MS, ...request } = authorize(
    random,
    context,
    made
  )
  const entry = { step, what: `${kind}: ${what}`, at: Date.now(), until: Infinity }
  context.log.push(entry)
  const answer = await context.client.send(request, limit)
  entry.until = Date.now()
  if (/ECONNREFUSED/.test(answer.error ?? '')) noticeDown(context)
  else if (answer.error !== undefined) await sleep(END_SEEN_MS)
  judge(context, { step, what, request, answer, isDown: context.lastDown >= entry.at })
  if (context.log.length > 20_000) context.log = context.log.filter(({ at, until }) => until - at > 200)
}

function authorize (random, { callers }, request) {
  const key = request.authorized ? callers.at(-1) : random.pick(callers)
  const { authorized, ...rest } = request
  return { ...rest, headers: { ...key === null ? {} : { authorization: `Bearer ${key}` }, ...request.headers } }
}

function judge (context, { step, what, request, answer, isDown }) {
  const { codes, results } = context
  const described = `${what}: ${request.method} ${request.path.slice(0, 200)} ${
    JSON.stringify({ ...request.headers, authorization: undefined }).slice(0, 200)
  } ${String(request.body ?? '').slice(0, 150)} -> ${answer.status ?? answer.error} ${answer.text?.slice(0, 200) ?? ''}`
  const fail = kind => results.fail('requests', kind, described, `--step=${step}${context.more}`)
  if (answer.isUnsent) return results.count('requests', 'not sent: refused by the client')
  if (answer.isLate) return fail('no answer in time')
  if (answer.error !== undefined) {
    if (isDown || Buffer.byteLength(request.body ?? '') > LARGE_BODY) {
      return results.count('requests', 'connection closed, not judged')
    }
    return fail(`no answer (${answer.error.slice(0, 40)})`)
  }
  results.count('requests', `answers ${Math.floor(answer.status / 100)}xx`)
  const fault = findFault(answer, codes)
  // Where Node answers instead of the service, it does so at every operation.
  if (fault !== undefined) fail(answer.status >= 500 || answer.status < 400 ? `${fault}: ${what}` : fault)
  else if (answer.status === 503) results.count('requests', `503 ${readCode(answer.text)}`)
}

async function attackSocket (context, step, random, attack) {
  const entry = { step, what: attack.name, at: Date.now(), until: Infinity }
  context.log.push(entry)
  const { name, answers, needsAnswer, missing, closed, ms } = await attack(
    context.service.port,
    random,
    context.keys.admin
  )
  entry.until = Date.now()
  entry.what = `socket: ${name}`
  if (needsAnswer && answers.length === 0) await sleep(END_SEEN_MS)
  const isDown = context.lastDown >= entry.at
  const { results, codes } = context
  const fail = (kind, answer) =>
    results.fail(
      'requests',
      `${kind}: ${name}`,
      `${answer?.head ?? ''} ${answer?.text ?? ''}`,
      `--step=${step}${context.more}`
    )
  if (needsAnswer && answers.length === 0 && !isDown) {
    fail(closed ? 'closed without an answer' : `no answer in ${Math.round(ms / 1000)} s`)
  }
  if (missing !== undefined && !isDown) fail(missing)
  for (const answer of answers) {
    const fault = needsAnswer || answer.text !== undefined ? findFault(answer, codes) : undefined
    if (fault !== undefined) fail(fault, answer)
  }
}

function watchMemory (service) {
  const watched = { highest: 0, stop: () => clearInterval(timer) }
  const timer = setInterval(async () => {
    const bytes = service.isRunning ? await readMemory(service.child.pid) : undefined
    watched.highest = Math.max(watched.highest, bytes ?? 0)
  }, MEMORY_EVERY_MS)
  return watched
}

// Asks the service for a total and for its health every 100 ms, from a thread of its own, while it is attacked.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createClient } from './client.mjs'
import { quantile } from './results.mjs'

const PERIOD_MS = 100
/** An answer may take so long. */
const LIMIT_MS = 1000
/** No answer at all. */
const LOST_MS = 15_000
/**
 * The machine is too busy to judge if this thread, which does almost nothing, was itself woken so late since the
 * request, or if the main thread of the service waited for a processor for so much of the time that the rest of it is
 * within the limit. Then the answer waited for the machine and not for the service.
 */
const LATE_MS = 250
/** Slow answers within that time of each other have one cause. */
const EPISODE_MS = 1500
const ASKED = {
  totals: '/v1/totals?measure=requests.new_received.total&by=year',
  health: '/healthz'
}

/** Starts the canary; `stop` returns what it measured. */
export function startCanary (port, pid) {
  const worker = new Worker(createRequire(import.meta.url).resolve('./canary.mjs'), { workerData: { port, pid } })
  const done = new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return {
    /** The service was started again, as another process. */
    watch: pid => worker.postMessage({ pid }),
    stop: async () => {
      worker.postMessage({ stop: true })
      const measured = await done
      await worker.terminate()
      return measured
    }
  }
}

/** How long the main thread of a process was ready to run and had no processor, in ms; 0 where no system tells. */
function readWaited (pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

async function measure (port, firstPid) {
  let pid = firstPid
  const client = createClient(port, 40)
  const seen = { times: [], slow: [], excused: 0, refused: 0, down: 0 }
  const lateness = []
  const under = new Set()
  const ask = async (name, path) => {
    const at = Date.now()
    const started = performance.now()
    const waited = readWaited(pid)
    const answer = await client.send({ method: 'GET', path }, LOST_MS)
    const late = Math.max(0, ...lateness.filter(({ when }) => when >= started).map(({ by }) => by))
    const isRefused = answer.status === 503
    // That the process ended is a failure of its own.
    if (/ECONN|hang up/.test(answer.error ?? '')) return seen.down++
    if (isRefused) seen.refused++
    else seen.times.push(answer.ms)
    if (answer.status === 200 && answer.ms <= LIMIT_MS) return
    if (isRefused && answer.ms <= LIMIT_MS && name !== 'health') return
    const isStarved = answer.ms > LIMIT_MS && answer.ms - (readWaited(pid) - waited) <= LIMIT_MS
    if ((answer.ms > LIMIT_MS && late > LATE_MS) || isStarved) seen.excused++
    else seen.slow.push({ at, name, ms: Math.round(answer.ms), said: answer.error ?? String(answer.status) })
  }
  const stop = new AbortController()
  parentPort.on('message', message => {
    if (message.stop) stop.abort()
    else pid = message.pid
  })
  for (let due = performance.now() + PERIOD_MS; !stop.signal.aborted; due += PERIOD_MS) {
    await sleep(Math.max(0, due - performance.now()))
    const now = performance.now()
    lateness.push({ when: now, by: now - due })
    if (lateness.length > 300) lateness.shift()
    if (now - due > PERIOD_MS) due = now
    for (const [name, path] of Object.entries(ASKED)) {
      const asked = ask(name, path).finally(() => under.delete(asked))
      under.add(asked)
    }
  }
  await Promise.all(under)
  client.close()
  parentPort.postMessage(seen)
}

/** Reports what the canary measured. `log` are the steps under way, to name those that a slow answer waited for. */
export function judgeCanary (results, log, { times, slow, excused, refused, down }) {
  const sorted = times.sort((a, b) => a - b)
  for (const share of [0.5, 0.99, 1]) {
    const name = share === 1 ? 'longest' : `p${share * 100}`
    results.set('requests', `canary, ${name}, ms`, Math.round(quantile(sorted, share)))
  }
  results.set('requests', 'canary, answers', times.length)
  results.set('requests', 'canary, answers of 503', refused)
  results.set('requests', 'canary, the machine too busy, not judged', excused)
  results.set('requests', 'canary, the service was down', down)
  results.set('requests', `canary, longer than ${LIMIT_MS} ms`, slow.length)
  for (const { at, until, name, said } of findEpisodes(slow)) {
    const meanwhile = log.filter(step => step.at < at + 2 * PERIOD_MS && step.until > at + LIMIT_MS / 2)
      .sort(byLikelihood)
    results.fail(
      'requests',
      'the canary waited',
      `${name} and perhaps others not answered for ${until - at} ms (${said}); under way: ${
        meanwhile.slice(0, 12).map(({ step, what }) => `${step} ${what}`).join('; ')
      }`,
      meanwhile.length === 0 ? '' : `--step=${meanwhile[0].step}`
    )
  }
}

/** Files that are made to be slow are the most likely cause, then other files, then what began last. */
export const byLikelihood = (a, b) => weigh(b) - weigh(a) || b.at - a.at
const weigh = ({ what }) => /^(document|bulk)/.test(what) ? 2 : /Document|import|File/.test(what) ? 1 : 0

function findEpisodes (slow) {
  const episodes = []
  for (const { at, ms, name, said } of slow.sort((a, b) => a.at - b.at)) {
    const last = episodes.at(-1)
    if (last === undefined || at > last.until + EPISODE_MS) episodes.push({ at, until: at + ms, name, said })
    else last.until = Math.max(last.until, at + ms)
  }
  return episodes
}

if (!isMainThread) await measure(workerData.port, workerData.pid)

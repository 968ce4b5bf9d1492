// Faults of the service and its database. Each leaves the service as it is then: down, or on its way back.
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { undoAtEnd } from './cleanup.mjs'

const run = promisify(execFile)
/** Whatever the database does, the process must say that it lives. */
const HEALTH_MS = 1000
/** How long a service whose server is gone may take to restart it, or to end if it did so too often. */
const NOTICE_MS = 20_000

/** The processes of the embedded server, the postmaster first. */
async function findProcesses (service) {
  const postmaster = await service.findPostmaster()
  if (postmaster === undefined) return []
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,args='], { maxBuffer: 2 ** 24 })
  const children = [...stdout.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)].map(([, pid, parent, args]) => ({
    pid: Number(pid),
    parent: Number(parent),
    args
  })).filter(({ parent }) => parent === postmaster)
  return [{ pid: postmaster, args: '' }, ...children]
}

function signal (pid, name) {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

async function killService (service) {
  service.expectEnd()
  service.child.kill('SIGKILL')
  await service.waitEnd(5000)
}

async function killPostmaster (service, { fail }) {
  const [postmaster] = await findProcesses(service)
  service.expectEnd()
  signal(postmaster.pid, 'SIGKILL')
  const isRestarted = async () => ![undefined, postmaster.pid].includes(await service.findPostmaster())
  for (const end = Date.now() + NOTICE_MS; Date.now() < end; await sleep(100)) {
    if (!service.isRunning || await isRestarted()) return
  }
  fail('the service does not notice that its database is gone', '')
}

async function killBoth (service, { random }) {
  const [postmaster] = await findProcesses(service)
  service.expectEnd()
  const both = [() => signal(postmaster.pid, 'SIGKILL'), () => service.child.kill('SIGKILL')]
  for (const kill of random.chance(0.5) ? both : both.reverse()) {
    kill()
    await sleep(random.below(20))
  }
  await service.waitEnd(5000)
}

async function killBackend (service, { random }) {
  const backends = (await findProcesses(service)).filter(({ args }) => /gongkai gongkai/.test(args))
  if (backends.length === 0) return
  signal(random.pick(backends).pid, random.pick(['SIGKILL', 'SIGTERM', 'SIGINT']))
}

async function freezeDatabase (service, { random, fail }) {
  const processes = await findProcesses(service)
  const thaw = undoAtEnd(async () => {
    for (const { pid } of processes) signal(pid, 'SIGCONT')
  })
  for (const { pid } of processes) signal(pid, 'SIGSTOP')
  const until = Date.now() + 1000 + random.below(3000)
  while (Date.now() < until) {
    const started = performance.now()
    const isLive = await fetch(`http://127.0.0.1:${service.port}/healthz`, { signal: AbortSignal.timeout(HEALTH_MS) })
      .then(answer => answer.ok, () => false)
    if (!isLive) {
      fail('no answer from /healthz while the database stands still', `${Math.round(performance.now() - started)} ms`)
      break
    }
    await sleep(100)
  }
  await sleep(until - Date.now())
  await thaw()
}

export const FAULTS = {
  'kill of the service': killService,
  'kill of the postmaster': killPostmaster,
  'kill of a backend': killBackend,
  'kill of both': killBoth,
  'freeze of the database': freezeDatabase
}

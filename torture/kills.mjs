// Kills and freezes the service and its database under load, and checks what is there afterwards.
import { setTimeout as sleep } from 'node:timers/promises'
import { runDiskFull } from './disk-full.mjs'
import { readCodes } from './judge.mjs'
import { checkIdle, checkState, verifyTotals } from './kill-checks.mjs'
import { FAULTS } from './kill-faults.mjs'
import { Load } from './kill-load.mjs'
import { Random } from './random.mjs'
import { quantile } from './results.mjs'
import { Service } from './service.mjs'

const READY_MS = 60_000
const VERIFY_EVERY = 3
const DISK_FULL = 'full disk'

export async function killUnderLoad ({ results, seed, isOver }) {
  const service = await Service.start({})
  const codes = await readCodes(service.port)
  const load = new Load(service.port, { results, codes, seed })
  await load.start()
  const times = []
  let names = []
  for (let kill = 0; kill === 0 || !isOver(kill); kill++) {
    const random = new Random(seed, kill)
    if (names.length === 0) names = shuffle(random, [...Object.keys(FAULTS), DISK_FULL])
    const name = names.pop()
    const fail = (kind, text) =>
      results.fail('kills', `${kind} (${name})`, `kill ${kill}: ${text}`, `--kills=${kill + 1}`)
    if (name === DISK_FULL) {
      await load.pause()
      await runDiskFull({ codes, random, fail, count: (what, by) => results.count('kills', what, by) })
      load.resume()
      continue
    }
    await sleep(200 + random.below(1500))
    results.count('kills', name)
    watchEnd(service, fail)
    await FAULTS[name](service, { random, fail })
    times.push(await bringBack(service, load, { name, fail }))
    await checkState(service.port, load, random, fail)
    await checkIdle(service, fail)
    if (kill % VERIFY_EVERY === 0) await verifyTotals(service, fail)
    load.resume()
  }
  await finish(service, load, results, seed)
  const sorted = times.sort((a, b) => a - b)
  results.set('kills', 'back again after, median, ms', Math.round(quantile(sorted, 0.5)))
  results.set('kills', 'back again after, longest, ms', Math.round(quantile(sorted, 1)))
}

function watchEnd (service, fail) {
  service.onEnd = reason => fail('the service ended', `${reason}; ${service.output.slice(-500)}`)
}

/** Holds the load, starts the service if it is down, and waits until it is ready; returns how long that took. */
async function bringBack (service, load, { name, fail }) {
  const started = performance.now()
  const paused = load.pause()
  if (service.isRunning && !await service.waitReady(READY_MS)) {
    if (service.isRunning) fail('the service is there, but not ready', `for ${READY_MS / 1000} s after a ${name}`)
    await service.kill()
  }
  if (!service.isRunning) await service.startAgain()
  const ms = performance.now() - started
  await paused
  // A fault may be noticed only by the requests under way.
  if (!await service.waitReady(READY_MS)) fail('the service is not ready once the load is held back', service.output)
  if (!service.isRunning) await service.startAgain()
  return ms
}

async function finish (service, load, results, seed) {
  const fail = (kind, text) => results.fail('kills', `${kind} (at the end)`, text)
  await load.stop()
  await checkState(service.port, load, new Random(seed), fail)
  await verifyTotals(service, fail)
  await service.stop()
}

function shuffle (random, items) {
  return items.map(item => ({ item, at: random.next() })).sort((a, b) => a.at - b.at).map(({ item }) => item)
}

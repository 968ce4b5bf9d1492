// Runs the test of the reference model with two processes of the service that take turns on one database.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { undoAtEnd } from './cleanup.mjs'
import { ROOT, Service } from './service.mjs'

const TEST = 'test/story/model.test.ts'
/** Sequences of the first run of the test; each further run has twice as many, up to the largest. */
const FIRST_RUN = 4
const LARGEST_RUN = 256
const PROCESSES = 2

export async function compareWithModel ({ results, seed, isOver, most }) {
  // Its server has the databases of the tests, which then are gone with it.
  const service = await Service.start({ env: { POOL_MAX: '2' } })
  const url = `postgresql:///gongkai?user=gongkai&host=${encodeURIComponent(join(service.dataDir, 'run'))}`
  let done = 0
  for (let chunk = 0; chunk === 0 || !isOver(done); chunk++) {
    const runs = Math.min(FIRST_RUN * 2 ** chunk, LARGEST_RUN, (most ?? Infinity) - done)
    const { code, output } = await runTest({
      DATABASE_URL: url,
      FILING_RUNS: String(runs),
      FILING_SEED: String((seed + chunk * 7919) | 0),
      FILING_PROCESSES: String(PROCESSES)
    })
    countAnswers(results, output)
    if (code !== 0) {
      const said = /message: \|-\n([^]*?)\n +\.\.\.\n/.exec(output)?.[1] ?? output.slice(-1500)
      results.fail('model', 'the service differs from the model', said, `--sequences=${done + runs}`)
      break
    }
    done += runs
  }
  results.set('model', 'sequences of 60 steps', done)
  await service.stop()
}

async function runTest (env) {
  const child = spawn(join(ROOT, 'node_modules/.bin/tap'), ['--timeout=3600', '--reporter=tap', TEST], {
    cwd: ROOT,
    detached: true,
    env: { PATH: process.env.PATH, _TAPJS_PROCESSINFO_COVERAGE_: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text
    })
  }
  const closed = once(child, 'close')
  const end = undoAtEnd(async () => {
    // Its group: the test has started processes, too.
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
    await closed
  })
  const [code] = await closed
  await end()
  return { code, output }
}

/** The test says at its end how many answers of each kind it had. */
function countAnswers (results, output) {
  const counts = /\d+ sequences: (.*)$/m.exec(output)?.[1] ?? ''
  for (const [, count, status] of counts.matchAll(/(\d+) × (\d)\d\d/g)) {
    results.count('model', `answers ${status}xx`, Number(count))
  }
}

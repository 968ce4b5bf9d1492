// Starts the service and attacks it. See README.md.
//
//   npm run torture
//   npm run torture -- --minutes=10 --only=requests,kills
//   npm run torture -- --only=requests --seed=7 --step=1234      that one request again
import { parseArgs } from 'node:util'
import { beginEnd, cleanUp } from './cleanup.mjs'
import { Results } from './results.mjs'

/** Each part and its share of the minutes. The walk over the roles takes what it takes. */
const PARTS = {
  requests: { share: 0.5, count: 'requests', run: async o => await (await import('./requests.mjs')).attackRequests(o) },
  roles: { share: 0, run: async o => await (await import('./roles.mjs')).walkRoles(o) },
  kills: { share: 0.3, count: 'kills', run: async o => await (await import('./kills.mjs')).killUnderLoad(o) },
  model: { share: 0.2, count: 'sequences', run: async o => await (await import('./model.mjs')).compareWithModel(o) }
}

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    step: { type: 'string' },
    kinds: { type: 'string' },
    requests: { type: 'string' },
    kills: { type: 'string' },
    sequences: { type: 'string' }
  }
})

let ending = false

function readNumber (name) {
  if (given[name] === undefined) return undefined
  const number = Number(given[name])
  if (Number.isFinite(number) && number >= 0) return number
  throw new Error(`--${name}: expected a number, found ${given[name]}`)
}

/** Returns the function that tells whether a part is over: after so many steps or so much time, whichever is first. */
function createLimit ({ share, count }, shares) {
  const most = count === undefined ? undefined : readNumber(count)
  const minutes = readNumber('minutes') ?? (most === undefined ? 1 : Infinity)
  const end = Date.now() + minutes * 60_000 * share / shares
  return { isOver: done => done >= (most ?? Infinity) || Date.now() >= end, most }
}

async function run () {
  const seed = readNumber('seed') ?? Math.floor(Math.random() * 1e9)
  const results = new Results(seed)
  const names = given.only?.split(',') ?? Object.keys(PARTS)
  for (const name of names) if (!(name in PARTS)) throw new Error(`--only: there is no part ${name}`)
  // The parts that are run divide the minutes among them.
  const shares = names.reduce((sum, name) => sum + PARTS[name].share, 0)
  console.log(`seed ${seed}`)
  for (const name of names) {
    console.log(`${name}…`)
    const { isOver, most } = createLimit(PARTS[name], shares)
    await PARTS[name].run({
      results,
      seed,
      isOver,
      most,
      only: readNumber('step'),
      kinds: given.kinds?.split(',')
    }).catch(error => results.fail(name, 'the part broke off', error.stack))
  }
  if (!ending) results.print()
  return results.hasFailed ? 1 : 0
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, async () => {
    if (ending) return
    ending = true
    beginEnd()
    await cleanUp()
    process.exit(1)
  })
}

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error)
  process.exitCode = 1
}
if (!ending) {
  await cleanUp()
  process.exit()
}

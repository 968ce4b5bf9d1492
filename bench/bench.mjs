// How much the service adds to what it stands on: requests a second, held against a bare route, against `select 1` through
// the same pool, and, where it writes, against the bare SQL. One machine's numbers mean little; the ratios are the point.
// They come from rounds in which all take turns, so that whatever else the machine does befalls all alike.
//
//   npm run bench [-- --only=totals --rounds=5]    only the routes whose name has that (or `filing`); stores no result
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { Forms, readForms } from '../dist/forms/forms.js'
import { openDatabase } from '../dist/platform/database.js'
import { verifyTotals } from '../dist/tally/verify.js'
import { Connection, press, request } from './client.mjs'
import { agencies, BUSY_COUNTY, load, PROVINCE, randomOf, reportOf, SOME_COUNTY, YEARS } from './data.mjs'
import { bySql, fileAll, STEPS, throughService } from './filing.mjs'
import { newDatabase, startService } from './house.mjs'
import { percentiles, print, rounded, row } from './numbers.mjs'

const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' }, rounds: { type: 'string', default: '10' } } })
const ROUNDS = Number(options.rounds)
const SLICE_MS = 300
const WARM_MS = 1500
const CLIENTS = 16
/** The service's default. */
const POOL = 10
/** Since the start: on a slow machine fewer rounds are made, three at least, so that a run ends within two minutes. */
const READS_END_MS = 75_000
const WRITES_END_MS = 100_000
const LIMIT_MS = 118_000
const KEY = 'bench-'.padEnd(40, 'k')
const MEASURE = 'requests.new_received.total'

// ---- what is measured ---------------------------------------------------------------------------------------------

function reads (forms) {
  const both = [...forms.all[0].measures.keys()].filter(id => forms.all.every(form => form.measures.has(id)))
  const twenty = both.filter(id => id.startsWith('requests.') && id.endsWith('.total')).slice(0, 20).map(id => `measure=${id}`).join('&')
  return [
    ['bare route', '/bench/bare'],
    ['select 1', '/bench/select-1'],
    ['totals: registry, one year', `/v1/totals?measure=${MEASURE}&by=year&year=${YEARS[1]}`],
    ['totals: registry by year', `/v1/totals?measure=${MEASURE}&by=year`],
    ['totals: county by child, one year', `/v1/totals?measure=${MEASURE}&by=child&under=${SOME_COUNTY}&year=${YEARS[1]}`],
    ['totals: province by child and year, 20 measures', `/v1/totals?${twenty}&by=child,year&under=${PROVINCE}`],
    ['report', `/v1/reports/${SOME_COUNTY}-1/${YEARS[1]}`],
    ['list of 100 reports', `/v1/reports?under=${PROVINCE}`]
  ].map(([name, path]) => ({ name, bytes: request('GET', path) }))
}

async function measureReads (service, forms) {
  const all = reads(forms)
  const chosen = all.filter(({ name }, i) => i < 2 || name.includes(options.only))
  const connections = await openAll(service.port, CLIENTS)
  const rounds = []
  // Code that has not run often yet is slow: the first round only warms it.
  for (let round = -1; round < ROUNDS && (round < 3 || performance.now() < READS_END_MS); round++) {
    const results = {}
    for (const { name, bytes } of chosen) {
      const cpu = await service.cpu()
      const start = performance.now()
      const times = await press(connections, bytes, round < 0 ? WARM_MS : SLICE_MS)
      results[name] = { rate: times.length / (performance.now() - start) * 1000, ...percentiles(times), cpu: (await service.cpu() - cpu) / times.length * 1000 }
    }
    if (round >= 0) rounds.push(results)
  }
  for (const connection of connections) connection.close()
  return chosen.map(({ name }) => row(name, rounds, { bare: 'bare route', select_1: 'select 1' }))
}

/** Each of `batches` is filed once; the ways take turns. */
async function measureWrites (service, pool, form, batches, clients) {
  const ways = { http: throughService(KEY), sql: bySql(pool, form) }
  const connections = await openAll(service.port, clients)
  const rounds = []
  for (let turn = 0; turn + 1 < batches.length && (turn < 4 || performance.now() < WRITES_END_MS); turn += 2) {
    const results = {}
    for (const [i, [way, file]] of Object.entries(ways).entries()) {
      const cpu = await service.cpu()
      const { times, took } = await fileAll(connections, file, batches[turn + i])
      const used = way === 'http' ? { cpu: (await service.cpu() - cpu) / times.length * 1000 } : {}
      results[`filed ${way}`] = { rate: times.length / took * 1000, ...percentiles(times.map(steps => steps.reduce((sum, time) => sum + time))), ...used }
      for (const [s, step] of STEPS.entries()) {
        const own = times.map(steps => steps[s])
        const mean = own.reduce((sum, time) => sum + time) / own.length
        results[`${step} ${way}`] = { rate: clients / mean * 1000, ...percentiles(own) }
      }
    }
    if (turn > 0) rounds.push(results)
  }
  for (const connection of connections) connection.close()
  const label = clients === 1 ? 'one client' : `${clients} clients in one county`
  return [
    row('filed sql', rounds, {}, `bare SQL of a report, ${label}`),
    row('filed http', rounds, { sql: 'filed sql' }, `report from nothing to published, ${label}`),
    ...STEPS.map(step => row(`${step} http`, rounds, { sql: `${step} sql` }, `  ${step}`))
  ]
}

const openAll = (port, count) => Promise.all(Array.from({ length: count }, () => Connection.open(port)))

// ---- a run --------------------------------------------------------------------------------------------------------

const undone = []
const undo = work => undone.push(work)

async function run () {
  const started = performance.now()
  const say = text => console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${text}`)
  const url = await newDatabase(undo)
  const service = await startService(undo, { BENCH_DATABASE_URL: url, BENCH_POOL: String(POOL), BENCH_KEY: KEY })
  const forms = new Forms(await readForms())
  const db = openDatabase(url, 1, () => {})
  undo(() => db.destroy())
  const pool = new pg.Pool({ connectionString: url, max: POOL })
  pool.on('error', () => {})
  undo(() => pool.end())

  // As many as are filed below: all in one year first, where the totals of the year are what they wait for.
  const turns = 2 * (Math.ceil(ROUNDS / 2) + 1)
  const sizes = [...Array(turns).fill(8), ...Array(turns).fill(3 * CLIENTS)]
  const years = [2021, 2022, 2023, 2024, 2025]
  const needed = sizes.reduce((sum, size) => sum + size)
  const registry = agencies({ writers: Math.ceil(needed / years.length) })
  const loaders = await openAll(service.port, 8)
  const sum = await load(loaders, KEY, forms, registry, MEASURE)
  const { totals } = JSON.parse(await loaders[0].send(request('GET', `/v1/totals?measure=${MEASURE}`)))
  for (const connection of loaders) connection.close()
  if (totals[0].values[MEASURE] !== sum) throw new Error(`the total of ${MEASURE} is ${totals[0].values[MEASURE]}, and ${sum} was published`)
  await pool.query('analyze')
  say(`${registry.agencies.length} agencies, ${totals[0].coverage.included} reports published`)

  const rows = await measureReads(service, forms)
  say('reads measured')
  if ('filing'.includes(options.only)) {
    const random = randomOf(20260)
    const reports = years.flatMap(year => registry.writers.map(agency => reportOf(forms.choose(2021), agency, year, random)))
    const batches = sizes.map(size => reports.splice(0, size))
    rows.push(...await measureWrites(service, pool, forms.choose(2021), batches.slice(0, turns), 1))
    rows.push(...await measureWrites(service, pool, forms.choose(2021), batches.slice(turns), CLIENTS))
    say(`reports filed in ${BUSY_COUNTY}`)
  }
  const { differences } = await verifyTotals(db, forms)
  if (differences.length > 0) throw new Error(`totals are wrong: ${differences.slice(0, 5).join('; ')}`)
  say('totals verified')

  const { rows: [{ server_version: postgres }] } = await pool.query('show server_version')
  return {
    date: new Date().toISOString(),
    machine: { processor: cpus()[0]?.model, cores: cpus().length, memory_gb: Math.round(totalmem() / 2 ** 30), platform: `${process.platform} ${process.arch}` },
    versions: { gongkai: versionOf('..'), node: process.versions.node, postgres, ...Object.fromEntries(['fastify', 'kysely', 'pg'].map(name => [name, versionOf(`../node_modules/${name}`)])) },
    settings: { rounds: ROUNDS, slice_ms: SLICE_MS, clients: CLIENTS, pool: POOL, embedded: process.env.DATABASE_URL === undefined },
    loaded: { agencies: registry.agencies.length, reports: totals[0].coverage.included },
    units: { rate: 'per second', p50: 'ms', p99: 'ms', cpu: 'µs of processor time of the service process', of: 'rate as a share of that base, median of the rounds' },
    rows: rounded(rows)
  }
}

const versionOf = folder => JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')).version

const stopped = new Promise((_resolve, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => reject(new Error(`stopped by ${signal}`)))
  setTimeout(() => reject(new Error(`not done after ${LIMIT_MS / 1000} s`)), LIMIT_MS).unref()
})
try {
  const result = await Promise.race([run(), stopped])
  print(result.rows)
  if (options.only === '') {
    const file = new URL('results/latest.json', import.meta.url)
    await mkdir(new URL('.', file), { recursive: true })
    await writeFile(file, `${JSON.stringify(result, null, 2)}\n`)
  }
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  for (const work of undone.reverse()) await work().catch(error => console.error(error))
  // What was cut short may still wait for something.
  process.exit()
}

// A made-up province, measured in less than two minutes.
import pg from 'pg'
import { verifyTotals } from '../dist/aggregates/verify.js'
import { openDatabase } from '../dist/database/connection.js'
import { Forms } from '../dist/forms/forms.js'
import { readForms } from '../dist/forms/load-forms.js'
import { request } from './client.mjs'
import { agencies, BUSY_COUNTY, load, PROVINCE, randomOf, reportOf, SOME_COUNTY, YEARS } from './data.mjs'
import { newDatabase, startService } from './house.mjs'
import { CLIENTS, KEY, measureReads, measureWrites, openAll, POOL, twentyMeasures } from './measure.mjs'

const MEASURE = 'requests.new_received.total'
/** Since the start: on a slow machine fewer rounds are made, three at least, so that a run ends within two minutes. */
const READS_END_MS = 75_000
const WRITES_END_MS = 100_000

const reads = forms => [
  ['totals: registry, one year', `/v1/totals?measure=${MEASURE}&by=year&year=${YEARS[1]}`],
  ['totals: registry by year', `/v1/totals?measure=${MEASURE}&by=year`],
  ['totals: county by child, one year', `/v1/totals?measure=${MEASURE}&by=child&under=${SOME_COUNTY}&year=${YEARS[1]}`],
  [
    'totals: province by child and year, 20 measures',
    `/v1/totals?${twentyMeasures(forms)}&by=child,year&under=${PROVINCE}`
  ],
  ['report', `/v1/reports/${SOME_COUNTY}-1/${YEARS[1]}`],
  ['list of 100 reports', `/v1/reports?under=${PROVINCE}`],
  ['filings of a county', `/v1/filings?year=${YEARS[1]}&under=${SOME_COUNTY}`],
  ['summary of filings by child', `/v1/filings/summary?year=${YEARS[1]}&under=${PROVINCE}&by=child`]
]

export async function runSmall ({ only, rounds, smoke }, undo, say) {
  const url = await newDatabase(undo)
  const service = await startService(undo, { BENCH_DATABASE_URL: url, BENCH_POOL: String(POOL), BENCH_KEY: KEY })
  const forms = new Forms(await readForms())
  const db = openDatabase(url, 1, () => {})
  undo(() => db.destroy())
  const pool = new pg.Pool({ connectionString: url, max: POOL })
  pool.on('error', () => {})
  undo(() => pool.end())

  // As many as are filed below: all in one year first, where the totals of the year are what they wait for.
  const turns = 2 * (Math.ceil(rounds / 2) + 1)
  const sizes = [...Array(turns).fill(8), ...Array(turns).fill(3 * CLIENTS)]
  const years = [2021, 2022, 2023, 2024, 2025]
  const needed = sizes.reduce((sum, size) => sum + size)
  const registry = agencies({
    ...smoke ? { prefectures: 2, counties: 2, departments: 5 } : {},
    writers: Math.ceil(needed / years.length)
  })
  const loaders = await openAll(service.port, 8)
  const sum = await load(loaders, KEY, forms, registry, MEASURE)
  const { totals } = JSON.parse(await loaders[0].send(request('GET', `/v1/totals?measure=${MEASURE}`)))
  for (const connection of loaders) connection.close()
  if (totals[0].values[MEASURE] !== sum) {
    throw new Error(`the total of ${MEASURE} is ${totals[0].values[MEASURE]}, and ${sum} was published`)
  }
  await pool.query('analyze')
  say(`${registry.agencies.length} agencies, ${totals[0].coverage.included} reports published`)

  const rows = await measureReads(service, reads(forms).filter(([name]) => name.includes(only)), {
    rounds,
    warmMs: smoke ? 300 : 1500,
    until: READS_END_MS
  })
  say('reads measured')
  if ('filing'.includes(only)) {
    const random = randomOf(20260)
    const reports = years.flatMap(year =>
      registry.writers.map(agency => reportOf(forms.choose(2021), agency, year, random))
    )
    const batches = sizes.map(size => reports.splice(0, size))
    rows.push(...await measureWrites(service, pool, forms.choose(2021), batches.slice(0, turns), 1, WRITES_END_MS))
    rows.push(...await measureWrites(service, pool, forms.choose(2021), batches.slice(turns), CLIENTS, WRITES_END_MS))
    say(`reports filed in ${BUSY_COUNTY}`)
  }
  const { differences } = await verifyTotals(db, forms)
  if (differences.length > 0) throw new Error(`totals are wrong: ${differences.slice(0, 5).join('; ')}`)
  say('totals verified')

  const { rows: [{ server_version: postgres }] } = await pool.query('show server_version')
  return { postgres, loaded: { agencies: registry.agencies.length, reports: totals[0].coverage.included }, rows }
}

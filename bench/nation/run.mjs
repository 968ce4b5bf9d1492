// The nation: loaded through the service as files, a year each, and measured where it hurts: the import, totals
// at the top, a page far into a list, clerks who publish at once. Each beside what it is held against.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Forms } from '../../dist/forms/forms.js'
import { readForms } from '../../dist/forms/load-forms.js'
import { request } from '../client.mjs'
import { randomOf, reportOf } from '../data.mjs'
import { throughService } from '../filing.mjs'
import { newDatabase, startService } from '../house.mjs'
import { CLIENTS, KEY, measureReads, measureWrites, openAll, POOL, twentyMeasures } from '../measure.mjs'
import { percentiles } from '../numbers.mjs'
import { measureWhilePublishing } from './publishing.mjs'
import { askQuestions } from './questions.mjs'
import { YEARS } from './reports.mjs'
import { judge } from './table.mjs'
import { SOME_PROVINCE, tree } from './tree.mjs'

const MEASURE = 'requests.new_received.total'
const SOME_COUNTY = '150102'
const BARE_TABLE = 'bench_bare'
/** No real code: where single reports are published. */
const BUSY = { province: '99', prefecture: '9901', county: '990101' }
const WRITERS = 200
/** Of the reports of the writers, how many one clerk publishes while an import runs, and as many without. */
const MOST_BESIDE = 150
const PAGE = 10_000

const reads = forms => ({
  nation: ['totals: all by year', `/v1/totals?measure=${MEASURE}&by=year`],
  year: ['totals: all, one year', `/v1/totals?measure=${MEASURE}&by=year&year=2023`],
  county: [
    'totals: a county by child, one year',
    `/v1/totals?measure=${MEASURE}&by=child&under=${SOME_COUNTY}&year=2023`
  ],
  county_years: [
    'totals: a county by child and year',
    `/v1/totals?measure=${MEASURE}&by=child,year&under=${SOME_COUNTY}`
  ],
  twenty: ['totals: by province and year, 20 measures', `/v1/totals?${twentyMeasures(forms)}&by=child,year`],
  twenty_packed: [
    'totals: by province and year, 20 measures, gzip',
    `/v1/totals?${twentyMeasures(forms)}&by=child,year`,
    { packed: true }
  ],
  nation_anew: ['totals: all by year, not kept', `/v1/totals?measure=${MEASURE}&by=year`, { anew: true }],
  county_anew: [
    'totals: a county by child, one year, not kept',
    `/v1/totals?measure=${MEASURE}&by=child&under=${SOME_COUNTY}&year=2023`,
    { anew: true }
  ],
  twenty_anew: [
    'totals: by province and year, 20 measures, not kept',
    `/v1/totals?${twentyMeasures(forms)}&by=child,year`,
    { anew: true }
  ],
  report: ['a report', `/v1/reports/${SOME_COUNTY}-01/2023`],
  list: ['list of 100 reports, page 1', '/v1/reports']
})

/** Measured while reports are published. They name the years: totals without years depend on every report. */
const ALL_YEARS = `year=${YEARS[0]}..${YEARS.at(-1)}`
const readsBesidePublications = forms => ({
  nation: ['  totals: all by year', `/v1/totals?measure=${MEASURE}&by=year&${ALL_YEARS}`],
  county: [
    '  totals: a county by child and year',
    `/v1/totals?measure=${MEASURE}&by=child,year&under=${SOME_COUNTY}&${ALL_YEARS}`
  ],
  twenty: [
    '  totals: by province and year, 20 measures',
    `/v1/totals?${twentyMeasures(forms)}&by=child,year&${ALL_YEARS}`
  ],
  report: ['  a report', `/v1/reports/${SOME_COUNTY}-01/2023`],
  list: ['  list of 100 reports', '/v1/reports']
})

export async function runNation ({ national, rounds }, undo, say) {
  const provinces = national
    ? [SOME_PROVINCE, ...[...tree().keys()].filter(code => code !== SOME_PROVINCE)]
    : [SOME_PROVINCE]
  const url = await newDatabase(undo)
  const service = await startService(undo, { BENCH_DATABASE_URL: url, BENCH_POOL: String(POOL), BENCH_KEY: KEY })
  const generate = await startGenerator(undo)
  const forms = new Forms(await readForms())
  const pool = new pg.Pool({ connectionString: url, max: POOL })
  pool.on('error', () => {})
  undo(() => pool.end())
  await pool.query(`create table ${BARE_TABLE} (agency text, year integer, form text, figures bigint[])`)
  const named = reads(forms)

  const alone = await generate({ what: 'reports', provinces: [SOME_PROVINCE], years: YEARS, to: { sink: 'nowhere' } })
  const importing = path => ({ sink: 'service', port: service.port, path: `/v1/imports/${path}`, key: KEY })
  const imported = { agencies: none(), reports: none(), vectors: none() }
  const importAgencies = async provinces =>
    add(imported.agencies, await generate({ what: 'agencies', provinces, to: importing('agencies') }))
  const importReports = async (provinces, years, during) => {
    const reports = generate({ what: 'reports', provinces, years, to: importing('reports?publish=true') })
    const [sent] = await Promise.all([reports, during?.(reports)])
    add(imported.reports, sent)
    add(
      imported.vectors,
      await generate({ what: 'vectors', provinces, years, to: { sink: 'table', url, table: BARE_TABLE } })
    )
    say(
      `${years.join()}: ${imported.reports.lines} reports so far, ${perSecond(imported.reports)}/s; COPY ${
        perSecond(imported.vectors)
      }/s`
    )
  }

  const writers = await registerWriters(service)
  const random = randomOf(20260)
  const drafts = YEARS.slice(2).flatMap(year =>
    writers.map(agency => reportOf(forms.choose(2021), agency, year, random))
  )
  const [province, ...others] = provinces
  await importAgencies([province])
  await importReports([province], YEARS)
  await pool.query('vacuum analyze')
  const atProvince = await measureReads(service, Object.values(named), { rounds })
  say('reads of one province measured')

  let beside
  if (national) {
    for (const province of others) await importAgencies([province])
    // A file a year, as they are filed.
    for (const year of YEARS) {
      const during = year === YEARS.at(-1)
        ? async reports => {
          beside = await publishBeside(service, drafts, reports, MOST_BESIDE)
        }
        : undefined
      await importReports(others, [year], during)
    }
  }
  const { memory } = await service.used()
  await holdSums(service, pool, forms)
  await pool.query('vacuum analyze')
  const disk = await diskOf(pool)
  say(`${imported.reports.lines} reports imported, their totals are the sums of what was sent`)

  const far = await walkTo(service, PAGE, imported.reports.lines)
  const rows = await measureReads(service, [...Object.values(named), [
    `list of 100 reports, page ${far.page}`,
    far.path
  ]], { rounds })
  say('reads measured')
  const questions = await askQuestions(service)
  say('questions asked')
  const besidePublications = readsBesidePublications(forms)
  const publishing = await measureWhilePublishing(service, pool, Object.values(besidePublications), { rounds })
  say(`reads measured while ${publishing.published} reports were published`)
  const turns = 2 * (Math.ceil(rounds / 2) + 1)
  const batches = Array.from({ length: turns }, () => drafts.splice(0, 3 * CLIENTS))
  const writes = await measureWrites(service, pool, forms.choose(2021), batches, CLIENTS)
  say('reports filed')
  const alongside = await publishBeside(service, drafts, sleep(20_000), MOST_BESIDE)
  const wordy = await generate({
    what: 'reports',
    provinces: [province],
    years: [YEARS.at(-1) + 1],
    wordy: true,
    to: importing('reports?publish=true')
  })
  const verified = await verify(url)
  say(`totals verified: ${verified.said}`)

  const { rows: [{ server_version: postgres }] } = await pool.query('show server_version')
  const mapNames = reads => Object.fromEntries(Object.entries(reads).map(([key, [name]]) => [key, name]))
  const names = mapNames(named)
  const bars = judge({
    alone,
    imported,
    wordy,
    memory,
    disk,
    names,
    atProvince,
    rows,
    far: rows.at(-1),
    questions,
    publishing: { ...publishing, names: mapNames(besidePublications) },
    writes,
    beside,
    alongside,
    verified
  })
  return {
    postgres,
    loaded: {
      provinces: provinces.length,
      agencies: imported.agencies.lines,
      reports: imported.reports.lines,
      disk: disk.tables
    },
    bars,
    rows: [...rows, ...publishing.rows, ...writes],
    questions,
    at_one_province: atProvince
  }
}

// ---- loading ------------------------------------------------------------------------------------------------------

async function startGenerator (undo) {
  const generator = fork(new URL('generator.mjs', import.meta.url))
  const ended = once(generator, 'exit')
  undo(async () => {
    if (generator.connected) generator.disconnect()
    await ended
  })
  const answer = () =>
    Promise.race([
      once(generator, 'message'),
      ended.then(() => {
        throw new Error('the generator ended')
      })
    ])
  await answer()
  return async job => {
    generator.send(job)
    const [{ error, ...sent }] = await answer()
    if (error !== undefined) throw new Error(`${job.what} of ${job.years}: ${error}`)
    const counts = sent.answer?.counts
    if (counts !== undefined && counts.created !== sent.lines) {
      throw new Error(`${job.what} of ${job.years}: ${JSON.stringify(sent.answer).slice(0, 1000)}`)
    }
    return sent
  }
}

const none = () => ({ lines: 0, bytes: 0, ms: 0 })
const add = (sum, part) => {
  for (const key of Object.keys(sum)) sum[key] += part[key]
}
export const perSecond = ({ lines, ms }) => Math.round(lines / ms * 1000)

async function registerWriters (service) {
  const { province, prefecture, county } = BUSY
  const writers = Array.from({ length: WRITERS }, (_, i) => `${county}-${i + 1}`)
  const [connection] = await openAll(service.port, 1)
  const register = (code, level, kind, parent) =>
    connection.send(
      request('POST', '/v1/agencies', {
        key: KEY,
        body: { code, name: `机关 ${code}`, level, kind, ...parent === undefined ? {} : { parent } }
      })
    )
  await register(province, 'province', 'government')
  await register(prefecture, 'prefecture', 'government', province)
  await register(county, 'county', 'government', prefecture)
  for (const code of writers) await register(code, 'county', 'department', county)
  connection.close()
  return writers
}

/** One clerk files report after report while `work` goes on; gives how long each publication took. */
async function publishBeside (service, drafts, work, most = Infinity) {
  const [connection] = await openAll(service.port, 1)
  const file = throughService(KEY)
  const times = []
  const state = { going: true }
  const done = () => {
    state.going = false
  }
  work.then(done, done)
  while (state.going && times.length < most && drafts.length > 0) {
    times.push((await file(connection, drafts.shift())).at(-1))
  }
  connection.close()
  return { ...percentiles(times), most: Math.max(...times), count: times.length }
}

/** What was sent is what is in the totals: the bare table has the same figures, and adds them by itself. */
async function holdSums (service, pool, forms) {
  const [connection] = await openAll(service.port, 1)
  const { totals } = JSON.parse(await connection.send(request('GET', `/v1/totals?measure=${MEASURE}&by=child,year`)))
  connection.close()
  const position = form => forms.get(form).measures.get(MEASURE).positions[0]
  const { rows } = await pool.query(
    `
    select left(agency, 2) as child, year, sum(figures[case form when '2019' then $1::integer else $2::integer end])::float as sum, count(*)::integer as count
    from ${BARE_TABLE} group by 1, 2`,
    [position('2019'), position('2021')]
  )
  const sums = new Map(totals.map(group => [`${group.child} ${group.year}`, group]))
  for (const { child, year, sum, count } of rows) {
    const group = sums.get(`${child} ${year}`)
    if (group?.values[MEASURE] !== sum || group.coverage.included !== count) {
      throw new Error(`${child} ${year}: ${count} reports sent with ${sum}, and the total is ${JSON.stringify(group)}`)
    }
  }
  if (rows.length !== totals.filter(({ child }) => child !== BUSY.province).length) {
    throw new Error('totals of what was not sent')
  }
}

// ---- looking ------------------------------------------------------------------------------------------------------

/** Of all that the service keeps. */
async function diskOf (pool) {
  const { rows } = await pool.query(`
    select relname as table, pg_total_relation_size(oid)::float as bytes from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> '${BARE_TABLE}' order by bytes desc`)
  return {
    bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0),
    tables: Object.fromEntries(rows.filter(({ bytes }) => bytes > 2 ** 20).map(({ table, bytes }) => [table, bytes]))
  }
}

/**
 * The address of a page of 100 far into the list, found as a client finds it: from page to page, of 1000 to be sooner
 * there.
 */
async function walkTo (service, wanted, reports) {
  const page = Math.min(wanted, Math.floor((reports - 1) / 1000) * 10 + 1)
  const [connection] = await openAll(service.port, 1)
  let path = '/v1/reports?limit=1000'
  for (let at = 1; at + 10 <= page; at += 10) path = JSON.parse(await connection.send(request('GET', path))).next
  const left = (page - 1) % 10
  path = path.replace('limit=1000', 'limit=100')
  for (let i = 0; i < left; i++) path = JSON.parse(await connection.send(request('GET', path))).next
  connection.close()
  return { page, path }
}

/** `npm run totals:verify` in its own process. */
async function verify (url) {
  const start = performance.now()
  const child = spawn(process.execPath, [new URL('../../dist/bin/totals-verify.js', import.meta.url).pathname], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    said += text
  })
  const ended = once(child, 'exit')
  let memory = null
  const watch = setInterval(async () => {
    const kept = /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => ''))
    if (kept !== null) memory = Number(kept[1]) * 1024
  }, 100)
  const [code] = await ended
  clearInterval(watch)
  if (code !== 0) throw new Error(`totals:verify ended with ${code}: ${said}`)
  return { ms: performance.now() - start, memory, said: said.trim() }
}

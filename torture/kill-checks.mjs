// What must hold after each fault: all that was acknowledged is there, and nothing is there in part.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { IMPORTED, YEAR } from './kill-load.mjs'
import { createApi } from './registry.mjs'
import { ROOT } from './service.mjs'

/** Finished ones of before are looked at again, but not all of them each time. */
const OLD_ONES = 20
const IDLE_S = 5

/** Checks the whole state; `fail(kind, text)` is told of what does not hold. */
export async function checkState (port, load, random, fail) {
  const api = createApi(port)
  const chosen = all => [...all.slice(-30), ...Array.from({ length: OLD_ONES }, () => random.pick(all))]
  const unique = all => [...new Set(all.length === 0 ? [] : chosen(all))]
  for (const course of unique(load.courses)) await checkCourse(api, load, course, fail)
  for (const item of unique(load.imports)) await checkImport(api, load, random, { item, fail })
  for (const { code, acknowledged, sent } of unique(load.movers)) {
    const { json } = await api('GET', `/v1/agencies/${code}`)
    if (![acknowledged, sent].includes(json?.parent)) {
      fail('an agency is not where it was moved', `${code}: ${json?.parent} instead of ${acknowledged} or ${sent}`)
    }
  }
  const verified = await api('GET', '/v1/events/verify')
  if (verified.json?.ok !== true) fail('the audit log does not verify', verified.text)
}

async function checkCourse (api, load, { code, states, acknowledged, sent }, fail) {
  const possible = states.slice(acknowledged, sent + 1)
  const agency = await api('GET', `/v1/agencies/${code}`)
  if (acknowledged > 0 && agency.status !== 200) fail('an acknowledged agency is gone', `${code}: ${agency.text}`)
  const path = `/v1/reports/${code}/${YEAR}`
  const { status, json } = await api('GET', path)
  const list = await api('GET', `${path}/versions`)
  const versions = []
  for (let i = 1; i <= (list.json?.items?.length ?? 0); i++) {
    versions.push((await api('GET', `${path}/versions/${i}`)).json?.tables)
  }
  const found = status === 200 ? { status: json.status, tables: json.tables, versions } : { versions }
  const wanted = possible.map(state => ({
    ...state?.seed === undefined ? {} : { status: state.status, tables: load.reportOf(code, state.seed).tables },
    versions: (state?.versions ?? []).map(seed => load.reportOf(code, seed).tables)
  }))
  if (wanted.some(one => isDeepStrictEqual(one, found))) return
  const tell = ({ status = 'none', versions }) => `${status} with ${versions.length} versions`
  fail(
    'a report is not as acknowledged',
    `${code}: ${tell(found)} instead of ${wanted.map(tell).join(' or ')}, or other figures`
  )
}

async function checkImport (api, load, random, { item: { root, seed, codes, agencies, reports }, fail }) {
  const known = (await api('GET', `/v1/agencies?under=${root}&limit=1000`)).json?.items?.length ?? 0
  judgeCount(known, IMPORTED + 1, agencies, `agencies of ${root}`, fail)
  if (known === 0) return
  const filed = (await api('GET', `/v1/reports?under=${root}&limit=1000`)).json?.items?.length ?? 0
  judgeCount(filed, IMPORTED, reports, `reports of ${root}`, fail)
  if (filed === 0) return
  const i = random.below(IMPORTED)
  const { json } = await api('GET', `/v1/reports/${codes[i]}/${YEAR}`)
  if (!isDeepStrictEqual(json?.tables, load.reportOf(codes[i], seed + i).tables) || json?.status !== 'published') {
    fail('an imported report is not as sent', `${codes[i]}: ${JSON.stringify(json).slice(0, 300)}`)
  }
}

function judgeCount (found, all, isAcknowledged, what, fail) {
  if (found !== 0 && found !== all) fail('an import is there in part', `${what}: ${found} of ${all}`)
  else if (isAcknowledged && found === 0) fail('an acknowledged import is gone', what)
}

/** A transaction that nobody goes on with holds locks. */
export async function checkIdle (service, fail) {
  const find = async () =>
    await service.query(`select pid, extract(epoch from now() - state_change)::int as seconds, left(query, 100) as query
      from pg_stat_activity where datname = 'gongkai' and state like 'idle in transaction%'`)
  for (let i = 0; i < 2 * IDLE_S; i++) {
    if ((await find()).length === 0) return
    await sleep(500)
  }
  const left = (await find()).filter(({ seconds }) => seconds >= IDLE_S - 1)
  if (left.length > 0) fail('a backend is idle in transaction', JSON.stringify(left))
}

/** Runs `npm run totals:verify` beside the service. */
export async function verifyTotals (service, fail) {
  const child = spawn(process.execPath, ['run.mjs', 'src/bin/totals-verify.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATA_DIR: service.dataDir },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => {
      output += data
    })
  }
  const [code] = await once(child, 'close')
  if (code !== 0) fail('the totals do not verify', output)
}

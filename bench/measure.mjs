// Rounds in which all take turns, so that whatever else the machine does befalls all alike.
import { Connection, press, request } from './client.mjs'
import { bySql, fileAll, STEPS, throughService } from './filing.mjs'
import { percentiles, row } from './numbers.mjs'

const SLICE_MS = 300
export const CLIENTS = 16
/** The service's default. */
export const POOL = 10
export const KEY = 'bench-'.padEnd(40, 'k')

/** What all reads are held against. */
export const BASES = [['bare route', '/bench/bare'], ['select 1', '/bench/select-1']]

export const openAll = (port, count) => Promise.all(Array.from({ length: count }, () => Connection.open(port)))

/**
 * Each of `reads`, a name and a path, is asked for over and over in each round, until `rounds` or the time is over;
 * three at least. With `anew` each time in other words, so that no answer is one that was kept; with `packed` as gzip.
 */
export async function measureReads (service, reads, { rounds, warmMs = 1500, until = Infinity }) {
  let asked = 0
  const all = [...BASES, ...reads].map(([name, path, { anew, packed } = {}]) => {
    const bytes = request('GET', path, { packed })
    return { name, bytesOf: anew === true ? () => request('GET', reworded(path, ++asked)) : () => bytes }
  })
  const connections = await openAll(service.port, CLIENTS)
  const measured = []
  // Code that has not run often yet is slow: the first round only warms it.
  for (let round = -1; round < rounds && (round < 3 || performance.now() < until); round++) {
    const results = {}
    for (const { name, bytesOf } of all) {
      const { cpu } = await service.used()
      const start = performance.now()
      const times = await press(connections, bytesOf, round < 0 ? warmMs : SLICE_MS)
      results[name] = {
        rate: times.length / (performance.now() - start) * 1000,
        ...percentiles(times),
        cpu: ((await service.used()).cpu - cpu) / times.length * 1000
      }
    }
    if (round >= 0) measured.push(results)
  }
  for (const connection of connections) connection.close()
  return all.map(({ name }) => row(name, measured, { bare: 'bare route', select_1: 'select 1' }))
}

/** The same address written in another way for each `n`: a letter may stand as itself or as its code. */
export const reworded = (path, n) =>
  path.replace(
    /(?<=measure=)[\w.]+/,
    id => [...id].map((letter, i) => n >> i & 1 ? `%${letter.charCodeAt(0).toString(16)}` : letter).join('')
  )

/** Each of `batches` is filed once; the ways take turns. */
export async function measureWrites (service, pool, form, batches, clients, until = Infinity) {
  const ways = { http: throughService(KEY), sql: bySql(pool, form) }
  const connections = await openAll(service.port, clients)
  const rounds = []
  for (let turn = 0; turn + 1 < batches.length && (turn < 4 || performance.now() < until); turn += 2) {
    const results = {}
    for (const [i, [way, file]] of Object.entries(ways).entries()) {
      const { cpu } = await service.used()
      const { times, took } = await fileAll(connections, file, batches[turn + i])
      const used = way === 'http' ? { cpu: ((await service.used()).cpu - cpu) / times.length * 1000 } : {}
      results[`filed ${way}`] = {
        rate: times.length / took * 1000,
        ...percentiles(times.map(steps => steps.reduce((sum, time) => sum + time))),
        ...used
      }
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

/** Twenty measures that both forms have, as a query. */
export function twentyMeasures (forms) {
  const both = [...forms.all[0].measures.keys()].filter(id => forms.all.every(form => form.measures.has(id)))
  return both.filter(id => id.startsWith('requests.') && id.endsWith('.total')).slice(0, 20).map(id => `measure=${id}`)
    .join('&')
}

// The same registry each time: a province, its prefectures, counties and departments, and a report of each for three
// years.
import { request } from './client.mjs'

export const PROVINCE = '15'
/** Two years of the form 2021 and one of the form 2019. */
export const YEARS = [2020, 2021, 2022]
export const SOME_COUNTY = '150101'
/** Where the write path publishes; nothing is published there before. */
export const BUSY_COUNTY = '150199'

const SECTIONS = {
  overview: '本年度主动公开政府信息若干条，政府信息公开工作总体情况良好，平台建设和监督保障有序推进。',
  problems_improvements: '存在的主要问题是公开意识有待加强；下一步将加强培训和检查，提高公开质量。',
  other_matters: '无'
}

/** Parents before children. */
export function agencies ({ prefectures = 4, counties = 5, departments = 19, writers }) {
  const all = [{ code: PROVINCE, level: 'province', kind: 'government' }]
  const county = (code, parent, size) => {
    all.push({ code, parent, level: 'county', kind: 'government' })
    for (let i = 1; i <= size; i++) {
      all.push({ code: `${code}-${i}`, parent: code, level: 'county', kind: 'department' })
    }
  }
  for (let p = 1; p <= prefectures; p++) {
    const prefecture = `${PROVINCE}0${p}`
    all.push({ code: prefecture, parent: PROVINCE, level: 'prefecture', kind: 'government' })
    for (let c = 1; c <= counties; c++) county(`${prefecture}0${c}`, prefecture, departments)
  }
  const filers = all.map(agency => agency.code)
  county(BUSY_COUNTY, `${PROVINCE}01`, writers)
  return {
    agencies: all.map(({ code, ...agency }) => ({ code, name: `机关 ${code}`, ...agency })),
    filers,
    writers: all.map(agency => agency.code).filter(code => code.startsWith(`${BUSY_COUNTY}-`))
  }
}

/** A complete report that satisfies every identity of its form, most figures 0, as in life. */
export function reportOf (form, agency, year, random, { zero, largest } = { zero: 0.7, largest: 40 }) {
  const next = () => random() < zero ? 0 : Math.ceil(random() ** 3 * largest)
  const tables = {}
  for (const { definition: table, rows, columns } of form.tables.values()) {
    const figures = tables[table.id] = Object.fromEntries(
      rows.map(row => [row.id, Object.fromEntries(columns.map(column => [column.id, next()]))])
    )
    const sum = (ids, column) => ids.reduce((total, id) => total + figures[id][column], 0)
    for (const { id: column } of columns) {
      for (const row of rows.filter(row => row.total_of)) figures[row.id][column] = sum(row.total_of, column)
      for (const { left: [first, second], right } of table.identities ?? []) {
        const total = sum(right, column)
        figures[second][column] = Math.min(figures[second][column], total)
        figures[first][column] = total - figures[second][column]
      }
    }
    for (const column of columns.filter(column => column.total_of)) {
      for (const row of Object.values(figures)) {
        row[column.id] = column.total_of.reduce((total, part) => total + row[part], 0)
      }
    }
  }
  return { agency, year, form: form.id, sections: SECTIONS, tables }
}

/** mulberry32: small, and the same on each machine. */
export function randomOf (seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Registers and publishes everything through the service itself; gives the sum of `measure` over all, for a look
 * whether it is right.
 */
export async function load (connections, key, forms, registry, measure) {
  const random = randomOf(20210)
  const [table, row, column] = measure.split('.')
  let sum = 0
  for (const agency of registry.agencies) {
    await connections[0].send(request('POST', '/v1/agencies', { key, body: agency }))
  }
  const reports = YEARS.flatMap(year =>
    registry.filers.map(agency => reportOf(forms.choose(year), agency, year, random))
  )
  for (const report of reports) sum += report.tables[table][row][column]
  await Promise.all(connections.map(async connection => {
    for (let report; (report = reports.pop()) !== undefined;) {
      const path = `/v1/reports/${report.agency}/${report.year}`
      await connection.send(request('POST', '/v1/reports', { key, body: report }))
      for (const move of ['submit', 'publish']) await connection.send(request('POST', `${path}/${move}`, { key }))
    }
  }))
  return sum
}

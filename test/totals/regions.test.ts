// Totals by the government of a level at or above the filer.
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { lines, NDJSON, reportOf } from '../support/import-files.ts'

const { call, forms } = await freshApp(t)
const MEASURE = 'requests.new_received.total'
// A new district has a government of county level within a county; a ministry's office is below no county.
const TREE: [code: string, level: string, kind: string, parent: string | null][] = [
  ['nation', 'national', 'government', null],
  ['office', 'national', 'vertical', 'nation'],
  ['city', 'prefecture', 'government', 'nation'],
  ['city-bureau', 'prefecture', 'department', 'city'],
  ['east', 'county', 'government', 'city'],
  ['east-bureau', 'county', 'department', 'east'],
  ['zone', 'county', 'government', 'east'],
  ['zone-bureau', 'county', 'department', 'zone'],
  ['west', 'county', 'government', 'city'],
  ['west-town', 'township', 'government', 'west']
]
for (const [code, level, kind, parent] of TREE) {
  await call('PUT', `/v1/agencies/${code}`, { name: `机关${code}`, level, kind, ...parent === null ? {} : { parent } })
}
const filed = TREE.map(([code]) => code).filter(code => code !== 'west-town')
const reports = filed.map((code, i) => reportOf(forms.get('2021'), code, 2023, i))
const received = new Map(reports.map(({ agency, tables }) => [agency, tables.requests!.new_received!.total!]))
t.equal((await call('POST', '/v1/imports/reports?publish=true', lines(reports), NDJSON)).status, 200)

const sumOf = (...codes: string[]) => codes.reduce((sum, code) => sum + received.get(code)!, 0)
async function groupsOf (query: string, by = 'county') {
  const { json } = await call('GET', `/v1/totals?measure=${MEASURE}&by=${by}&${query}`)
  return json.totals.map(({ values, coverage, ...group }: any) => [
    group[by],
    group[`${by}_name`],
    values[MEASURE],
    coverage.expected,
    coverage.included
  ])
}
const east = ['east', '机关east', sumOf('east', 'east-bureau'), 2, 2]
const west = ['west', '机关west', sumOf('west'), 2, 1]
const zone = ['zone', '机关zone', sumOf('zone', 'zone-bureau'), 2, 2]

t.test('each report counts for the nearest government of the level', async t => {
  t.same(await groupsOf('year=2023'), [
    east,
    west,
    zone,
    [null, null, sumOf('nation', 'office', 'city', 'city-bureau'), 4, 4]
  ])
  t.same(await groupsOf('year=2023', 'prefecture'), [
    ['city', '机关city', sumOf(...filed) - sumOf('nation', 'office'), 8, 7],
    [null, null, sumOf('nation', 'office'), 2, 2]
  ])
  t.same(await groupsOf('year=2023', 'province'), [[null, null, sumOf(...filed), 10, 9]])
})

t.test('below an agency, its own government may be above it', async t => {
  t.same(await groupsOf('year=2023&under=city'), [east, west, zone, [null, null, sumOf('city', 'city-bureau'), 2, 2]])
  t.same(await groupsOf('year=2023&under=east'), [east, zone])
  t.same(await groupsOf('year=2023&under=zone-bureau'), [['zone', '机关zone', sumOf('zone-bureau'), 1, 1]])
  t.same(await groupsOf('year=2023&under=west-town'), [['west', '机关west', null, 1, 0]])
  t.same(await groupsOf('year=2023&level=township'), [['west', '机关west', null, 1, 0]])
})

t.test('the regions of one request may be of two levels, or of the past', async t => {
  const { json } = await call('GET', `/v1/totals?measure=${MEASURE}&by=prefecture,county&year=2023`)
  t.same(json.totals.map(({ prefecture, county }: any) => [prefecture, county]), [
    ['city', 'east'],
    ['city', 'west'],
    ['city', 'zone'],
    ['city', null],
    [null, null]
  ])
  const moment = new Date().toISOString()
  const before = await groupsOf(`year=2023&as_of=${moment}`)
  await call('PATCH', '/v1/agencies/zone', { parent: 'west', since: 2023 })
  await call('PATCH', '/v1/agencies/zone', { kind: 'dispatched_office', since: 2023 })
  t.same(await groupsOf(`year=2023&as_of=${moment}`), before)
  t.same(await groupsOf('year=2023&under=west'), [
    ['west', '机关west', sumOf('west', 'zone', 'zone-bureau'), 4, 3]
  ])
})

t.test('all formats show what is in no region', async t => {
  const query = `/v1/totals?measure=${MEASURE}&by=county&year=2023`
  const { text } = await call('GET', `${query}&format=csv&labels=zh`)
  t.match(text.split('\n')[0], /县级政府代码,县级政府名称/)
  t.match(text.split('\n').at(-2), /^,,\d+,4,4,0,/)
  const json = JSON.parse((await call('GET', `${query}&format=jsonstat&lang=zh`)).text)
  t.same(json.size, [3, 1])
  t.match(json.dimension.county.category.label, { east: '机关east', west: '机关west', null: '（无该级政府）' })
  t.match((await call('GET', `${query}&format=svg&lang=zh`)).text, '无该级政府')
  t.equal((await call('GET', `${query}&format=xlsx`)).status, 200)
})

import t from 'tap'
import { county, open } from '../district.ts'

const RECEIVED = 'requests.new_received.total'
const path = `/v1/rankings?measure=${RECEIVED}&year=2023`

t.test('ranks agencies with ties, quartiles, those without a figure apart, and one in focus', async t => {
  const { call, publish } = await county(t, ['a', 'b', 'c', 'd', 'e'])
  for (const [code, figure] of [['a', 3], ['b', 20], ['c', 3], ['d', 0]] as const) {
    await publish(code, 2023, [figure, 0])
  }
  await publish('gov', 2023, [99, 99])
  const { json } = await call('GET', `${path}&under=gov&agency=c`, undefined, open)
  t.same(json, {
    measure: RECEIVED,
    unit: '件',
    label: { zh: '一、本年新收政府信息公开申请数量·总计', en: 'Requests newly received this year, Total' },
    year: 2023,
    of: 'agency',
    order: 'desc',
    count: 4,
    without: 1,
    quartiles: { min: 0, p25: 2.25, median: 3, p75: 7.25, max: 20 },
    focus: { rank: 2, agency: 'c', agency_name: 'c局', value: 3 },
    items: [
      { rank: 1, agency: 'b', agency_name: 'b局', value: 20 },
      { rank: 2, agency: 'a', agency_name: 'a局', value: 3 },
      { rank: 2, agency: 'c', agency_name: 'c局', value: 3 },
      { rank: 4, agency: 'd', agency_name: 'd局', value: 0 }
    ],
    next: null
  })
  const rising = (await call('GET', `${path}&order=asc&agency=e`, undefined, open)).json
  t.same(rising.items.map((item: any) => [item.rank, item.agency]), [[1, 'd'], [2, 'a'], [2, 'c'], [4, 'b']])
  t.same(rising.focus, { rank: null, agency: 'e', agency_name: 'e局', value: null })
  t.same(rising.quartiles, json.quartiles)
  const empty = (await call('GET', `/v1/rankings?measure=${RECEIVED}&year=2022`, undefined, open)).json
  t.same([empty.count, empty.without, empty.items, empty.quartiles.median], [0, 5, [], null])
})

t.test('ranks children with all below each, by totals and by rates', async t => {
  const { call, publish } = await county(t)
  await call('PUT', '/v1/agencies/sub', { name: '下级', level: 'township', kind: 'office', parent: 'a' })
  await publish('a', 2023, [2, 1])
  await publish('sub', 2023, [6, 5])
  await publish('b', 2023, [5, 4])
  const ask = async (query: string) =>
    (await call('GET', `/v1/rankings?year=2023&of=child&${query}`, undefined, open)).json
  const received = await ask(`measure=${RECEIVED}&under=gov`)
  t.same(received.items.map((item: any) => [item.agency, item.value]), [['a', 8], ['b', 5]])
  t.equal(received.without, 1)
  const granted = await ask('measure=rates.granted_share&under=gov&agency=a')
  t.same(granted.items.map((item: any) => [item.rank, item.agency, item.value]), [[1, 'b', 0.8], [2, 'a', 0.75]])
  t.match(granted, { quartiles: { min: 0.75, p25: 0.7625, median: 0.775 }, focus: { rank: 2 } })
  t.same((await ask(`measure=${RECEIVED}`)).items.map((item: any) => [item.agency, item.value]), [['gov', 13]])
  t.same(
    (await ask(`measure=${RECEIVED}&under=a`)).items.map((item: any) => item.agency),
    ['sub'],
    'not the agency itself'
  )
  t.same((await ask(`measure=${RECEIVED}&under=gov&level=township`)).items, [], 'level is that of those ranked')
  t.same((await ask(`measure=${RECEIVED}&under=c`)).count, 0)
})

t.test('gives CSV with formulas escaped, page by page', async t => {
  const { call, db, publish } = await county(t)
  await db.updateTable('agency_period').set({ name: '+1' }).where('agency', '=', 'b').execute()
  for (const [code, figure] of [['a', 7], ['b', 20], ['c', 7]] as const) await publish(code, 2023, [figure, 0])
  const csv = { ...open, headers: { accept: 'text/csv' } }
  const first = await call('GET', `${path}&limit=2`, undefined, csv)
  t.equal(first.text, 'rank,agency,agency_name,value\n1,b,\'+1,20\n2,a,a局,7\n')
  const [, next] = /^<(.*)>; rel="next"$/.exec(first.headers.link!)!
  t.equal((await call('GET', next!, undefined, csv)).text, 'rank,agency,agency_name,value\n2,c,c局,7\n')
})

t.test('refuses what cannot be asked', async t => {
  const { call } = await county(t)
  const ask = async (query: string) => {
    const { json } = await call('GET', `/v1/rankings?${query}`, undefined, open)
    return [json.status, json.code, ...(json.errors ?? []).map((error: any) => error.parameter)]
  }
  const of = `measure=${RECEIVED}&year=2023`
  t.same(await ask(`${of}&of=parent&order=up`), [400, 'parameter-invalid', 'of', 'order'])
  t.same(await ask(`${of}&cursor=x`), [400, 'parameter-invalid', 'cursor'])
  t.same(await ask('measure=rates.no&year=2023'), [422, 'measure-unknown', 'measure'])
  t.same(await ask(`${of}&under=nobody`), [422, 'agency-unknown'])
  t.same(await ask(`${of}&agency=nobody`), [422, 'agency-unknown'])
  t.same(await ask(`${of}&agency=gov`), [422, 'agency-not-ranked'], 'a summary is not ranked')
  await call('PUT', '/v1/agencies/a', { name: 'a局', since: 2022 })
  t.same((await ask(`${of}&of=child`))[0], undefined)
})

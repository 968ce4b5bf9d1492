import t from 'tap'
import { county, open } from './district.ts'

const RECEIVED = 'requests.new_received.total'
const RATE = 'rates.granted_share'

t.test('adds the change against the year before, also to the first year asked for', async t => {
  const { call, publish } = await county(t)
  await publish('a', 2020, [8, 2])
  await publish('a', 2021, [10, 3])
  await publish('b', 2021, [2, 2])
  await publish('a', 2022, [0, 0])
  const ask = async (query: string, headers = {}) =>
    await call('GET', `/v1/totals?measure=${RECEIVED}&measure=${RATE}&change=previous_year&${query}`, undefined, {
      ...open,
      headers
    })
  const none = { absolute: null, relative: null }
  const { json } = await ask('by=year&year=2021..2023&under=gov')
  t.equal(json.change, 'previous_year')
  t.same(json.totals.map(({ year, values, change }: any) => [year, values[RECEIVED], change[RECEIVED], change[RATE]]), [
    [2021, 12, { absolute: 4, relative: 0.5 }, { absolute: 0.166667, relative: 0.666668 }],
    [2022, 0, { absolute: -12, relative: -1 }, none],
    [2023, null, none, none]
  ])
  const all = (await ask('by=year&under=gov')).json
  t.same(all.totals.map(({ year, change }: any) => [year, change[RECEIVED].absolute]), [[2020, null], [2021, 4], [
    2022,
    -12
  ]])
  const byChild = (await ask('by=year,child&under=gov&year=2021')).json
  t.same(byChild.totals.map(({ child, change }: any) => [child, change[RECEIVED].absolute]), [['a', 2], ['b', null], [
    'c',
    null
  ]])
  const csv = await ask('by=agency,year&under=gov&year=2021..2022', { accept: 'text/csv' })
  t.equal(
    csv.text.split('\n').slice(0, 3).join('\n'),
    `agency,agency_name,year,${RECEIVED},${RATE},${RECEIVED}.change.absolute,${RECEIVED}.change.relative,${RATE}.change.absolute,${RATE}.change.relative,expected,included,missing,${RECEIVED}.blank,${RATE}.blank
a,a局,2021,10,0.3,2,0.25,0.05,0.2,1,1,0,0,0
a,a局,2022,0,,-10,-1,,,1,1,0,0,0`
  )
})

t.test('gives no relative change against zero or less, and none across forms', async t => {
  const { call, publish } = await county(t, ['a'])
  await publish('a', 2020, [0, 0])
  await publish('a', 2021, [5, 5])
  const ask = async (measure: string) =>
    (await call('GET', `/v1/totals?measure=${measure}&change=previous_year&by=year&year=2021`, undefined, open)).json
      .totals[0].change[measure]
  t.same(await ask(RECEIVED), { absolute: 5, relative: null })
  t.same(await ask('fees.administrative_fees.amount'), { absolute: null, relative: null })
})

t.test('needs the year among the keys', async t => {
  const { call } = await county(t)
  const ask = async (by: string) =>
    (await call('GET', `/v1/totals?measure=${RECEIVED}&change=previous_year${by}`, undefined, open)).json.code
  t.equal(await ask(''), 'change-needs-year')
  t.equal(await ask('&by=child'), 'change-needs-year')
  t.equal(await ask('&by=year,agency'), 'change-needs-year')
  t.equal(await ask('&by=year&change=last_year'), 'parameter-invalid')
})

import t from 'tap'
import { SECTIONS } from '../../support/figures.ts'
import { county, open } from '../district.ts'

const RECEIVED = 'requests.new_received.total'
const path = `/v1/totals/contributions?measure=${RECEIVED}&year=2023`

t.test('lists what each agency adds, the largest first, and why the others add nothing', async t => {
  const { call, publish } = await county(t, ['a', 'b', 'c', 'd'])
  await publish('a', 2023, [7, 7])
  await publish('b', 2023, [20, 5])
  await publish('d', 2023, [3, 3])
  await publish('gov', 2023, [99, 99])
  await call('POST', '/v1/reports/d/2023/withdraw', { reason: '撤回' })
  const { json } = await call('GET', `${path}&under=gov`, undefined, open)
  t.match(json, {
    measure: RECEIVED,
    unit: '件',
    year: 2023,
    total: 27,
    coverage: { expected: 4, included: 2, missing: 2 },
    next: null
  })
  t.same(json.items, [
    { agency: 'b', agency_name: 'b局', form: '2021', version: 1, value: 20, share: 0.740741, state: 'added' },
    { agency: 'a', agency_name: 'a局', form: '2021', version: 1, value: 7, share: 0.259259, state: 'added' },
    { agency: 'c', agency_name: 'c局', form: null, version: null, value: null, share: null, state: 'missing' },
    { agency: 'd', agency_name: 'd局', form: null, version: null, value: null, share: null, state: 'withdrawn' },
    {
      agency: 'gov',
      agency_name: '某区人民政府',
      form: '2021',
      version: 1,
      value: null,
      share: null,
      state: 'consolidated'
    }
  ])
  for (const state of ['added', 'missing', 'withdrawn', 'consolidated', 'blank', 'not_comparable']) {
    const { json: only } = await call('GET', `${path}&state=${state}`, undefined, open)
    t.same(only.items, json.items.filter((item: any) => item.state === state), state)
    t.equal(only.total, 27)
  }
})

t.test('never tells the public of a draft, with or without a key', async t => {
  const { call, forms, publish } = await county(t)
  await publish('a', 2023, [7, 7])
  const before = (await call('GET', path, undefined, open)).text
  await call('PUT', '/v1/reports/b/2023', { sections: SECTIONS, tables: {} })
  await call('POST', '/v1/reports/a/2023/amend', { reason: '更正' })
  t.equal((await call('GET', path, undefined, open)).text, before)
  t.equal((await call('GET', path)).text, before, 'a key changes nothing')
  const ranking = `/v1/rankings?measure=${RECEIVED}&year=2023`
  t.match((await call('GET', ranking)).json, { count: 1, without: 2, items: [{ agency: 'a', value: 7 }] })
  t.ok(forms.rates.size > 0)
})

t.test('adds nothing of reports in forms that cannot be compared, and something within one form', async t => {
  const { call, forms, publish } = await county(t)
  await publish('a', 2023, [7, 7])
  await publish('b', 2023, [5, 5], forms.get('2019'))
  const of = '/v1/totals/contributions?measure=fees.administrative_fees.amount&year=2023'
  const { json } = await call('GET', of, undefined, open)
  t.same([json.total, json.coverage], [null, { expected: 3, included: 2, missing: 1 }])
  t.same(json.items.map((item: any) => [item.agency, item.form, item.value, item.state]), [
    ['a', '2021', null, 'not_comparable'],
    ['b', '2019', null, 'not_comparable'],
    ['c', null, null, 'missing'],
    ['gov', null, null, 'consolidated']
  ])
  const within = (await call('GET', `${of}&form=2021`, undefined, open)).json
  t.same([within.total, within.coverage.expected], [0, null])
  t.same(within.items.map((item: any) => [item.agency, item.value, item.share, item.state]), [['a', 0, null, 'added']])
})

t.test('gives CSV with formulas escaped, pages with a Link, and the cached page with the same Link', async t => {
  const { call, db, publish } = await county(t)
  await db.updateTable('agency_period').set({ name: '=1+1' }).where('agency', '=', 'b').execute()
  for (const [code, figure] of [['a', 7], ['b', 20], ['c', 7]] as const) await publish(code, 2023, [figure, 0])
  const csv = { ...open, headers: { accept: 'text/csv' } }
  const first = await call('GET', `${path}&limit=2&state=added`, undefined, csv)
  t.equal(first.headers['content-type'], 'text/csv; charset=utf-8')
  t.equal(
    first.text,
    'agency,agency_name,form,version,value,share,state\nb,\'=1+1,2021,1,20,0.588235,added\na,a局,2021,1,7,0.205882,added\n'
  )
  const again = await call('GET', `${path}&limit=2&state=added`, undefined, csv)
  t.same([again.text, again.headers.link, again.headers.etag], [first.text, first.headers.link, first.headers.etag])
  const [, next] = /^<(.*)>; rel="next"$/.exec(first.headers.link!)!
  const last = await call('GET', next!, undefined, csv)
  t.equal(last.text, 'agency,agency_name,form,version,value,share,state\nc,c局,2021,1,7,0.205882,added\n')
  t.equal(last.headers.link, undefined)
  t.equal((await call('GET', path, undefined, { headers: { accept: 'image/png' } })).status, 406)
})

t.test('follows an amendment, and gives the past as it was', async t => {
  const { call, publish } = await county(t)
  await publish('a', 2023, [7, 7])
  const { json: { published_at: moment } } = await call('GET', '/v1/reports/a/2023?version=1')
  await publish('a', 2023, [9, 9])
  await call('PATCH', '/v1/agencies/a', { name: '新名' })
  const added = async (query = '') => {
    const { json } = await call('GET', `${path}&state=added${query}`, undefined, open)
    return [json.total, ...json.items.map((item: any) => [item.agency_name, item.version, item.value])]
  }
  t.same(await added(), [9, ['新名', 2, 9]])
  t.same(await added(`&as_of=${moment}`), [7, ['a局', 1, 7]])
})

t.test('refuses what cannot be asked, all at once', async t => {
  const { call } = await county(t)
  const ask = async (query: string) => {
    const { json } = await call('GET', `/v1/totals/contributions?${query}`, undefined, open)
    return [json.status, json.code, ...(json.errors ?? []).map((error: any) => error.parameter)]
  }
  t.same(await ask(''), [400, 'parameter-invalid', 'measure', 'year'])
  t.same(await ask(`measure=${RECEIVED}&year=2022..2023&stat=added&limit=0`), [
    400,
    'parameter-invalid',
    'year',
    'stat',
    'limit'
  ])
  t.same(await ask(`measure=${RECEIVED}&year=2023&cursor=x`), [400, 'parameter-invalid', 'cursor'])
  t.same(await ask('measure=requests.grantd.total&year=2023'), [422, 'measure-unknown', 'measure'])
  t.same(await ask(`measure=${RECEIVED}&year=2023&form=2018`), [422, 'form-unknown'])
  t.same(await ask(`measure=${RECEIVED}&year=2023&under=nobody`), [422, 'agency-unknown'])
  t.same(await ask('measure=rates.granted_share&year=2023'), [422, 'rate-not-additive'])
})

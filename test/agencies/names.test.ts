import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const STANDING = { level: 'county', kind: 'department' }
const CSV = { headers: { 'content-type': 'text/csv' } }

t.test('a name with since holds from that year on; without, it corrects the name of all years', async t => {
  const { call, forms, db } = await freshApp(t)
  await call('PUT', '/v1/agencies/gov', { name: '某区', ...STANDING, kind: 'government' })
  await call('PUT', '/v1/agencies/a', { name: '文化居', ...STANDING, parent: 'gov' })
  await call('PATCH', '/v1/agencies/a', { name: '文化局' })
  const content = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
  const file = async (year: number) => {
    await call('PUT', `/v1/reports/a/${year}`, content)
    for (const move of ['submit', 'publish']) t.equal((await call('POST', `/v1/reports/a/${year}/${move}`)).status, 200)
  }
  await file(2022)
  const before = new Date(Date.now() + 1).toISOString()
  await new Promise(resolve => setTimeout(resolve, 10))
  const renamed = await call('PATCH', '/v1/agencies/a', { name: '文旅局', since: 2023 })
  t.match(renamed.json, {
    name: '文旅局',
    since: 2023,
    names: [{ since: null, until: 2022, name: '文化局' }, { since: 2023, until: null, name: '文旅局' }],
    periods: [{ until: 2022, name: '文化局' }, { since: 2023, name: '文旅局', parent: 'gov' }]
  })
  await file(2023)
  const again = await call('PUT', '/v1/agencies/a', { name: '文旅局', ...STANDING, parent: 'gov' })
  t.same(again.json, renamed.json, 'the name of today sent again changes no year')
  t.same((await call('PUT', '/v1/agencies/a', renamed.json)).json, renamed.json, 'nor does the body of GET')
  const old = renamed.json.periods.map(({ name: _, ...period }: { name: string }) => period)
  t.equal((await call('PUT', '/v1/agencies/a', { periods: old })).status, 200, 'periods without names are as read')
  t.match((await call('PUT', '/v1/agencies/a', { names: [] })).json, { status: 422, errors: [{ pointer: '/names' }] })

  const names = async (path: string, list = 'items') =>
    (await call('GET', path)).json[list].map((item: any) => item.agency_name ?? item.child_name ?? item.name)
  t.same(await names('/v1/reports?agency=a'), ['文化局', '文旅局'])
  t.same(await names('/v1/filings?year=2022&under=a'), ['文化局'])
  t.same(await names('/v1/filings/summary?year=2023&under=gov&by=child', 'groups'), ['文旅局', '某区'])
  t.same(await names('/v1/agencies?year=2022&under=a'), ['文化局'])
  t.same(await names('/v1/agencies?under=a'), ['文旅局'])
  t.same(await names(`/v1/agencies?q=${encodeURIComponent('文化')}`), [])
  t.same(await names(`/v1/agencies?year=2020&q=${encodeURIComponent('文化')}`), ['文化局'])
  t.same(await names('/v1/publications'), ['文化局', '文旅局'])
  for (const [year, name] of [[2022, '文化局'], [2023, '文旅局']] as const) {
    const of = `measure=requests.new_received.total&year=${year}`
    t.same(await names(`/v1/totals/contributions?${of}&state=added`), [name], `contributions of ${year}`)
    const now = new Date().toISOString()
    t.same(await names(`/v1/totals/contributions?${of}&state=added&as_of=${now}`), [name], `as of now, ${year}`)
    t.same(await names(`/v1/rankings?${of}`), [name], `ranking of ${year}`)
    t.ok((await names(`/v1/findings?year=${year}&under=a`)).every((found: string) => found === name), 'findings')
  }
  const totals = async (query: string) =>
    await names(`/v1/totals?measure=requests.new_received.total&under=gov&${query}`, 'totals')
  for (const by of ['agency', 'child']) {
    t.same((await totals(`by=${by}&year=2022`)).filter((name: string) => name !== '某区'), ['文化局'], by)
    t.same((await totals(`by=${by}`)).filter((name: string) => name !== '某区'), ['文旅局'], by)
    t.same((await totals(`by=${by},year`)).filter((name: string) => name !== '某区'), ['文化局', '文旅局'], by)
    t.same(
      (await totals(`by=${by}&year=2023&as_of=${before}`)).filter((name: string) => name !== '某区'),
      ['文化局'],
      by
    )
    const now = new Date().toISOString()
    t.same(
      (await totals(`by=${by},year&year=2022..2023&as_of=${now}`)).filter((name: string) => name !== '某区'),
      ['文化局', '文旅局'],
      by
    )
  }
  await call('POST', '/v1/reports/a/2022/amend', { reason: '更正' })
  await call('PUT', '/v1/reports/a/2022', { ...content, tables: consistentTables(forms.get('2021'), () => 2) })
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/a/2022/${move}`)
  const notice = await call('GET', '/v1/reports/a/2022/versions/1/diff/2', undefined, {
    headers: { accept: 'text/markdown' }
  })
  t.match(notice.text, /of 文化局:/)

  t.match((await call('PATCH', '/v1/agencies/a', { until: 2022 })).json, { code: 'agency-has-reports' })
  t.match((await call('PATCH', '/v1/agencies/a', { name: '文旅体局' })).json.names, [{ since: null, until: null }])
  const { items } = (await call('GET', '/v1/events?agency=a')).json
  t.match(items.filter((item: any) => item.kind === 'agency_changed').map((item: any) => item.changes), [
    { name: ['文化居', '文化局'], periods: undefined },
    { name: ['文化局', '文旅局'], periods: [[{ name: '文化局' }], [{ name: '文化局' }, { name: '文旅局' }]] },
    { name: ['文旅局', '文旅体局'] }
  ])
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('an abolished agency has a successor, which tells its predecessors', async t => {
  const { call, db, forms } = await freshApp(t)
  for (const code of ['a', 'b', 'c']) await call('PUT', `/v1/agencies/${code}`, { name: `${code}局`, ...STANDING })
  await call('PUT', '/v1/agencies/late', { name: '晚局', ...STANDING, since: 2025 })
  const fault = async (change: object, code = 'a') => {
    const { status, json } = await call('PATCH', `/v1/agencies/${code}`, change)
    return [status, json.code, json.errors?.[0].pointer]
  }
  t.same(await fault({ successor: 'b' }), [422, 'body-invalid', '/successor'], 'needs until')
  t.same(await fault({ until: 2022, successor: 'a' }), [422, 'body-invalid', '/successor'])
  t.same(await fault({ until: 2022, successor: 'nobody' }), [422, 'agency-unknown', '/successor'])
  t.same(await fault({ until: 2022, successor: 'late' }), [422, 'body-invalid', '/successor'])
  const ended = await call('PATCH', '/v1/agencies/a', { until: 2022, successor: 'b' })
  t.match(ended.json, { until: 2022, successor: 'b', predecessors: [] })
  await call('PATCH', '/v1/agencies/c', { until: 2022, successor: 'b' })
  const successor = (await call('GET', '/v1/agencies/b', undefined, { key: null })).json
  t.same(successor.predecessors, [{ agency: 'a', agency_name: 'a局', until: 2022 }, {
    agency: 'c',
    agency_name: 'c局',
    until: 2022
  }])
  t.same((await call('PUT', '/v1/agencies/b', successor)).json, successor)
  t.equal((await call('GET', '/v1/agencies?under=a')).json.items[0].successor, 'b')
  t.same(await fault({ until: 2022 }, 'b'), [422, 'body-invalid', '/until'])
  t.equal((await call('PATCH', '/v1/agencies/b', { until: 2023 })).status, 200)
  t.same(await fault({ until: 2023 }), [422, 'body-invalid', '/successor'])
  t.match((await call('PATCH', '/v1/agencies/a', { until: null })).json, { until: null, successor: null })
  t.match((await call('PATCH', '/v1/agencies/c', { successor: null })).json, { until: 2022, successor: null })
  const { items } = (await call('GET', '/v1/events?agency=a')).json
  t.match(items.slice(1).map((item: any) => item.changes.successor), [[null, 'b'], ['b', null]])
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('files of agencies rename from a year on and name successors in any order', async t => {
  const { call, db, forms } = await freshApp(t)
  const lines = [
    'code,name,level,kind,until,successor',
    'old,旧局,county,department,2022,new',
    'older,更旧局,county,department,2020,old',
    'new,新局,county,department,,'
  ].join('\n')
  const first = await call('POST', '/v1/imports/agencies', lines, CSV)
  t.match(first.json, { counts: { created: 3, rejected: 0 } }, first.text)
  t.match((await call('GET', '/v1/agencies/old')).json, { successor: 'new', predecessors: [{ agency: 'older' }] })
  t.match((await call('POST', '/v1/imports/agencies', lines, CSV)).json, { counts: { unchanged: 3 } })
  await call('POST', '/v1/imports/agencies', 'code,name,since\nnew,大新局,2024\n', CSV)
  t.same((await call('GET', '/v1/agencies/new')).json.names, [{ since: null, until: 2023, name: '新局' }, {
    since: 2024,
    until: null,
    name: '大新局'
  }])
  const read = (await call('GET', '/v1/agencies/new')).json
  const body = `${JSON.stringify(read)}\n`
  const ndjson = { headers: { 'content-type': 'application/x-ndjson' } }
  t.match((await call('POST', '/v1/imports/agencies', body, ndjson)).json, { counts: { unchanged: 1 } })
  const wrong = await call(
    'POST',
    '/v1/imports/agencies?on_error=continue',
    [
      'code,name,level,kind,until,successor',
      'x,甲,county,department,2022,nobody',
      'y,乙,county,department,,new',
      'z,丙,county,department,2021,old'
    ].join('\n'),
    CSV
  )
  t.match(wrong.json, { counts: { created: 1, rejected: 2 } })
  t.match(wrong.json.errors.map(({ line, column, code }: any) => [line, column, code]).sort(), [
    [2, 'successor', 'agency-unknown'],
    [3, 'successor']
  ])
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('names are stored composed, and found whatever the case and width', async t => {
  const { call } = await freshApp(t)
  const typed = 'Bureau Ne\u0301go（Ａ）1'
  const stored = 'Bureau N\u00e9go（Ａ）1'
  const found = async (q: string) =>
    (await call('GET', `/v1/agencies?q=${encodeURIComponent(q)}`)).json.items.map((item: any) => item.code)
  t.equal((await call('POST', '/v1/agencies', { code: 'a', name: typed, ...STANDING })).json.name, stored)
  const { json: { items: { length } } } = await call('GET', '/v1/events')
  t.equal((await call('PUT', '/v1/agencies/a', { name: typed, ...STANDING })).status, 200)
  t.equal((await call('GET', '/v1/events')).json.items.length, length, 'the same name again changes nothing')
  await call('PUT', '/v1/agencies/b', { name: '文化局', ...STANDING })
  t.equal((await call('PATCH', '/v1/agencies/b', { name: 'e\u0301' })).json.name, '\u00e9')
  const lines = `code,name,level,kind\nc,${typed},county,department\n`
  t.match((await call('POST', '/v1/imports/agencies', lines, CSV)).json, { counts: { created: 1 } })
  t.match((await call('POST', '/v1/imports/agencies', lines, CSV)).json, { counts: { unchanged: 1 } })
  t.equal((await call('GET', '/v1/agencies/c')).json.name, stored)
  for (const q of [typed, stored, 'ne\u0301go(a)1', 'N\u00e9GO（a）１']) t.same(await found(q), ['a', 'c'], q)
})

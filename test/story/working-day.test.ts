// A working day, told as the people and systems of a district live it.
import assert from 'node:assert/strict'
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { lines, multipart, NDJSON, reportOf } from '../support/import-files.ts'

const { call, forms } = await freshApp(t)
const form = forms.get('2021')
const YEAR = 2023
const government = { name: '某区人民政府', level: 'county', kind: 'government', reporting: 'consolidated' }
assert.equal((await call('PUT', '/v1/agencies/gov', government)).status, 201)
for (const [code, name] of [['culture', '某区文化局'], ['housing', '某区住建局'], ['water', '某区水务局']]) {
  const bureau = { name, level: 'county', kind: 'department', parent: 'gov' }
  assert.equal((await call('PUT', `/v1/agencies/${code}`, bureau)).status, 201)
}
const keyOf = async (role: string, agency: string) =>
  (await call('POST', '/v1/keys', { role, agency, label: role })).json.key as string
const clerk = { key: await keyOf('filer', 'culture') }
const district = { key: await keyOf('supervisor', 'gov') }
const system = { key: await keyOf('reader', 'gov') }
const open = { key: null }

t.test('the clerk corrects one figure, and the rest stays', async t => {
  const report = `/v1/reports/culture/${YEAR}`
  t.equal(
    (await call('PUT', report, { tables: consistentTables(form, () => 2), sections: SECTIONS }, clerk)).status,
    201
  )
  const row = `${report}/tables/requests/rows/granted`
  const { json: before, headers } = await call('GET', row, undefined, clerk)
  const change = { values: { natural_person: before.values.natural_person + 1, total: before.values.total + 1 } }
  const changed = await call('PATCH', row, change, { ...clerk, headers: { 'if-match': headers.etag! } })
  t.same(changed.json.values, { ...before.values, ...change.values })
  t.equal((await call('POST', `${report}/submit`, undefined, clerk)).json.code, 'checks-failed')
  t.equal((await call('PATCH', row, { values: before.values }, clerk)).status, 200)
  t.equal((await call('POST', `${report}/submit`, undefined, clerk)).status, 200)
})

t.test('the clerk hands in the document of another bureau, and is told', async t => {
  const text = `某区住建局${
    YEAR - 1
  }年政府信息公开工作年度报告\n二、主动公开政府信息情况\n第二十条第（五）项\n信息内容 | 本年处理决定数量\n行政许可 | 3 |\n`
  const send = async (method: string, body: string | Buffer, type: string, more = '') =>
    await call(method, `/v1/imports/documents?agency=culture&year=${YEAR - 1}&accept_partial=true${more}`, body, {
      ...clerk,
      headers: { 'content-type': type }
    })
  const put = await send('PUT', text, 'text/plain')
  t.match(put, { status: 422, json: { code: 'document-of-another-agency' } })
  const form = await send('POST', multipart('年报.txt', 'text/plain', text), 'multipart/form-data; boundary=xyz')
  t.match(form, { status: 422, json: { code: 'document-of-another-agency' } })
  t.equal((await call('GET', `/v1/reports/culture/${YEAR - 1}`, undefined, clerk)).status, 404, 'nothing is stored')
  t.equal((await send('PUT', text, 'text/plain', '&accept_other_agency=true')).status, 201)
  t.equal((await call('DELETE', `/v1/reports/culture/${YEAR - 1}`, undefined, clerk)).status, 204)
})

t.test('the district returns a report with remarks, publishes the rest, and drafts its own summary', async t => {
  await call('PUT', `/v1/reports/housing/${YEAR}`, { tables: consistentTables(form, () => 3), sections: SECTIONS })
  await call('POST', `/v1/reports/housing/${YEAR}/submit`)
  const remarks = [{ cell: 'requests.granted.total', remark: '与台账不一致' }]
  const returned = await call('POST', `/v1/reports/culture/${YEAR}/return`, { reason: '请核对', remarks }, district)
  t.same(returned.json.remarks, { 'requests.granted.total': '与台账不一致' })
  t.match((await call('GET', `/v1/reports/culture/${YEAR}`, undefined, clerk)).json, { status: 'returned' })
  await call('POST', `/v1/reports/culture/${YEAR}/submit`, undefined, clerk)

  const published = await call('POST', '/v1/filings/publish', { year: YEAR, under: 'gov' }, district)
  t.match(published.json, { published: [{ agency: 'culture' }, { agency: 'housing' }], refused: [] })
  const drafted = await call('POST', `/v1/reports/gov/${YEAR}/from-sum`, undefined, district)
  t.match(drafted.json, {
    coverage: { expected: 3, included: 2, missing: 1 },
    missing: [{ agency: 'water', agency_name: '某区水务局' }]
  })
  const sum = consistentTables(form, () => 2).requests!.new_received!.total! +
    consistentTables(form, () => 3).requests!.new_received!.total!
  t.equal(
    (await call('GET', `/v1/reports/gov/${YEAR}`, undefined, district)).json.tables.requests.new_received.total,
    sum
  )
})

t.test('a system reads drafts and writes nothing, and the public follows the publications', async t => {
  t.equal((await call('GET', `/v1/reports/gov/${YEAR}`, undefined, system)).json.status, 'draft')
  t.match(await call('PUT', `/v1/reports/gov/${YEAR}`, {}, system), {
    status: 403,
    json: { code: 'role-insufficient' }
  })
  t.equal((await call('GET', `/v1/reports/gov/${YEAR}`, undefined, open)).status, 404)
  const { json: { items } } = await call('GET', '/v1/publications?under=gov', undefined, open)
  t.match(items, [{ agency: 'culture', kind: 'published', version: 1 }, { agency: 'housing', version: 1 }])
  t.same((await call('GET', `/v1/publications?under=gov&after=${items[1].seq}`, undefined, open)).json.items, [])
  const { json: latest } = await call(
    'GET',
    '/v1/reports?under=gov&sort=published_at&order=desc&limit=1',
    undefined,
    open
  )
  t.match(latest.items, [{ agency: 'housing', published_at: /^\d{4}-/ }])
})

t.test('the operator brings in former years, which were in time', async t => {
  const history = ['culture', 'housing'].map((agency, i) => ({
    ...reportOf(form, agency, 2021, i),
    published_on: ['2022-01-20', '2022-02-20'][i]
  }))
  const imported = await call('POST', '/v1/imports/reports?publish=true', lines(history), NDJSON)
  t.match(imported.json.counts, { created: 2 })
  const { json } = await call('GET', '/v1/filings?year=2021&under=gov', undefined, open)
  t.match(json.items.map(({ agency, timeliness, first_published_on: on }: any) => [agency, timeliness, on]), [
    ['culture', 'on_time', '2022-01-20'],
    ['gov', 'overdue', null],
    ['housing', 'late', '2022-02-20'],
    ['water', 'overdue', null]
  ])
})

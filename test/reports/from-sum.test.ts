// The draft of a summary from the sum of the reports below.
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const PATH = '/v1/reports/gov/2023'

async function district (test: Parameters<typeof freshApp>[0]) {
  const { call, forms } = await freshApp(test)
  for (
    const [code, parent, reporting] of [
      ['gov', null, 'consolidated'],
      ['a', 'gov', 'own'],
      ['town', 'gov', 'consolidated'],
      ['b', 'town', 'own'],
      ['c', 'town', 'own']
    ]
  ) {
    await call('PUT', `/v1/agencies/${code}`, {
      name: `机关${code}`,
      level: 'county',
      kind: 'department',
      parent,
      reporting
    })
  }
  const publish = async (agency: string, figure: number, change: (tables: any) => void = () => {}, notes = {}) => {
    const tables = consistentTables(forms.get('2021'), () => figure)
    change(tables)
    const path = `/v1/reports/${agency}/2023`
    t.equal((await call('PUT', path, { tables, notes, sections: SECTIONS })).status, 201)
    for (const move of ['submit', 'publish']) t.equal((await call('POST', `${path}/${move}`)).status, 200)
  }
  const fromSum = async (headers = {}) => await call('POST', `${PATH}/from-sum`, undefined, { headers })
  return { call, forms, publish, fromSum }
}

t.test('drafts a summary, names the missing, and can be reconciled without a difference', async t => {
  const { call, forms, publish, fromSum } = await district(t)
  t.match(await fromSum(), { status: 422, json: { code: 'nothing-below' } })
  await publish('a', 3)
  await publish('b', 4, tables => {
    tables.documents.regulations = { issued: null, repealed: null, in_force: null }
  })
  const created = await fromSum()
  t.match(created, {
    status: 201,
    headers: { location: PATH },
    json: {
      coverage: { expected: 3, included: 2, missing: 1 },
      missing: [{ agency: 'c', agency_name: '机关c' }],
      report: { status: 'draft', sections: {} }
    }
  })
  const expected = consistentTables(forms.get('2021'), () => 3)
  const other = consistentTables(forms.get('2021'), () => 4)
  const { tables, notes } = created.json.report
  t.equal(tables.requests.granted.total, expected.requests!.granted!.total! + other.requests!.granted!.total!)
  t.equal(tables.documents.regulations.issued, 3, 'a blank adds nothing')
  t.equal(tables.fees.administrative_fees.amount, 7)
  t.same(notes, {})

  await call('PUT', PATH, { tables: {}, sections: { ...SECTIONS, overview: '全区情况' } })
  await publish('c', 5)
  const { headers } = await call('GET', PATH)
  const replaced = await fromSum({ 'if-match': headers.etag })
  t.match(replaced, {
    status: 200,
    json: { coverage: { missing: 0 }, missing: [], report: { sections: { overview: '全区情况' } } }
  })
  t.match(await fromSum({ 'if-match': headers.etag }), { status: 412, json: { code: 'precondition-failed' } })
  const again = await fromSum()
  t.equal(again.headers.etag, replaced.headers.etag, 'repeated, it changes nothing')
  for (const move of ['submit', 'publish']) t.equal((await call('POST', `${PATH}/${move}`)).status, 200)
  const { json } = await call('GET', `${PATH}/reconciliation`)
  t.same([json.cells, json.coverage.missing], [[], 0])
  t.match(await fromSum(), { status: 409, json: { code: 'report-locked' } })
})

t.test('a sum that hides an unreadable figure or an absent row is unreadable', async t => {
  const { publish, fromSum } = await district(t)
  await publish('a', 3)
  await publish('b', 4, tables => {
    tables.documents.regulations.issued = null
  }, { 'documents.regulations.issued': { state: 'unreadable', raw: '1?' } })
  await publish('c', 5, tables => {
    tables.documents.normative_documents.issued = null
  })
  const { json: { report } } = await fromSum()
  t.equal(report.tables.documents.regulations.issued, null)
  t.same(report.notes, { 'documents.regulations.issued': { state: 'unreadable', raw: '' } })
  t.equal(report.tables.documents.regulations.repealed, 12)
  t.equal(report.tables.documents.normative_documents.issued, 7)
})

t.test('refuses what is no summary, and a caller who may not write it', async t => {
  const { call, publish, fromSum } = await district(t)
  await publish('a', 3)
  t.match(await call('POST', '/v1/reports/a/2023/from-sum'), { status: 422, json: { code: 'report-not-consolidated' } })
  t.match(await call('POST', '/v1/reports/nobody/2023/from-sum'), { status: 404, json: { code: 'agency-not-found' } })
  const { json: { key } } = await call('POST', '/v1/keys', { role: 'filer', agency: 'town', label: 'x' })
  t.equal((await call('POST', `${PATH}/from-sum`, undefined, { key })).status, 403)
  t.equal((await call('POST', `${PATH}/from-sum`, undefined, { key: null })).status, 401)
  const retry = { 'idempotency-key': 'k-1' }
  const first = await fromSum(retry)
  const second = await fromSum(retry)
  t.same([second.status, second.text], [first.status, first.text])
  const { json: { items } } = await call('GET', '/v1/events?limit=1000')
  t.equal(items.filter((event: any) => event.agency === 'gov' && event.year === 2023).length, 1)
})

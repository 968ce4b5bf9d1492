// The sums of a year, printed as the statutory form.
import t from 'tap'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { county, open, request } from './district.ts'

const TYPES = {
  html: 'text/html',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
} as const
const QUERY = '/v1/totals?measure=*&form=2021&year=2023&under=gov'
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

t.test('prints the sums, and reading them back gives the totals', async t => {
  const { app, call, forms, publish } = await county(t, ['a', 'b', 'c', 'd'])
  const form = forms.get('2021')
  await publish('a', 2023, [5, 2])
  // A figure that is blank in all reports is blank in the sums, and money is exact.
  const tables = consistentTables(form, () => 0)
  request(tables, 'new_received', 3)
  request(tables, 'outcome_total', 3)
  request(tables, 'granted', 3)
  tables.documents!.regulations!.issued = null
  tables.fees!.administrative_fees!.amount = 12.345678
  await call('PUT', '/v1/reports/b/2023', { form: '2021', tables, sections: SECTIONS })
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/b/2023/${move}`)

  for (const [format, type] of Object.entries(TYPES)) {
    const printed = await app.inject({ url: `${QUERY}&format=${format}` })
    t.equal(printed.statusCode, 200, printed.body)
    t.match(printed.headers, { 'content-type': new RegExp(`^${type}`), etag: /^"/ })
    t.ok((await app.inject({ url: `${QUERY}&format=${format}` })).rawPayload.equals(printed.rawPayload), 'same bytes')
    const read = await app.inject({
      method: 'POST',
      url: '/v1/readings',
      headers: { 'content-type': type },
      payload: printed.rawPayload
    })
    const { report, proposals } = read.json()
    t.match(proposals, { year: 2023 })
    const { totals: [group] } = (await call('GET', QUERY, undefined, open)).json
    for (const [cell, value] of Object.entries(group.values)) {
      const [table, row, column] = cell.split('.') as [string, string, string]
      t.equal(report.tables[table]?.[row]?.[column] ?? null, value, cell)
    }
  }
  const { text, headers } = await call('GET', `${QUERY}&format=html`, undefined, open)
  t.match(text, '某区人民政府2023年政府信息公开工作年度报告（汇总表）')
  t.match(text, '应报机关 4 个，已计入报告 2 份，缺报 2 个')
  t.match(text, '缺报：c局、d局。')
  t.match(headers['content-security-policy'], 'default-src \'none\'')

  // The same answer is not kept once a report is published.
  await publish('c', 2023, [1, 1])
  t.match((await call('GET', `${QUERY}&format=html`, undefined, open)).text, '缺报 1 个')
  const offices = await call('GET', `${QUERY}&format=html&kind=office`, undefined, open)
  t.match(offices.text, '范围：政府办公机构。')
  t.match(offices.text, '应报机关 0 个')
})

t.test('a browser gets the form where there is one, and JSON elsewhere', async t => {
  const { call } = await county(t)
  const typeOf = async (query: string) =>
    (await call('GET', query, undefined, { ...open, headers: BROWSER })).headers['content-type']
  t.match(await typeOf(QUERY), 'text/html')
  t.match(await typeOf('/v1/totals?measure=requests.granted.total&by=year&year=2023'), 'application/json')
})

t.test('names all that the form still needs', async t => {
  const { call } = await county(t)
  const refused = async (query: string) => {
    const { status, json } = await call('GET', `/v1/totals?${query}&format=html`, undefined, open)
    return [status, json.errors?.map(({ parameter }: any) => parameter)]
  }
  t.same(await refused('measure=requests&by=year'), [400, ['measure', 'form', 'year', 'by']])
  t.same(await refused('measure=*&form=2021&year=2022..2023'), [400, ['year']])
  t.same(await refused('measure=*&form=2019&year=2019&by=child'), [400, ['by']])
  t.equal((await call('GET', '/v1/totals?measure=*&form=2021&year=2023&under=nobody&format=html')).status, 422)
})

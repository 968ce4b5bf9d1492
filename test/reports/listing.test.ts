// The list of reports in the order of their publication.
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { agencies, CSV, lines, NDJSON, reportOf } from '../support/import-files.ts'

const { call, forms } = await freshApp(t)
await call('POST', '/v1/imports/agencies', agencies(12), CSV)
const form = forms.get('2021')
// Published in this order; some of them were first published long before, some share a day.
const days = ['2022-01-20', undefined, '2022-01-18', '2022-01-20', undefined, '2022-01-19']
for (const [i, day] of days.entries()) {
  const report = { ...reportOf(form, `d${i}`, 2021, i), ...day === undefined ? {} : { published_on: day } }
  await call('POST', '/v1/imports/reports?publish=true', lines([report]), NDJSON)
}
// An amendment, published last; a withdrawal; and drafts.
await call('POST', '/v1/reports/d2/2021/amend', { reason: '更正' })
await call('PUT', '/v1/reports/d2/2021', reportOf(form, 'd2', 2021, 40))
for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/d2/2021/${move}`)
await call('POST', '/v1/reports/d4/2021/withdraw', { reason: '机构撤销' })
for (const agency of ['d7', 'd8']) await call('PUT', `/v1/reports/${agency}/2021`, {})

/** Follows the pages and returns the agencies. */
async function agenciesOf (query: string, key?: null) {
  const found: string[] = []
  for (let next = `/v1/reports?${query}&limit=2`; next !== null;) {
    const { json } = await call('GET', next, undefined, key === null ? { key } : {})
    for (const { agency } of json.items) found.push(agency)
    next = json.next
  }
  return found.join(' ')
}

t.test('shows when a report was published', async t => {
  const { json: { items } } = await call('GET', '/v1/reports?under=root')
  const of = (agency: string) => items.find((item: any) => item.agency === agency)
  t.match(of('d0'), {
    published_at: of('d0').updated_at.replace('Z', '').slice(0, 16),
    first_published_at: '2022-01-19T16:'
  })
  t.equal(of('d1').published_at, of('d1').first_published_at)
  t.equal(of('d2').version, 2)
  t.match(of('d2'), { first_published_at: '2022-01-17T16:00:00.000000Z' })
  t.match(of('d7'), { published_at: null, first_published_at: null })
})

t.test('sorts by the last and the first publication, and pages', async t => {
  t.equal(await agenciesOf('sort=published_at'), 'd0 d1 d3 d4 d5 d2 d7 d8')
  t.equal(await agenciesOf('sort=published_at&order=desc'), 'd2 d5 d4 d3 d1 d0 d7 d8')
  t.equal(await agenciesOf('sort=first_published_at'), 'd2 d5 d0 d3 d1 d4 d7 d8')
  t.equal(await agenciesOf('sort=first_published_at&order=desc'), 'd4 d1 d0 d3 d5 d2 d7 d8')
  t.equal(await agenciesOf('sort=first_published_at&under=root&year=2021&status=published'), 'd2 d5 d0 d3 d1')
  t.equal(await agenciesOf('sort=published_at', null), 'd0 d1 d3 d5 d2', 'the public sees what is published')
  t.equal(await agenciesOf(''), 'd0 d1 d2 d3 d4 d5 d7 d8')
})

t.test('refuses an order of nothing and cursors of another order', async t => {
  t.match(await call('GET', '/v1/reports?order=desc'), { status: 400, json: { errors: [{ parameter: 'order' }] } })
  t.match(await call('GET', '/v1/reports?sort=agency'), { status: 400, json: { errors: [{ parameter: 'sort' }] } })
  const cursorOf = async (query: string) =>
    new URL((await call('GET', `/v1/reports?limit=1${query}`)).json.next, 'http://localhost').searchParams.get('cursor')
  for (
    const [made, used] of [['', '&sort=published_at'], ['&sort=published_at', '']] as const
  ) {
    const cursor = await cursorOf(made)
    t.match(await call('GET', `/v1/reports?limit=1${used}&cursor=${cursor}`), {
      status: 400,
      json: { errors: [{ parameter: 'cursor' }] }
    })
  }
})

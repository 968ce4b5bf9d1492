// The stated day of the first publication, for reports that were published before the registry recorded them.
import t from 'tap'
import { verifyTotals } from '../../../src/aggregates/verify.ts'
import { verifyEvents } from '../../../src/audit/events/verify.ts'
import { ADMIN_KEY, type Answer, freshApp } from '../../support/app.ts'
import { agencies, CSV, lines, NDJSON, reportOf } from '../../support/import-files.ts'

const IMPORT = '/v1/imports/reports'
const PUBLISH = `${IMPORT}?publish=true`

async function registry (t: Parameters<typeof freshApp>[0]) {
  const { call, db, forms } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(30), CSV)
  const report = (agency: string, publishedOn?: string) => ({
    ...reportOf(forms.get('2021'), agency, 2021),
    ...publishedOn === undefined ? {} : { published_on: publishedOn }
  })
  const send = async (reports: object[], query = PUBLISH, key = ADMIN_KEY) =>
    await call('POST', query, lines(reports), { ...NDJSON, key })
  const filing = async (agency: string) => {
    const { json } = await call('GET', `/v1/filings?year=2021&under=${agency}`)
    const { first_published_at: at, first_published_on: on, timeliness } = json.items[0]
    return { at, on, timeliness }
  }
  return { call, db, forms, report, send, filing }
}

/** What is wrong with the day, without the texts of the problem. */
const faultsOf = ({ json }: Answer) =>
  json.errors.map(({ line, pointer, column, found, expected }: any) => ({
    line,
    at: pointer ?? column,
    found,
    expected
  }))

t.test('imported history is on time if its day is', async t => {
  const { call, db, forms, report, send, filing } = await registry(t)
  const days = ['2022-01-31', '2022-02-01', undefined]
  const { status, json } = await send(Array.from({ length: 30 }, (_, i) => report(`d${i}`, days[i % 3])))
  t.same([status, json.counts.created], [200, 30])
  t.same(await filing('d0'), { at: '2022-01-30T16:00:00.000000Z', on: '2022-01-31', timeliness: 'on_time' })
  t.same(await filing('d1'), { at: '2022-01-31T16:00:00.000000Z', on: '2022-02-01', timeliness: 'late' })
  t.match(await filing('d2'), {
    on: new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10),
    timeliness: 'late'
  })
  const { json: summary } = await call('GET', '/v1/filings/summary?year=2021')
  t.match(summary.groups[0], { on_time: 10, late: 20 })
  t.match((await call('GET', '/v1/reports/d0/2021/deadline')).json, {
    first_published_on: '2022-01-31',
    on_time: true
  })
  t.match((await call('GET', '/v1/reports/d0/2021/versions')).json.items, [{ published_on: '2022-01-31' }])
  t.match((await call('GET', '/v1/events?agency=d0&kind=published')).json.items, [
    { published_on: '2022-01-31' }
  ])
  // The registry knows what it recorded, and when.
  const before = '2022-06-01T00:00:00Z'
  t.equal((await call('GET', `/v1/reports/d0/2021?as_of=${before}`)).status, 404)
  t.same((await verifyTotals(db, forms)).differences, [])
  t.match(await verifyEvents(db), { ok: true })
})

t.test('the day is stated once', async t => {
  const { call, report, send, filing } = await registry(t)
  await send([report('d0', '2022-01-20'), report('d1')])
  t.match((await send([report('d0', '2022-01-20')])).json.counts, { unchanged: 1 })
  t.match((await send([report('d0')])).json.counts, { unchanged: 1 }, 'a line without it leaves it')
  t.same(faultsOf(await send([report('d0', '2022-01-21')])), [
    { line: 1, at: '/published_on', found: '2022-01-21', expected: '2022-01-20: it is stated once' }
  ])
  t.match((await send([report('d1', '2022-01-19')])).json.counts, { updated: 1 }, 'afterwards')
  t.match(await filing('d1'), { on: '2022-01-19', timeliness: 'on_time' })
  t.match((await call('GET', '/v1/events?agency=d1&kind=changed')).json.items, [
    { changes: { published_on: [null, '2022-01-19'] } }
  ])
  t.match((await send([report('d1', '2022-01-19')])).json.counts, { unchanged: 1 })
})

t.test('a draft gets its day when the import publishes it', async t => {
  const { call, report, send, filing } = await registry(t)
  t.match((await send([report('d0')], IMPORT)).json.counts, { created: 1 })
  for (const agency of ['d0', 'd1']) {
    t.match(faultsOf(await send([report(agency, '2022-01-20')], IMPORT)), [
      { line: 1, at: '/published_on', expected: 'a report that is published: with publish=true' }
    ])
  }
  t.match((await send([report('d0', '2022-01-20')])).json.counts, { updated: 1 })
  t.match(await filing('d0'), { on: '2022-01-20', timeliness: 'on_time' })
  t.match((await call('GET', '/v1/reports/d0/2021/versions')).json.items, [{ version: 1, published_on: '2022-01-20' }])
})

t.test('refuses days that cannot be, and callers who are no administrators', async t => {
  const { call, report, send } = await registry(t)
  const tomorrow = new Date(Date.now() + (8 + 24) * 3_600_000).toISOString().slice(0, 10)
  const days = ['2022-02-30', '20220120', '2020-12-31', 20220120, null]
  t.same(
    faultsOf(await send(days.map((day, i) => ({ ...report(`d${i}`), published_on: day })))),
    days.map((found, i) => ({
      line: i + 1,
      at: '/published_on',
      found,
      expected: 'a day from 2021-01-01 on, such as 2022-01-20'
    }))
  )
  t.match(faultsOf(await send([report('d0', tomorrow)])), [{ found: tomorrow, expected: /^a day until \d{4}-/ }])
  const { json: { key } } = await call('POST', '/v1/keys', { role: 'supervisor', agency: 'root', label: '区' })
  const refused = await send([report('d0', '2022-01-20')], PUBLISH, key)
  t.same(faultsOf(refused), [
    { line: 1, at: '/published_on', found: '2022-01-20', expected: 'nothing: administrators state it' }
  ])
  t.equal(refused.json.errors[0].code, 'role-insufficient')
  t.equal((await call('GET', '/v1/reports/d0/2021')).status, 404, 'nothing is stored')
  await send([report('d0', '2022-01-20')])
  t.match((await send([report('d0', '2022-01-20')], PUBLISH, key)).json.counts, { unchanged: 1 }, 'as it is stored')
})

t.test('CSV has it as a column, by id or printed name, the same on each line of a report', async t => {
  const { call, filing } = await registry(t)
  const csv = (header: string, days: string[]) =>
    `agency,year,${header},cell,value\n` +
    days.map((day, i) => `d0,2021,${day},requests.${i === 0 ? 'granted' : 'carried_in'}.other,1\n`).join('')
  const query = `${PUBLISH}&accept_failed_checks=true`
  t.same(faultsOf(await call('POST', query, csv('published_on', ['2022-01-20', '2022-01-21']), CSV)), [
    { line: 3, at: 'published_on', found: '2022-01-21', expected: 'the same day on each line of a report' }
  ])
  t.same(faultsOf(await call('POST', query, csv('published_on', ['20.1.2022']), CSV)), [
    { line: 2, at: 'published_on', found: '20.1.2022', expected: 'a day from 2021-01-01 on, such as 2022-01-20' }
  ])
  t.match((await call('POST', query, csv('首次公开日期', ['2022-01-20', '2022-01-20']), CSV)).json.counts, {
    created: 1
  })
  t.match(await filing('d0'), { on: '2022-01-20', timeliness: 'on_time' })
})

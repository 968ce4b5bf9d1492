import { strFromU8, unzipSync } from 'fflate'
import t from 'tap'
import { county } from '../../totals/district.ts'

t.test('every list is also a table', async t => {
  const { app, call, publish } = await county(t, ['a', 'b'])
  await publish('a', 2023, [5, 2])
  await call('PUT', '/v1/reports/gov/2023', { tables: { requests: { granted: { total: 1 } } } })
  await call('POST', '/v1/keys', { role: 'filer', agency: 'a', label: '=1+1' })
  const LISTS = {
    '/v1/agencies': ['code', 'a', 'a局'],
    '/v1/reports': ['agency', 'a', 'a局'],
    '/v1/reports/a/2023/versions': ['version', '1', '2021'],
    '/v1/rankings?measure=requests.granted.total&year=2023': ['rank', '1', 'a局'],
    '/v1/totals/contributions?measure=requests.granted.total&year=2023': ['agency', 'a', 'a局'],
    '/v1/filings?year=2023': ['agency', 'a', 'a局'],
    '/v1/filings/summary?year=2023&by=kind': ['kind', 'department', '2'],
    '/v1/findings?year=2023&state=working': ['agency', 'gov', '某区人民政府'],
    '/v1/findings/summary?year=2023&state=working': ['check', 'requests.rows', 'error'],
    '/v1/reports/gov/2023/reconciliation': ['cell', 'requests.granted.total', '件'],
    '/v1/publications': ['seq', '1', 'published'],
    '/v1/events': ['seq', '1', 'agency'],
    '/v1/keys': ['id', '1', 'filer']
  }
  const headers = { authorization: `Bearer ${'test-'.padEnd(40, 'k')}` }
  for (const [path, [first, ...values]] of Object.entries(LISTS)) {
    await t.test(path, async t => {
      const url = (query: string) => `${path}${path.includes('?') ? '&' : '?'}${query}`
      const csv = await app.inject({ url: url('format=csv'), headers })
      t.equal(csv.statusCode, 200, csv.body)
      t.match(csv.headers, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': /^attachment; filename="[\w-]+\.csv"; filename\*=UTF-8''/
      })
      t.ok(csv.body.startsWith(`\ufeff${first}`), csv.body.slice(0, 100))
      for (const value of values) t.match(csv.body, value)
      const accepted = await app.inject({ url: path, headers: { ...headers, accept: 'text/csv' } })
      t.equal(`\ufeff${accepted.body}`, csv.body, 'by Accept the same without a byte order mark')
      const zh = await app.inject({ url: url('format=csv&labels=zh'), headers })
      t.match(zh.body.split('\n')[0], /^\ufeff[\u4e00-\u9fff]/, 'printed names')
      const book = await app.inject({ url: url('format=xlsx'), headers })
      t.match(book.headers['content-type'], 'spreadsheetml')
      const sheet = strFromU8(unzipSync(book.rawPayload)['xl/worksheets/sheet1.xml']!)
      for (const value of values) t.match(sheet, `>${value}<`)
      t.equal(sheet.match(/<row /g)!.length, csv.body.trim().split('\n').length, 'as many rows')
      t.match((await app.inject({ url: path, headers })).headers['content-type'], 'application/json')
      const wrong = await app.inject({ url: url('format=pdf'), headers })
      t.match([wrong.statusCode, wrong.body], [400, /xlsx/])
      t.equal((await app.inject({ url: url('labels=zh'), headers })).statusCode, 400, 'JSON has no labels')
    })
  }

  await t.test('texts that a spreadsheet would run', async t => {
    t.match((await app.inject({ url: '/v1/keys?format=csv', headers })).body, `,'=1+1,`)
    const book = await app.inject({ url: '/v1/keys?format=xlsx', headers })
    const parts = unzipSync(book.rawPayload)
    const style = /s="(\d+)" t="inlineStr"><is><t xml:space="preserve">=1\+1</.exec(
      strFromU8(parts['xl/worksheets/sheet1.xml']!)
    )?.[1]
    t.match(
      strFromU8(parts['xl/styles.xml']!).split('<cellXfs')[1]!.match(/<xf [^>]*>/g)![Number(style)],
      'quotePrefix="1"'
    )
  })
})

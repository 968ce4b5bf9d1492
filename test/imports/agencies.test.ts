import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { freshApp } from '../support/app.ts'
import { agencies, CSV, lines, NDJSON, reportOf } from '../support/import-files.ts'

const IMPORT = '/v1/imports/agencies'
const HEAD = 'code,name,level,kind,parent'

t.test('imports agencies from an Excel CSV in any order, and a repeated import changes nothing', async t => {
  const { call, db, forms } = await freshApp(t)
  t.same((await call('POST', IMPORT, agencies(30), CSV)).json.counts, {
    created: 31,
    updated: 0,
    unchanged: 0,
    rejected: 0
  })
  t.same(
    (await call('PUT', IMPORT, `\ufeff${agencies(30).replaceAll('\n', '\r\n')},,,,,\r\n`)).json.counts.unchanged,
    31
  )
  t.equal(
    (await call('PUT', IMPORT, agencies(30).replaceAll('\n', '\r'), CSV)).json.counts.unchanged,
    31,
    'lines that end with CR, as of a spreadsheet program on the Mac'
  )
  const { items } = (await call('GET', '/v1/agencies?under=root')).json
  t.same((await call('POST', IMPORT, lines(items), NDJSON)).json.counts.unchanged, 31)
  t.match((await call('GET', '/v1/agencies/d7')).json, { name: '单位7', parent: 'root', reporting: 'own', since: null })
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('decodes GB18030 with or without a declared charset', async t => {
  const { call } = await freshApp(t)
  const file = Buffer.concat([
    Buffer.from(`${HEAD}\n`),
    ...[[0xb2, 0xc6, 0xd5, 0xfe, 0xbe, 0xd6], [0xc1, 0xaa, 0xcd, 0xa8], [0x81, 0x30, 0x84, 0x36]].map((name, i) =>
      Buffer.concat([Buffer.from(`g${i},`), Buffer.from(name), Buffer.from(',county,department,\n')])
    )
  ])
  t.equal((await call('POST', IMPORT, file, CSV)).json.counts.created, 3)
  t.equal(
    (await call('POST', IMPORT, file, { headers: { 'content-type': 'text/csv; charset=gbk' } })).json.counts.unchanged,
    3
  )
  t.same((await call('GET', '/v1/agencies')).json.items.map((agency: any) => agency.name), ['财政局', '联通', '¥'])
  t.equal(
    (await call('POST', IMPORT, `${HEAD}\nu0,财政局,county,department,\nu1,Ü,county,department,\n`, CSV)).json.counts
      .created,
    2
  )
  t.equal((await call('GET', '/v1/agencies/u1')).json.name, 'Ü')
  const wrong = await call(
    'POST',
    IMPORT,
    Buffer.concat([
      Buffer.from(`${HEAD}\nv0,财政局,county,department,\nv2,税务局,county,department,\nv1,`),
      Buffer.from([0xb2, 0xc6]),
      Buffer.from(',county,department,\n')
    ]),
    CSV
  )
  t.match(wrong.json.errors, [{ line: 4, expected: /encoding/ }])
  t.equal((await call('POST', IMPORT, Buffer.from('code\n', 'utf16le'), CSV)).json.code, 'text-undecodable')
})

t.test('lists the errors of each line and stores the whole file or nothing', async t => {
  const { call } = await freshApp(t)
  await call('POST', IMPORT, `${HEAD},since,credit_code\nold,旧,county,department,,2020,113325000026455663\n`, CSV)
  const rows = [
    'a,甲,county,department,nobody,,',
    'b,乙,county,department,c,,',
    'c,丙,county,department,b,,',
    'd,丁,county,department,b,,',
    'e,戊,county,departmnt,,,',
    'f,,county,department,,,',
    'g,庚,county,department,old,,',
    'h,辛,county,department,,,113325000026455663',
    'i,壬,county,department,,x,',
    'j,癸,county,department',
    'k k,子,county,department,,,',
    'l,丑,county,department,,,',
    'l,丑,county,department,,,',
    'old,旧,county,office,,,113325000026455663',
    '"m,寅',
    ''
  ]
  const answer = await call('POST', IMPORT, `${HEAD},since,credit_code\n${rows.join('\n')}`, CSV)
  t.same([answer.status, answer.json.counts.rejected], [422, 14], answer.text)
  const found = Object.fromEntries(
    answer.json.errors.map((e: any) => [e.line, [e.column, e.code, e.did_you_mean].filter(Boolean).join(' ')])
  )
  t.same(found, {
    2: 'parent agency-unknown',
    3: 'parent agency-cycle',
    4: 'parent agency-cycle',
    5: 'parent agency-unknown',
    6: 'kind department',
    7: 'name',
    8: 'parent parent-not-in-year',
    9: 'credit_code credit-code-taken',
    10: 'since',
    11: '',
    12: 'code',
    14: 'code',
    15: 'since since-required',
    16: 'csv-malformed'
  })
  t.equal((await call('GET', '/v1/agencies/l')).status, 404)
  t.same(
    (await call('POST', `${IMPORT}?on_error=continue`, `${HEAD},since,credit_code\n${rows.join('\n')}`, CSV)).json
      .counts,
    { created: 1, updated: 0, unchanged: 0, rejected: 14 }
  )
  t.match((await call('POST', `${IMPORT}?mode=create`, `${HEAD}\nl,丑,county,department,\n`, CSV)).json.errors, [{
    line: 2,
    code: 'agency-exists'
  }])
  t.match((await call('POST', IMPORT, 'cod,name\na,b\n', CSV)).json.errors, [{
    line: 1,
    column: 'cod',
    did_you_mean: 'code'
  }, { line: 1, column: 'code' }])
})

t.test('updates existing agencies from a given year, in any line order, and updates the totals', async t => {
  const { call, db, forms } = await freshApp(t)
  await call(
    'POST',
    IMPORT,
    `${HEAD},reporting\ntop,省,province,government,,consolidated\nx,甲县,county,government,top,consolidated\ny,乙县,county,government,x,consolidated\na,局,county,department,y,own\n`,
    CSV
  )
  await call(
    'POST',
    '/v1/imports/reports?publish=true',
    lines([2022, 2023, 2024].map(year => reportOf(forms.get('2021'), 'a', year, year))),
    NDJSON
  )
  // x moves below y, and a later line moves y itself. b is new, and its parent is defined on a later line.
  const file = lines([
    { code: 'x', parent: 'y', since: 2023 },
    { code: 'y', parent: 'top', since: 2023 },
    { code: 'b', name: '新局', level: 'county', kind: 'office', parent: 'new' },
    { code: 'new', name: '新县', level: 'county', kind: 'government', reporting: 'consolidated', parent: 'top' },
    { code: 'a', parent: 'new', since: 2024 },
    { code: 'top', name: '某省' }
  ])
  t.same((await call('POST', `${IMPORT}?dry_run=true`, file, NDJSON)).json.counts, {
    created: 2,
    updated: 4,
    unchanged: 0,
    rejected: 0
  })
  t.equal((await call('GET', '/v1/agencies/b')).status, 404)
  t.same((await call('POST', IMPORT, file, NDJSON)).json?.counts, { created: 2, updated: 4, unchanged: 0, rejected: 0 })
  t.same((await call('POST', IMPORT, file, NDJSON)).json.counts.unchanged, 6)
  t.same((await verifyTotals(db, forms)).differences, [])
  const under = async (code: string) =>
    (await call('GET', `/v1/totals?measure=requests.granted.total&by=year&under=${code}&year=2022..2024`)).json.totals
      .map((g: any) => g.coverage.included)
  t.same([await under('x'), await under('y'), await under('new')], [[1, 0, 0], [1, 1, 0], [0, 0, 1]])
})

t.test('writes rejects that no spreadsheet runs and reads them as they were', async t => {
  const { call } = await freshApp(t)
  const send = async (file: string) =>
    await call('POST', `${IMPORT}?on_error=continue`, file, { headers: { ...CSV.headers, accept: 'text/csv' } })
  const file = `${HEAD}
a,=HYPERLINK(A1),county,department,
b,"=HYPERLINK(""http://x"",""y"")",county,department,
c,'=cmd,county,department,
d,''=丁,county,nothing,
-e,戊,county,nothing,@x
f,O'Brien,county,nothing,
`
  const fields = (text: string) =>
    text.trimEnd().split('\n').slice(1).map(line => line.replace(/,"?line \d+ .*$/, '')).sort()
  const first = await send(file)
  t.same(fields(first.text), [
    '\'-e,戊,county,nothing,\'@x',
    'a,\'=HYPERLINK(A1),county,department,',
    'b,"\'=HYPERLINK(""http://x"",""y"")",county,department,',
    'c,\'=cmd,county,department,',
    'd,\'\'=丁,county,nothing,',
    'f,O\'Brien,county,nothing,'
  ])
  t.match(first.text, 'line 2 name: found ""=HYPERLINK(A1)""')
  const second = await send(first.text)
  t.same(fields(second.text), fields(first.text), 'sent again, the rejects are the same')
  const mended = await send(
    second.text.replaceAll(',nothing', ',department').replace(',\'@x', ',').replace(/,("?)'=(HYPERLINK|cmd)/g, ',$1$2')
  )
  t.equal(mended.headers['x-import-counts'], 'created=6, updated=0, unchanged=0, rejected=0')
  const names = (await call('GET', '/v1/agencies')).json.items.map(({ code, name }: any) => [code, name])
  t.same(Object.fromEntries(names), {
    '-e': '戊',
    a: 'HYPERLINK(A1)',
    b: 'HYPERLINK("http://x","y")',
    c: 'cmd',
    d: '\'=丁',
    f: 'O\'Brien'
  })
  const open = await send(`${HEAD}\n=x,"=y`)
  t.match(open.text, /\n"'=x,""=y",,,,,"?line 2/, 'a line that cannot be split into fields is one field')
  t.equal((await send(open.text)).headers['x-import-counts'], 'created=0, updated=0, unchanged=0, rejected=1')
})

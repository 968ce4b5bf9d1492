import { readFile } from 'node:fs/promises'
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const csv = { headers: { 'content-type': 'text/csv' } }

async function registry (test: Parameters<typeof freshApp>[0]) {
  const made = await freshApp(test)
  for (const code of ['a', 'b', 'c']) {
    await made.call('PUT', `/v1/agencies/${code}`, { name: `单位${code}`, level: 'county', kind: 'department' })
  }
  return made
}

t.test('files the Kundulun 2019 report row by row and returns it unchanged', async t => {
  const { call, db } = await registry(t)
  const report = JSON.parse(await readFile(new URL('../../examples/kundulun-2019.json', import.meta.url), 'utf8'))
  const made = await call('POST', '/v1/reports', { agency: 'a', year: 2019, sections: report.sections })
  t.same(made.json, {
    agency: 'a',
    year: 2019,
    form: '2019',
    status: 'draft',
    version: null,
    revision: 1,
    allowed_transitions: ['submit'],
    sections: report.sections,
    tables: {},
    notes: {}
  })
  for (const [table, rows] of Object.entries(report.tables as Record<string, object>)) {
    const answer = await call(
      'POST',
      `/v1/reports/a/2019/tables/${table}/rows`,
      Object.entries(rows).map(([row, values]) => ({ row, values }))
    )
    t.same([answer.status, answer.json], [201, { rows, notes: {} }], answer.text)
  }
  const read = await call('GET', '/v1/reports/a/2019')
  t.same([read.json.tables, read.json.sections, read.json.notes, read.json.revision], [
    report.tables,
    report.sections,
    {},
    8
  ])
  t.same((await call('GET', '/v1/reports/a/2019/checks')).json.findings, [])
  const { count } = await db.selectFrom('report').select(db.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  t.equal(count, 1)
})

t.test('distinguishes blank, not applicable, zero and absent in CSV, JSON and SQL', async t => {
  const { call, db } = await registry(t)
  await call('PUT', '/v1/reports/a/2020', {})
  const documents = '/v1/reports/a/2020/tables/documents'
  const sent = await call(
    'POST',
    `${documents}/rows`,
    '\ufeffrow,newly_made,newly_published,total_published\r\nregulations,,/,0\r\n',
    csv
  )
  t.same(sent.json, {
    rows: { regulations: { newly_made: null, newly_published: null, total_published: 0 } },
    notes: {
      'documents.regulations.newly_made': { state: 'blank', raw: '' },
      'documents.regulations.newly_published': { state: 'not_applicable', raw: '/' }
    }
  })
  t.equal((await call('GET', `${documents}/rows/normative_documents`)).json.code, 'row-not-found')
  const noted = await call('PUT', `${documents}/rows/normative_documents`, {
    values: { newly_published: 3 },
    notes: { 'documents.normative_documents.newly_made': { state: 'unreadable', raw: '3?' } }
  })
  t.same([noted.status, noted.json], [201, {
    values: { newly_made: null, newly_published: 3, total_published: null },
    notes: {
      'documents.normative_documents.newly_made': { state: 'unreadable', raw: '3?' },
      'documents.normative_documents.total_published': { state: 'blank', raw: '' }
    }
  }])
  const { rows } = await (await import('kysely')).sql<{ cell: string, figure: string | null, state: string | null }>`
    select cell, figure::text, state from report_figure where agency = 'a' and year = 2020 and cell like 'documents.%' order by cell`
    .execute(db)
  t.same(rows.map(row => [row.cell, row.figure === null ? null : Number(row.figure), row.state]), [
    ['documents.normative_documents.newly_made', null, 'unreadable'],
    ['documents.normative_documents.newly_published', 3, null],
    ['documents.normative_documents.total_published', null, 'blank'],
    ['documents.regulations.newly_made', null, 'blank'],
    ['documents.regulations.newly_published', null, 'not_applicable'],
    ['documents.regulations.total_published', 0, null]
  ])

  const whole = (await call('GET', '/v1/reports/a/2020')).json
  const again = await call('PUT', '/v1/reports/a/2020', whole)
  t.same([again.status, again.json], [200, whole], 'a PUT of the GET response changes nothing')
  t.match(
    (await call('PUT', '/v1/reports/a/2020', { ...whole, status: 'published', revision: 99, agency: 'b' })).json.errors,
    [{ pointer: '/agency' }, { pointer: '/status' }, { pointer: '/revision' }]
  )
  t.equal((await call('DELETE', `${documents}/rows/regulations`)).status, 204)
  t.same(Object.keys((await call('GET', documents)).json.rows), ['normative_documents'])
  t.same((await call('PUT', documents, { rows: {} })).json, { rows: {}, notes: {} })
})

t.test('returns money in its unit in JSON and in the SQL view', async t => {
  const { call, db } = await registry(t)
  await call('PUT', '/v1/reports/a/2022', { tables: { fees: { administrative_fees: { amount: 103.4 } } } })
  const { sql } = await import('kysely')
  t.same(
    (await sql`select figure::text, unit from report_figure where cell = 'fees.administrative_fees.amount'`.execute(db))
      .rows,
    [{ figure: '103.4000000000000000', unit: '万元' }]
  )
  t.equal((await call('GET', '/v1/reports/a/2022')).json.tables.fees.administrative_fees.amount, 103.4)
})

t.test('lists all errors of rows with their position and stores nothing', async t => {
  const { call } = await registry(t)
  await call('PUT', '/v1/reports/a/2021', {})
  const rows = '/v1/reports/a/2021/tables/requests/rows'
  const places = async (body: unknown, options = {}) => {
    const answer = await call('POST', rows, body, options)
    t.equal(answer.status, 422, answer.text)
    return answer.json.errors.map((e: any) => [e.pointer ?? `${e.line}:${e.column ?? ''}`, e.did_you_mean])
  }
  t.same(
    await places([{ row: 'grantd', values: {} }, { row: 'granted', vals: {} }, 3, {
      row: 'granted',
      values: { total: -1 }
    }]),
    [['/0/row', 'granted'], ['/1/vals', 'values'], ['/1/values', undefined], ['/2', undefined], [
      '/3/values/total',
      undefined
    ], ['/3/row', undefined]]
  )
  t.same(await places([]), [['', undefined]])
  t.same(await places('row,totl,total\ngranted,1,x\nrefused,,\n granted ,,1\ncarried_in,1\n', csv), [
    ['1:totl', 'total'],
    ['2:total', undefined],
    ['3:row', undefined],
    ['5:', undefined],
    ['4:row', undefined]
  ])
  t.same(await places('total,total\n1,1\n', csv), [['1:total', undefined], ['1:row', undefined]])
  t.same(
    await places({
      row: 'granted',
      values: { total: null },
      notes: {
        'requests.granted.total': { state: 'odd', raw: '' },
        'requests.carried_in.total': { state: 'blank', raw: '' }
      }
    }),
    [['/notes/requests.granted.total', undefined], ['/notes/requests.carried_in.total', undefined]]
  )
  const quoted = await call('POST', rows, 'row,total\n"granted\n",1\ncarried_in,x\n', csv)
  t.same(
    quoted.json.errors.map((e: any) => [e.line, e.column]),
    [[4, 'total']],
    'a quoted line break does not shift the line numbers'
  )
  const windows = await call('POST', rows, 'row,total\r\n"grantd\r\nx",1\r\ngrantd,2\r\n', csv)
  t.same(windows.json.errors.map((e: any) => e.line), [2, 4], 'a quoted CRLF does not shift them either')
  t.same((await call('PUT', '/v1/reports/a/2021', { 'ta/b~les': 1 })).json.errors.map((e: any) => e.pointer), [
    '/ta~1b~0les'
  ])
  t.same((await call('GET', '/v1/reports/a/2021')).json.tables, {})
  t.same((await call('POST', rows, { row: 'granted', values: {} })).status, 201)
  const conflict = await call('POST', rows, [{ row: 'carried_in', values: {} }, {
    row: 'granted',
    values: { total: 1 }
  }])
  t.same([conflict.json.code, conflict.json.errors.map((e: any) => e.pointer)], ['row-exists', ['/1/row']])
  t.same(
    Object.keys((await call('GET', '/v1/reports/a/2021/tables/requests')).json.rows),
    ['granted'],
    'no row is stored on a conflict'
  )
})

t.test('decodes a GB18030 CSV as saved by Excel', async t => {
  const { call } = await registry(t)
  await call('PUT', '/v1/reports/a/2021', {})
  const bytes = Buffer.concat([Buffer.from('row,total\ngranted,'), Buffer.from([0xa1, 0xaa]), Buffer.from('\n')])
  const answer = await call('POST', '/v1/reports/a/2021/tables/requests/rows', bytes, {
    headers: { 'content-type': 'text/csv; charset=gbk' }
  })
  t.same(answer.json.notes['requests.granted.total'], { state: 'not_applicable', raw: '—' }, answer.text)
})

t.test('validates texts, tables and notes of a whole report against the form', async t => {
  const { call } = await registry(t)
  const bad = await call('PUT', '/v1/reports/a/2021', {
    sections: { overview: 3, outlook: 'x' },
    tables: { request: {}, fees: { administrative_fees: [] }, licensing: null }
  })
  t.same(bad.json.errors.map((e: any) => [e.pointer, e.did_you_mean]), [
    ['/tables/request', 'requests'],
    ['/tables/fees/administrative_fees', undefined],
    ['/tables/licensing', undefined],
    ['/sections/overview', undefined],
    ['/sections/outlook', undefined]
  ], bad.text)
  t.equal((await call('GET', '/v1/reports/a/2021')).status, 404)
  const old = await call('PUT', '/v1/reports/a/2022', { form: '2019' })
  t.same([old.status, old.json.form], [201, '2019'], 'a later year accepts an older form')
  t.equal((await call('PUT', '/v1/reports/a/2022', {})).json.form, '2021')
})

t.test('a repeated PUT changes nothing, and concurrent writes of rows lose nothing', async t => {
  const { call, forms } = await registry(t)
  const body = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
  t.same([
    (await call('PUT', '/v1/reports/b/2021', body)).status,
    (await call('PUT', '/v1/reports/b/2021', body)).json.revision
  ], [201, 1])
  t.equal((await call('PUT', '/v1/reports/b/2021', { ...body, sections: {} })).json.revision, 2)
  await call('PUT', '/v1/reports/c/2021', {})
  const rows = forms.get('2021').tables.get('requests')!.rows.map(row => row.id)
  const answers = await Promise.all(
    rows.map(row => call('POST', '/v1/reports/c/2021/tables/requests/rows', { row, values: { total: 1 } }))
  )
  t.same([...new Set(answers.map(answer => answer.status))], [201])
  t.same(Object.keys((await call('GET', '/v1/reports/c/2021/tables/requests')).json.rows), rows)
  const created = await Promise.all(
    Array.from({ length: 6 }, () => call('POST', '/v1/reports', { agency: 'c', year: 2022 }))
  )
  t.same(created.map(answer => answer.status).sort(), [201, 409, 409, 409, 409, 409])
  const put = await Promise.all(Array.from({ length: 6 }, () => call('PUT', '/v1/reports/c/2023', body)))
  t.same(put.map(answer => answer.status).sort(), [200, 200, 200, 200, 200, 201])
})

t.test('serializes concurrent PUT, DELETE and row writes of one report', async t => {
  const { call } = await registry(t)
  const path = '/v1/reports/a/2022'
  for (let round = 0; round < 25; round++) {
    await call('PUT', path, {})
    const answers = await Promise.all([
      call('DELETE', path),
      call('PUT', path, {}),
      call('PUT', path, {}),
      call('DELETE', path),
      call('PUT', `${path}/tables/requests`, { rows: {} })
    ])
    t.same(answers.filter(answer => ![200, 201, 204, 404].includes(answer.status)).map(answer => answer.text), [])
  }
})

t.test('PATCH changes the columns of a row that are given, and PUT tells which figures it blanks', async t => {
  const { call } = await registry(t)
  await call('PUT', '/v1/reports/a/2022', {
    tables: { requests: { granted: { natural_person: 1, other: 2, total: 3 } } }
  })
  const path = '/v1/reports/a/2022/tables/requests/rows/granted'
  const before = await call('GET', path)
  const changed = await call('PATCH', path, { values: { total: 23 } }, {
    headers: { 'if-match': before.headers.etag! }
  })
  t.same([changed.status, changed.json.values], [200, { ...before.json.values, total: 23 }])
  t.same((await call('GET', path)).json, changed.json)
  t.equal((await call('GET', path)).headers.etag, changed.headers.etag)
  const stale = await call('PATCH', path, { values: { total: 24 } }, { headers: { 'if-match': before.headers.etag! } })
  t.equal(stale.json.code, 'precondition-failed')
  const note = { 'requests.granted.other': { state: 'unreadable', raw: '?' } }
  const noted = await call('PATCH', path, { values: { other: null }, notes: note })
  t.match(noted.json, { values: { natural_person: 1, other: null, total: 23 }, notes: note })
  t.match((await call('PATCH', path, { values: { other: 5 } })).json, { values: { other: 5 }, notes: {} })
  t.match((await call('PATCH', path, { values: { nobody: 1, total: 'x' } })).json, {
    code: 'body-invalid',
    errors: [{ pointer: '/values/nobody' }, { pointer: '/values/total' }]
  })
  const missing = await call('PATCH', path.replace('granted', 'carried_in'), { values: { total: 1 } })
  t.equal(missing.json.code, 'row-not-found', 'a row that is not there has no other columns')
  const put = await call('PUT', path, { values: { total: 23 } })
  t.same(put.json.blanked, ['requests.granted.natural_person', 'requests.granted.other'])
  t.equal((await call('GET', path)).json.blanked, undefined)
})

t.test('answers report-locked to every write to a locked report', async t => {
  const { call, forms } = await registry(t)
  const path = '/v1/reports/a/2022'
  await call('PUT', path, { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS })
  const read = (await call('GET', path)).json
  await call('POST', `${path}/submit`)
  for (
    const [method, at, body] of [
      ['POST', '/tables/requests/rows', { row: 'granted', values: {} }],
      ['PUT', '/tables/requests/rows/granted', { values: { x: 1 } }],
      ['DELETE', '/tables/requests/rows/none', undefined],
      ['PUT', '', read]
    ] as const
  ) {
    t.equal((await call(method, path + at, body)).json.code, 'report-locked', `${method} ${at}`)
  }
})

t.test('rejects a body with too many names early, and explains a missing body', async t => {
  const { call } = await registry(t)
  await call('PUT', '/v1/reports/a/2022', {})
  const notes = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [i, 0]))
  t.equal((await call('POST', '/v1/checks', { year: 2022, notes })).json.code, 'json-malformed')
  const rows = '/v1/reports/a/2022/tables/requests/rows'
  t.equal((await call('POST', rows, `row\n${'granted\n'.repeat(5000)}`, csv)).json.code, 'csv-malformed')
  t.same((await call('POST', rows)).json.errors.map((e: any) => e.expected), ['an object {row, values}'])
  t.equal(
    (await call('POST', rows, `row,total\ngranted,${'-'.repeat(300)}\n`, csv)).json.errors[0].line,
    2,
    'a value too long for a note is rejected'
  )
})

t.test('lists reports with filters and pagination, as far as the caller may read them', async t => {
  const { call, forms } = await registry(t)
  await call('PUT', '/v1/agencies/gov', {
    name: '政府',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  await call('PATCH', '/v1/agencies/b', { parent: 'gov', since: 2022 })
  const body = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
  for (const code of ['a', 'b', 'c']) {
    for (const year of [2021, 2022]) t.equal((await call('PUT', `/v1/reports/${code}/${year}`, body)).status, 201)
  }
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/b/2022/${move}`)
  const list = async (query: string, key?: null) =>
    (await call('GET', `/v1/reports?${query}`, undefined, key === null ? { key } : {})).json.items.map((r: any) =>
      `${r.agency}/${r.year} ${r.status}`
    )
  t.same(await list('', null), ['b/2022 published'])
  t.same(await list('status=draft', null), [])
  t.same(await list('status=draft&agency=a'), ['a/2021 draft', 'a/2022 draft'])
  t.same(await list('under=gov'), ['b/2022 published'], 'the filter uses the tree of the report year')
  t.same(await list('year=2020..2021&form=2021&agency=c'), ['c/2021 draft'])
  const pages: string[][] = []
  for (let next: string | null = '/v1/reports?limit=4&year=2021..2022'; next !== null;) {
    const page: any = await call('GET', next)
    pages.push(page.json.items.map((r: any) => `${r.agency}/${r.year}`))
    t.equal(page.headers.link, page.json.next === null ? undefined : `<${page.json.next}>; rel="next"`)
    next = page.json.next
  }
  t.same(pages, [['a/2021', 'a/2022', 'b/2021', 'b/2022'], ['c/2021', 'c/2022']])
  for (
    const query of [
      'limit=0',
      'limit=1001',
      'cursor=zzz',
      `cursor=${Buffer.from('["a"]').toString('base64url')}`,
      'year=21',
      'status=open',
      'limit=x'
    ]
  ) t.equal((await call('GET', `/v1/reports?${query}`)).json.code, 'parameter-invalid', query)
  t.same([(await call('GET', '/v1/reports?under=nobody')).status, (await call('GET', '/v1/reports?form=1')).status], [
    422,
    422
  ])
})

t.test('deletes drafts but not submitted or published reports', async t => {
  const { call, forms } = await registry(t)
  const body = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
  await call('PUT', '/v1/reports/a/2021', body)
  await call('POST', '/v1/reports/a/2021/submit')
  t.equal((await call('DELETE', '/v1/reports/a/2021')).json.code, 'report-locked')
  await call('POST', '/v1/reports/a/2021/return', { reason: '更正' })
  t.equal((await call('DELETE', '/v1/reports/a/2021')).status, 204)
  t.equal((await call('DELETE', '/v1/reports/a/2021')).json.code, 'report-not-found')
})

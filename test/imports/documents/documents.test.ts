// Imports documents as drafts: stored content, rejections, and the source of each figure.
import { sql } from 'kysely'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { type CallOptions, freshApp } from '../../support/app.ts'

const page = await readFile(new URL('../../../examples/kundulun-2019.txt', import.meta.url), 'utf8')
const text: CallOptions = { headers: { 'content-type': 'text/plain; charset=utf-8' } }
const { call, db } = await freshApp(t)
for (const agency of ['culture', 'twin', 'partly', 'locked', 'young']) {
  const more = agency === 'young' ? { since: 2021 } : {}
  assert.equal(
    (await call('PUT', `/v1/agencies/${agency}`, {
      name: '昆区文体旅游广电局',
      level: 'county',
      kind: 'department',
      ...more
    })).status,
    201
  )
}

const send = async (agency: string, more = '', body: string | Buffer = page, options = text, year = 2019) =>
  await call('POST', `/v1/imports/documents?agency=${agency}&year=${year}${more}`, body, options)
/** The page with one figure missing from row 一. */
const damaged = page.replace(/(一、本年新收[^|]*\|) 0\? \|/, '$1')
const titled = (year: number, name = '昆区文体旅游广电局') => `${name}${year}年政府信息公开工作年度报告\n${page}`

t.test('a dry run returns the outcome of the import and stores nothing', async t => {
  const dry = await send('culture', '&dry_run=true')
  t.match([dry.status, dry.json.dry_run, dry.json.outcome], [200, true, 'created'])
  t.equal((await call('GET', '/v1/reports/culture/2019')).status, 404)
  const real = await send('culture')
  t.match([real.status, real.headers.location, real.json.outcome], [201, '/v1/reports/culture/2019', 'created'])
  t.same({ ...real.json, dry_run: true }, dry.json)
  t.same(real.json.reading.cells, { read: 198, blank: 0, not_applicable: 0, unreadable: 0, missing: 0 })
  const stored = await call('GET', '/v1/reports/culture/2019')
  t.same([stored.json.tables, stored.json.sections, stored.json.notes], [
    real.json.report.tables,
    real.json.report.sections,
    real.json.report.notes
  ])
})

t.test('a repeated upload changes nothing, and a different document replaces the draft', async t => {
  const again = await send('culture')
  t.match([again.status, again.json.outcome], [200, 'unchanged'])
  const { revision } = (await call('GET', '/v1/reports/culture/2019')).json
  t.equal((await send('culture', '', page.replace('規(guī)章 | 0', '規(guī)章 | 7'))).json.outcome, 'replaced')
  const after = (await call('GET', '/v1/reports/culture/2019')).json
  t.match([after.revision, after.tables.documents.regulations.newly_made], [revision + 1, 7])
  t.equal((await send('culture')).json.outcome, 'replaced')
})

t.test('two concurrent uploads create one report', async t => {
  const answers = await Promise.all(Array.from({ length: 6 }, async () => await send('twin')))
  t.same(answers.map(answer => answer.json.outcome).sort(), ['created', ...Array(5).fill('unchanged')])
})

t.test('rejects a partly parsed document with all findings, and stores it with accept_partial=true', async t => {
  const refused = await send('partly', '', damaged)
  t.match(refused, {
    status: 422,
    json: { code: 'document-partly-read', outcome: 'refused', reading: { cells: { read: 191, unreadable: 7 } } }
  })
  const [problem] = refused.json.reading.problems
  t.match(problem, {
    code: 'figures-not-aligned',
    table: 'requests',
    row: 'new_received',
    line: 38,
    raw: '0? 0? 0? 0? 0? 0?',
    message: { zh: /对应关系不明/, en: /unclear which column/ }
  })
  t.equal(refused.json.report.tables.requests.new_received.total, null)
  t.equal((await call('GET', '/v1/reports/partly/2019')).status, 404)
  const dry = await send('partly', '&dry_run=true', damaged)
  t.match([dry.status, dry.json.outcome], [200, 'refused'])
  t.equal((await send('partly', '&accept_partial=true', damaged)).status, 201)
  const stored = (await call('GET', '/v1/reports/partly/2019')).json
  t.match(stored.notes['requests.new_received.total'], { state: 'unreadable' })
  const cell = (await call('GET', '/v1/reports/partly/2019/cells/requests.new_received.total')).json
  t.match(cell, { value: null, source: { read: null }, problems: [{ code: 'figures-not-aligned' }] })
})

t.test('rejects a document of another year, and reports a different agency name', async t => {
  for (const more of ['', '&accept_partial=true']) {
    const answer = await send('partly', more, titled(2020))
    t.match(answer, { status: 422, json: { code: 'document-partly-read' } })
    t.match(answer.json.reading.problems[0], { code: 'year-differs', raw: '2020' })
  }
  t.same((await send('partly', '&dry_run=true&accept_partial=true', titled(2020))).json.outcome, 'refused')
  const named = await send('partly', '&dry_run=true', titled(2019, '某县民政局'))
  t.match([named.json.outcome, named.json.reading.agency_name, named.json.reading.problems[0].code], [
    'replaced',
    '某县民政局',
    'agency-name-differs'
  ])
  t.same((await send('partly', '&dry_run=true', titled(2019))).json.reading.problems, [])
})

t.test('stores the document of another registered agency only when told so', async t => {
  const document = titled(2019, '某县水利局')
  t.match((await send('partly', '&dry_run=true', document)).json.outcome, 'replaced', 'nobody else has the name')
  await call('PUT', '/v1/agencies/water', { name: '某县水务局', level: 'county', kind: 'department' })
  await call('PUT', '/v1/agencies/water', { name: '某县水利局', since: 2020 })
  const before = (await call('GET', '/v1/reports/partly/2019')).json
  t.match(await send('partly', '', document), {
    status: 422,
    json: {
      code: 'document-of-another-agency',
      outcome: 'refused',
      detail: /某县水利局.*water.*partly/,
      reading: { problems: [{ code: 'agency-name-differs', message: { zh: /water/ } }] }
    }
  })
  t.match((await send('partly', '&dry_run=true', document)).json.outcome, 'refused')
  t.same((await call('GET', '/v1/reports/partly/2019')).json, before)
  t.equal((await send('partly', '&accept_other_agency=true', document)).json.outcome, 'replaced')
  t.equal((await send('water', '&dry_run=true', document)).json.outcome, 'created', 'the later name is its own, too')
})

t.test('rejects half-year reports, other kinds of reports and unsupported files', async t => {
  for (
    const body of [
      titled(2019).replace('工作年度报告', '工作情况统计（上半年）'),
      '2019年法治政府建设年度报告\n行政许可 | 12 |\n行政处罚 | 3 |\n'
    ]
  ) {
    t.match(await send('partly', '', body), {
      status: 422,
      json: { code: 'document-not-recognised', reading: { problems: [{}] } }
    })
  }
  for (
    const [body, type] of [['%PDF-1.7', 'text/plain'], ['', 'text/plain'], [
      Buffer.from('504b030400', 'hex'),
      'application/octet-stream'
    ]] as const
  ) {
    t.match(await send('partly', '', body, { headers: { 'content-type': type } }), {
      status: 422,
      json: { code: 'document-unreadable' }
    })
  }
  t.match(await send('partly', '', page, { headers: { 'content-type': 'application/json' } }), {
    status: 415,
    json: { code: 'media-type-unsupported' }
  })
  t.match(await send('partly', '', Buffer.alloc(17 * 1024 * 1024, 'x')), {
    status: 413,
    json: { code: 'body-too-large' }
  })
})

t.test('enforces report locks, roles and preconditions', async t => {
  t.match(await send('nobody'), { status: 422, json: { code: 'agency-unknown', errors: [{ parameter: 'agency' }] } })
  t.match(await send('young'), { status: 422, json: { code: 'agency-not-in-year' } })
  t.match(await send('culture', '', page, text, 9000), { status: 422, json: { code: 'year-in-future' } })
  t.match(await send('culture', '&dry_run=perhaps'), { status: 400, json: { code: 'parameter-invalid' } })
  t.match(await send('culture', '', page, { ...text, key: null }), { status: 401, json: { code: 'key-required' } })
  t.equal((await send('locked')).status, 201)
  t.equal((await call('POST', '/v1/reports/locked/2019/submit')).status, 200)
  t.match(await send('locked', '', page.replace('規(guī)章 | 0', '規(guī)章 | 7')), {
    status: 409,
    json: { code: 'report-locked' }
  })
  t.match(await send('locked'), { status: 200, json: { outcome: 'unchanged' } })
})

t.test('links each figure to its position in the document and serves the document for download', async t => {
  const { json, headers } = await call('GET', '/v1/reports/culture/2019/cells/requests.carried_out.total')
  t.match(json, {
    value: 0,
    note: null,
    unit: '件',
    source: {
      document: createHash('sha256').update(page).digest('hex'),
      raw: '0?',
      steps: ['question_mark'],
      read: 0,
      changed: false
    },
    problems: []
  })
  t.ok(headers['content-type']!.startsWith('application/json'))
  const whole = await call('GET', '/v1/reports/culture/2019/document/text')
  t.equal(whole.text, page)
  t.equal(whole.text.slice(json.source.start, json.source.end), json.source.raw)
  t.match(whole.text.split('\n')[json.source.line - 1], /^四、結/)
  const original = await call('GET', '/v1/reports/culture/2019/document')
  t.equal(original.text, page)
  t.match(original.headers, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-security-policy': /sandbox/,
    'content-disposition': /attachment/,
    etag: `"${json.source.document}"`
  })
  await call('PUT', '/v1/reports/culture/2019/tables/requests/rows/carried_out', { values: { total: 3 } })
  t.match((await call('GET', '/v1/reports/culture/2019/cells/requests.carried_out.total')).json, {
    value: 3,
    source: { read: 0, changed: true }
  })
  t.match(await call('GET', '/v1/reports/culture/2019/cells/requests.carried_out.totl'), {
    status: 404,
    json: { code: 'cell-not-found', errors: [{ did_you_mean: 'requests.carried_out.total' }] }
  })
})

t.test('shows the public the source of published figures but not of a draft', async t => {
  for (const path of ['cells/requests.granted.total', 'document', 'document/text']) {
    t.equal((await call('GET', `/v1/reports/locked/2019/${path}`, undefined, { key: null })).status, 404, path)
  }
  t.equal((await call('POST', '/v1/reports/locked/2019/publish')).status, 200)
  for (const path of ['cells/requests.granted.total', 'document', 'document/text']) {
    t.equal((await call('GET', `/v1/reports/locked/2019/${path}`, undefined, { key: null })).status, 200, path)
  }
  t.match(
    (await call('GET', '/v1/reports/locked/2019/cells/requests.granted.total', undefined, { key: null })).json.source,
    { raw: '0?' }
  )
})

t.test('a version keeps its document, whatever the clock of the database says', async t => {
  assert.equal(
    (await call('PUT', '/v1/agencies/jumping', {
      name: '昆区文体旅游广电局',
      level: 'county',
      kind: 'department'
    })).status,
    201
  )
  const move = async (name: string, body?: object) => {
    const { status, text } = await call('POST', `/v1/reports/jumping/2019/${name}`, body)
    assert.equal(status, 200, text)
  }
  const texts = async () =>
    await Promise.all([
      call('GET', '/v1/reports/jumping/2019/document/text'),
      call('GET', '/v1/reports/jumping/2019/document/text', undefined, { key: null })
    ].map(async answer => (await answer).text))
  assert.equal((await send('jumping')).status, 201)
  await move('submit')
  await move('publish')
  await move('amend', { reason: '更正' })
  t.same(await texts(), [page, page], 'the amendment begins with the document of the version')
  const secret = page.replace('規(guī)章 | 0', '規(guī)章 | 7')
  assert.equal((await send('jumping', '', secret)).json.outcome, 'replaced')
  // The clock went back an hour between the publication and the import.
  await sql`update reading set read_at = read_at - interval '1 hour' where agency = 'jumping' and number = 2`.execute(
    db
  )
  t.same(await texts(), [secret, page], 'the public reads the document of the version')
  t.equal((await call('DELETE', '/v1/reports/jumping/2019')).status, 204)
  t.same(await texts(), [page, page], 'a discarded amendment takes its document along, and no other')
  const { rows } = await sql`select from reading where agency = 'jumping'`.execute(db)
  t.equal(rows.length, 1)
})

t.test('deletes the document with its draft, and a report entered by hand has no document', async t => {
  t.equal((await call('DELETE', '/v1/reports/twin/2019')).status, 204)
  await call('PUT', '/v1/reports/twin/2019', {})
  t.match(await call('GET', '/v1/reports/twin/2019/document'), { status: 404, json: { code: 'document-not-found' } })
  t.equal((await call('GET', '/v1/reports/twin/2019/cells/requests.granted.total')).json.source, null)
})

t.test('summarizes the import for a clerk in Chinese or English', async t => {
  const plain = (language: string): CallOptions => ({
    headers: { ...text.headers, accept: 'text/plain', 'accept-language': language }
  })
  const chinese = await send('twin', '&dry_run=true', damaged, plain('zh-CN'))
  t.match(chinese.headers['content-type'], /^text\/plain/)
  t.match(
    chinese.text,
    /读出 191 格；空白 0，不适用 0，不能确定 7，缺 0[\s\S]*第 38 行：该行有空格且各数字与列的对应关系不明[\s\S]*试读结果：不予保存[\s\S]*accept_partial=true/
  )
  t.ok(chinese.text.split('\n').length <= 12)
  t.match((await send('twin', '', page, plain('en'))).text, /198 figures read[\s\S]*Outcome: the draft is replaced/)
})

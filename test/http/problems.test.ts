// Raises each problem code with a request that a client could send.
import { sql } from 'kysely'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { type AppOptions, buildApp } from '../../src/app.ts'
import { reserveMoment } from '../../src/database/clock.ts'
import { openDatabase } from '../../src/database/connection.ts'
import { type ProblemCode, PROBLEMS } from '../../src/problems/codes.ts'
import type { Example } from '../../src/problems/codes/entry.ts'
import { formatExample } from '../../src/problems/example.ts'
import { suggestName } from '../../src/problems/suggest.ts'
import { ADMIN_KEY, type Answer, type CallOptions, freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

// No identity provider listens at this address.
const tokens = { issuer: 'http://127.0.0.1:1', audience: 'gongkai' }
const { app, call, db, url, forms } = await freshApp(t, { bodyLimit: 64 * 1024, tokens })
const tables = consistentTables(forms.get('2021'), () => 2)
const agency = { name: '某局', level: 'county', kind: 'department' }
for (
  const [code, more] of Object.entries({
    gov: {},
    bureau: { parent: 'gov' },
    young: { since: 2022 },
    closed: { until: 2020 },
    coded: { credit_code: '113325000026455663' },
    civil: { name: '某县民政局' }
  })
) {
  assert.equal((await call('PUT', `/v1/agencies/${code}`, { ...agency, ...more })).status, 201)
}

const put = async (code: string, year: number, moves: string[] = []) => {
  assert.equal((await call('PUT', `/v1/reports/${code}/${year}`, { tables, sections: SECTIONS })).status, 201)
  for (const move of moves) assert.equal((await call('POST', `/v1/reports/${code}/${year}/${move}`)).status, 200)
}
await put('bureau', 2021)
await put('bureau', 2022, ['submit'])
await put('bureau', 2023, ['submit', 'publish'])
await put('bureau', 2025, ['submit', 'publish'])
assert.equal((await call('POST', '/v1/reports/bureau/2025/withdraw', { reason: '机构撤销' })).status, 200)
await put('gov', 2024, ['submit'])
await put('gov', 2025, ['submit'])
await call('PUT', '/v1/reports/gov/2021', {})

const draft = '/v1/reports/bureau/2021'
const requests = `${draft}/tables/requests`
const raw = (type: string): CallOptions => ({ headers: { 'content-type': type } })
const json = raw('application/json')
const csv = raw('text/csv')
const ndjson = raw('application/x-ndjson')
const text = raw('text/plain')
const granted = { row: 'granted', values: { total: 1 } }

/** Sends a request to a second instance of the service on another database connection. */
async function elsewhere (
  connection: string,
  method: 'GET' | 'PUT',
  path: string,
  { before = async () => {}, ...options }: Partial<AppOptions> & {
    before?: (db: ReturnType<typeof openDatabase>) => Promise<void>
  } = {}
): Promise<Answer> {
  const other = openDatabase(connection, 1, () => {})
  const second = await buildApp({ db: other, forms, adminKey: ADMIN_KEY, ...options })
  try {
    await before(other)
    await second.inject({ url: '/v1/forms', headers: { authorization: `Bearer ${ADMIN_KEY}` } })
    const answer = await second.inject({
      method,
      url: path,
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      ...(method === 'PUT' ? { payload: {} } : {})
    })
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      text: answer.body,
      json: answer.json()
    }
  } finally {
    await second.close()
    await other.destroy()
  }
}

const listening = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
async function bytes (text: string, then?: () => void): Promise<Answer> {
  const socket = connect(Number(listening.port), '127.0.0.1')
  socket.on('error', () => {})
  let answer = ''
  socket.on('data', data => {
    answer += data
  })
  socket.write(text)
  then?.()
  await once(socket, 'close')
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return {
    status: Number(head.split(' ')[1]),
    headers: { 'content-type': /content-type: (.*)/i.exec(head)?.[1]?.trim() ?? '' },
    text: body,
    json: JSON.parse(body)
  }
}

const newKey = async (role: string, code: string) =>
  (await call('POST', '/v1/keys', { role, agency: code, label: 'x' })).json as { id: number, key: string }

const withOption = (setting: string) =>
  `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(`-c ${setting}`)}`

const nowhere = 'postgres://127.0.0.1:1/none?user=x'

const job = async (state: string) =>
  (await db.insertInto('import').values({ kind: 'reports', actor: 'somebody', state, dry_run: false, size: 1 })
    .returning('id').executeTakeFirstOrThrow()).id

const cases: Record<ProblemCode, () => Promise<Answer>> = {
  'http-malformed': async () => await bytes('GARBAGE\r\n\r\n'),
  'parameter-invalid': async () => await call('GET', '/v1/reports?yaer=2019'),
  'json-malformed': async () => await call('POST', `${requests}/rows`, '{"row": "granted", ', json),
  'csv-malformed': async () => await call('POST', `${requests}/rows`, 'row,total\n"granted,1\n', csv),
  'csv-without-lines': async () => await call('POST', `${requests}/rows`, 'row,totalgranted,1', csv),
  'text-undecodable': async () => await call('POST', `${requests}/rows`, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), json),
  'request-timeout': async () =>
    await bytes('GET / HT', () => {
      app.server.once('connection', socket =>
        app.server.emit('clientError', Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket))
    }),
  'body-too-large': async () =>
    await call('POST', `${requests}/rows`, JSON.stringify({ row: 'x'.repeat(70_000) }), json),
  'not-acceptable': async () => await call('GET', draft, undefined, { headers: { accept: 'application/xml' } }),
  'expectation-unsupported': async () => await bytes('GET / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n'),
  'media-type-unsupported': async () => await call('POST', `${requests}/rows`, '<x/>', raw('application/xml')),
  'headers-too-large': async () => await bytes(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
  'key-required': async () => await call('PUT', draft, {}, { key: null }),
  'key-invalid': async () => await call('GET', '/v1/forms', undefined, { key: 'wrong' }),
  'token-invalid': async () =>
    await call('GET', '/v1/forms', undefined, { key: `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.` }),
  'identity-provider-unavailable': async () =>
    await call('GET', '/v1/forms', undefined, {
      key: `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.e30.AAAA`
    }),
  'metrics-token-invalid': async () =>
    await elsewhere(url, 'GET', '/metrics', { metricsToken: 'metrics-metrics-metrics' }),
  'role-insufficient': async () =>
    await call('GET', '/v1/keys', undefined, { key: (await newKey('filer', 'gov')).key }),
  'outside-subtree': async () =>
    await call('PUT', '/v1/reports/young/2022', {}, { key: (await newKey('filer', 'gov')).key }),
  'key-not-found': async () => await call('DELETE', '/v1/keys/999999'),
  'key-of-another': async () => {
    const { key } = await newKey('supervisor', 'gov')
    return await call('POST', `/v1/keys/${(await newKey('supervisor', 'gov')).id}/rotate`, undefined, { key })
  },
  'key-revoked': async () => {
    const { id } = await newKey('filer', 'gov')
    await call('DELETE', `/v1/keys/${id}`)
    return await call('POST', `/v1/keys/${id}/rotate`)
  },
  'rate-limited': async () => await elsewhere(url, 'GET', '/v1/forms', { rateLimit: 1 }),
  overloaded: async () =>
    await elsewhere(url, 'GET', draft, {
      overloadMs: 20,
      before: async other => {
        for (let i = 0; i < 2; i++) sql`select pg_sleep(0.2)`.execute(other).catch(() => {})
        await new Promise(resolve => setTimeout(resolve, 100))
      }
    }),
  'route-not-found': async () => await call('GET', '/v1/nowhere'),
  'method-not-allowed': async () => await call('DELETE', '/v1/totals'),
  'form-not-found': async () => await call('GET', '/v1/forms/2018'),
  'agency-not-found': async () => await call('PUT', '/v1/reports/nobody/2021', {}),
  'report-not-found': async () => await call('GET', '/v1/reports/bureau/2020'),
  'table-not-found': async () => await call('GET', `${draft}/tables/request`),
  'row-not-found': async () => await call('PUT', `${requests}/rows/refused`, { values: {} }),
  'cell-not-found': async () => await call('GET', `${draft}/cells/requests.grantd.total`),
  'document-not-found': async () => await call('GET', `${draft}/document`),
  'problem-not-found': async () => await call('GET', '/problems/none'),
  'version-not-found': async () => await call('GET', '/v1/reports/bureau/2023/versions/2'),
  'report-withdrawn': async () => await call('GET', '/v1/reports/bureau/2025?version=current'),
  'agency-exists': async () => await call('POST', '/v1/agencies', { code: 'gov', ...agency }),
  'credit-code-taken': async () => await call('PATCH', '/v1/agencies/gov', { credit_code: '113325000026455663' }),
  'idempotency-key-invalid': async () =>
    await call('POST', '/v1/reports/bureau/2022/submit', undefined, { headers: { 'idempotency-key': 'a b' } }),
  'idempotency-key-in-use': async () =>
    await db.transaction().execute(async trx => {
      await sql`insert into stored_answer (actor, key, fingerprint) values ('ADMIN_API_KEY', 'busy', '')`.execute(trx)
      return await call('POST', '/v1/reports/bureau/2022/submit', undefined, { headers: { 'idempotency-key': 'busy' } })
    }),
  'idempotency-key-reused': async () => {
    await call('POST', '/v1/reports/bureau/2022/submit', undefined, { headers: { 'idempotency-key': 'again' } })
    return await call('POST', '/v1/reports/bureau/2023/submit', undefined, { headers: { 'idempotency-key': 'again' } })
  },
  'report-exists': async () => await call('POST', '/v1/reports', { agency: 'bureau', year: 2021 }),
  'row-exists': async () => await call('POST', `${requests}/rows`, granted),
  'report-locked': async () => await call('PUT', '/v1/reports/bureau/2022', {}),
  'report-published-before': async () => await call('DELETE', '/v1/reports/bureau/2023'),
  'move-not-allowed': async () => await call('POST', `${draft}/publish`),
  'agency-changed': async () =>
    await call('PATCH', '/v1/agencies/bureau', { name: '另一局' }, { headers: { 'if-match': '"stale"' } }),
  'precondition-failed': async () =>
    await call('PUT', `${requests}/rows/granted`, { values: {} }, { headers: { 'if-match': '"stale"' } }),
  'body-invalid': async () => await call('PUT', draft, { tabels: {} }),
  'workbook-unreadable': async () => await call('POST', '/v1/imports/agencies', Buffer.from('PK\u0003\u0004'), csv),
  'document-unreadable': async () =>
    await call('POST', '/v1/imports/documents?agency=bureau&year=2021', '%PDF-1.7', text),
  'document-not-recognised': async () =>
    await call('POST', '/v1/imports/documents?agency=bureau&year=2021', '今天天气很好。', text),
  'document-of-another-agency': async () =>
    await call(
      'POST',
      '/v1/imports/documents?agency=bureau&year=2021',
      `某县民政局2021年政府信息公开工作年度报告\n二、主动公开政府信息情况\n第二十条第（五）项\n信息内容 | 本年处理决定数量\n行政许可 | 3 |\n`,
      text
    ),
  'document-partly-read': async () =>
    await call(
      'POST',
      '/v1/imports/documents?agency=bureau&year=2021',
      '二、主动公开政府信息情况\n第二十条第（五）项\n信息内容 | 本年处理决定数量\n行政许可 | 3 |\n',
      text
    ),
  'gzip-malformed': async () =>
    await call('POST', '/v1/imports/reports', gzipSync('{}\n'.repeat(1000)).subarray(0, 30), ndjson),
  'multipart-malformed': async () =>
    await call(
      'POST',
      '/v1/imports/reports',
      '--x\r\nContent-Disposition: form-data; name="publish"\r\n\r\ntrue\r\n--x--\r\n',
      raw('multipart/form-data; boundary=x')
    ),
  'ndjson-is-array': async () => await call('POST', '/v1/imports/agencies', '[\n{"code":"x"},\n{}]', ndjson),
  'line-too-long': async () => await call('POST', '/v1/imports/reports', 'x'.repeat(70_000), ndjson),
  'import-empty': async () => await call('POST', '/v1/imports/agencies', '\n\n', csv),
  'import-rejected': async () => await call('POST', '/v1/imports/reports', '{"agency":"nobody","year":2021}\n', ndjson),
  'too-many-agencies': async () =>
    await call(
      'POST',
      '/v1/imports/agencies',
      `code\n${Array.from({ length: 300_001 }, (_, i) => i).join('\n')}\n`,
      csv
    ),
  'import-not-found': async () => await call('GET', '/v1/imports/999'),
  'rejects-not-found': async () => await call('GET', `/v1/imports/${await job('failed')}/rejects`),
  'import-ended': async () => await call('POST', `/v1/imports/${await job('succeeded')}/cancel`),
  'number-imprecise': async () =>
    await call('PUT', draft, '{"tables": {"fees": {"administrative_fees": {"amount": 0.1000000000000000055}}}}', json),
  'agency-unknown': async () => await call('POST', '/v1/reports', { agency: 'nobody', year: 2021 }),
  'agency-not-in-year': async () => await call('POST', '/v1/reports', { agency: 'young', year: 2021 }),
  'no-agencies-in-year': async () => await (await freshApp(t)).call('GET', '/v1/filings?year=2023'),
  'since-required': async () => await call('PATCH', '/v1/agencies/bureau', { parent: null }),
  'agency-cycle': async () => await call('PATCH', '/v1/agencies/gov', { parent: 'bureau', since: 2023 }),
  'parent-not-in-year': async () => await call('PATCH', '/v1/agencies/gov', { parent: 'young', since: 2020 }),
  'agency-has-children': async () => await call('PATCH', '/v1/agencies/gov', { until: 2025 }),
  'agency-has-reports': async () => await call('PATCH', '/v1/agencies/bureau', { until: 2021 }),
  'nothing-below': async () => {
    await call('PUT', '/v1/agencies/summary', { ...agency, reporting: 'consolidated' })
    return await call('POST', '/v1/reports/summary/2023/from-sum')
  },
  'report-not-consolidated': async () =>
    await call('GET', draft.replace(/(\/v1\/reports\/[^/]+\/\d+).*/, '$1/reconciliation')),
  'check-unknown': async () => await call('GET', '/v1/findings?year=2021&check=requests.no_such'),
  'form-unknown': async () => await call('POST', '/v1/checks', { year: 2021, form: '2018' }),
  'form-not-in-force': async () => await call('POST', '/v1/checks', { year: 2020, form: '2021' }),
  'year-without-form': async () => await call('POST', '/v1/reports', { agency: 'gov', year: 2018 }),
  'year-in-future': async () => await call('POST', '/v1/reports', { agency: 'gov', year: 9000 }),
  'measure-unknown': async () => await call('GET', '/v1/totals?measure=requests.grantd.total'),
  'moment-in-future': async () => await call('GET', '/v1/reports/bureau/2023?as_of=2999-01-01T00:00:00Z'),
  'amendment-unchanged': async () => {
    await call('POST', '/v1/reports/bureau/2023/amend', { reason: '更正' })
    return await call('POST', '/v1/reports/bureau/2023/submit')
  },
  'checks-failed': async () => await call('POST', '/v1/reports/gov/2021/submit'),
  'total-overflow': async () => {
    await db.updateTable('total').set({ figures: sql`array_fill(9007199254740991, array[200])` }).where(
      'agency',
      '=',
      ''
    ).execute()
    await put('bureau', 2024, ['submit'])
    await db.insertInto('total').columns(['agency', 'year', 'form', 'level', 'kind', 'reports', 'figures', 'present'])
      .expression(
        db.selectFrom('total').select([
          'agency',
          sql<number>`2024`.as('year'),
          'form',
          'level',
          'kind',
          'reports',
          'figures',
          'present'
        ]).where('agency', '=', '').where('year', '=', 2023)
      ).execute()
    return await call('POST', '/v1/reports/bureau/2024/publish')
  },
  'agency-not-ranked': async () =>
    await call('GET', '/v1/rankings?measure=requests.granted.total&year=2023&under=gov&of=child&agency=gov'),
  'measures-too-many': async () => await call('GET', '/v1/rankings?measure=requests&year=2023'),
  'units-mixed': async () =>
    await call('GET', '/v1/totals?measure=requests.granted.total,fees.administrative_fees.amount&year=2001&format=svg'),
  'picture-too-large': async () =>
    await call('GET', '/v1/totals?measure=requests&form=2021&by=year&year=2023&format=svg'),
  'rate-not-additive': async () => await call('GET', '/v1/totals/contributions?measure=rates.granted_share&year=2023'),
  'rate-not-in-form': async () =>
    await call('GET', '/v1/totals?measure=rates.normative_documents_repealed_share&form=2019'),
  'change-needs-year': async () =>
    await call('GET', '/v1/totals?measure=requests.granted.total&by=child&change=previous_year'),
  'too-many-groups': async () =>
    await db.transaction().execute(async trx => {
      await sql`insert into agency (code, name) select 'many-' || i, 'x' from generate_series(1, 1100) i`.execute(trx)
      await sql`insert into agency_period select code, 0, 9999, null, 'county', 'other', 'own', name from agency where code like 'many-%'`
        .execute(trx)
    }).then(async () => {
      const answer = await call('GET', '/v1/totals?measure=requests.granted.total&by=child,year&year=1900..2099')
      await sql`delete from agency_period where agency like 'many-%'`.execute(db)
      await sql`delete from agency where code like 'many-%'`.execute(db)
      return answer
    }),
  internal: async () => {
    await db.schema.alterTable('form_cell').renameTo('form_cell_away').execute()
    await sql`alter table expected rename to expected_away`.execute(db)
    try {
      return await call('GET', '/v1/totals?measure=requests.granted.total&by=year&year=2022')
    } finally {
      await sql`alter table expected_away rename to expected`.execute(db)
      await db.schema.alterTable('form_cell_away').renameTo('form_cell').execute()
    }
  },
  'database-busy': async () =>
    await db.transaction().execute(async trx => {
      await sql`select from report where agency = 'bureau' and year = 2021 for update`.execute(trx)
      return await elsewhere(withOption('lock_timeout=50'), 'PUT', draft)
    }),
  'moment-not-settled': async () =>
    await db.transaction().execute(async trx => {
      const moment = await reserveMoment(trx, db)
      return await call('GET', `/v1/reports/bureau/2023?as_of=${moment}`)
    }),
  'database-read-only': async () => await elsewhere(withOption('default_transaction_read_only=on'), 'PUT', draft),
  'storage-full': async () => {
    // A small disk that is full needs root to mount it: the server raises what it would raise then.
    await sql`create function refuse_space () returns trigger language plpgsql as $$
      begin raise exception 'could not extend file' using errcode = '53100'; end $$`.execute(db)
    await sql`create trigger refuse before insert on event execute function refuse_space()`.execute(db)
    try {
      return await call('POST', '/v1/keys', { role: 'filer', agency: 'gov', label: 'x' })
    } finally {
      await sql`drop function refuse_space cascade`.execute(db)
    }
  },
  maintenance: async () => await elsewhere(url, 'PUT', draft, { isReadOnly: true }),
  'database-unavailable': async () => await elsewhere(nowhere, 'GET', draft),
  'not-ready': async () => await elsewhere(nowhere, 'GET', '/readyz')
}

for (const [code, raise] of Object.entries(cases) as [ProblemCode, () => Promise<Answer>][]) {
  t.test(`answers ${code} with its status, title and page`, async t => {
    const answer = await raise()
    t.equal(answer.status, PROBLEMS[code].status, answer.text)
    t.match(answer.headers['content-type'], /^application\/problem\+json/)
    t.match(answer.json, {
      type: `/problems/${code}`,
      title: PROBLEMS[code].title.en,
      status: PROBLEMS[code].status,
      code,
      detail: /\w/
    })
    t.notMatch(answer.json.detail, /\{|\?\.|undefined/, 'the detail has no unfilled placeholder')
    t.notMatch(answer.text, /select |insert |\.ts:|\.js:|relation|node_modules/i, 'no SQL or stack trace')
    for (const language of ['en', 'zh'] as const) {
      const page = await call('GET', `${answer.json.type}?lang=${language}`, undefined, { key: null })
      t.match([page.status, page.text], [200, PROBLEMS[code].title[language]])
      t.notMatch(page.text, /\{\w+\}(?!<\/code>|\/)/, 'the page has no placeholder outside addresses')
    }
  })
}

t.test('raises every problem code and uses the same placeholders in both languages', async t => {
  t.same(Object.keys(cases).sort(), Object.keys(PROBLEMS).sort())
  for (const [code, { title, detail }] of Object.entries(PROBLEMS)) {
    const facts = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
    t.same(facts(detail.zh), facts(detail.en), code)
    t.match([title.zh, detail.zh], [/[一-鿿]/, /[一-鿿]/], code)
  }
})

/** The code in a text, with its placeholders for people in English. */
const codeIn = (text: string) => {
  const words = { 密钥: 'KEY', 文件: 'FILE', 名称: 'NAME', 代码: 'CODE', 年度: 'YEAR' }
  return [...text.matchAll(/`[^`]+`/g)].map(([code]) =>
    Object.entries(words).reduce((code, [zh, en]) => code.replaceAll(zh, en), code)
  ).sort()
}

t.test('says for every code what to do, and gives an example that the service could answer', async t => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const { remedy } = PROBLEMS[code]
    const { request }: Example = PROBLEMS[code].example
    t.match(remedy.en, /^[`A-Z].*\.$/, code)
    t.match(remedy.zh, /[\u4e00-\u9fff].*。$/, code)
    t.same([...new Set(codeIn(remedy.zh))], [...new Set(codeIn(remedy.en))], code)
    for (const language of ['en', 'zh'] as const) {
      const { detail, instance } = formatExample(code, language)
      t.notMatch(detail, /\{\w+\}|undefined/, code)
      t.match(instance, /^\//, code)
    }
    if (request === undefined || code === 'route-not-found' || code === 'method-not-allowed') continue
    const [, method, url] = /^([A-Z]+) ([^?\s]+)/.exec(request)!
    t.ok(app.findRoute({ method: method as 'GET', url: routeOf(url!) }), request)
  }
})

/** Replaces the parts of a path that the routes have as parameters. */
const routeOf = (path: string) =>
  path
    .replace(/^(\/v1\/reports)\/[^/]+\/\d+/, '$1/:agency/:year')
    .replace(/(\/tables)\/[^/]+/, '$1/:table')
    .replace(/(\/rows)\/[^/]+/, '$1/:row')
    .replace(/(\/cells)\/[^/]+/, '$1/:cell')
    .replace(/(\/versions)\/[^/]+/, '$1/:version')
    .replace(/^(\/v1\/agencies)\/[^/]+/, '$1/:code')
    .replace(/^(\/v1\/keys|\/v1\/imports)\/\d+/, '$1/:id')
    .replace(/^(\/v1\/forms)\/[^/]+/, '$1/:form')
    .replace(/^(\/problems)\/[^/]+/, '$1/:code')

t.test('shows a problem as a page with links to a person in a browser, and as JSON to all others', async t => {
  const navigation = { accept: 'text/html,*/*;q=0.8', 'sec-fetch-dest': 'document', 'accept-language': 'zh-CN' }
  const path = '/v1/agencies?limit=<b>&yaer=1'
  const page = await call('GET', path, undefined, { headers: navigation })
  t.match(page, {
    status: 400,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-language': 'zh' },
    text: /<html lang="zh-CN">[^]*<a href="\/problems\/parameter-invalid\?lang=zh">/
  })
  t.match(page.text, '&#60;b&#62;')
  t.notMatch(page.text, '<b>')
  t.match(page.headers['content-security-policy'], /default-src 'none'.*style-src/)
  const { 'sec-fetch-dest': _, ...program } = navigation
  t.match(await call('GET', path, undefined, { headers: program }), {
    status: 400,
    headers: { 'content-type': /^application\/problem\+json/, 'content-security-policy': /^default-src 'none'/ }
  })
})

t.test('reports pointer, found and expected value, and a suggestion, in the requested language', async t => {
  const zh = { headers: { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8', 'x-request-id': 'from-the-client' } }
  const answer = await call('PUT', `${requests}/rows/granted`, {
    values: { natural_person: '12', commercial_enterprise: -1, research_institution: 1.5, persons: 3, totl: 0 }
  }, zh)
  t.equal(answer.headers['content-language'], 'zh')
  t.match(answer.json, {
    title: '内容无效',
    instance: '/v1/reports/bureau/2021/tables/requests/rows/granted',
    request_id: 'from-the-client'
  })
  t.same(answer.json.errors.map((e: any) => [e.pointer, e.found, e.did_you_mean]), [
    ['/values/persons', 'persons', undefined],
    ['/values/totl', 'totl', 'total'],
    ['/values/natural_person', '12', undefined],
    ['/values/commercial_enterprise', -1, undefined],
    ['/values/research_institution', 1.5, undefined]
  ])
  t.match(answer.json.errors[2].expected, /整数/)
  t.equal(answer.headers['x-request-id'], 'from-the-client')
  t.not(
    (await call('GET', '/healthz', undefined, { headers: { 'x-request-id': 'two\twords' } })).headers['x-request-id'],
    'two\twords'
  )
})

t.test('rejects JSON with duplicate members, deep nesting or prototype keys', async t => {
  for (
    const body of [
      '{"row":"granted","values":{"total":1,"total":2}}',
      '['.repeat(30_000),
      '{"__proto__":{"total":1}}',
      '{"constructor":{"prototype":{}}}'
    ]
  ) {
    t.equal((await call('POST', `${requests}/rows`, body, json)).json.code, 'json-malformed', body.slice(0, 40))
  }
  t.match(
    (await call('POST', `${requests}/rows`, '{"row":"granted","values":{"total":1,"total":2}}', json)).json.detail,
    /Duplicate key 'total'/
  )
  t.equal((await call('PUT', draft, '', json)).status, 422, 'does not treat an empty body as an empty object')
})

t.test('lists at most 100 faults, counts the rest and truncates long values', async t => {
  const answer = await call('PUT', `${requests}/rows/granted`, {
    values: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`column-${i}`, 0]))
  })
  t.same([answer.json.errors.length, answer.json.more_errors], [100, 50])
  const long = await call('PUT', `${requests}/rows/granted`, { values: { total: 'x'.repeat(5000) } })
  t.ok(long.text.length < 1500)
})

t.test('suggests only similar names', async t => {
  t.same([
    suggestName('grantd', ['granted', 'refused']),
    suggestName('tabels', ['tables']),
    suggestName('xyz', ['granted']),
    suggestName('', ['a'])
  ], ['granted', 'tables', undefined, 'a'])
})

t.test('answers 503 when the connection is lost between two queries of a transaction', async t => {
  const { app, db, call } = await freshApp(t)
  app.get('/lost', async () =>
    await db.transaction().execute(async trx => {
      const { rows: [{ pid }] } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx) as {
        rows: [{ pid: number }]
      }
      await sql`select pg_terminate_backend(${pid}, 5000)`.execute(db)
      await new Promise(resolve => setTimeout(resolve, 100))
      return await sql`select 1`.execute(trx)
    }))
  t.match(await call('GET', '/lost'), {
    status: 503,
    json: { code: 'database-unavailable' },
    headers: { 'retry-after': '1' }
  })
})

import { sql } from 'kysely'
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const SINCE = { level: 'county', kind: 'department' }

/** A district with four bureaus, and a bureau of another district. */
async function district (test: Parameters<typeof freshApp>[0]) {
  const app = await freshApp(test)
  const { call, forms } = app
  await call('PUT', '/v1/agencies/gov', {
    name: '某区人民政府',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  for (const code of ['a', 'b', 'c', 'd']) {
    await call('PUT', `/v1/agencies/gov-${code}`, { name: `${code}局`, ...SINCE, parent: 'gov' })
  }
  await call('PUT', '/v1/agencies/else', { name: '别处', ...SINCE })
  const content = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
  const draft = async (agency: string, year: number) => await call('PUT', `/v1/reports/${agency}/${year}`, content)
  const move = async (agency: string, year: number, ...moves: string[]) => {
    for (const step of moves) {
      const reason = ['return', 'amend', 'withdraw'].includes(step) ? { reason: '更正' } : undefined
      const answer = await call('POST', `/v1/reports/${agency}/${year}/${step}`, reason)
      if (answer.status !== 200) throw new Error(answer.text)
    }
  }
  const keyOf = async (agency: string) =>
    (await call('POST', '/v1/keys', { role: 'filer', agency, label: agency })).json.key as string
  return { ...app, draft, move, keyOf }
}

t.test('lists every agency of the year with what the caller may see of its report', async t => {
  const { call, draft, move, keyOf } = await district(t)
  for (const code of ['gov-a', 'gov-b', 'gov-c', 'else']) await draft(code, 2022)
  await move('gov-a', 2022, 'submit', 'publish', 'amend')
  await move('gov-b', 2022, 'submit', 'publish', 'withdraw')
  await move('gov-c', 2022, 'submit')
  const list = async (query = '', key: string | null = null) =>
    Object.fromEntries(
      (await call('GET', `/v1/filings?year=2022${query}`, undefined, { key })).json.items.map((item: any) => [
        item.agency,
        item.status
      ])
    )
  const toPublic = {
    else: 'missing',
    gov: 'missing',
    'gov-a': 'published',
    'gov-b': 'withdrawn',
    'gov-c': 'missing',
    'gov-d': 'missing'
  }
  const inside = { ...toPublic, 'gov-a': 'draft', 'gov-c': 'submitted' }
  t.same(await list(), toPublic)
  t.same(await list('', await keyOf('else')), { ...toPublic, else: 'draft' })
  t.same(await list('', await keyOf('gov')), inside)
  t.same(await list('', await keyOf('gov-c')), { ...toPublic, 'gov-c': 'submitted' })
  const all = await call('GET', '/v1/filings?year=2022')
  t.same(all.json.items.map((item: any) => item.status), Object.values({ ...inside, else: 'draft' }))
  t.match(all.json.items[2], {
    agency: 'gov-a',
    agency_name: 'a局',
    parent: 'gov',
    level: 'county',
    kind: 'department',
    reporting: 'own',
    year: 2022,
    due: '2023-01-31',
    first_published_at: /^\d{4}-.*Z$/,
    timeliness: 'late'
  })
  t.match(all.json.items[1], {
    parent: null,
    reporting: 'consolidated',
    due: '2023-03-31',
    first_published_at: null,
    timeliness: 'overdue'
  })

  t.same(await list('&status=draft'), {}, 'a filter tells the public nothing')
  t.same(Object.keys(await list('&status=missing')), ['else', 'gov', 'gov-c', 'gov-d'])
  t.same(Object.keys(await list('&status=draft', await keyOf('gov'))), ['gov-a'])
  t.same(Object.keys(await list('&under=gov&timeliness=late')), ['gov-a', 'gov-b'])
  t.same(Object.keys(await list('&under=gov&reporting=consolidated')), ['gov'])
  t.same(Object.keys(await list('&kind=government')), ['gov'])
  t.same(Object.keys(await list('&under=gov-a')), ['gov-a'])
  const thisYear = new Date().getFullYear()
  const open = await call('GET', `/v1/filings?year=${thisYear}&under=gov-a`)
  t.match(open.json.items, [{ status: 'missing', timeliness: 'open' }])
})

t.test('pages by agency, and as CSV with formulas escaped', async t => {
  const { call, db } = await district(t)
  await sql`update agency_period set name = '=1+1' where agency = 'gov-b'`.execute(db)
  const pages: string[][] = []
  for (let next: string | null = '/v1/filings?year=2022&kind=department&limit=2'; next !== null;) {
    const { json, headers } = await call('GET', next, undefined, { key: null })
    pages.push(json.items.map((item: any) => item.agency))
    next = json.next
    t.equal(headers.link, next === null ? undefined : `<${next}>; rel="next"`)
  }
  t.same(pages, [['else', 'gov-a'], ['gov-b', 'gov-c'], ['gov-d']])
  const csv = await call('GET', '/v1/filings?year=2022&under=gov-b', undefined, { headers: { accept: 'text/csv' } })
  t.match(csv.headers, { 'content-type': 'text/csv; charset=utf-8', vary: /Accept/ })
  t.equal(
    csv.text,
    'agency,agency_name,parent,level,kind,reporting,year,status,due,first_published_at,timeliness,first_published_on\n' +
      'gov-b,\'=1+1,gov,county,department,own,2022,missing,2023-01-31,,overdue,\n'
  )
})

t.test('counts filings by child, level and kind', async t => {
  const { call, draft, move, keyOf } = await district(t)
  await call('PUT', '/v1/agencies/gov-a-1', { name: '站', ...SINCE, kind: 'other', parent: 'gov-a' })
  for (const code of ['gov-a-1', 'gov-b', 'gov-c']) await draft(code, 2022)
  await move('gov-a-1', 2022, 'submit', 'publish')
  const summary = async (query: string, key: string | null = null) =>
    (await call('GET', `/v1/filings/summary?year=2022${query}`, undefined, { key })).json
  t.same(await summary(''), {
    year: 2022,
    by: [],
    groups: [{
      expected: 7,
      missing: 6,
      draft: 0,
      submitted: 0,
      returned: 0,
      published: 1,
      withdrawn: 0,
      on_time: 0,
      late: 1,
      overdue: 6,
      open: 0
    }]
  })
  const some = async (query: string, ...keys: string[]) =>
    (await summary(query)).groups.map((group: any) => [...keys, 'expected', 'published'].map(key => group[key]))
  t.same(await some('&by=child', 'child', 'child_name'), [['else', '别处', 1, 0], ['gov', '某区人民政府', 6, 1]])
  t.same(await some('&by=child&under=gov', 'child'), [
    ['gov', 1, 0],
    ['gov-a', 2, 1],
    ['gov-b', 1, 0],
    ['gov-c', 1, 0],
    ['gov-d', 1, 0]
  ])
  t.same(await some('&by=kind', 'kind'), [['department', 5, 0], ['government', 1, 0], ['other', 1, 1]])
  t.same(await some('&by=level,kind&under=gov-a', 'level', 'kind'), [['county', 'department', 1, 0], [
    'county',
    'other',
    1,
    1
  ]])
  t.same(await some('&by=kind&timeliness=on_time', 'kind'), [])
  t.match(await summary('&under=gov', await keyOf('gov')), { groups: [{ expected: 6, missing: 3, draft: 2 }] })
  t.match(await summary('&under=gov&status=draft'), { groups: [{ expected: 0, draft: 0 }] })
  const csv = await call('GET', '/v1/filings/summary?year=2022&by=child', undefined, {
    headers: { accept: 'text/csv' },
    key: null
  })
  t.equal(
    csv.text,
    'child,child_name,expected,missing,draft,submitted,returned,published,withdrawn,on_time,late,overdue,open\n' +
      'else,别处,1,1,0,0,0,0,0,0,0,1,0\ngov,某区人民政府,6,5,0,0,0,1,0,0,1,5,0\n'
  )
})

t.test('follows the tree of the year: agencies that are founded, move and end', async t => {
  const { call } = await district(t)
  await call('PUT', '/v1/agencies/new', { name: '新局', ...SINCE, parent: 'gov', since: 2023 })
  await call('PATCH', '/v1/agencies/gov-a', { until: 2021 })
  await call('PATCH', '/v1/agencies/gov-b', { parent: 'else', since: 2022 })
  const codes = async (query: string) =>
    (await call('GET', `/v1/filings?${query}`)).json.items.map((item: any) => item.agency)
  t.same(await codes('year=2021&under=gov'), ['gov', 'gov-a', 'gov-b', 'gov-c', 'gov-d'])
  t.same(await codes('year=2022&under=gov'), ['gov', 'gov-c', 'gov-d'])
  t.same(await codes('year=2023'), ['else', 'gov', 'gov-b', 'gov-c', 'gov-d', 'new'])
  for (const path of ['/v1/filings', '/v1/filings/summary']) {
    const code = async (query: string) => (await call('GET', `${path}?${query}`)).json.code
    t.equal(await code('year=2022&under=nobody'), 'agency-unknown')
    t.equal(await code('year=2022&under=gov-a'), 'agency-not-in-year')
    t.equal(await code(''), 'parameter-invalid')
    t.equal(await code('year=2022&timeliness=early'), 'parameter-invalid')
  }
  t.equal((await call('GET', '/v1/filings/summary?year=2022&by=agency')).json.code, 'parameter-invalid')
  t.equal((await call('GET', '/v1/filings?year=2022&cursor=x')).json.code, 'parameter-invalid')
})

t.test('holds the earliest deadline of the agency, of those above it for their subtrees, and of the law', async t => {
  const { call, draft, move, db } = await district(t)
  await call('PUT', '/v1/agencies/city', { name: '某市', level: 'prefecture', kind: 'government' })
  await call('PATCH', '/v1/agencies/gov', { parent: 'city', since: 2022 })
  const put = async (agency: string, date: string, appliesTo?: string, year = 2022) =>
    await call('PUT', `/v1/reports/${agency}/${year}/deadline`, {
      date,
      ...appliesTo === undefined ? {} : { applies_to: appliesTo }
    })
  const deadline = async (agency: string, year = 2022) => {
    const { date, set_by: setBy } = (await call('GET', `/v1/reports/${agency}/${year}/deadline`)).json
    const { items: [filing] } = (await call('GET', `/v1/filings?year=${year}&under=${agency}&limit=1`)).json
    t.equal(filing.due, date, `${agency} ${year}`)
    return [date, setBy]
  }
  t.match((await put('gov', '2023-01-20', 'subtree')).json, {
    date: '2023-01-20',
    local: '2023-01-20',
    applies_to: 'subtree',
    set_by: 'gov'
  })
  t.same(await deadline('gov-a'), ['2023-01-20', 'gov'])
  t.same(await deadline('city'), ['2023-03-31', null])
  t.same(await deadline('gov-a', 2021), ['2022-01-31', null], 'for that year only')
  await put('city', '2023-01-10')
  t.same(await deadline('gov-a'), ['2023-01-20', 'gov'], 'one for an agency is not for those below')
  await put('city', '2023-01-20', 'subtree')
  t.same(await deadline('gov-a'), ['2023-01-20', 'gov'], 'of two on one day the nearest is named')
  await put('city', '2023-03-01', 'subtree')
  t.same(await deadline('gov-a'), ['2023-01-20', 'gov'])
  await put('gov', '2023-03-15', 'subtree')
  t.same([await deadline('gov'), await deadline('gov-a')], [['2023-03-01', 'city'], ['2023-01-31', null]])
  await put('gov-a', '2023-01-15')
  t.same([await deadline('gov-a'), await deadline('gov-b')], [['2023-01-15', 'gov-a'], ['2023-01-31', null]])
  t.same((await put('gov-a', '2023-01-15', 'subtree')).status, 200)
  t.equal((await put('gov-a', '2023-01-15', 'all')).status, 422)
  const { items } = (await call('GET', '/v1/events?agency=gov-a&year=2022')).json
  t.same(items.map(({ changes }: any) => changes), [{ date: [null, '2023-01-15'] }, {
    applies_to: ['agency', 'subtree']
  }])

  await draft('gov-b', 2022)
  await move('gov-b', 2022, 'submit', 'publish')
  await sql`update report_version set published_at = '2023-01-25T00:00:00Z'`.execute(db)
  const late = async () => (await call('GET', '/v1/filings?year=2022&under=gov-b')).json.items[0].timeliness
  t.equal(await late(), 'on_time')
  await put('gov', '2023-01-24', 'subtree')
  t.equal(await late(), 'late')
  t.equal((await call('GET', '/v1/reports/gov-b/2022/deadline')).json.on_time, false)
  t.match((await call('GET', '/v1/filings/summary?year=2022&under=gov')).json.groups, [{ late: 1 }])
  t.equal((await call('DELETE', '/v1/reports/gov/2022/deadline')).status, 204)
  t.equal(await late(), 'on_time')
})

t.test('publishes all that is submitted below an agency, and says what could not be published', async t => {
  const { call, db, forms } = await freshApp(t)
  for (
    const [code, parent] of [
      ['gov', null],
      ['a', 'gov'],
      ['b', 'gov'],
      ['c', 'gov'],
      ['full', 'gov'],
      ['f1', 'full'],
      ['g', 'gov'],
      ['far', null]
    ]
  ) {
    await call('PUT', `/v1/agencies/${code}`, { name: `机关${code}`, level: 'county', kind: 'department', parent })
  }
  const submit = async (agency: string, figure: number) => {
    const path = `/v1/reports/${agency}/2023`
    const tables = consistentTables(forms.get('2021'), () => figure)
    t.equal((await call('PUT', path, { tables, sections: SECTIONS })).status, 201)
    t.equal((await call('POST', `${path}/submit`)).status, 200)
  }
  for (const code of ['a', 'b', 'far']) await submit(code, 1)
  await call('PUT', '/v1/reports/c/2023', {})
  const { json: { key } } = await call('POST', '/v1/keys', { role: 'supervisor', agency: 'gov', label: 'x' })
  const publish = async (body: object, more = {}) => await call('POST', '/v1/filings/publish', body, more)
  const status = async (code: string) => (await call('GET', `/v1/reports/${code}/2023`)).json.status

  t.match(await publish({ year: 2023, under: 'far' }, { key }), { status: 403, json: { code: 'outside-subtree' } })
  t.match(await publish({ year: 2023, under: 'nobody' }), { status: 422, json: { code: 'agency-unknown' } })
  t.match(await publish({ year: 2023, agency: 'a' }), { status: 400 + 22, json: { code: 'body-invalid' } })
  const { json: { key: filer } } = await call('POST', '/v1/keys', { role: 'filer', agency: 'gov', label: 'x' })
  t.match(await publish({ year: 2023 }, { key: filer }), { status: 403, json: { code: 'role-insufficient' } })

  const done = await publish({ year: 2023 }, { key })
  t.equal(done.status, 200, done.text)
  t.same(done.json, { published: [{ agency: 'a', version: 1 }, { agency: 'b', version: 1 }], refused: [], left: 0 })
  t.same([await status('a'), await status('c'), await status('far')], ['published', 'draft', 'submitted'])
  t.same((await publish({ year: 2023, under: 'gov' })).json, { published: [], refused: [], left: 0 })

  // The total of one parent cannot hold another figure: its report is refused, the next one is published all the same.
  for (const code of ['f1', 'g']) await submit(code, 1)
  await sql`
    insert into total (agency, year, form, level, kind, reports, figures, present)
    select 'full', year, form, level, kind, 1, array_fill(9007199254740991, array[200]), present
    from total where agency = 'gov' and year = 2023 and level = ''`.execute(db)
  const mixed = await publish({ year: 2023 }, { key, headers: { 'accept-language': 'zh' } })
  t.match(mixed.json, {
    published: [{ agency: 'g', version: 1 }],
    refused: [{ agency: 'f1', code: 'total-overflow', detail: /[\u4e00-\u9fff]/ }],
    left: 0
  })
  t.same([await status('f1'), await status('g')], ['submitted', 'published'])
})

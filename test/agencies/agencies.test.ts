import fc from 'fast-check'
import t from 'tap'
import { creditCodeCheck } from '../../src/agencies/credit-code.ts'
import {
  changeSince,
  changeUntil,
  formatYears,
  inYear,
  type Period,
  type Standing
} from '../../src/agencies/periods.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

t.test('computes the check character of published credit codes and detects every single-character error', async t => {
  const codes = ['113325000026455663', '11341702486344515H', '12620600MB0523338C', '11370812004339255B']
  for (const code of codes) t.equal(creditCodeCheck(code), code[17], code)
  const alphabet = [...'0123456789ABCDEFGHJKLMNPQRTUWXY']
  fc.assert(
    fc.property(
      fc.constantFrom(...codes),
      fc.nat({ max: 16 }),
      fc.constantFrom(...alphabet),
      (code, at, other) =>
        code[at] === other || creditCodeCheck(code.slice(0, at) + other + code.slice(at + 1)) !== code[17]
    )
  )
})

t.test('changes periods as if each year had its own entry', async t => {
  const change = fc.record({
    parent: fc.constantFrom(null, 'a', 'b'),
    level: fc.constantFrom('county', 'township'),
    kind: fc.constantFrom('office', 'other'),
    reporting: fc.constantFrom('own', 'consolidated'),
    name: fc.constantFrom('甲局', '乙局')
  }, { requiredKeys: [] })
  const years = Array.from({ length: 14 }, (_, i) => 2015 + i)
  fc.assert(fc.property(fc.array(fc.tuple(change, fc.integer({ min: 2016, max: 2026 }))), changes => {
    const first: Standing = { parent: null, level: 'county', kind: 'office', reporting: 'own', name: '甲局' }
    let periods: Period[] = [{ ...first, since: 2018, until: 9999 }]
    const byYear = new Map(years.filter(year => year >= 2018).map(year => [year, { ...first }]))
    for (const [given, since] of changes) {
      // Years added before the first one take the values of the first year.
      const oldest = byYear.get(Math.min(...byYear.keys()))!
      for (const year of years) if (year >= since) byYear.set(year, { ...(byYear.get(year) ?? oldest), ...given })
      periods = changeSince(periods, given, since)
    }
    const joined = periods.every((period, i) => i === 0 || period.since === periods[i - 1]!.until + 1)
    return joined && years.every(year => {
      const { since, until, ...standing } = inYear(periods, year) ?? { since: 0, until: 0 }
      return JSON.stringify(standing) === JSON.stringify(byYear.get(year) ?? {}) ||
        (byYear.get(year) === undefined && inYear(periods, year) === undefined)
    })
  }))
  t.same(
    changeUntil([{
      parent: null,
      level: 'county',
      kind: 'office',
      reporting: 'own',
      name: '局',
      since: 0,
      until: 9999
    }], 2020).map(
      period => period.until
    ),
    [2020]
  )
  t.same([[0, 9999], [2019, 9999], [0, 2020], [2019, 2019], [2019, 2021]].map(([a, b]) => formatYears(a!, b!)), [
    { en: 'all years', zh: '所有年度' },
    { en: '2019 on', zh: '2019 年度起' },
    { en: 'the years up to 2020', zh: '2020 及以前年度' },
    { en: '2019', zh: '2019 年度' },
    { en: '2019 to 2021', zh: '2019 至 2021 年度' }
  ])
})

t.test('registers agencies, changes them from a given year and reports every fault at once', async t => {
  const { call } = await freshApp(t)
  const gov = { name: '某县人民政府', level: 'county', kind: 'government', reporting: 'consolidated' }
  const made = await call('POST', '/v1/agencies', { code: 'gov', ...gov })
  t.same([made.status, made.headers.location], [201, '/v1/agencies/gov'], made.text)
  t.same(made.json, {
    code: 'gov',
    name: '某县人民政府',
    credit_code: null,
    division_code: null,
    level: 'county',
    kind: 'government',
    reporting: 'consolidated',
    parent: null,
    since: null,
    until: null,
    successor: null,
    periods: [{
      since: null,
      until: null,
      parent: null,
      level: 'county',
      kind: 'government',
      reporting: 'consolidated',
      name: '某县人民政府'
    }],
    names: [{ since: null, until: null, name: '某县人民政府' }],
    predecessors: []
  })
  await call('PUT', '/v1/agencies/other', { ...gov, name: '他县人民政府' })
  await call('PUT', '/v1/agencies/bureau', {
    name: '财政局',
    level: 'county',
    kind: 'department',
    parent: 'gov',
    credit_code: '113325000026455663'
  })

  const again = await call('GET', '/v1/agencies/bureau')
  const same = await call('PUT', '/v1/agencies/bureau', again.json)
  t.same([same.status, same.json], [200, again.json], 'PUT accepts the body of GET unchanged')
  const named = await call('PATCH', '/v1/agencies/bureau', { name: '财政和金融局', credit_code: null })
  t.same([named.json.name, named.json.credit_code, named.json.parent, named.json.periods], [
    '财政和金融局',
    null,
    'gov',
    again.json.periods.map((period: object) => ({ ...period, name: '财政和金融局' }))
  ], 'PATCH keeps omitted members and clears null ones')
  const moved = await call('PATCH', '/v1/agencies/bureau', { parent: 'other', since: 2021 })
  t.same(moved.json.periods.map((p: any) => [p.since, p.until, p.parent]), [[null, 2020, 'gov'], [2021, null, 'other']])
  const ended = await call('PATCH', '/v1/agencies/bureau', { until: 2023 })
  t.same([ended.json.until, ended.json.since], [2023, 2021])
  t.same((await call('PATCH', '/v1/agencies/bureau', { until: null })).json.until, null)
  const sent = await call('PUT', '/v1/agencies/bureau', { ...moved.json, periods: [] })
  t.same([sent.status, sent.json.errors[0].pointer], [422, '/periods'], 'periods are read-only')

  const all = await call('PUT', '/v1/agencies/new', {
    nmae: 'x',
    level: 'county',
    kind: 'bureau',
    credit_code: '1',
    parent: 3,
    since: '2019'
  })
  t.same([all.status, all.json.errors.map((e: any) => e.pointer).sort()], [422, [
    '/credit_code',
    '/kind',
    '/nmae',
    '/parent',
    '/since'
  ]], 'reports all faults at once')
  t.equal(all.json.errors.find((e: any) => e.pointer === '/nmae').did_you_mean, 'name')
  const lacking = await call('PUT', '/v1/agencies/new', { credit_code: '113325000026455664' })
  t.same(lacking.json.errors.map((e: any) => e.pointer), ['/name', '/level', '/kind', '/credit_code'])
  t.equal((await call('GET', '/v1/agencies/new')).status, 404, 'stores nothing')
  for (const code of ['..', 'a b', '表', 'x'.repeat(65)]) {
    t.equal((await call('GET', `/v1/agencies/${encodeURIComponent(code)}`)).status < 500, true, code)
  }
})

t.test('rejects one of two concurrent moves that together would form a cycle', async t => {
  const { call } = await freshApp(t)
  for (const code of ['a', 'b', 'c']) {
    await call('PUT', `/v1/agencies/${code}`, { name: code, level: 'county', kind: 'other' })
  }
  const answers = await Promise.all(
    [['a', 'b'], ['b', 'c'], ['c', 'a']].map(([code, parent]) =>
      call('PATCH', `/v1/agencies/${code}`, { parent, since: 2019 })
    )
  )
  t.same(answers.map(answer => answer.status).sort(), [200, 200, 422], answers.map(answer => answer.text).join('\n'))
})

t.test('filters agencies by subtree, year and search text, and paginates them', async t => {
  const { call } = await freshApp(t)
  for (
    const [code, parent, kind] of [['p', null, 'government'], ['c1', 'p', 'government'], ['c2', 'p', 'government'], [
      'd1',
      'c1',
      'department'
    ], ['d2', 'c1', 'department']] as const
  ) {
    await call('PUT', `/v1/agencies/${code}`, { name: `单位${code}_100%`, level: 'county', kind, parent })
  }
  await call('PATCH', '/v1/agencies/d2', { parent: 'c2', kind: 'office', since: 2021 })
  const codes = async (query: string) =>
    (await call('GET', `/v1/agencies?${query}`, undefined, { key: null })).json.items.map((a: any) => a.code)
  t.same(await codes('under=c1'), ['c1', 'd1'])
  t.same(await codes('under=c1&year=2020'), ['c1', 'd1', 'd2'])
  t.same(await codes('under=p&kind=department'), ['d1'])
  t.same(await codes('under=p&kind=department&year=2019'), ['d1', 'd2'])
  t.same(await codes(`q=${encodeURIComponent('c1_100%')}`), ['c1'])
  t.same(await codes(`q=${encodeURIComponent('c1%100')}`), [], 'treats % as a literal')
  t.same(await codes('q=C1'), ['c1'])
  const pages: string[] = []
  for (let next: string | null = '/v1/agencies?limit=2'; next !== null;) {
    const page: any = await call('GET', next)
    pages.push(page.json.items.map((a: any) => a.code).join())
    next = page.json.next
  }
  t.same(pages, ['c1,c2', 'd1,d2', 'p'])
  t.equal((await call('GET', '/v1/agencies?under=nobody')).json.code, 'agency-unknown')
})

t.test('keeps totals correct when an agency moves while its report is being published', async t => {
  const { call, forms, db } = await freshApp(t)
  for (const code of ['up1', 'up2']) {
    await call('PUT', `/v1/agencies/${code}`, {
      name: code,
      level: 'county',
      kind: 'government',
      reporting: 'consolidated'
    })
  }
  const tables = consistentTables(forms.get('2021'), () => 1)
  for (let round = 0; round < 8; round++) {
    const code = `d${round}`
    await call('PUT', `/v1/agencies/${code}`, { name: code, level: 'county', kind: 'department', parent: 'up1' })
    await call('PUT', `/v1/reports/${code}/2022`, { tables, sections: SECTIONS })
    await call('POST', `/v1/reports/${code}/2022/submit`)
    const answers = await Promise.all([
      call('POST', `/v1/reports/${code}/2022/publish`),
      call('PATCH', `/v1/agencies/${code}`, { parent: 'up2', since: 2020 })
    ])
    t.same(answers.map(answer => answer.status), [200, 200])
  }
  const { verifyTotals } = await import('../../src/aggregates/verify.ts')
  t.same((await verifyTotals(db, forms)).differences, [])
  t.equal(
    (await call('GET', '/v1/totals?measure=requests.granted.natural_person&under=up2')).json.totals[0]
      .values['requests.granted.natural_person'],
    8
  )
})

t.test('refuses new names that spreadsheets run or that have invisible characters, and keeps stored ones', async t => {
  const { call, db } = await freshApp(t)
  const standing = { level: 'county', kind: 'department' }
  t.equal((await call('PUT', '/v1/agencies/a', { name: '甲', ...standing })).status, 201)
  const formula = { pointer: '/name', expected: /does not begin with =/ }
  const unseen = (names: string) => ({
    pointer: '/name',
    expected: `a name without invisible control characters: it has ${names}`
  })
  const cases = [
    ...['=1', '+1', '-1', '@x', '＝1', '＋1', '－1', '＠x'].map(name => [name, [formula]] as const),
    ['甲\u202e乙', [unseen('U+202E')]],
    ['甲\u200b\u200d\u200b', [unseen('U+200B, U+200D')]],
    ['\u00ad甲', [unseen('U+00AD')]],
    ['甲\u0085乙', [unseen('U+0085')]],
    ['甲\u2028乙', [unseen('U+2028')]],
    ['甲\ufeff乙', [unseen('U+FEFF')]],
    ['=甲\u2066', [formula, unseen('U+2066')]]
  ] as const
  for (const [name, errors] of cases) {
    for (const [method, path] of [['POST', ''], ['PUT', '/b'], ['PUT', '/a'], ['PATCH', '/a']] as const) {
      const body = { name, ...standing, ...(method === 'POST' ? { code: 'b' } : {}) }
      const answer = await call(method, `/v1/agencies${path}`, body)
      t.match(answer.json, { status: 422, code: 'body-invalid', errors }, `${method} ${path} ${encodeURI(name)}`)
      t.equal(answer.json.errors.length, errors.length)
    }
  }
  for (const name of ['\'=甲', '甲=乙', 'O’Brien (北京)', '㐀\u{e0100}局', '甲-乙']) {
    t.equal((await call('PUT', '/v1/agencies/c', { name, ...standing })).json.name, name)
  }
  const both = await call('PUT', '/v1/agencies/b', { name: '=甲', ...standing, credit_code: '113325000026455660' })
  t.same(both.json.errors.map((error: any) => error.pointer), ['/name', '/credit_code'], 'all faults at once')
  const zh = await call('PUT', '/v1/agencies/b', { name: '=甲', ...standing }, { headers: { 'accept-language': 'zh' } })
  t.match(zh.json.errors, [{ expected: /不以 =/ }])

  const stored = '=旧\u202e局'
  await db.updateTable('agency').set({ name: stored }).where('code', '=', 'a').execute()
  await db.updateTable('agency_period').set({ name: stored }).where('agency', '=', 'a').execute()
  const read = await call('GET', '/v1/agencies/a')
  t.equal(read.json.name, stored)
  t.equal((await call('PUT', '/v1/agencies/a', read.json)).status, 200, 'as it was read')
  t.match((await call('PATCH', '/v1/agencies/a', { division_code: '150203' })).json, {
    name: stored,
    division_code: '150203'
  })
  t.equal((await call('PUT', '/v1/agencies/a', { name: stored, division_code: null })).status, 200)
  t.equal((await call('PATCH', '/v1/agencies/a', { name: `${stored}二` })).status, 422)
  t.equal((await call('PATCH', '/v1/agencies/a', { name: '新局' })).status, 200)
})

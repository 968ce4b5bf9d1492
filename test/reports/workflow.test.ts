import t from 'tap'
import { verifyTotals } from '../../src/tally/verify.ts'
import { consistentTables, SECTIONS } from '../figures.ts'
import { freshApp } from '../helper.ts'

t.test('every move from every status: allowed, repeated, or refused', async t => {
  const { call, forms } = await freshApp(t)
  const body = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
  const ways: Record<string, string[]> = { draft: [], submitted: ['submit'], returned: ['submit', 'return'], published: ['submit', 'publish'] }
  const expected: Record<string, Record<string, string>> = {
    draft: { submit: '200 submitted', return: '409 draft', publish: '409 draft', write: '200 draft' },
    submitted: { submit: '200 submitted', return: '200 returned', publish: '200 published', write: '409 submitted' },
    returned: { submit: '200 submitted', return: '409 returned', publish: '409 returned', write: '200 returned' },
    published: { submit: '409 published', return: '409 published', publish: '200 published', write: '409 published' }
  }
  let n = 0
  for (const [status, way] of Object.entries(ways)) {
    for (const [move, outcome] of Object.entries(expected[status]!)) {
      const code = `agency-${n++}`
      await call('PUT', `/v1/agencies/${code}`, { name: '局', level: 'county', kind: 'department' })
      const path = `/v1/reports/${code}/2022`
      await call('PUT', path, body)
      for (const step of way) t.equal((await call('POST', `${path}/${step}`, step === 'return' ? { reason: '请核对' } : {})).status, 200)
      const before = (await call('GET', path)).json
      const answer = move === 'write' ? await call('PUT', path, { ...body, sections: {} }) : await call('POST', `${path}/${move}`, move === 'return' ? { reason: '再核对' } : undefined)
      const after = (await call('GET', path)).json
      t.equal(`${answer.status} ${after.status}`, outcome, `${status}: ${move}`)
      if (answer.status === 409 || (after.status === before.status && move !== 'write')) t.same(after, before, 'nothing else changed')
      t.equal(after.reason, after.status === 'returned' ? (status === 'submitted' ? '再核对' : '请核对') : undefined, 'the reason is shown while it is returned')
    }
  }
})

t.test('submit lists the failing errors and does not mind warnings', async t => {
  const { call, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/a', { name: '局', level: 'county', kind: 'department' })
  const tables = consistentTables(forms.get('2021'), () => 1)
  tables.requests!.granted!.total = 99
  tables.documents!.regulations!.issued = null
  delete tables.fees
  await call('PUT', '/v1/reports/a/2022', { tables })
  const refused = await call('POST', '/v1/reports/a/2022/submit')
  t.same([refused.json.code, refused.json.findings.map((f: any) => f.check)], ['checks-failed', ['fees.rows', 'requests.outcome_total.total', 'requests.row_total.granted']])
  t.same(refused.json.findings[2], {
    check: 'requests.row_total.granted',
    severity: 'error',
    outcome: 'fail',
    left: 6,
    right: 99,
    delta: -93,
    cells: ['natural_person', 'commercial_enterprise', 'research_institution', 'social_welfare_organization', 'legal_service_institution', 'other', 'total'].map(column => `requests.granted.${column}`),
    message: { zh: '（一）予以公开：总计等于各栏之和：左边为 6，右边为 99，相差 -93', en: 'Granted: Total equals the sum of its columns: the left side is 6, the right side 99, the difference -93' }
  })
  const all = await call('GET', '/v1/reports/a/2022/checks')
  t.same(all.json.findings.filter((f: any) => f.severity !== 'error').map((f: any) => `${f.check} ${f.outcome}`),
    ['documents.blanks fail', 'fees.blanks not_assessable', 'overview.text fail', 'problems_improvements.text fail', 'other_matters.text fail'])
  t.equal((await call('GET', '/v1/reports/a/2022')).json.status, 'draft')
  tables.requests!.granted!.total = 6
  tables.fees = { administrative_fees: { amount: 0 } }
  await call('PUT', '/v1/reports/a/2022', { tables })
  t.equal((await call('POST', '/v1/reports/a/2022/submit')).status, 200)
})

t.test('a number broken over two cells, blank totals, unreadable cells', async t => {
  const { call, forms } = await freshApp(t)
  const tables = consistentTables(forms.get('2021'), () => 0)
  Object.assign(tables.requests!.granted!, { natural_person: 1, commercial_enterprise: 2, total: 12 })
  const check = async (body: object) => (await call('POST', '/v1/checks', { year: 2023, sections: SECTIONS, ...body }, { key: null })).json
  const split = (await check({ tables })).findings.find((f: any) => f.check === 'requests.split_number.granted')
  t.match(split, { severity: 'info', outcome: 'fail', left: 3, right: 12, cells: ['requests.granted.natural_person', 'requests.granted.commercial_enterprise'], message: { en: /1 and 2 written together as 12/, zh: /连写为 12/ } })
  const blank = consistentTables(forms.get('2021'), () => 1)
  blank.requests!.outcome_total!.other = null
  t.same((await check({ tables: blank })).findings.filter((f: any) => f.severity === 'error').map((f: any) => `${f.check} ${f.outcome}`),
    ['requests.balance.other not_assessable', 'requests.outcome_total.other not_assessable', 'requests.row_total.outcome_total fail'])
  const unread = consistentTables(forms.get('2021'), () => 1)
  unread.review_litigation!.litigation_direct!.pending = null
  const notes = { 'review_litigation.litigation_direct.pending': { state: 'unreadable', raw: '1.' } }
  t.same((await check({ tables: unread, notes })).findings.map((f: any) => `${f.check} ${f.outcome}`),
    ['review_litigation.row_total.litigation_direct not_assessable', 'review_litigation.split_number.litigation_direct not_assessable', 'review_litigation.blanks fail'])
  const absent = consistentTables(forms.get('2021'), () => 1)
  delete absent.requests!.refused_state_secret
  t.same((await check({ tables: absent })).findings.filter((f: any) => f.outcome === 'fail').map((f: any) => f.check), ['requests.rows'], 'a sum with a row that was never given is not assessed')
})

t.test('16 clients publish at once: each figure is counted once, a repeated publish not again', async t => {
  const { call, db, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/city', { name: '市', level: 'prefecture', kind: 'government', reporting: 'consolidated' })
  await call('PUT', '/v1/agencies/gov', { name: '县', level: 'county', kind: 'government', reporting: 'consolidated', parent: 'city' })
  const tables = consistentTables(forms.get('2021'), () => 3)
  const codes = Array.from({ length: 16 }, (_, i) => `d${i}`)
  for (const code of codes) {
    await call('PUT', `/v1/agencies/${code}`, { name: code, level: 'county', kind: 'department', parent: 'gov' })
    await call('PUT', `/v1/reports/${code}/2022`, { tables, sections: SECTIONS })
    await call('POST', `/v1/reports/${code}/2022/submit`)
  }
  const answers = await Promise.all([...codes, ...codes].map(code => call('POST', `/v1/reports/${code}/2022/publish`)))
  t.same(answers.filter(answer => answer.status !== 200 || answer.json.version !== 1).map(answer => answer.text), [])
  const total = await call('GET', '/v1/totals?measure=requests.granted.other&under=city&by=year&year=2022', undefined, { key: null })
  t.same(total.json.totals[0], { year: 2022, values: { 'requests.granted.other': 48 }, coverage: { expected: 16, included: 16, missing: 0 }, blank: { 'requests.granted.other': 0 } })
  t.same((await verifyTotals(db, forms)).differences, [])
  const { version, figures } = await db.selectFrom('report_version').select(['version', 'figures']).where('agency', '=', 'd3').executeTakeFirstOrThrow()
  t.same([version, figures.length], [1, 200])
})

import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { readVector } from '../../src/form/vector.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

t.test('allows, repeats or rejects every transition from every status', async t => {
  const { call, forms } = await freshApp(t)
  const body = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
  const published = ['submit', 'publish']
  const amended = [...published, 'amend', 'write']
  const ways: Record<string, string[]> = {
    draft: [],
    submitted: ['submit'],
    returned: ['submit', 'return'],
    published,
    withdrawn: [...published, 'withdraw'],
    'draft over a version': amended,
    'submitted over a version': [...amended, 'submit'],
    'returned over a version': [...amended, 'submit', 'return'],
    'published again': [...amended, ...published],
    'draft over a withdrawn version': [...published, 'withdraw', 'amend']
  }
  const draft = {
    submit: '200 submitted',
    return: '409 draft',
    publish: '409 draft',
    amend: '409 draft',
    withdraw: '409 draft',
    write: '200 draft'
  }
  const submitted = {
    submit: '200 submitted',
    return: '200 returned',
    publish: '200 published',
    amend: '409 submitted',
    withdraw: '409 submitted',
    write: '409 submitted',
    delete: '409 submitted'
  }
  const returned = {
    submit: '200 submitted',
    return: '409 returned',
    publish: '409 returned',
    amend: '409 returned',
    withdraw: '409 returned',
    write: '200 returned'
  }
  const over = {
    submit: '409 published',
    return: '409 published',
    publish: '200 published',
    amend: '200 draft',
    withdraw: '200 withdrawn',
    write: '409 published',
    delete: '409 published'
  }
  const expected: Record<string, Record<string, string>> = {
    draft: { ...draft, delete: '204 gone' },
    submitted,
    returned: { ...returned, delete: '204 gone' },
    published: over,
    withdrawn: {
      submit: '409 withdrawn',
      return: '409 withdrawn',
      publish: '409 withdrawn',
      amend: '200 draft',
      withdraw: '409 withdrawn',
      write: '409 withdrawn',
      delete: '409 withdrawn'
    },
    'draft over a version': { ...draft, delete: '204 published' },
    'submitted over a version': submitted,
    'returned over a version': { ...returned, delete: '204 published' },
    'published again': over,
    'draft over a withdrawn version': { ...draft, delete: '204 withdrawn' }
  }
  const why: Record<string, object | undefined> = {
    return: { reason: '请核对' },
    amend: { reason: '数据更正' },
    withdraw: { reason: '机构撤销' }
  }
  let n = 0
  for (const [status, way] of Object.entries(ways)) {
    for (const [move, outcome] of Object.entries(expected[status]!)) {
      const code = `agency-${n++}`
      await call('PUT', `/v1/agencies/${code}`, { name: '局', level: 'county', kind: 'department' })
      const path = `/v1/reports/${code}/2022`
      await call('PUT', path, body)
      const step = async (name: string, text: string) => {
        if (name === 'write') return await call('PUT', path, { ...body, sections: { ...SECTIONS, overview: text } })
        if (name === 'delete') return await call('DELETE', path)
        return await call('POST', `${path}/${name}`, why[name])
      }
      for (const name of way) t.equal((await step(name, '更正')).status, 200)
      const before = (await call('GET', path)).json
      const open = await call('GET', path, undefined, { key: null })
      const answer = await step(move, '再次更正')
      const read = await call('GET', path)
      const after = read.json
      if (answer.status === 200) {
        t.same([answer.json, answer.headers.etag], [after, read.headers.etag], 'the response is the resulting report')
      }
      t.equal(
        `${answer.status} ${answer.status === 204 && after.code === 'report-not-found' ? 'gone' : after.status}`,
        outcome,
        `${status}: ${move}`
      )
      const unchanged = answer.status === 409 || (after.status === before.status && !['write', 'delete'].includes(move))
      if (unchanged) t.same(after, before, 'nothing else changed')
      const isMove = before.allowed_transitions.includes(move)
      if (move in why) t.equal(isMove, answer.status === 200, 'allowed_transitions lists the transition')
      else if (!unchanged && move !== 'write' && move !== 'delete') t.ok(isMove)
      if (answer.status === 409 && answer.json.code !== 'report-published-before') {
        t.match(answer.json.locked, { status: before.status, since: /^\d{4}-\d\d-\d\dT/ })
      }
      t.equal(
        after.reason,
        { returned: '请核对', withdrawn: '机构撤销' }[after.status as string],
        'the reason is shown while the report is returned or withdrawn'
      )
      if (!['publish', 'withdraw'].includes(move)) {
        t.same(
          (await call('GET', path, undefined, { key: null })).json?.version,
          open.json.version,
          'the public version does not change'
        )
      }
    }
  }
})

t.test('submit rejects a report with errors and accepts warnings', async t => {
  const { call, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/a', { name: '局', level: 'county', kind: 'department' })
  const tables = consistentTables(forms.get('2021'), () => 1)
  tables.requests!.granted!.total = 99
  tables.documents!.regulations!.issued = null
  delete tables.fees
  await call('PUT', '/v1/reports/a/2022', { tables })
  const refused = await call('POST', '/v1/reports/a/2022/submit')
  t.same([refused.json.code, refused.json.findings.map((f: any) => f.check)], ['checks-failed', [
    'fees.rows',
    'requests.outcome_total.total',
    'requests.row_total.granted'
  ]])
  t.same(refused.json.findings[2], {
    check: 'requests.row_total.granted',
    severity: 'error',
    outcome: 'fail',
    left: 6,
    right: 99,
    delta: -93,
    cells: [
      'natural_person',
      'commercial_enterprise',
      'research_institution',
      'social_welfare_organization',
      'legal_service_institution',
      'other',
      'total'
    ].map(column => `requests.granted.${column}`),
    message: {
      zh: '（一）予以公开：总计等于各栏之和：左边为 6，右边为 99，相差 -93',
      en: 'Granted: Total equals the sum of its columns: the left side is 6, the right side 99, the difference -93'
    }
  })
  const all = await call('GET', '/v1/reports/a/2022/checks')
  const [alone, between] = [false, true].map(isBetween =>
    all.json.findings.filter((f: any) => f.severity !== 'error' && f.check.startsWith('previous_year.') === isBetween)
  )
  t.ok(between.length > 0 && between.every((f: any) => f.outcome === 'not_assessable'), 'no report of 2021')
  t.same(alone.map((f: any) => `${f.check} ${f.outcome}`), [
    'documents.blanks fail',
    'fees.blanks not_assessable',
    'overview.text fail',
    'problems_improvements.text fail',
    'other_matters.text fail'
  ])
  t.equal((await call('GET', '/v1/reports/a/2022')).json.status, 'draft')
  tables.requests!.granted!.total = 6
  tables.fees = { administrative_fees: { amount: 0 } }
  await call('PUT', '/v1/reports/a/2022', { tables })
  t.equal((await call('POST', '/v1/reports/a/2022/submit')).status, 200)
})

t.test('the checks find split numbers, blank totals and unreadable cells', async t => {
  const { call, forms } = await freshApp(t)
  const tables = consistentTables(forms.get('2021'), () => 0)
  Object.assign(tables.requests!.granted!, { natural_person: 1, commercial_enterprise: 2, total: 12 })
  const check = async (body: object) =>
    (await call('POST', '/v1/checks', { year: 2023, sections: SECTIONS, ...body }, { key: null })).json
  const split = (await check({ tables })).findings.find((f: any) => f.check === 'requests.split_number.granted')
  t.match(split, {
    severity: 'info',
    outcome: 'fail',
    left: 3,
    right: 12,
    cells: ['requests.granted.natural_person', 'requests.granted.commercial_enterprise'],
    message: { en: /1 and 2 written together as 12/, zh: /连写为 12/ }
  })
  const blank = consistentTables(forms.get('2021'), () => 1)
  blank.requests!.outcome_total!.other = null
  t.same(
    (await check({ tables: blank })).findings.filter((f: any) => f.severity === 'error').map((f: any) =>
      `${f.check} ${f.outcome}`
    ),
    [
      'requests.balance.other not_assessable',
      'requests.outcome_total.other not_assessable',
      'requests.row_total.outcome_total fail'
    ]
  )
  const unread = consistentTables(forms.get('2021'), () => 1)
  unread.review_litigation!.litigation_direct!.pending = null
  const notes = { 'review_litigation.litigation_direct.pending': { state: 'unreadable', raw: '1.' } }
  t.same((await check({ tables: unread, notes })).findings.map((f: any) => `${f.check} ${f.outcome}`), [
    'review_litigation.row_total.litigation_direct not_assessable',
    'review_litigation.split_number.litigation_direct not_assessable',
    'review_litigation.blanks fail'
  ])
  const absent = consistentTables(forms.get('2021'), () => 1)
  delete absent.requests!.refused_state_secret
  t.same((await check({ tables: absent })).findings.filter((f: any) => f.outcome === 'fail').map((f: any) => f.check), [
    'requests.rows'
  ], 'a sum over a missing row is not assessed')
})

t.test('16 concurrent publications count each figure once', async t => {
  const { call, db, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/city', {
    name: '市',
    level: 'prefecture',
    kind: 'government',
    reporting: 'consolidated'
  })
  await call('PUT', '/v1/agencies/gov', {
    name: '县',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated',
    parent: 'city'
  })
  const tables = consistentTables(forms.get('2021'), () => 3)
  const codes = Array.from({ length: 16 }, (_, i) => `d${i}`)
  for (const code of codes) {
    await call('PUT', `/v1/agencies/${code}`, { name: code, level: 'county', kind: 'department', parent: 'gov' })
    await call('PUT', `/v1/reports/${code}/2022`, { tables, sections: SECTIONS })
    await call('POST', `/v1/reports/${code}/2022/submit`)
  }
  const answers = await Promise.all([...codes, ...codes].map(code => call('POST', `/v1/reports/${code}/2022/publish`)))
  t.same(answers.filter(answer => answer.status !== 200 || answer.json.version !== 1).map(answer => answer.text), [])
  const total = await call('GET', '/v1/totals?measure=requests.granted.other&under=city&by=year&year=2022', undefined, {
    key: null
  })
  t.same(total.json.totals[0], {
    year: 2022,
    values: { 'requests.granted.other': 48 },
    coverage: { expected: 16, included: 16, missing: 0 },
    blank: { 'requests.granted.other': 0 }
  })
  t.same((await verifyTotals(db, forms)).differences, [])
  const { version, figures } = await db.selectFrom('report_version').select(['version', 'figures']).where(
    'agency',
    '=',
    'd3'
  ).executeTakeFirstOrThrow()
  t.same([version, readVector(figures).length], [1, 200])
})

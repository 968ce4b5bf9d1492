// Three years of one county with a mistake of each kind that the checks between reports detect.
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { freshApp } from '../../support/app.ts'
import { SECTIONS, type WireTables } from '../../support/figures.ts'

const { call, forms } = await freshApp(t)

const county = { level: 'county', kind: 'department' }
await call('PUT', '/v1/agencies/county', {
  name: '合意县人民政府',
  level: 'county',
  kind: 'government',
  reporting: 'consolidated'
})
for (const [code, name] of [['finance', '财政局'], ['health', '卫生健康委员会'], ['culture', '文化局']]) {
  await call('PUT', `/v1/agencies/${code}`, { ...county, name: `合意县${name}`, parent: 'county' })
}

/** A report whose requests add up: all of natural persons, and granted unless carried out. */
function report (
  form: string,
  [received, carriedIn, carriedOut]: number[],
  change: (tables: WireTables) => void = () => {}
) {
  const tables: WireTables = {}
  for (const [id, { rows, columns }] of forms.get(form).tables) {
    tables[id] = Object.fromEntries(
      rows.map(row => [row.id, Object.fromEntries(columns.map(column => [column.id, 0]))])
    )
  }
  const requests = {
    new_received: received!,
    carried_in: carriedIn!,
    carried_out: carriedOut!,
    granted: received! + carriedIn! - carriedOut!,
    outcome_total: received! + carriedIn! - carriedOut!
  }
  for (const [row, figure] of Object.entries(requests)) {
    tables.requests![row]!.natural_person = figure
    tables.requests![row]!.total = figure
  }
  change(tables)
  return { tables, sections: SECTIONS }
}

async function file (agency: string, year: number, body: object): Promise<void> {
  const path = `/v1/reports/${agency}/${year}`
  const answers = [await call('PUT', path, body)]
  for (const move of ['submit', 'publish']) answers.push(await call('POST', `${path}/${move}`))
  const failed = answers.find(({ status }) => status >= 300)
  if (failed !== undefined) throw new Error(failed.text)
}

const failing = async (agency: string, year: number) =>
  (await call('GET', `/v1/reports/${agency}/${year}/checks`, undefined, { key: null })).json.findings
    .filter((finding: any) => finding.outcome === 'fail')
    .map((finding: any) => `${finding.check} ${finding.left} ${finding.right} ${finding.other?.version ?? ''}`.trim())

const inForce = (figure: number, issued = 0) => (tables: WireTables) => {
  if (tables.documents!.regulations!.in_force !== undefined) {
    Object.assign(tables.documents!.normative_documents!, { in_force: figure, issued })
  } else Object.assign(tables.licensing!.administrative_licences!, { prior_year_items: figure, change: issued })
}

await file('finance', 2020, report('2019', [10, 0, 3], inForce(40, 2)))
await file('finance', 2021, report('2021', [20, 3, 4], inForce(12)))
await file('finance', 2022, report('2021', [20, 5, 4], inForce(20, 3)))
await file('health', 2021, report('2021', [7, 0, 0], inForce(5)))
await file('health', 2022, report('2021', [7, 0, 0], inForce(5)))
await file('culture', 2021, report('2021', [3, 0, 0]))

t.test('2021: the carry-over of the old form is that of the new one', async t => {
  t.same(await failing('finance', 2021), [])
  const { json } = await call('GET', '/v1/reports/finance/2021/checks')
  const of = (id: string) => json.findings.find(({ check }: any) => check === id)
  t.equal(of('previous_year.carried_in.total'), undefined)
  t.match(of('previous_year.in_force.regulations'), {
    outcome: 'not_assessable',
    other: { agency: 'finance', year: 2020, version: 1 }
  })
})

t.test('2022: a wrong carry-over and a wrong stock are named with both sides; a copy is found', async t => {
  t.same(await failing('finance', 2022), [
    'previous_year.carried_in.natural_person 5 4 1',
    'previous_year.carried_in.total 5 4 1',
    'previous_year.in_force.normative_documents 20 15 1'
  ])
  t.same(await failing('health', 2022), ['previous_year.identical 200 200 1'])
  const { json } = await call('GET', '/v1/reports/finance/2022/checks')
  t.match(json.findings.find(({ outcome }: any) => outcome === 'fail'), {
    severity: 'warning',
    left: 5,
    right: 4,
    delta: 1,
    other: { agency: 'finance', year: 2021, version: 1 },
    message: { zh: /本年报告为 5，按上年报告（第 1 版）应为 4，相差 1/ }
  })
})

t.test('an amendment of last year\'s report changes this year\'s findings at once, its draft does not', async t => {
  await call('POST', '/v1/reports/finance/2021/amend', { reason: '结转数有误' })
  await call('PUT', '/v1/reports/finance/2021', report('2021', [20, 3, 5], inForce(12)))
  t.ok(
    (await failing('finance', 2022)).includes('previous_year.carried_in.total 5 4 1'),
    'only what is published counts'
  )
  const working = (await call('GET', '/v1/reports/finance/2022/checks')).json.findings
  t.ok(working.some(({ check }: any) => check === 'previous_year.carried_in.total'), 'also with a key')
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/finance/2021/${move}`)
  t.same(await failing('finance', 2022), ['previous_year.in_force.normative_documents 20 15 2'])
  await call('POST', '/v1/reports/health/2021/withdraw', { reason: '误发' })
  t.same(await failing('health', 2022), [], 'a withdrawn report is none')
  for (const step of ['amend', 'submit', 'publish']) {
    await call('POST', `/v1/reports/health/2021/${step}`, step === 'amend' ? { reason: '恢复' } : undefined)
  }
  t.same(await failing('health', 2022), ['previous_year.identical 200 200 2'])
})

t.test('the filer explains a finding: in the draft, the version, the difference and the audit log', async t => {
  const id = 'previous_year.in_force.normative_documents'
  const text = '上年漏统计 5 件'
  await call('POST', '/v1/reports/finance/2022/amend', { reason: '补充说明' })
  const body = report('2021', [20, 5, 4], inForce(20, 3))
  const refused = await call('PUT', '/v1/reports/finance/2022', {
    ...body,
    explanations: {
      'previous_year.in_force.normative': text,
      'requests.rows': '‮abc',
      'fees.rows': ' ',
      'fees.blanks': 1
    }
  })
  t.equal(refused.status, 422)
  t.match(refused.json.errors.map((error: any) => [error.pointer, error.did_you_mean]), [
    ['/explanations/previous_year.in_force.normative', /^previous_year\.in_force/],
    ['/explanations/requests.rows'],
    ['/explanations/fees.rows'],
    ['/explanations/fees.blanks']
  ])
  const long = await call('PUT', '/v1/reports/finance/2022', { ...body, explanations: { [id]: '长'.repeat(2001) } })
  t.match(long.json.errors, [{ pointer: `/explanations/${id}`, expected: /2000/ }])
  const put = await call('PUT', '/v1/reports/finance/2022', { ...body, explanations: { [id]: text } })
  t.same(put.json.explanations, { [id]: text })
  const again = await call('GET', '/v1/reports/finance/2022')
  t.equal(
    (await call('PUT', '/v1/reports/finance/2022', again.json)).json.revision,
    put.json.revision,
    'as GET gave it'
  )
  const table = await call('PUT', '/v1/reports/finance/2022/tables/fees', { rows: body.tables.fees })
  t.equal(table.status, 200)
  t.same((await call('GET', '/v1/reports/finance/2022')).json.explanations, { [id]: text }, 'a table leaves it alone')
  for (const move of ['submit', 'publish']) {
    t.equal((await call('POST', `/v1/reports/finance/2022/${move}`)).status, 200, 'an explanation alone is a change')
  }
  const { json: version } = await call('GET', '/v1/reports/finance/2022/versions/2', undefined, { key: null })
  t.same(version.explanations, { [id]: text })
  t.equal((await call('GET', '/v1/reports/finance/2022/versions/1')).json.explanations, undefined)
  const { json: finding } = await call('GET', '/v1/reports/finance/2022/checks')
  t.equal(finding.findings.find(({ check }: any) => check === id).explanation, text)
  const { json: difference } = await call('GET', '/v1/reports/finance/2022/versions/1/diff/2')
  t.match(difference, { cells: [], checks: [], explanations: [{ check: id, before: null, after: text }] })
  const notice = await call('GET', '/v1/reports/finance/2022/versions/1/diff/2', undefined, {
    headers: { 'accept': 'text/markdown', 'accept-language': 'zh' }
  })
  t.match(notice.text, text)
  const { json: events } = await call('GET', '/v1/events?agency=finance&limit=1000')
  t.ok(events.items.some((event: any) => event.changes?.[`explanations.${id}`]?.[1] === text))
})

t.test('a bulk file carries explanations; one of figures leaves them alone', async t => {
  const [id, text] = ['previous_year.identical', '数据确实相同']
  const { json } = await call('GET', '/v1/reports/finance/2022')
  const line = { agency: 'culture', year: 2022, ...report('2021', [3, 0, 0]), explanations: { [id]: text } }
  const ndjson = { headers: { 'content-type': 'application/x-ndjson' } }
  const send = async (value: object) => (await call('POST', '/v1/imports/reports', JSON.stringify(value), ndjson)).json
  t.match((await send(json)).counts, { unchanged: 1 })
  t.match((await send(line)).counts, { created: 1 })
  t.match((await send(line)).counts, { unchanged: 1 })
  t.same((await call('GET', '/v1/reports/culture/2022')).json.explanations, { [id]: text })
  t.match((await send({ ...line, explanations: { no_such: 'x' } })).errors, [{
    line: 1,
    pointer: '/explanations/no_such'
  }])
  const csv = { headers: { 'content-type': 'text/csv' } }
  const rows = forms.get('2021').cells.map(({ id, table, row, column }) =>
    `culture,2022,${id},${line.tables[table]![row]![column]}`
  )
  const figures = async (first: string) =>
    (await call(
      'POST',
      '/v1/imports/reports',
      `agency,year,cell,value\n${[first, ...rows.slice(1)].join('\n')}\n`,
      csv
    ))
      .json
  t.match((await figures(rows[0]!)).counts, { unchanged: 1 })
  t.match((await figures(rows[0]!.replace(/\d+$/, '1'))).counts, { updated: 1 })
  t.same((await call('GET', '/v1/reports/culture/2022')).json.explanations, { [id]: text })
  t.match((await send({ ...line, explanations: undefined })).counts, { updated: 1 })
  t.equal((await call('GET', '/v1/reports/culture/2022')).json.explanations, undefined)
  await send(line)
  t.match(
    (await call('POST', '/v1/imports/reports?publish=true', JSON.stringify(line), ndjson)).json.counts,
    { updated: 1 }
  )
  t.same(
    (await call('GET', '/v1/reports/culture/2022', undefined, { key: null })).json.explanations,
    { [id]: text },
    'published with its explanation'
  )
  await call('POST', '/v1/reports/culture/2022/withdraw', { reason: '误发' })
})

t.test('the summary of 2022 is held against its bureaus, and the missing one is named', async t => {
  await file('county', 2022, report('2021', [30, 5, 4], inForce(25, 3)))
  const address = '/v1/reports/county/2022/reconciliation'
  const { json } = await call('GET', address, undefined, { key: null })
  t.match(json, { agency: 'county', year: 2022, version: 1, coverage: { expected: 3, included: 2, missing: 1 } })
  t.same(json.missing, [{ agency: 'culture', agency_name: '合意县文化局' }])
  t.same(json.cells.map((cell: any) => [cell.cell, cell.stated, cell.sum, cell.delta]), [
    ['requests.new_received.natural_person', 30, 27, 3],
    ['requests.new_received.total', 30, 27, 3],
    ['requests.granted.natural_person', 31, 28, 3],
    ['requests.granted.total', 31, 28, 3],
    ['requests.outcome_total.natural_person', 31, 28, 3],
    ['requests.outcome_total.total', 31, 28, 3]
  ])
  t.equal((await call('GET', `${address}?all=true`)).json.cells.length, 200)
  const csv = await call('GET', address, undefined, { headers: { accept: 'text/csv' } })
  t.same(parse(csv.text)[1], [
    'requests.new_received.natural_person',
    '一、本年新收政府信息公开申请数量·自然人',
    'Requests newly received this year, Natural persons',
    '件',
    '30',
    '27',
    '3',
    '0'
  ])
  const incomplete = (await call('GET', '/v1/reports/county/2022/checks')).json.findings
    .find(({ check }: any) => check === 'children.sum.requests.new_received.total')
  t.match(incomplete, { outcome: 'not_assessable', coverage: { missing: 1 }, message: { zh: /缺 1 份/ } })
  t.equal((await call('GET', '/v1/reports/finance/2022/reconciliation')).json.code, 'report-not-consolidated')
})

t.test('complete, its checks name the cells that differ from the sum', async t => {
  await call('POST', '/v1/reports/culture/2022/amend', { reason: '恢复' })
  await call('PUT', '/v1/reports/culture/2022', report('2021', [2, 0, 0]))
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/culture/2022/${move}`)
  t.same(
    await failing('county', 2022),
    [
      'requests.new_received.natural_person 30 29',
      'requests.new_received.total 30 29',
      'requests.granted.natural_person 31 30',
      'requests.granted.total 31 30',
      'requests.outcome_total.natural_person 31 30',
      'requests.outcome_total.total 31 30'
    ].map(text => `children.sum.${text}`)
  )
  await call('POST', '/v1/reports/culture/2022/amend', { reason: '一格空白' })
  await call(
    'PUT',
    '/v1/reports/culture/2022',
    report('2021', [2, 0, 0], tables => {
      tables.fees!.administrative_fees!.amount = null
    })
  )
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/culture/2022/${move}`)
  t.equal((await failing('county', 2022)).length, 6, 'a blank below is 0 beside figures')
  await call('POST', '/v1/reports/culture/2022/amend', { reason: '不能识别' })
  await call('PUT', '/v1/reports/culture/2022', {
    ...report('2021', [2, 0, 0], tables => {
      tables.fees!.administrative_fees!.amount = null
    }),
    notes: { 'fees.administrative_fees.amount': { state: 'unreadable', raw: '?' } }
  })
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/culture/2022/${move}`)
  const unread = (await call('GET', '/v1/reports/county/2022/checks')).json.findings
    .find(({ check }: any) => check === 'children.sum.fees.administrative_fees.amount')
  t.match(unread, { outcome: 'not_assessable', right: null })
})

t.test('the quality list of the county, with filters, pages, CSV and counts', async t => {
  const list = async (query: string, options: object = { key: null }) =>
    (await call('GET', `/v1/findings?year=2022&under=county${query}`, undefined, options)).json
  const failed = await list('&outcome=fail')
  t.same(
    failed.items.map((item: any) => `${item.agency} ${item.version} ${item.check}`),
    [
      ...(await failing('county', 2022)).map((text: string) => `county 1 ${text.split(' ')[0]}`),
      'culture 4 fees.blanks',
      'finance 2 previous_year.in_force.normative_documents',
      'health 1 previous_year.identical'
    ].sort((a, b) => a.split(' ')[0]! < b.split(' ')[0]! ? -1 : 1)
  )
  t.equal(failed.next, null)
  t.same((await list('&outcome=fail&explained=true')).items.map((item: any) => [item.agency, item.explanation]), [
    ['finance', '上年漏统计 5 件']
  ])
  t.same((await list('&check=previous_year.identical&outcome=fail')).items.map((item: any) => item.agency), ['health'])
  t.ok((await list('&check=previous_year')).items.every((item: any) => item.check.startsWith('previous_year.')))
  t.same((await list('&severity=error')).items, [])
  const all = (await list('&limit=1000')).items
  const paged: any[] = []
  for (let next = '/v1/findings?year=2022&under=county&limit=7'; next !== null;) {
    const { json } = await call('GET', next, undefined, { key: null })
    t.ok(json.items.length <= 7)
    paged.push(...json.items)
    next = json.next
  }
  t.same(paged, all)
  const csv = await call('GET', '/v1/findings?year=2022&under=county', undefined, { headers: { accept: 'text/csv' } })
  const rows = parse(csv.text, { columns: true }) as Record<string, string>[]
  t.same(rows.map(row => `${row.agency} ${row.check}`), all.map((item: any) => `${item.agency} ${item.check}`))
  t.equal(
    parse(
      (await call('GET', '/v1/findings?year=2022&under=county&limit=3', undefined, { headers: { accept: 'text/csv' } }))
        .text
    )
      .length,
    4
  )
  const summary = (await call('GET', '/v1/findings/summary?year=2022&under=county&outcome=fail')).json
  t.equal(summary.checked, 4)
  t.same(summary.groups.reduce((sum: number, group: any) => sum + group.fail, 0), failed.items.length)
  t.same(
    (await call('GET', '/v1/findings/summary?year=2022&under=county&outcome=fail&by=child')).json.groups,
    [
      { child: 'county', child_name: '合意县人民政府', reports: 1, fail: 6, not_assessable: 0, explained: 0 },
      { child: 'culture', child_name: '合意县文化局', reports: 1, fail: 1, not_assessable: 0, explained: 0 },
      { child: 'finance', child_name: '合意县财政局', reports: 1, fail: 1, not_assessable: 0, explained: 1 },
      { child: 'health', child_name: '合意县卫生健康委员会', reports: 1, fail: 1, not_assessable: 0, explained: 0 }
    ]
  )
  t.match(
    (await call('GET', '/v1/findings/summary?year=2022&outcome=fail&by=child')).json.groups,
    [{ child: 'county', reports: 4, fail: 9 }]
  )
  t.match(
    (await call('GET', '/v1/findings/summary?year=2022&outcome=fail&by=agency&limit=1', undefined, {
      headers: { accept: 'text/csv' }
    })).text,
    'agency,agency_name,reports,fail,not_assessable,explained\ncounty,合意县人民政府,1,6,0,0\n'
  )
  t.equal((await call('GET', '/v1/findings?year=2022&under=nobody')).json.code, 'agency-unknown')
  const unknown = await call('GET', '/v1/findings?year=2022&check=previous_year.carried_in.totl')
  t.match([unknown.status, unknown.json.errors[0].did_you_mean], [422, /^previous_year\.carried_in/])
})

t.test('no draft leaks: the working state is for the key of its subtree', async t => {
  await call('PUT', '/v1/reports/health/2023', report('2021', [7, 0, 0], inForce(5)))
  const { json: { key } } = await call('POST', '/v1/keys', { role: 'filer', agency: 'health', label: 'x' })
  const { json: { key: other } } = await call('POST', '/v1/keys', { role: 'filer', agency: 'finance', label: 'x' })
  const list = async (query: string, options: object) =>
    (await call('GET', `/v1/findings?year=2023&outcome=fail${query}`, undefined, options)).json
  t.same((await list('', { key })).items, [])
  t.same((await list('&state=working', { key: other })).items, [])
  t.match((await list('&state=working', { key })).items, [
    { agency: 'health', version: null, status: 'draft', check: 'previous_year.identical' }
  ])
  t.equal((await list('&state=working', { key: null })).code, 'parameter-invalid')
  t.equal((await call('GET', '/v1/reports/health/2023/checks', undefined, { key: other })).status, 404)
  await call('PUT', '/v1/reports/county/2023', report('2021', [1, 0, 0]))
  t.equal((await call('GET', '/v1/reports/county/2023/reconciliation', undefined, { key })).status, 404)
  t.match((await call('GET', '/v1/reports/county/2023/reconciliation')).json, {
    version: null,
    coverage: { expected: 3, included: 0, missing: 3 }
  })
})

t.test('last year\'s report may be sent along, as GET gave it, and nothing is stored', async t => {
  const previous = (await call('GET', '/v1/reports/finance/2021')).json
  const check = async (more: object) =>
    (await call('POST', '/v1/checks', { year: 2022, agency: 'finance', ...report('2021', [20, 9, 4]), ...more }, {
      key: null
    })).json
  t.match((await check({ previous })).findings.find(({ outcome }: any) => outcome === 'fail'), {
    check: 'previous_year.carried_in.natural_person',
    left: 9,
    right: 5,
    other: { agency: 'finance', year: 2021, version: 2 }
  })
  const { tables } = previous
  t.match(
    (await check({ agency: undefined, previous: { tables } })).findings.find(({ outcome }: any) => outcome === 'fail'),
    {
      other: { agency: null, year: 2021, version: null }
    }
  )
  t.notOk((await check({})).findings.some(({ check }: any) => check.startsWith('previous_year.')))
  t.match((await check({ previous: { year: 2020, form: '2018' } })).errors, [
    { pointer: '/previous/year' },
    { pointer: '/previous/form' }
  ])
  t.match((await check({ previous: { tables: { requests: { no: {} } } } })).errors, [{
    pointer: '/previous/tables/requests/no'
  }])
})

t.test('a merged agency carries in what its predecessors carried out', async t => {
  const check = 'previous_year.carried_in.total'
  for (const code of ['tourism', 'sports']) {
    await call('PUT', `/v1/agencies/${code}`, { ...county, name: `合意县${code}局`, parent: 'county' })
  }
  await call('PUT', '/v1/agencies/merged', { ...county, name: '合意县文体旅游局', parent: 'county', since: 2024 })
  await file('tourism', 2023, report('2021', [9, 0, 4]))
  for (const code of ['tourism', 'sports']) {
    const ended = await call('PATCH', `/v1/agencies/${code}`, { until: 2023, successor: 'merged' })
    t.equal(ended.status, 200, ended.text)
  }
  await file('merged', 2024, report('2021', [8, 5, 0]))
  const findingOf = async () =>
    (await call('GET', '/v1/reports/merged/2024/checks')).json.findings.find((finding: any) => finding.check === check)
  t.match(await findingOf(), { outcome: 'not_assessable' }, 'the report of one predecessor is missing')
  await file('sports', 2023, report('2021', [6, 0, 2]))
  t.match(await findingOf(), { outcome: 'fail', left: 5, right: 6 }, 'the sum of both, 4 + 2')
})

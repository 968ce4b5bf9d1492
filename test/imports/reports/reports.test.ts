import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { verifyTotals } from '../../../src/aggregates/verify.ts'
import { verifyEvents } from '../../../src/audit/events/verify.ts'
import { freshApp } from '../../support/app.ts'
import { agencies, CSV, lines, multipart, NDJSON, reportOf } from '../../support/import-files.ts'

const { call, db, forms } = await freshApp(t)
const form = forms.get('2021')
await call('POST', '/v1/imports/agencies', agencies(40), CSV)
const IMPORT = '/v1/imports/reports'
const read = async (agency: string, year = 2022) => await call('GET', `/v1/reports/${agency}/${year}`)
const same = async (t: Tap) => t.same((await verifyTotals(db, forms)).differences, [])
type Tap = Pick<typeof t, 'same'>
const HEADER =
  'agency,year,table,row,natural_person,commercial_enterprise,research_institution,social_welfare_organization,legal_service_institution,other,total'

t.test('imports the same drafts from NDJSON in every encoding and content type', async t => {
  const file = lines([reportOf(form, 'd0', 2022, 1), reportOf(form, 'd1', 2022, 2)])
  const dresses: Record<string, [string | Buffer, Record<string, string>]> = {
    plain: [file, { 'content-type': 'application/x-ndjson' }],
    'with a mark, CRLF and blank lines': [`\ufeff${file.replaceAll('\n', '\r\n\r\n')}`, {
      'content-type': 'application/x-ndjson; charset=utf-8'
    }],
    'without a last line feed': [file.trimEnd(), { 'content-type': 'application/jsonl' }],
    gzip: [gzipSync(file), { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }],
    'gzip that nobody declared': [gzipSync(file), { 'content-type': 'application/octet-stream' }],
    'gzip in two parts': [Buffer.concat(file.trimEnd().split('\n').map(line => gzipSync(`${line}\n`))), {}],
    'as curl --data-binary sends it': [file, { 'content-type': 'application/x-www-form-urlencoded' }],
    'without a type': [file, {}],
    'a form with a file': [multipart('reports.ndjson', 'application/octet-stream', file), {
      'content-type': 'multipart/form-data; boundary=xyz'
    }],
    'a form with a packed file': [multipart('reports.ndjson.gz', 'application/gzip', gzipSync(file)), {
      'content-type': 'multipart/form-data; boundary=xyz'
    }]
  }
  for (const [dress, [body, headers]] of Object.entries(dresses)) {
    const answer = await call(dress === 'plain' ? 'PUT' : 'POST', IMPORT, body, { headers })
    t.same([answer.status, answer.json?.counts], [
      200,
      dress === 'plain'
        ? { created: 2, updated: 0, unchanged: 0, rejected: 0 }
        : { created: 0, updated: 0, unchanged: 2, rejected: 0 }
    ], `${dress}: ${answer.text.slice(0, 300)}`)
  }
  t.match((await read('d1')).json, {
    status: 'draft',
    tables: reportOf(form, 'd1', 2022, 2).tables,
    sections: { other_matters: '无' }
  })
})

t.test('publishes reports with arbitrary texts unchanged and appends their events to the feed', async t => {
  await call('PUT', '/v1/reports/d30/2021', { ...reportOf(form, 'd30', 2021, 5), agency: 'd30', year: 2021 })
  const odd = '\\N \\. \\\\ \t"引用"\r\n{1,NULL}\\t\u0001'
  const sent = ['d30', 'd31'].map((agency, i) => {
    const report = reportOf(form, agency, 2022, 6 + i)
    return { ...report, sections: { overview: odd, problems_improvements: '\\', other_matters: '无' } }
  })
  t.same((await call('POST', `${IMPORT}?publish=true`, lines(sent), NDJSON)).json.counts, {
    created: 2,
    updated: 0,
    unchanged: 0,
    rejected: 0
  })
  for (const { agency, sections, tables } of sent) {
    t.match((await read(agency)).json, { status: 'published', sections, tables }, agency)
  }
  // The draft's event has no position in the feed yet when the import assigns positions to its own events.
  const { items } = (await call('GET', '/v1/events?agency=d30')).json
  t.same(items.map((event: Record<string, unknown>) => [event.n, event.kind, event.year]), [
    [1, 'agency_registered', null],
    [2, 'created', 2021],
    [3, 'published', 2022]
  ])
  t.match(await verifyEvents(db), { ok: true })
  await same(t)
})

t.test('a CSV of figures replaces the figures of a draft and keeps its texts', async t => {
  await call('POST', IMPORT, lines([reportOf(form, 'd2', 2022, 3)]), NDJSON)
  const csv =
    `${HEADER},issued,repealed,in_force\nd2,2022,requests,granted,3,0,0,0,0,0,3,,,\nd2,2022,documents,normative_documents,,,,,,,,1,/,40\nd3,2022,requests,granted,,0,0,0,0,0,3,,,\n`
  const answer = await call('POST', IMPORT, `\ufeff${csv.replaceAll('\n', '\r\n')}`, CSV)
  t.same(answer.json.counts, { created: 1, updated: 1, unchanged: 0, rejected: 0 }, answer.text)
  const { json } = await read('d2')
  t.same(json.tables, {
    documents: { normative_documents: { issued: 1, repealed: null, in_force: 40 } },
    requests: {
      granted: {
        natural_person: 3,
        commercial_enterprise: 0,
        research_institution: 0,
        social_welfare_organization: 0,
        legal_service_institution: 0,
        other: 0,
        total: 3
      }
    }
  })
  t.same(json.notes, { 'documents.normative_documents.repealed': { state: 'not_applicable', raw: '/' } })
  t.equal(json.sections.other_matters, '无')
  t.equal((await read('d3')).json.tables.requests.granted.natural_person, null)
  t.same((await call('POST', IMPORT, csv, CSV)).json.counts, { created: 0, updated: 0, unchanged: 2, rejected: 0 })
  const cells =
    'agency,year,cell,value\nd4,2022,requests.granted.other,5\nd4,2022,fees.administrative_fees.amount,0.3\n'
  t.same(
    (await call('POST', IMPORT, multipart('cells.csv', 'application/vnd.ms-excel', cells), {
      headers: { 'content-type': 'multipart/form-data; boundary=xyz' }
    })).json.counts.created,
    1
  )
  t.match((await read('d4')).json.tables, {
    requests: { granted: { other: 5, total: null } },
    fees: { administrative_fees: { amount: 0.3 } }
  })
})

t.test('lists all errors with line, column or cell, found and expected', async t => {
  const good = reportOf(form, 'd5', 2022)
  const tables = structuredClone(good.tables) as Record<string, Record<string, Record<string, unknown>>>
  tables.requests!.granted!.other = '1'
  tables.requests!.grantd = {}
  const answer = await call(
    'POST',
    IMPORT,
    lines([
      good,
      { ...good, agency: 'd6', tables },
      { ...good, agency: 'nobody' },
      { ...good, agency: 'd7', year: 2099 },
      [1],
      { agency: 'd8', yaer: 2022 },
      good
    ]) + '{"agency": "d9", "year": 2022, "year": 2023}\n{"agency":\n',
    NDJSON
  )
  t.same([answer.status, answer.json.code, answer.json.counts], [422, 'import-rejected', {
    created: 0,
    updated: 0,
    unchanged: 0,
    rejected: 8
  }], answer.text)
  const found = answer.json.errors.map((
    { line, pointer, code, found, did_you_mean: meant }: any
  ) => [line, pointer ?? code, ...(found === undefined ? [] : [found]), ...(meant === undefined ? [] : [meant])])
  t.same(
    found.sort((a: any, b: any) => a[0] - b[0]),
    [
      [2, '/tables/requests/granted/other', '1'],
      [2, '/tables/requests/grantd', 'grantd', 'granted'],
      [3, '/agency', 'nobody'],
      [4, 'year-in-future'],
      [5, 'undefined', [1]],
      [6, '/yaer', 'yaer', 'year'],
      [6, '/year'],
      [7, '/agency', 'd5 2022'],
      [8, 'json-malformed'],
      [9, 'json-malformed']
    ].map(row => row[1] === 'undefined' ? [row[0], undefined, row[2]] : row)
  )
  t.match(answer.json.errors.find((e: any) => e.line === 7).expected, /line 1/)
  t.match(answer.json.kinds.find((k: any) => k.pointer === '/year'), { count: 1, lines: [6], expected: /\w/ })
  t.equal((await read('d5')).status, 404, 'no part of the file is stored')
  const zh = await call(
    'POST',
    IMPORT,
    `${HEADER}\nd5,2022,requests,granted,1,x,0,0,0,0,1\nd5,2022,request,granted,1,0,0,0,0,0,1\nd6,2022,documents,normative_documents,7,,,,,,\nd6,2022\n`,
    { headers: { ...CSV.headers, 'accept-language': 'zh' } }
  )
  t.same(zh.json.errors.map((e: any) => [e.line, e.column, e.found, e.did_you_mean]), [
    [3, 'table', 'request', 'requests'],
    [2, 'commercial_enterprise', 'x', undefined],
    [5, undefined, 2, undefined],
    [4, 'natural_person', '7', undefined]
  ])
  t.match(zh.json.errors[1].expected, /整数/)
})

t.test('explains a wrong header and line breaks stripped by curl -d', async t => {
  const header = await call(
    'POST',
    IMPORT,
    'agency,year,table,row,natural_persn,total,total\nd5,2022,requests,granted,1,1,1\n',
    CSV
  )
  t.match(header.json, {
    code: 'body-invalid',
    errors: [{ line: 1, column: 'natural_persn', did_you_mean: 'natural_person' }, { line: 1, column: 'total' }]
  })
  t.match((await call('POST', IMPORT, 'year,cell,value\n2022,a,1\n', CSV)).json.errors, [{ line: 1, column: 'agency' }])
  const flat = await call('POST', IMPORT, `${HEADER}d5,2022,requests,granted,1,0,0,0,0,0,1`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' }
  })
  t.match(flat.json, { code: 'csv-without-lines', detail: /--data-binary/ })
})

t.test('stores valid reports with on_error=continue and returns the others as rejects', async t => {
  const good = reportOf(form, 'd10', 2022)
  const bad = { ...reportOf(form, 'd11', 2022), tables: { requests: { granted: { total: 'x' } } } }
  const answer = await call(
    'POST',
    `${IMPORT}?on_error=continue`,
    lines([bad, good, { agency: 'nobody', year: 2022 }]),
    { headers: { ...NDJSON.headers, accept: 'application/x-ndjson' } }
  )
  t.same([answer.headers['content-type'], answer.headers['x-import-counts'], answer.headers['content-disposition']], [
    'application/x-ndjson; charset=utf-8',
    'created=1, updated=0, unchanged=0, rejected=2',
    'attachment; filename="rejects.ndjson"'
  ])
  const rejects = answer.text.trim().split('\n').map(line => JSON.parse(line))
  t.match(rejects, [{ agency: 'd11', rejected: /line 1 .*total: found "x", expected/ }, {
    agency: 'nobody',
    rejected: /line 3 /
  }])
  rejects[0].tables.requests.granted.total = 4
  t.same((await call('POST', IMPORT, lines([rejects[0]]), NDJSON)).json.counts.created, 1)

  const csv =
    `${HEADER}\nd12,2022,requests,granted,1,0,0,0,0,0,1\nd12,2022,requests,refused,1,0,0,0,0,0,1\nd13,2022,requests,granted,2,0,0,0,0,0,2\n`
  const table = await call('POST', `${IMPORT}?on_error=continue`, csv, {
    headers: { ...CSV.headers, accept: 'text/csv' }
  })
  t.equal(table.headers['x-import-counts'], 'created=1, updated=0, unchanged=0, rejected=1')
  const records = parse(table.text, { bom: true, columns: true }) as Record<string, string>[]
  t.same(records.map(record => [record.agency, record.row, record.rejected !== '']), [['d12', 'granted', true], [
    'd12',
    'refused',
    false
  ]])
  const mended = await call('POST', `${IMPORT}?on_error=continue`, table.text.replaceAll('refused', 'carried_in'), CSV)
  t.same(mended.json.counts, { created: 1, updated: 0, unchanged: 0, rejected: 0 }, mended.text)
})

t.test('leaves figures in rejects as they were, and escapes what a spreadsheet would run', async t => {
  const csv = `agency,year,cell,value
nobody,2020,licensing.administrative_licences.change,-5
nobody,2020,documents.regulations.newly_made,-
nobody,2020,documents.regulations.newly_published,=1+1
nobody,2020,documents.regulations.total_published,'+7
`
  const send = async (file: string) =>
    await call('POST', `${IMPORT}?on_error=continue`, file, { headers: { ...CSV.headers, accept: 'text/csv' } })
  const values = (text: string) =>
    (parse(text, { bom: true, columns: true }) as Record<string, string>[]).map(record => record.value)
  const first = await send(csv)
  t.same(values(first.text), ['-5', '-', '\'=1+1', '+7'])
  t.same(values((await send(first.text)).text), ['-5', '-', '\'=1+1', '+7'])
  const mended = await send(first.text.replace('\'=1+1', '1').replaceAll('nobody', 'd14'))
  t.equal(mended.headers['x-import-counts'], 'created=1, updated=0, unchanged=0, rejected=0', mended.text)
  t.match((await call('GET', '/v1/reports/d14/2020')).json, {
    tables: {
      documents: { regulations: { newly_made: null, newly_published: 1, total_published: 7 } },
      licensing: { administrative_licences: { change: -5 } }
    },
    notes: { 'documents.regulations.newly_made': { state: 'not_applicable', raw: '-' } }
  })
})

t.test('runs the checks with publish=true and publishes failing reports only if accepted', async t => {
  const wrong = reportOf(form, 'd20', 2022)
  wrong.tables.requests!.granted!.total = 99
  const refused = await call('POST', `${IMPORT}?publish=true`, lines([reportOf(form, 'd21', 2022), wrong]), NDJSON)
  t.match(refused.json.errors[0], { line: 2, code: 'checks-failed', check: /^requests\./, found: { right: /\d/ } })
  t.equal((await read('d21')).status, 404)
  // The missing row is part of no sum. The second line is parsed with the template of the first.
  const lacking = ['d20', 'd21'].map(agency => {
    const report = reportOf(form, agency, 2022)
    delete report.tables.documents!.normative_documents
    return report
  })
  t.match((await call('POST', `${IMPORT}?publish=true`, lines(lacking), NDJSON)).json.errors, [{
    line: 1,
    check: 'documents.rows'
  }, { line: 2, check: 'documents.rows' }])
  const accepted = await call(
    'POST',
    `${IMPORT}?publish=true&accept_failed_checks=true`,
    lines([reportOf(form, 'd21', 2022), wrong]),
    NDJSON
  )
  t.match(accepted.json, {
    counts: { created: 2, rejected: 0 },
    failed_checks: { reports: 1, checks: [{ check: /^requests\./, reports: 1 }] }
  })
  t.match((await read('d20')).json, {
    status: 'published',
    version: 1,
    tables: { requests: { granted: { total: 99 } } }
  })
  await same(t)
})

t.test('leaves published reports unchanged, and replaces and publishes drafts', async t => {
  const report = reportOf(form, 'd22', 2022, 5)
  await call('POST', IMPORT, lines([reportOf(form, 'd22', 2022, 9)]), NDJSON)
  const publish = async (...reports: unknown[]) => await call('POST', `${IMPORT}?publish=true`, lines(reports), NDJSON)
  t.same((await publish(report)).json.counts, { created: 0, updated: 1, unchanged: 0, rejected: 0 })
  t.same((await publish(report)).json.counts, { created: 0, updated: 0, unchanged: 1, rejected: 0 })
  t.same(
    (await call('POST', IMPORT, lines([report]), NDJSON)).json.counts.unchanged,
    1,
    'without publish=true it is unchanged too'
  )
  const other = await publish(reportOf(form, 'd22', 2022, 6))
  t.match([other.status, other.json.errors], [422, [{
    line: 1,
    code: 'report-locked',
    found: 'd22 2022: published',
    expected: /amended/
  }]])
  t.match((await call('POST', `${IMPORT}?mode=create`, lines([report]), NDJSON)).json.errors, [{
    code: 'report-exists'
  }])
  t.same((await read('d22')).json.tables, report.tables)

  await call('PUT', '/v1/reports/d23/2022', { tables: report.tables, sections: report.sections })
  await call('POST', '/v1/reports/d23/2022/submit')
  t.match((await publish({ ...reportOf(form, 'd23', 2022, 6) })).json.errors, [{
    code: 'report-locked',
    found: 'd23 2022: submitted'
  }])
  t.same(
    (await publish({ ...report, agency: 'd23' })).json.counts.updated,
    1,
    'a submitted report with the same content is published'
  )
  await same(t)
})

t.test('accepts a report as returned by GET, and rejects changed read-only members', async t => {
  await call('POST', IMPORT, lines([reportOf(form, 'd24', 2022)]), NDJSON)
  const { json } = await read('d24')
  t.same((await call('POST', IMPORT, lines([json]), NDJSON)).json?.counts, {
    created: 0,
    updated: 0,
    unchanged: 1,
    rejected: 0
  })
  t.match((await call('POST', IMPORT, lines([{ ...json, status: 'published' }]), NDJSON)).json.errors, [{
    line: 1,
    pointer: '/status',
    found: 'published'
  }])
})

t.test('a dry run returns the result of the import and stores nothing', async t => {
  const file = lines([reportOf(form, 'd25', 2022), reportOf(form, 'd22', 2022, 5), { agency: 'd26', year: 1999 }])
  const dry = await call('POST', `${IMPORT}?publish=true&dry_run=true&on_error=continue`, file, NDJSON)
  t.match(dry.json, {
    dry_run: true,
    counts: { created: 1, updated: 0, unchanged: 1, rejected: 1 },
    errors: [{ line: 3, code: 'year-without-form' }]
  })
  t.equal((await read('d25')).status, 404)
  t.same((await call('POST', `${IMPORT}?publish=true&on_error=continue`, file, NDJSON)).json.counts, dry.json.counts)
  await same(t)
})

t.test('excludes consolidated reports from the totals, and aggregates by the tree of each year', async t => {
  await call('PUT', '/v1/agencies/other', {
    name: '他县',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  await call('PUT', '/v1/agencies/mover', { name: '迁', level: 'county', kind: 'office', parent: 'root' })
  await call('PATCH', '/v1/agencies/mover', { parent: 'other', kind: 'department', since: 2023 })
  const file = lines([
    reportOf(form, 'other', 2022),
    ...[2019, 2022, 2023, 2024].map(year => reportOf(forms.choose(year, undefined), 'mover', year, year))
  ])
  t.same((await call('POST', `${IMPORT}?publish=true`, file, NDJSON)).json.counts.created, 5)
  await same(t)
  const total = await call('GET', '/v1/totals?measure=requests.granted.total&by=year&under=other&year=2022..2024')
  t.same(total.json.totals.map((group: any) => group.coverage.included), [0, 1, 1])
})

t.test('counts, groups and caps thousands of errors', async t => {
  const answer = await call(
    'POST',
    `${IMPORT}?on_error=continue`,
    lines(Array.from({ length: 3000 }, (_, i) => ({ agency: `gone-${i}`, year: 2022, ...(i % 2 ? { x: 1 } : {}) }))),
    NDJSON
  )
  t.same([answer.json.counts.rejected, answer.json.errors.length, answer.json.more_errors], [3000, 20, 2980])
  t.match(answer.json.kinds, [{ pointer: '/x', count: 1500, lines: { length: 10 } }, {
    code: 'agency-unknown',
    count: 1500
  }])
})

t.test('authorizes imports by the subtree of the key, and publication by its role', async t => {
  const { call, db } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(3), CSV)
  await call('PUT', '/v1/agencies/elsewhere', { name: '他局', level: 'county', kind: 'department' })
  const make = async (role: string) =>
    (await call('POST', '/v1/keys', { role, agency: 'root', label: role })).json.key as string
  const [filer, supervisor] = [await make('filer'), await make('supervisor')]
  const file = lines([reportOf(form, 'd0', 2022), reportOf(form, 'elsewhere', 2022)])
  t.same((await call('POST', IMPORT, file, { ...NDJSON, key: null })).json.code, 'key-required')
  t.match((await call('POST', IMPORT, file, { ...NDJSON, key: filer })).json, {
    code: 'import-rejected',
    errors: [{ line: 2, code: 'outside-subtree', found: 'elsewhere' }]
  })
  t.same((await call('POST', `${IMPORT}?publish=true`, file, { ...NDJSON, key: filer })).json.code, 'role-insufficient')
  t.same(
    (await call('POST', `${IMPORT}?publish=true&on_error=continue`, file, { ...NDJSON, key: supervisor })).json.counts,
    { created: 1, updated: 0, unchanged: 0, rejected: 1 }
  )
  t.same(
    (await call('POST', '/v1/imports/agencies', agencies(1), { ...CSV, key: filer })).json.code,
    'role-insufficient'
  )
  const more = await call(
    'POST',
    '/v1/imports/agencies?on_error=continue',
    'code,name,level,kind,parent\nx,甲,county,department,y\ny,乙,county,department,d0\nz,丙,county,department,elsewhere\nroot2,丁,county,department,\nd1,改名,county,department,root\n',
    { ...CSV, key: supervisor }
  )
  t.same([more.json.counts, more.json.errors.map((e: any) => [e.line, e.code])], [{
    created: 2,
    updated: 1,
    unchanged: 0,
    rejected: 2
  }, [[4, 'outside-subtree'], [5, 'outside-subtree']]])
  const { json } = await call('GET', '/v1/events?agency=d0&year=2022')
  t.match(json.items, [{
    kind: 'published',
    actor: /^key /,
    agency: 'd0',
    year: 2022,
    version: 1,
    imported: true,
    content_sha256: /^[0-9a-f]{64}$/
  }])
  t.match(await verifyEvents(db), { ok: true })
})

t.test('an as_of query at the timestamp of a running import waits for it, and an earlier one does not', async t => {
  const { call, db } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(3), CSV)
  const before = (await call('GET', '/v1/totals?measure=requests.granted.total&under=root')).json
  const earlier = new Date().toISOString()
  const held = await db.transaction().execute(async trx => {
    // The import has reserved its timestamp and waits for the lock to write its first version.
    await sql`lock table report_version in share mode`.execute(trx)
    const imported = call('POST', `${IMPORT}?publish=true`, lines([reportOf(form, 'd0', 2022, 1)]), NDJSON)
    let moment: string | undefined
    while (moment === undefined) {
      moment = (await sql<
        { at: string }
      >`select to_char(reserved at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from clock where reserved is not null`
        .execute(db)).rows[0]?.at
    }
    const asked = call('GET', `/v1/reports/d0/2022?as_of=${moment}`, undefined, { key: null })
    const early = call('GET', `/v1/totals?measure=requests.granted.total&under=root&as_of=${earlier}`)
    t.equal((await early).status, 200, 'a query at an earlier timestamp does not wait')
    let answered = false
    asked.then(() => {
      answered = true
    })
    await new Promise(resolve => setTimeout(resolve, 300))
    t.equal(answered, false)
    return { imported, asked }
  })
  t.equal((await held.imported).json.counts.created, 1)
  t.equal((await held.asked).status, 200, 'the report is public at the timestamp of the import')
  t.not(
    (await call('GET', '/v1/totals?measure=requests.granted.total&under=root')).json.totals[0]
      .values['requests.granted.total'],
    before.totals[0].values['requests.granted.total']
  )
})

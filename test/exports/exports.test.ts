import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { Forms } from '../../src/forms/forms.ts'
import { freshApp } from '../support/app.ts'
import { CSV, lines, NDJSON, reportOf } from '../support/import-files.ts'
import { runsOf } from '../support/runs.ts'

const REPORTS = '/v1/exports/reports'
const AGENCIES = '/v1/exports/agencies'
const PUBLISH = '/v1/imports/reports?publish=true&accept_failed_checks=true'

type App = Awaited<ReturnType<typeof freshApp>>

const parsed = (text: string) => text.trim().split('\n').filter(line => line !== '').map(line => JSON.parse(line))

/** A county with two bureaus, reports of both forms, one report with notes, explanations and texts. */
async function county (t: Test): Promise<App> {
  const app = await freshApp(t)
  const { call, forms } = app
  const tree = 'code,name,level,kind,parent,reporting\ngov,某县人民政府,county,government,,consolidated\n' +
    'b,教育局,county,department,gov,own\na,财政局,county,department,gov,own\nc,其他县局,county,department,,own\n'
  t.equal((await call('POST', '/v1/imports/agencies', tree, CSV)).json.counts.created, 4)
  const reports: any[] = [['a', 2019], ['b', 2020], ['a', 2023], ['b', 2023], ['c', 2023], ['gov', 2023]].map(
    ([agency, year], i) =>
      reportOf(forms.get(year as number < 2021 ? '2019' : '2021'), agency as string, year as number, i)
  )
  const [, , noted] = reports
  noted.tables.requests.granted.total = null
  noted.tables.fees.administrative_fees = { amount: 12.345678 }
  noted.tables.documents.regulations.issued = null
  noted.notes = { 'documents.regulations.issued': { state: 'not_applicable', raw: '/' } }
  noted.sections.overview = '=1+1\n“引号”,"quotes"'
  noted.explanations = { 'requests.outcome_total.total': '总计未填' }
  const made = await call('POST', PUBLISH, lines(reports), NDJSON)
  t.equal(made.json.counts?.created, 6, made.text)
  return app
}

t.test('exports what is published in the order of agency and year, and it is unchanged when it is imported', async t => {
  const { call } = await county(t)
  const all = await call('GET', REPORTS, undefined, { key: null })
  const rows = parsed(all.text)
  t.same(rows.map(row => [row.agency, row.agency_name, row.year]), [
    ['a', '财政局', 2019],
    ['a', '财政局', 2023],
    ['b', '教育局', 2020],
    ['b', '教育局', 2023],
    ['c', '其他县局', 2023],
    ['gov', '某县人民政府', 2023]
  ])
  const report = (await call('GET', '/v1/reports/a/2023')).json
  t.same(rows[1].tables, report.tables)
  t.same(rows[1].explanations, report.explanations)
  t.same(rows[1].notes, { 'documents.regulations.issued': { state: 'not_applicable', raw: '/' } })
  t.equal((await call('POST', PUBLISH, all.text, NDJSON)).json.counts.unchanged, 6)
  const below = await call('GET', `${REPORTS}?under=gov&year=2020..2023`)
  t.same(parsed(below.text).map(row => [row.agency, row.year]), [['a', 2023], ['b', 2020], ['b', 2023], ['gov', 2023]])
  const rest = await call('GET', `${REPORTS}?after=a/2023&as_of=${all.headers['x-as-of']}`)
  t.equal(rest.text, all.text.split('\n').slice(2).join('\n'), 'goes on after a report')
  t.equal((await call('GET', `${REPORTS}?year=2001`)).text, '')
  t.equal((await call('GET', `${REPORTS}?under=nobody`)).json.code, 'agency-unknown')
  t.equal((await call('GET', `${REPORTS}?after=a`)).json.code, 'parameter-invalid')
})

t.test('an export is of its moment: later publications and withdrawals do not change it', async t => {
  const { call } = await county(t)
  const before = await call('GET', REPORTS)
  const moment = before.headers['x-as-of']
  await call('POST', '/v1/reports/a/2023/withdraw', { reason: '更正' })
  await call('PUT', '/v1/agencies/b', { name: '教育和体育局' })
  const now = await call('GET', REPORTS)
  t.equal(parsed(now.text).length, 5)
  t.equal(parsed(now.text).find(row => row.agency === 'b').agency_name, '教育和体育局')
  t.equal((await call('GET', `${REPORTS}?as_of=${moment}`)).text, before.text)
  t.match((await call('GET', `${AGENCIES}?as_of=${moment}`)).text, /教育局/)
})

t.test('writes the same figures as CSV, as cells and as Parquet', async t => {
  const { call, app } = await county(t)
  const report = (await call('GET', '/v1/reports/a/2023')).json
  const wide = (await call('GET', `${REPORTS}?format=csv`)).text
  t.equal(wide[0], '\ufeff')
  const [header, ...rows] = wide.slice(1).trim().split('\n').map(line => line.split(','))
  const row = Object.fromEntries(header!.map((name, i) => [name, rows[1]![i]]))
  t.match(row, {
    agency: 'a',
    year: '2023',
    form: '2021',
    version: '1',
    'fees.administrative_fees.amount': '12.345678',
    'documents.regulations.issued': ''
  })
  const cells = (await call('GET', `${REPORTS}?format=cells&under=a&year=2023`)).text
  t.match(cells, 'a,财政局,2023,2021,documents.regulations.issued,,not_applicable,/\n')
  const bytes = (await app.inject({ url: `${REPORTS}?format=parquet` })).rawPayload
  const records: any[] = await parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  })
  t.equal(records.length, 6)
  const record = records[1]
  t.match(record, { agency: 'a', year: 2023, 'documents.regulations.issued': null })
  t.equal(record['fees.administrative_fees.amount'], 12.345678)
  for (const [table, of] of Object.entries<any>(report.tables)) {
    for (const [line, values] of Object.entries<any>(of)) {
      for (const [column, value] of Object.entries<any>(values)) {
        const id = `${table}.${line}.${column}`
        t.equal(record[id] === null ? null : Number(record[id]), value, id)
        t.equal(row[id] === '' ? null : Number(row[id]), value, id)
      }
    }
  }
})

t.test('compresses as the client accepts it and ends with a digest of the bytes', async t => {
  const { app, call } = await county(t)
  const plain = (await call('GET', REPORTS)).text
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  for (const encoding of ['identity', 'gzip']) {
    const request = httpRequest({ port, path: REPORTS, headers: { 'accept-encoding': encoding } }).end()
    const [response] = await once(request, 'response')
    const pieces: Buffer[] = []
    for await (const piece of response) pieces.push(piece)
    const bytes = Buffer.concat(pieces)
    t.equal(response.headers['content-encoding'] ?? 'identity', encoding)
    t.equal((encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString(), plain)
    t.equal(response.trailers['repr-digest'], `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`)
  }
})

t.test('an export that breaks off destroys the connection, and the place is free again', async t => {
  const { app, db } = await county(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  const form = await db.selectFrom('report_version').select('form').where('agency', '=', 'c').executeTakeFirstOrThrow()
  t.equal(form.form, '2021')
  await db.updateTable('report_version').set({ form: 'unknown' }).where('agency', '=', 'gov').execute()
  for (let i = 0; i < 6; i++) {
    const request = httpRequest({ port, path: `${REPORTS}?format=cells` }).end()
    const [response] = await once(request, 'response')
    t.equal(response.statusCode, 200)
    response.resume()
    const [error] = await once(response, 'error')
    t.equal(error.code, 'ECONNRESET')
  }
})

t.test('the history of agencies is the same when it is imported', async t => {
  const one = await county(t)
  const change = async (code: string, body: object) =>
    t.equal((await one.call('PUT', `/v1/agencies/${code}`, body)).status, 200, code)
  await one.call('PUT', '/v1/agencies/gov2', { name: '某区人民政府', level: 'county', kind: 'government' })
  await change('a', { parent: 'gov2', since: 2022 })
  await change('a', { name: '财政和国资局', since: 2024 })
  await change('b', { parent: 'gov2', since: 2025 })
  await change('gov', { until: 2030 }).catch(() => {})
  await change('c', { until: 2026, successor: 'a' })
  for (const format of ['ndjson', 'csv']) {
    const other = await freshApp(t)
    const file = await one.call('GET', `${AGENCIES}?format=${format}`)
    const made = await other.call('POST', '/v1/imports/agencies', file.text, format === 'csv' ? CSV : NDJSON)
    t.equal(made.status, 200, made.text)
    t.equal((await other.call('GET', `${AGENCIES}?format=${format}`)).text, file.text, format)
    for (const code of ['a', 'b', 'c', 'gov', 'gov2']) {
      t.same(
        (await other.call('GET', `/v1/agencies/${code}`)).json,
        (await one.call('GET', `/v1/agencies/${code}`)).json,
        code
      )
    }
  }
})

t.test('a random registry, exported and imported into an empty one, has the same totals, digests and checks', async t => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          parent: fc.nat(),
          consolidated: fc.boolean(),
          moves: fc.option(fc.integer({ min: 2020, max: 2024 })),
          years: fc.uniqueArray(fc.integer({ min: 2019, max: 2024 }), { maxLength: 3 }),
          seed: fc.nat(1000),
          blank: fc.boolean()
        }),
        { minLength: 2, maxLength: 6 }
      ),
      async agencies => {
        const one = await freshApp(t)
        const rows = agencies.map(({ parent, consolidated }, i) => ({
          code: `g${i}`,
          name: `机关${i}`,
          level: 'county',
          kind: 'department',
          parent: i === 0 ? null : `g${parent % i}`,
          reporting: consolidated ? 'consolidated' : 'own'
        }))
        t.equal((await one.call('POST', '/v1/imports/agencies', lines(rows), NDJSON)).json.counts?.created, rows.length)
        for (const [i, { moves, parent }] of agencies.entries()) {
          if (moves === null || i === 0) continue
          t.equal(
            (await one.call('PUT', `/v1/agencies/g${i}`, {
              parent: `g${(parent + 1) % i}`,
              name: `改名${i}`,
              since: moves
            })).status,
            200
          )
        }
        const reports = agencies.flatMap(({ years, seed, blank }, i) =>
          years.map(year => {
            const report: any = reportOf(one.forms.get(year < 2021 ? '2019' : '2021'), `g${i}`, year, seed + year)
            if (blank) report.tables.requests.granted.natural_person = null
            return report
          })
        )
        if (reports.length > 0) {
          t.equal(
            (await one.call('POST', PUBLISH, lines(reports), NDJSON)).json.counts?.created,
            reports.length
          )
        }
        const two = await freshApp(t)
        const tree = await two.call('POST', '/v1/imports/agencies', (await one.call('GET', AGENCIES)).text, NDJSON)
        t.equal(tree.status, 200, tree.text)
        if (reports.length > 0) {
          const all = await two.call('POST', PUBLISH, (await one.call('GET', REPORTS)).text, NDJSON)
          t.equal(all.json.counts?.created, reports.length, all.text)
        }
        t.equal((await two.call('GET', REPORTS)).text, (await one.call('GET', REPORTS)).text)
        const totals =
          '/v1/totals?measure=requests.granted.total&measure=requests.new_received.natural_person&by=year,child&year=2019..2024'
        t.same((await two.call('GET', totals)).json, (await one.call('GET', totals)).json)
        for (const { agency, year } of reports) {
          const checks = `/v1/reports/${agency}/${year}/checks`
          t.same((await two.call('GET', checks)).json, (await one.call('GET', checks)).json)
        }
        t.same(await digests(two), await digests(one))
        t.same((await verifyTotals(two.db, two.forms as Forms)).differences, [])
        return t.passing()
      }
    ),
    { numRuns: runsOf('EXPORT_RUNS', 3, 60), endOnFailure: true }
  )
})

/** The digests of the publications in the audit log. */
async function digests ({ call }: App) {
  const { items } = (await call('GET', '/v1/events?limit=1000')).json
  return items.filter((event: any) => event.kind === 'published').map((
    { agency, year, details }: any
  ) => [agency, year, details?.digest]).sort()
}

t.test('the catalogue names every distribution, and each can be fetched', async t => {
  const { call } = await county(t)
  const catalog = JSON.parse((await call('GET', '/v1/catalog', undefined, { key: null })).text)
  t.equal(catalog['@context'].dcat, 'http://www.w3.org/ns/dcat#')
  const urls = catalog['dcat:dataset'].flatMap((set: any) =>
    set['dcat:distribution'].map((of: any) => of['dcat:downloadURL']['@id'])
  )
  t.equal(urls.length, 6)
  for (const url of urls) t.equal((await call('GET', url)).status, 200, url)
  t.equal(catalog['dcat:dataset'][0]['dct:temporal']['dcat:endDate']['@value'], '2023')
  for (const [name, format] of [['reports', 'csv'], ['agencies', 'csv']]) {
    const described = JSON.parse((await call('GET', `/v1/exports/${name}/csvw`)).text)
    const file = (await call('GET', `/v1/exports/${name}?format=${format}`)).text.slice(1)
    t.equal(
      described.tables[0].tableSchema.columns.map((column: any) => column.titles).join(),
      file.split('\n')[0],
      name!
    )
  }
  t.equal((await call('GET', `${REPORTS}?format=xml`)).status, 400)
})

// Imports a file of several batches: parsing, lookups and writes of one batch must not affect another.
import { sql } from 'kysely'
import t from 'tap'
import { verifyTotals } from '../../../src/aggregates/verify.ts'
import { verifyEvents } from '../../../src/audit/events/verify.ts'
import { openDatabase } from '../../../src/database/connection.ts'
import type { Form } from '../../../src/form/form.ts'
import { type Answer, freshApp } from '../../support/app.ts'
import { agencies, CSV, lines, NDJSON, reportOf } from '../../support/import-files.ts'

const IMPORT = '/v1/imports/reports?publish=true&on_error=continue'
const AGENCIES = 1100
const YEARS = [2019, 2020, 2021, 2022, 2023]

const vectorOf = (form: Form, tables: ReturnType<typeof reportOf>['tables']) =>
  form.cells.map(cell => Math.round(tables[cell.table]![cell.row]![cell.column]! * cell.scale))

t.test('stores each report of many batches unchanged, even if a clerk creates one of them concurrently', async t => {
  const { call, db, forms, url } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(AGENCIES), CSV)
  const clerk = openDatabase(url, 1, () => {})
  t.teardown(async () => await clerk.destroy())
  // Alternate between forms of different sizes, and give adjacent reports different figures.
  const reports = Array.from(
    { length: AGENCIES },
    (_, i) => YEARS.map(year => reportOf(forms.choose(year, undefined), `d${i}`, year, i * 5 + year))
  ).flat()
  let answer: Promise<Answer> | undefined
  await clerk.transaction().execute(async trx => {
    await sql`insert into report (agency, year, form, status, figures, notes, sections) values ('d7', 2022, '2021', 'draft', ${`{${
      forms.get('2021').cells.map(() => 'null').join()
    }}`}, '{}', '{}')`.execute(trx)
    answer = call('POST', IMPORT, lines(reports), NDJSON)
    const answered = answer.then(() => true)
    const isWaiting = async () =>
      (await sql<{ n: number }>`select count(*) as n from pg_locks where not granted and locktype = 'transactionid'`
        .execute(db)).rows[0]!.n > 0
    while (!await isWaiting()) {
      if (await Promise.race([answered, new Promise(resolve => setTimeout(resolve, 10))]) === true) break
    }
  })
  t.match(await answer, {
    status: 200,
    json: { counts: { created: reports.length - 1, updated: 1, unchanged: 0, rejected: 0 } }
  }, (await answer)!.text.slice(0, 1000))
  const { rows } = await sql<
    { report: string, figures: string }
  >`select agency || ' ' || year as report, figures from report_version`.execute(db)
  const stored = new Map(rows.map(({ report, figures }) => [report, figures]))
  const wrong = reports.filter(({ agency, year, tables }) =>
    stored.get(`${agency} ${year}`) !== `{${vectorOf(forms.choose(year, undefined), tables).join()}}`
  )
  t.same(wrong.map(({ agency, year }) => `${agency} ${year}`), [])
  t.same((await verifyTotals(db, forms)).differences, [])
  t.match(await verifyEvents(db), { ok: true })

  // Errors in several batches, found by the parser and by the lookup of existing rows.
  const faulty = lines(
    reports.map((report, i) =>
      i % 1700 === 3 ? { ...report, year: '2022' } : i % 1900 === 5 ? { ...report, agency: 'nobody' } : report
    )
  )
  const again = await call('POST', IMPORT, faulty, { headers: { ...NDJSON.headers, accept: 'application/x-ndjson' } })
  t.equal(again.headers['x-import-counts'], `created=0, updated=0, unchanged=${reports.length - 7}, rejected=7`)
  t.same(again.text.trim().split('\n').map(line => Number(/line (\d+)/.exec(line)![1])).sort((a, b) => a - b), [
    4,
    6,
    1704,
    1906,
    3404,
    3806,
    5104
  ])
})

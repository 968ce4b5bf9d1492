import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import t from 'tap'
import { verifyTotals } from '../../../src/aggregates/verify.ts'
import { ADMIN_KEY, freshApp } from '../../support/app.ts'
import { agencies, lines, reportOf } from '../../support/import-files.ts'
import { isLong } from '../../support/runs.ts'
import { service } from '../../support/service.ts'

const skip = !isLong && 'half a minute: npm run test:long, and CI, run it'
t.test('memory use does not grow with the length of the file', { timeout: 160_000, skip }, async t => {
  const { db, url, forms } = await freshApp(t)
  const { child, base } = await service(t, url)
  const send = async (path: string, body: string | Readable, type: string) =>
    await (await fetch(
      base + path,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': type },
        body,
        duplex: 'half'
      } as never
    )).json() as { counts?: Record<string, number>, more_errors?: number }
  t.equal((await send('/v1/imports/agencies', agencies(6000), 'text/csv')).counts?.created, 6001)
  const report = reportOf(forms.get('2021'), 'AGENCY', 1999)
  report.sections.overview = '本年度政府信息公开工作总体情况良好。'.repeat(200)
  const line = `${JSON.stringify(report)}\n`
  // 12,000 reports of 17 KB, 200 MB in total.
  const bytes = Readable.from((function* () {
    for (let n = 0; n < 12_000; n++) {
      yield Buffer.from(line.replace('1999', n < 6000 ? '2022' : '2023').replace('AGENCY', `d${n % 6000}`))
    }
  })())
  const before = await peak(child.pid!)
  // A dry run, because writing the rows would measure PostgreSQL.
  const answer = await send('/v1/imports/reports?publish=true&dry_run=true', bytes, 'application/x-ndjson')
  t.same(
    answer.counts,
    { created: 12_000, updated: 0, unchanged: 0, rejected: 0 },
    JSON.stringify(answer).slice(0, 500)
  )
  const after = await peak(child.pid!)
  t.comment(`peak of the resident set: ${before} MB, then ${after} MB`)
  if (after > 0) t.ok(after < 400, `${after} MB`)
  // 2,000 reports with an invalid value in every cell and an unknown column in every row.
  for (const row of Object.values(report.tables).flatMap(rows => Object.values(rows as object))) {
    for (const column of Object.keys(row)) row[column] = 'x'.repeat(200)
    row.no_column = 1
  }
  const wrong = `${JSON.stringify(report)}\n`
  const faulty = await send(
    '/v1/imports/reports?on_error=continue',
    Readable.from((function* () {
      for (let n = 0; n < 2000; n++) yield Buffer.from(wrong.replace('1999', '2024').replace('AGENCY', `d${n}`))
    })()),
    'application/x-ndjson'
  )
  t.match(faulty.counts, { rejected: 2000, created: 0 })
  const afterFaults = await peak(child.pid!)
  t.comment(`${faulty.more_errors} faults more than shown: ${afterFaults} MB`)
  t.ok(faulty.more_errors! > 400_000)
  t.ok(afterFaults < 400)
  const real = await send(
    '/v1/imports/reports?publish=true',
    lines(Array.from({ length: 1000 }, (_, i) => reportOf(forms.get('2021'), `d${i}`, 2022, i))),
    'application/x-ndjson'
  )
  t.equal(real.counts?.created, 1000)
  t.ok(await peak(child.pid!) < 400)
  t.same((await verifyTotals(db, forms)).differences, [])
})

/** The peak resident set size in MB; 0 if the system does not report it. */
async function peak (pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}

import { sql } from 'kysely'
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

t.test('returns statutory and local deadlines and whether the first publication was on time', async t => {
  const { call, db, forms } = await freshApp(t)
  for (
    const [code, kind, level] of [['gov', 'government', 'county'], ['town', 'government', 'township'], [
      'a',
      'department',
      'county'
    ]]
  ) await call('PUT', `/v1/agencies/${code}`, { name: '局', level, kind })
  await call('PUT', '/v1/agencies/young', { name: '局', level: 'county', kind: 'department', since: 2023 })
  const path = '/v1/reports/a/2022/deadline'
  const deadline = async (code: string, year = 2022) =>
    (await call('GET', `/v1/reports/${code}/${year}/deadline`, undefined, { key: null })).json
  t.same(await Promise.all(['gov', 'town', 'a'].map(async code => (await deadline(code)).date)), [
    '2023-03-31',
    '2023-01-31',
    '2023-01-31'
  ])
  t.same(await deadline('a'), {
    agency: 'a',
    year: 2022,
    date: '2023-01-31',
    statutory: '2023-01-31',
    local: null,
    applies_to: null,
    set_by: null,
    first_published_at: null,
    first_published_on: null,
    on_time: false
  }, 'an unpublished report is late after the deadline')
  const thisYear = new Date(Date.now() + 8 * 3600_000).getUTCFullYear()
  t.equal((await deadline('a', thisYear)).on_time, null, 'on_time is null before the deadline')
  t.same([(await deadline('nobody')).code, (await deadline('young')).code], ['agency-not-found', 'agency-not-in-year'])

  for (const date of ['2023-02-01', '2022-12-31', '2023-02-30', '23-01-01', '']) {
    t.equal((await call('PUT', path, { date })).status, 422, date)
  }
  t.same([
    (await call('PUT', path, { date: '2023-01-20' })).status,
    (await call('PUT', path, { date: '2023-01-15' })).status,
    (await deadline('a')).date
  ], [201, 200, '2023-01-15'])

  await call('PUT', '/v1/reports/a/2022', { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS })
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/a/2022/${move}`)
  const publishedAt = async (moment: string) => {
    await sql`update report_version set published_at = ${moment} where version = 1`.execute(db)
    return (await deadline('a')).on_time
  }
  t.same(
    [await publishedAt('2023-01-15T15:59:59Z'), await publishedAt('2023-01-15T16:00:00Z')],
    [true, false],
    'the deadline ends at midnight China time'
  )
  await publishedAt('2023-01-15T15:59:59Z')
  await call('POST', '/v1/reports/a/2022/amend', { reason: '更正' })
  await call('PUT', '/v1/reports/a/2022', { tables: consistentTables(forms.get('2021'), () => 2), sections: SECTIONS })
  for (const move of ['submit', 'publish']) t.equal((await call('POST', `/v1/reports/a/2022/${move}`)).status, 200)
  t.equal((await deadline('a')).on_time, true, 'an amendment does not make it late')
  t.equal((await call('DELETE', path)).status, 204)
  t.equal((await call('DELETE', path)).status, 204)
  t.equal((await deadline('a')).local, null)
  const { items } = (await call('GET', '/v1/events?agency=a&year=2022')).json as {
    items: { kind: string, changes: unknown }[]
  }
  t.same(items.filter(({ kind }) => kind === 'deadline_changed').map(({ changes }) => changes), [
    { date: [null, '2023-01-20'] },
    { date: ['2023-01-20', '2023-01-15'] },
    { date: ['2023-01-15', null] }
  ])
})

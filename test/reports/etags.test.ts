import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const open = { key: null }
const path = '/v1/reports/a/2022'

async function filed (test: Parameters<typeof freshApp>[0]) {
  const made = await freshApp(test)
  const { call, forms } = made
  await call('PUT', '/v1/agencies/a', { name: '局', level: 'county', kind: 'department' })
  const content = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
  await call('PUT', path, content)
  const etag = async (address: string, options = {}) => (await call('GET', address, undefined, options)).headers.etag!
  const row = (figure: number) => ({ values: { ...content.tables.requests!.granted, natural_person: figure } })
  return { ...made, content, etag, row }
}

t.test('an ETag changes if and only if its representation changes', async t => {
  const { call, etag, row, content } = await filed(t)
  const all = async () =>
    await Promise.all(
      [
        path,
        `${path}/tables/requests`,
        `${path}/tables/fees`,
        `${path}/tables/requests/rows/granted`,
        `${path}/tables/requests/rows/refused_state_secret`
      ].map(address => etag(address))
    )
  const before = await all()
  for (const tag of before) t.match(tag, /^"[^"]+"$/, 'the ETag is strong')
  const put = await call('PUT', `${path}/tables/requests/rows/granted`, row(5))
  const after = await all()
  t.same(after.map((tag, i) => tag === before[i]), [false, false, true, false, true])
  t.equal(put.headers.etag, after[3], 'a write returns the ETag of the result')
  t.same(
    [
      (await call('PUT', `${path}/tables/requests`, { rows: (await call('GET', `${path}/tables/requests`)).json.rows }))
        .headers.etag,
      (await call('PUT', path, (await call('GET', path)).json)).headers.etag
    ],
    [after[1], after[0]],
    'a repeated write keeps the ETag'
  )
  t.equal(
    (await call('POST', `${path}/tables/requests/rows?on_conflict=replace`, { row: 'granted', ...row(6) })).headers
      .etag,
    (await all())[1]
  )
  await call('PUT', path, content)
  const submitted = await call('POST', `${path}/submit`)
  t.equal(submitted.headers.etag, await etag(path))
  await call('POST', `${path}/publish`)
  const [mine, theirs] = [await etag(path), await etag(path, open)]
  t.not(mine, theirs, 'only the administrator sees allowed_transitions')
  t.equal(await etag(`${path}/versions/1`), theirs)
  await call('POST', `${path}/amend`, { reason: '更正' })
  t.same([await etag(path) === mine, await etag(path, open) === theirs], [false, true])
  await call('PUT', `${path}/tables/fees`, { rows: {} })
  t.equal((await call('DELETE', path)).status, 204)
  t.equal((await call('POST', `${path}/amend`, { reason: '再更正' })).json.tables.fees.administrative_fees.amount, 1)
})

t.test('If-None-Match answers 304 to GET and restricts PUT to creation', async t => {
  const { call, etag, content } = await filed(t)
  for (const address of [path, `${path}/tables/requests`, `${path}/tables/requests/rows/granted`]) {
    const tag = await etag(address)
    for (const header of [tag, `"x", W/${tag}`, '*']) {
      const same = await call('GET', address, undefined, { headers: { 'if-none-match': header } })
      t.same(
        [same.status, same.text, same.headers.etag, same.headers['content-type']],
        [304, '', tag, undefined],
        `${address} ${header}`
      )
    }
    t.equal((await call('GET', address, undefined, { headers: { 'if-none-match': '"x"' } })).status, 200)
  }
  const create = { headers: { 'if-none-match': '*' } }
  t.same([
    (await call('PUT', path, content, create)).status,
    (await call('PUT', '/v1/reports/a/2023', content, create)).status,
    (await call('PUT', '/v1/reports/a/2023', content, create)).json.code
  ], [412, 201, 'precondition-failed'])
  t.equal((await call('PUT', `${path}/tables/fees`, { rows: {} }, create)).status, 412)
  await call('PUT', `${path}/tables/fees`, { rows: {} })
  t.equal(
    (await call('PUT', `${path}/tables/fees/rows/administrative_fees`, { values: { amount: 3 } }, create)).status,
    201
  )
  t.equal(
    (await call('PUT', `${path}/tables/fees/rows/administrative_fees`, { values: { amount: 4 } }, create)).status,
    412
  )
})

t.test('a failed If-Match lists the cells changed in the meantime and keeps them', async t => {
  const { call, etag, row, content } = await filed(t)
  const when = (tag: string) => ({ headers: { 'if-match': tag } })
  const [report, requests, fees] = [
    await etag(path),
    await etag(`${path}/tables/requests`),
    await etag(`${path}/tables/fees`)
  ]
  t.equal(
    (await call('PUT', `${path}/tables/requests/rows/granted`, row(5), when(report))).status,
    200,
    'a row write accepts the ETag of the report'
  )
  const late = await call('PUT', `${path}/tables/requests/rows/granted`, row(6), when(report))
  t.match([late.status, late.json], [412, {
    code: 'precondition-failed',
    revision: { expected: 1, found: 2 },
    cells: ['requests.granted.natural_person'],
    etag: /^"/
  }])
  t.equal(
    (await call('PUT', `${path}/tables/fees`, { rows: { administrative_fees: { amount: 9 } } }, when(fees))).status,
    200,
    'a write to another table does not change the ETag'
  )
  const table = await call('PUT', `${path}/tables/requests`, { rows: {} }, when(requests))
  t.match([table.status, table.json.revision, table.json.cells], [412, { expected: 0, found: 2 }, [
    'requests.granted.natural_person'
  ]])
  const whole = await call('PUT', path, content, when(report))
  t.same([whole.status, whole.json.cells], [412, [
    'fees.administrative_fees.amount',
    'requests.granted.natural_person'
  ]])
  for (
    const [method, address, body] of [['DELETE', path], ['DELETE', `${path}/tables/requests/rows/granted`], [
      'POST',
      `${path}/tables/requests/rows?on_conflict=replace`,
      { row: 'granted', ...row(7) }
    ], ['POST', `${path}/submit`, {}]] as const
  ) {
    t.equal((await call(method, address, body, when(report))).status, 412, `${method} ${address}`)
  }
  t.match((await call('PUT', path, content, when('"of-somewhere-else"'))).json, {
    revision: { expected: null, found: 3 },
    cells: undefined
  })
  for (const wrong of ['stale', '"a', '"a" "b"', '']) {
    t.equal((await call('PUT', path, content, when(wrong))).json.code, 'parameter-invalid', wrong)
  }
  t.equal(
    (await call('PUT', path, content, when('W/"of-somewhere-else"'))).status,
    412,
    'a weak ETag of something else'
  )
  t.equal((await call('PUT', '/v1/reports/a/2023', content, when('*'))).status, 412, '* matches no missing report')
  t.equal((await call('GET', path)).json.tables.requests.granted.natural_person, 5)
  t.equal(
    (await call('PUT', path, content, when(`W/${await etag(path)}`))).status,
    200,
    'an ETag that a compressing proxy made weak matches'
  )
  t.equal((await call('PUT', path, content, when(`"x", ${await etag(path)}`))).status, 200)
  const submit = await call('POST', `${path}/submit`, {}, when(await etag(path)))
  t.equal(submit.status, 200)
  t.match((await call('POST', `${path}/publish`, {}, when(report))).json.revision, { expected: 1, found: 5 })
  t.equal((await call('POST', `${path}/publish`, {}, when(submit.headers.etag!))).status, 200)
  // After deletion and re-creation, the ETag belongs to another draft, so no changed cells can be listed.
  await call('PUT', '/v1/reports/a/2021', content)
  const gone = await etag('/v1/reports/a/2021')
  await call('DELETE', '/v1/reports/a/2021')
  await call('PUT', '/v1/reports/a/2021', { ...content, sections: {} })
  t.match((await call('PUT', '/v1/reports/a/2021', content, when(gone))).json, {
    code: 'precondition-failed',
    revision: { expected: null, found: 1 },
    cells: undefined
  })
})

t.test('50 concurrent writers lose no updates', async t => {
  const { call, row } = await filed(t)
  const address = `${path}/tables/requests/rows/granted`
  await call('PUT', address, row(0))
  let refused = 0
  await Promise.all(Array.from({ length: 50 }, async () => {
    for (;;) {
      const read = await call('GET', address)
      const answer = await call('PUT', address, row(read.json.values.natural_person + 1), {
        headers: { 'if-match': read.headers.etag! }
      })
      if (answer.status === 200) return
      if (answer.status !== 412) t.fail(answer.text)
      refused++
    }
  }))
  t.equal((await call('GET', address)).json.values.natural_person, 50)
  t.ok(refused > 0, `${refused} writes were rejected and retried`)
})

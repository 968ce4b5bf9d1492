import { sql } from 'kysely'
import assert from 'node:assert/strict'
import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const open = { key: null }

async function county (test: Parameters<typeof freshApp>[0]) {
  const made = await freshApp(test)
  const { call, forms } = made
  await call('PUT', '/v1/agencies/gov', {
    name: '某区人民政府',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  for (const code of ['a', 'b']) {
    await call('PUT', `/v1/agencies/${code}`, { name: `${code}局`, level: 'county', kind: 'department', parent: 'gov' })
  }
  const content = (figure: number) => ({
    tables: consistentTables(forms.get('2021'), () => figure),
    sections: SECTIONS
  })
  const step = async (path: string, move: string, reason?: string) => {
    const answer = await call('POST', `${path}/${move}`, reason === undefined ? {} : { reason })
    assert.equal(answer.status, 200, answer.text)
    return answer.json
  }
  /** Publishes the next version, through an amendment if the report exists. */
  const publish = async (path: string, figure: number) => {
    const before = await call('GET', path)
    if (before.status === 200) await step(path, 'amend', `改为 ${figure}`)
    const put = await call('PUT', path, content(figure))
    assert.ok(put.status < 300, put.text)
    await step(path, 'submit')
    return await step(path, 'publish')
  }
  const total = async (query = '') =>
    (await call(
      'GET',
      `/v1/totals?measure=requests.granted.other&under=gov&by=year&year=2022${query}`,
      undefined,
      open
    )).json.totals[0]
  return { ...made, content, step, publish, total }
}

const path = '/v1/reports/a/2022'

t.test('an amendment keeps the old version public and in the totals until it is published', async t => {
  const { call, db, forms, content, step, publish, total } = await county(t)
  const first = await publish(path, 2)
  t.match([first.version, first.allowed_transitions, await total()], [1, ['amend', 'withdraw'], {
    values: { 'requests.granted.other': 2 },
    coverage: { included: 1 }
  }])
  t.equal((await call('POST', `${path}/amend`, {})).status, 422, 'a reason is required')
  const draft = await step(path, 'amend', '数据更正')
  t.match([draft.status, draft.version, draft.amendment_reason, draft.published_at, draft.tables], [
    'draft',
    1,
    '数据更正',
    undefined,
    first.tables
  ])
  const same = await call('POST', `${path}/submit`)
  t.same([same.status, same.json.code], [422, 'amendment-unchanged'])
  t.equal((await call('PUT', path, content(5))).status, 200)
  const publicly = async () => {
    const report = await call('GET', path, undefined, open)
    const table = await call('GET', `${path}/tables/requests`, undefined, open)
    const cell = await call('GET', `${path}/cells/requests.granted.other`, undefined, open)
    const list = await call('GET', '/v1/reports?agency=a', undefined, open)
    return [
      report.json.version,
      report.json.tables.requests.granted.other,
      table.json.rows.granted.other,
      cell.json.value,
      list.json.items[0].version,
      list.json.items[0].status,
      (await total()).values['requests.granted.other']
    ]
  }
  t.same(await publicly(), [1, 2, 2, 2, 1, 'published', 2])
  t.same(
    (await call('GET', `${path}?version=current`)).text,
    (await call('GET', `${path}/versions/1`, undefined, open)).text
  )
  await step(path, 'submit')
  const { rows } = await sql<
    { version: number | null, figure: number, current: boolean }
  >`select version, figure::integer as figure, current from report_figure where agency = 'a' and cell = 'requests.granted.other' order by version`
    .execute(db)
  t.same(rows, [{ version: 1, figure: 2, current: true }, { version: null, figure: 5, current: false }])
  await step(path, 'publish')
  t.same(await publicly(), [2, 5, 5, 5, 2, 'published', 5])
  t.match((await total()).coverage, { expected: 2, included: 1 })
  const { items, next } = (await call('GET', `${path}/versions`, undefined, open)).json
  t.equal(next, null)
  t.match(items, [{ version: 1, amendment_reason: null, withdrawal_reason: null }, {
    version: 2,
    amendment_reason: '数据更正',
    public_until: null
  }])
  t.equal(items[0].public_until, items[1].published_at, 'each version ends when the next begins')
  const page = await call('GET', `${path}/versions?limit=1`, undefined, open)
  t.same((await call('GET', page.json.next, undefined, open)).json.items.map((item: any) => item.version), [2])
  t.same(
    (await call('GET', `${path}/versions/1`, undefined, open)).json.tables,
    content(2).tables,
    'version 1 does not change'
  )
  t.same([
    (await call('GET', `${path}/versions/3`)).json.code,
    (await call('GET', `${path}?version=3`)).json.code,
    (await call('GET', '/v1/reports/b/2022/versions')).json.code
  ], ['version-not-found', 'version-not-found', 'report-not-found'])
  t.equal((await call('GET', `${path}?version=1&as_of=2026-01-01T00:00:00Z`)).json.code, 'parameter-invalid')
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('publishing an amendment in another form moves its figures to the totals of that form', async t => {
  const { call, db, forms, step, publish, content } = await county(t)
  await publish(path, 2)
  await step(path, 'amend', '换格式')
  t.equal(
    (await call('PUT', path, {
      form: '2019',
      tables: consistentTables(forms.get('2019'), () => 3),
      sections: SECTIONS
    })).status,
    200
  )
  for (const move of ['submit', 'publish']) await step(path, move)
  const byForm =
    (await call('GET', '/v1/totals?measure=requests.granted.other&under=gov&by=form', undefined, open)).json.totals
  t.same(byForm.map((group: any) => [group.form, group.values['requests.granted.other'], group.coverage.included]), [[
    '2019',
    3,
    1
  ]])
  t.same((await verifyTotals(db, forms)).differences, [])
  await step(path, 'amend', '改回')
  await call('PUT', path, content(4))
  t.equal((await call('DELETE', path)).status, 204)
  t.match(
    (await call('GET', path)).json,
    { form: '2019', status: 'published', version: 2 },
    'deleting the draft restores the form of the published version'
  )
})

t.test('withdrawal removes a report from the totals, shows a public notice and allows republication', async t => {
  const { call, db, forms, content, step, publish, total } = await county(t)
  await publish(path, 2)
  await publish(path, 3)
  const withdrawn = await step(path, 'withdraw', '机构撤销')
  t.match([withdrawn.status, withdrawn.version, withdrawn.reason, withdrawn.allowed_transitions], [
    'withdrawn',
    2,
    '机构撤销',
    ['amend']
  ])
  t.match(await total(), {
    values: { 'requests.granted.other': null },
    coverage: { expected: 2, included: 0, missing: 2 }
  })
  for (
    const [address, key] of [[path, null], [`${path}?version=current`, undefined], [`${path}/tables/requests`, null], [
      `${path}/checks`,
      null
    ], [`${path}/document`, null]] as const
  ) {
    const gone = await call('GET', address, undefined, key === null ? open : {})
    t.match([gone.status, gone.json], [410, {
      code: 'report-withdrawn',
      tombstone: { agency: 'a', year: 2022, version: 2, withdrawn_at: /^\d{4}-/, reason: '机构撤销' }
    }], address)
  }
  t.same((await call('GET', '/v1/reports', undefined, open)).json.items, [])
  t.same((await call('GET', '/v1/reports?status=withdrawn')).json.items.map((item: any) => item.version), [2])
  t.match((await call('GET', `${path}/versions`, undefined, open)).json.items[1], {
    withdrawal_reason: '机构撤销',
    public_until: withdrawn.published_at && /^\d{4}-/
  })
  t.same((await call('GET', `${path}/versions/2`, undefined, open)).json.tables, content(3).tables)
  await step(path, 'amend', '恢复')
  t.equal((await call('GET', path, undefined, open)).status, 410)
  t.equal((await call('DELETE', path)).status, 204)
  t.same(
    (await call('GET', path)).json,
    { ...withdrawn, revision: withdrawn.revision + 2 },
    'deleting the draft restores the withdrawn state'
  )
  await step(path, 'amend', '恢复')
  for (const move of ['submit', 'publish']) await step(path, move)
  t.match([(await call('GET', path, undefined, open)).json.version, await total()], [3, {
    values: { 'requests.granted.other': 3 }
  }], 'the same content is public again')
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('returning a report stores remarks by cell', async t => {
  const { call, content } = await county(t)
  await call('PUT', path, content(1))
  await call('POST', `${path}/submit`)
  const wrong = await call('POST', `${path}/return`, { reason: '请核对', remarks: { 'requests.grantd.total': 'x' } })
  t.match([wrong.status, wrong.json.errors], [422, [{
    pointer: '/remarks/requests.grantd.total',
    did_you_mean: 'requests.granted.total'
  }]])
  const remarks = { 'requests.granted.total': '与附表不一致', 'fees.administrative_fees.amount': '单位是万元吗？' }
  const returned = await call('POST', `${path}/return`, { reason: '请核对', remarks })
  t.match([returned.json.status, returned.json.remarks], ['returned', remarks])
  t.equal((await call('PUT', path, returned.json)).status, 200, 'a PUT accepts the response unchanged')
  t.same(
    (await call('PUT', path, { ...returned.json, remarks: {}, allowed_transitions: ['publish'], published_at: 'x' }))
      .json.errors.map((e: any) => e.pointer),
    ['/published_at', '/remarks', '/allowed_transitions']
  )
  const submitted = await call('POST', `${path}/submit`)
  t.same([submitted.json.remarks, submitted.json.reason], [undefined, undefined])
})

t.test('rejects a document for a published report and imports it into an amendment', async t => {
  const { call } = await county(t)
  const { readFile } = await import('node:fs/promises')
  const page = await readFile(new URL('../../examples/kundulun-2019.txt', import.meta.url))
  const read = async (text: Buffer | string) =>
    await call('POST', '/v1/imports/documents?agency=a&year=2019', text, { headers: { 'content-type': 'text/plain' } })
  const path = '/v1/reports/a/2019'
  t.equal((await read(page)).status, 201)
  for (const move of ['submit', 'publish']) t.equal((await call('POST', `${path}/${move}`)).status, 200)
  t.equal((await read(page)).json.outcome, 'unchanged')
  const other = page.toString().replace('2019年，昆區', '2019年，全區').replace(/一、(總體|总体)情?/, '$&')
  const changed = other === page.toString() ? `${other}\n补充一行文字。\n` : other
  const refused = await read(changed)
  t.match(
    [refused.status, refused.json.code, refused.json.locked?.status],
    [409, 'report-locked', 'published'],
    refused.text.slice(0, 300)
  )
  const source = async (key?: null) =>
    (await call('GET', `${path}/cells/requests.granted.total`, undefined, key === null ? open : {})).json.source
      .document
  const first = await source()
  await call('POST', `${path}/amend`, { reason: '重新导入' })
  t.equal((await read(changed)).json.outcome, 'replaced')
  t.not(await source(), first)
  t.equal(await source(null), first, 'the public sees the source of the published version')
  t.equal((await call('DELETE', path)).status, 204)
  t.equal(await source(), first)
  await call('POST', `${path}/amend`, { reason: '手工更正' })
  t.equal(await source(), first, 'the document of a deleted draft is not the source of a later one')
})

t.test('public reads see exactly one complete version while amendments are published', async t => {
  const { call, db, forms, publish, total } = await county(t)
  await publish(path, 1)
  const state = { reading: true }
  const seen = new Set<number>()
  const torn: unknown[] = []
  const readers = Array.from({ length: 3 }, async () => {
    while (state.reading) {
      const { status, json } = await call('GET', path, undefined, open)
      const { included } = (await total()).coverage
      // Every free figure of version n is n, and the totals always include exactly one version.
      if (
        status !== 200 || json.tables.documents.regulations.issued !== json.version ||
        json.tables.requests.granted.other !== json.version || included !== 1
      ) torn.push([json, included])
      seen.add(json.version)
    }
  })
  try {
    for (let version = 2; version <= 12; version++) await publish(path, version)
  } finally {
    state.reading = false
    await Promise.all(readers)
  }
  t.same(torn, [])
  t.ok(seen.size > 3, `${seen.size} versions seen`)
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('a crash during publication keeps the old version public and rolls back the new one', async t => {
  const { call, db, forms, content, step, publish, total } = await county(t)
  await publish(path, 1)
  await step(path, 'amend', '更正')
  await call('PUT', path, content(2))
  await step(path, 'submit')
  // Hold the last lock of a publication, so that it blocks on its last statement, and then kill it.
  const killed = await db.transaction().execute(async trx => {
    await sql`select at from clock for update`.execute(trx)
    const publishing = call('POST', `${path}/publish`)
    for (;;) {
      const { rows } =
        await sql`select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and query like '%update clock%' and datname = current_database()`
          .execute(db)
      if (rows.length > 0) break
    }
    return await publishing
  })
  t.equal(killed.status, 503, killed.text)
  t.match([
    (await call('GET', path)).json.status,
    (await call('GET', path, undefined, open)).json.version,
    (await total()).values
  ], ['submitted', 1, { 'requests.granted.other': 1 }])
  t.same((await verifyTotals(db, forms)).differences, [])
  t.equal((await call('POST', `${path}/publish`)).json.version, 2, 'a second attempt succeeds')
  t.same((await verifyTotals(db, forms)).differences, [])
})

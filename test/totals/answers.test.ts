import { sql } from 'kysely'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const MEASURE = 'requests.new_received.total'

t.test('caches a response until its data change and invalidates it in every process', async t => {
  const { call, db, forms } = await freshApp(t)
  const other = await buildApp({ db, forms })
  t.teardown(async () => await other.close())
  for (const [code, parent] of [['top', null], ['one', 'top'], ['two', 'top']]) {
    t.equal(
      (await call('PUT', `/v1/agencies/${code}`, { name: `机关${code}`, level: 'county', kind: 'government', parent }))
        .status,
      201
    )
  }
  const publish = async (agency: string, figure: number) => {
    const path = `/v1/reports/${agency}/2022`
    await call('PUT', path, { tables: consistentTables(forms.get('2021'), () => figure), sections: SECTIONS })
    for (const move of ['submit', 'publish']) t.equal((await call('POST', `${path}/${move}`)).status, 200)
  }
  const path = `/v1/totals?measure=${MEASURE}&by=child&under=top&year=2022`
  const read = async (etag?: string) => {
    const both = await Promise.all([
      call('GET', path, undefined, { key: null, headers: etag === undefined ? {} : { 'if-none-match': etag } }),
      other.inject({ url: path, headers: etag === undefined ? {} : { 'if-none-match': etag } })
    ])
    t.equal(both[0].status, both[1].statusCode)
    t.equal(both[0].text, both[1].body, 'both processes return the same body')
    t.equal(both[0].headers.etag, both[1].headers.etag)
    return both[0]
  }
  const included = (answer: { json: any }) =>
    answer.json.totals.map((
      group: any
    ) => [group.child, group.child_name, group.coverage.included, group.values[MEASURE]])

  await publish('one', 1)
  const first = await read()
  t.match(first.headers, { etag: /^"[\w-]{22}"$/, 'cache-control': 'public, no-cache', vary: /Accept/ })
  const sum = included(first)[0]![3]
  t.same(included(first), [['one', '机关one', 1, sum], ['top', '机关top', 0, null], ['two', '机关two', 0, null]])
  const known = await read(first.headers.etag)
  t.equal(known.status, 304)
  t.equal(known.text, '')
  t.equal(known.headers.etag, first.headers.etag)
  t.equal((await read(`"other", W/${first.headers.etag}`)).status, 304, 'a list with a weakened ETag matches')
  t.equal((await read('*')).status, 304)
  t.equal((await read('"other"')).status, 200)

  await publish('two', 1)
  const second = await read(first.headers.etag)
  t.same(
    included(second),
    [['one', '机关one', 1, sum], ['top', '机关top', 0, null], ['two', '机关two', 1, sum]],
    'a publication invalidates the cache'
  )
  await call('PATCH', '/v1/agencies/two', { name: '新名' })
  t.equal(included(await read(second.headers.etag))[2]![1], '新名', 'a new name invalidates the cache')
  await call('PATCH', '/v1/agencies/two', { parent: 'one', since: 2000 })
  t.same(
    included(await read()),
    [['one', '机关one', 2, sum * 2], ['top', '机关top', 0, null]],
    'a move in the tree invalidates the cache'
  )
  t.equal((await call('POST', '/v1/reports/two/2022/withdraw', { reason: '误' })).status, 200)
  t.same(
    included(await read()),
    [['one', '机关one', 1, sum], ['top', '机关top', 0, null]],
    'a withdrawal invalidates the cache'
  )

  const file = JSON.stringify({
    agency: 'top',
    year: 2022,
    tables: consistentTables(forms.get('2021'), () => 1),
    sections: SECTIONS
  })
  const importing = call('POST', '/v1/imports/reports?publish=true', file, {
    headers: { 'content-type': 'application/x-ndjson' }
  })
  // Keep querying during the import, so that answers are cached under the timestamp that it reserves at its start.
  const state = { done: false }
  importing.finally(() => {
    state.done = true
  })
  while (!state.done) await Promise.all([call('GET', path, undefined, { key: null }), other.inject(path)])
  t.equal((await importing).json.counts.created, 1)
  t.same(
    included(await read()),
    [['one', '机关one', 1, sum], ['top', '机关top', 1, sum]],
    'an import invalidates the cache'
  )

  const csv = await call('GET', path, undefined, { key: null, headers: { accept: 'text/csv' } })
  t.not(csv.headers.etag, first.headers.etag, 'CSV has its own ETag')
  t.equal(csv.text.split('\n')[1], `one,机关one,${sum},2,1,1,0`)
})

t.test('keeps a response while reports are published elsewhere or for another year', async t => {
  const { call, db, forms } = await freshApp(t)
  for (const [code, parent] of [['east', null], ['e1', 'east'], ['west', null], ['w1', 'west']]) {
    await call('PUT', `/v1/agencies/${code}`, { name: `机关${code}`, level: 'county', kind: 'government', parent })
  }
  const publish = async (agency: string, year: number) => {
    const path = `/v1/reports/${agency}/${year}`
    await call('PUT', path, { tables: consistentTables(forms.choose(year, undefined), () => 1), sections: SECTIONS })
    for (const move of ['submit', 'publish']) t.equal((await call('POST', `${path}/${move}`)).status, 200)
  }
  const nameOfChild = async (path: string) => {
    const { json } = await call('GET', `/v1/${path}`, undefined, { key: null })
    return (json.totals ?? json.items).find((found: any) => [found.child, found.agency].includes('e1'))
  }
  await publish('e1', 2022)
  const totals = `totals?measure=${MEASURE}&by=child&under=east&year=2022`
  const ranking = `rankings?measure=${MEASURE}&of=child&under=east&year=2022`
  await nameOfChild(totals)
  await nameOfChild(ranking)
  // A direct update changes no revision: a response with the new name was recomputed.
  await sql`update agency_period set name = '改' where agency = 'e1'`.execute(db)
  await publish('w1', 2022)
  await publish('e1', 2023)
  t.equal((await nameOfChild(totals)).child_name, '机关e1')
  t.equal((await nameOfChild(ranking)).agency_name, '机关e1')
  await publish('east', 2022)
  t.equal((await nameOfChild(totals)).child_name, '改')
  t.equal((await nameOfChild(ranking)).agency_name, '改')
})

t.test('does not cache errors', async t => {
  const { call } = await freshApp(t)
  const path = `/v1/totals?measure=${MEASURE}&under=new`
  t.equal((await call('GET', path)).json.code, 'agency-unknown')
  t.equal((await call('GET', path.replace('?', '?by=agency&'))).json.code, 'agency-unknown')
  await call('PUT', '/v1/agencies/new', { name: '新', level: 'county', kind: 'government' })
  t.equal((await call('GET', path)).status, 200)
  t.same((await call('GET', path.replace('?', '?by=agency&'))).json.totals, [])
})

t.test('streams any number of groups by agency', async t => {
  const { app, call, db, forms } = await freshApp(t)
  const agencies = 2600
  await call('PUT', '/v1/agencies/top', {
    name: '上级',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  const code = (i: number) => `a${String(i).padStart(5, '0')}`
  await sql`insert into agency (code, name) select 'a' || lpad(i::text, 5, '0'), '机关' || i from generate_series(1, ${
    sql.lit(agencies)
  }) i`.execute(db)
  await sql`insert into agency_period select code, 0, 9999, 'top', 'county', case when code like '%1' then 'office' else 'department' end, 'own', name from agency where code like 'a%'`
    .execute(db)
  await sql`insert into agency_ancestor select code, above, 0, 9999 from agency, unnest(array['top', '']) above where code like 'a%'`
    .execute(db)
  for (const agency of [code(1), code(1500), code(agencies)]) {
    await call('PUT', `/v1/reports/${agency}/2022`, {
      tables: consistentTables(forms.get('2021'), () => 1),
      sections: SECTIONS
    })
    for (const move of ['submit', 'publish']) {
      t.equal((await call('POST', `/v1/reports/${agency}/2022/${move}`)).status, 200)
    }
  }
  const path =
    `/v1/totals?measure=${MEASURE}&measure=documents.normative_documents.in_force&by=agency,year&year=2019..2022`
  const whole = await call('GET', `${path}&under=top`)
  t.equal(whole.headers['content-type'], 'application/json; charset=utf-8')
  t.equal(whole.json.totals.length, agencies * 4)
  t.same(
    whole.json.totals.map((group: any) => `${group.agency} ${group.year}`),
    Array.from({ length: agencies * 4 }, (_, i) => `${code(Math.floor(i / 4) + 1)} ${2019 + i % 4}`),
    'groups are ordered by key'
  )
  t.same(
    whole.json.totals.filter((group: any) => group.coverage.included > 0).map((
      group: any
    ) => [group.agency, group.year]),
    [[code(1), 2022], [code(1500), 2022], [code(agencies), 2022]]
  )
  t.same(whole.json, JSON.parse(JSON.stringify(whole.json)), 'the JSON is well-formed')
  const csv = await call('GET', `${path}&under=top`, undefined, { headers: { accept: 'text/csv' } })
  t.equal(csv.text.split('\n').length, agencies * 4 + 2)
  t.equal((await call('GET', `${path}&kind=office`)).json.totals.length, 260 * 4)
  t.equal(
    (await call('GET', `/v1/totals?measure=${MEASURE}&by=agency`)).json.totals.length,
    agencies,
    'without by=year there is one group per agency'
  )

  // Clients that disconnect, immediately or mid-stream, release their connection and their slot.
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  for (let i = 0; i < 12; i++) {
    const abort = new AbortController()
    const gone = fetch(`${address}${path}`, { signal: abort.signal }).then(async answer => {
      if (i % 2 === 0) await answer.body!.getReader().read()
      abort.abort()
    })
    await gone
    if (i % 3 === 2) await new Promise(resolve => setTimeout(resolve, 300))
  }
  await new Promise(resolve => setTimeout(resolve, 500))
  t.equal((await call('GET', `${path}&under=top`)).json.totals.length, agencies * 4)
  const { rows } =
    await sql`select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`
      .execute(db)
  t.same(rows, [], 'no transaction is left open')
  // Close connections that fetch opened but never used.
  app.server.closeAllConnections()
})

t.test('aborts the stream when its database connection is terminated', async t => {
  const { app, db } = await freshApp(t)
  await sql`insert into agency (code, name) select 'a' || i, '机关' || i from generate_series(1, 60000) i`.execute(db)
  await sql`insert into agency_period select code, 0, 9999, null, 'county', 'office', 'own', name from agency`.execute(
    db
  )
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const answer = await fetch(`${address}/v1/totals?measure=${MEASURE}&by=agency&year=2022`)
  const reader = answer.body!.getReader()
  await reader.read()
  // Its transaction is idle between two pieces, once the client does not read on.
  let ended = 0
  for (let i = 0; i < 100 && ended === 0; i++) {
    await new Promise(resolve => setTimeout(resolve, 100))
    const { rows } =
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`
        .execute(db)
    ended = rows.length
  }
  t.equal(ended, 1, 'the stream waits for the client')
  await t.rejects(
    (async () => {
      while (!(await reader.read()).done);
    })(),
    'the response is aborted instead of truncated'
  )
  t.equal((await fetch(`${address}/readyz`)).status, 200)
})

t.test('compresses a long response for clients that accept gzip', async t => {
  const { app, call } = await freshApp(t)
  const path = `/v1/totals?measure=${MEASURE}&by=year&year=2001..2099`
  const plain = await call('GET', path)
  t.equal(plain.headers['content-encoding'], undefined)
  t.equal(plain.headers.vary, 'Accept, Accept-Encoding')
  const packed = await app.inject({ url: path, headers: { 'accept-encoding': 'gzip, br' } })
  t.equal(packed.headers['content-encoding'], 'gzip')
  t.equal(gunzipSync(packed.rawPayload).toString(), plain.text)
  t.not(packed.headers.etag, plain.headers.etag, 'the compressed response has its own ETag')
  t.equal(
    (await app.inject({
      url: path,
      headers: { 'accept-encoding': 'gzip', 'if-none-match': String(packed.headers.etag) }
    })).statusCode,
    304
  )
  t.equal((await app.inject({ url: path, headers: { 'accept-encoding': 'gzip;q=0' } })).body, plain.text)
  for (const path of ['/v1/forms', '/v1/forms/2021']) {
    const form = await call('GET', path, undefined, { key: null })
    t.match(form.headers, {
      etag: /^"/,
      'cache-control': 'public, no-cache',
      'content-type': 'application/json; charset=utf-8'
    })
    t.equal(
      (await call('GET', path, undefined, { key: null, headers: { 'if-none-match': form.headers.etag! } })).status,
      304
    )
  }
})

// A database whose own settings differ from those of a new one.
import { sql } from 'kysely'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { checkDatabaseUrl } from '../../src/database/check-url.ts'
import { openDatabase } from '../../src/database/connection.ts'
import { ADMIN_KEY, freshApp } from '../support/app.ts'
import { adminUrl, urlOf } from '../support/database.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const { db, url, forms, call } = await freshApp(t)
const name = new URL(url.replace('postgresql:///', 'postgresql://x/')).pathname.slice(1)
const tables = consistentTables(forms.get('2021'), () => 2)
const bureau = { name: '某局', level: 'county', kind: 'department' }
await call('PUT', '/v1/agencies/bureau', bureau)

/** Builds the service on new connections, to which the settings of the database apply. */
async function otherService (t: { teardown(work: () => Promise<void>): void }) {
  const own = openDatabase(url, 10, () => {})
  const app = await buildApp({ db: own, forms, adminKey: ADMIN_KEY })
  t.teardown(async () => {
    await app.close()
    await own.destroy()
  })
  return async (method: 'GET' | 'PUT' | 'POST', path: string, payload?: object | string, headers = {}) => {
    const answer = await app.inject({
      method,
      url: path,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
      ...(payload === undefined ? {} : { payload })
    })
    return { status: answer.statusCode, headers: answer.headers, json: answer.json() }
  }
}

const set = async (setting: string, value: string) =>
  await sql`alter database ${sql.id(name)} set ${sql.raw(setting)} = ${sql.lit(value)}`.execute(db)

t.test('answers the same whatever style the database has for dates, intervals and bytes', async t => {
  const key = { role: 'filer', agency: 'bureau', label: 'x', expires_at: '2099-03-04T05:06:07Z' }
  await call('PUT', '/v1/reports/bureau/2022', { tables, sections: SECTIONS })
  const paths = ['/v1/reports', '/v1/reports/bureau/2022', '/v1/events']
  const before = await Promise.all(paths.map(async path => (await call('GET', path)).json))
  await set('DateStyle', 'SQL, DMY')
  await set('IntervalStyle', 'sql_standard')
  await set('TimeZone', 'Asia/Shanghai')
  await set('bytea_output', 'escape')
  await set('extra_float_digits', '-10')
  const other = await otherService(t)
  t.same(await Promise.all(paths.map(async path => (await other('GET', path)).json)), before)
  const made = await other('POST', '/v1/keys', key)
  t.match(made, { status: 201, json: { expires_at: '2099-03-04T05:06:07.000Z' } })
  t.same((await other('GET', '/v1/keys')).json, (await call('GET', '/v1/keys')).json)
  const line = JSON.stringify({ agency: 'bureau', year: 2023, tables, sections: SECTIONS })
  const job = await other('POST', '/v1/imports/reports', line, {
    'content-type': 'application/x-ndjson',
    prefer: 'respond-async'
  })
  t.equal(job.status, 202)
  for (let state = 'running'; state === 'running';) {
    const { json } = await other('GET', String(job.headers.location))
    state = json.state
    if (state !== 'running') t.match(json, { state: 'succeeded', result: { counts: { created: 1 } } })
  }
})

t.test('publishes at once for many clients although the database isolates by repeatable read', async t => {
  await set('default_transaction_isolation', 'repeatable read')
  const other = await otherService(t)
  const codes = Array.from({ length: 12 }, (_, i) => `office-${i}`)
  for (const code of codes) {
    await other('PUT', `/v1/agencies/${code}`, { ...bureau, parent: 'bureau' })
    await other('PUT', `/v1/reports/${code}/2022`, { tables, sections: SECTIONS })
    await other('POST', `/v1/reports/${code}/2022/submit`)
  }
  const answers = await Promise.all(
    codes.map(async code => (await other('POST', `/v1/reports/${code}/2022/publish`)).status)
  )
  t.same(answers, codes.map(() => 200))
})

t.test('a database that became read-only: writes are 503, readiness is 503, reads go on', async t => {
  const other = await otherService(t)
  t.equal((await other('GET', '/readyz')).status, 200)
  await set('default_transaction_read_only', 'on')
  const standby = await otherService(t)
  const write = await standby('PUT', '/v1/agencies/late', bureau)
  t.match(write, { status: 503, headers: { 'retry-after': '1' }, json: { code: 'database-read-only' } })
  t.match(await standby('GET', '/readyz'), { status: 503, json: { detail: /read-only/ } })
  t.equal((await standby('GET', '/v1/agencies/bureau')).status, 200)
  await t.rejects(checkDatabaseUrl(url), /is read-only: connect to the primary/)
  await sql`alter database ${sql.id(name)} reset default_transaction_read_only`.execute(db)
  // One refused write retires all connections that were opened meanwhile.
  await standby('PUT', '/v1/agencies/late', bureau)
  t.equal((await standby('PUT', '/v1/agencies/late', bureau)).status, 201)
})

t.test('refuses a database that is not UTF-8', async t => {
  const admin = openDatabase(adminUrl(), 1, () => {})
  const latin = `${name}_latin`
  await sql`create database ${sql.id(latin)} template template0 encoding 'LATIN1' locale 'C'`.execute(admin)
  t.teardown(async () => {
    await sql`drop database ${sql.id(latin)}`.execute(admin)
    await admin.destroy()
  })
  await t.rejects(checkDatabaseUrl(urlOf(latin)), /has the encoding LATIN1: make one with createdb --encoding=UTF8/)
})

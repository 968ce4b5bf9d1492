// Moving a registry to another server, backups and restores, done by the programs on real servers.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { openDatabase } from '../../src/database/connection.ts'
import { postgresUrl } from '../../src/database/embedded/server.ts'
import { migrate, migrationNames } from '../../src/database/migrations.ts'
import { readBackup, verifyBackup, writeBackup } from '../../src/database/transfer/backup-file.ts'
import { listTables, openSession } from '../../src/database/transfer/contents.ts'
import { fillDatabase, readDatabase } from '../../src/database/transfer/database.ts'
import { ADMIN_KEY, freshApp, freshDatabase } from '../support/app.ts'
import { hasDebian15, startDebian15 } from '../support/debian.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { spawnService } from '../support/service.ts'

t.setTimeout(480_000)

const folder = mkdtempSync('/tmp/gongkai-transfer-')
chmodSync(folder, 0o755)
t.teardown(() => rmSync(folder, { recursive: true }))

/** Runs a program of the build. Returns its exit code and all it wrote. */
async function program (name: string, env: Record<string, string>, ...args: string[]) {
  const options = { env: { PATH: process.env.PATH, ...env } }
  const { code = 0, stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [`dist/bin/${name}.js`, ...args],
    options
  )
    .then(said => ({ code: 0, ...said }), error => error as { code: number, stdout: string, stderr: string })
  return { code, text: stdout + stderr }
}

const backUp = async (url: string, file: string) =>
  await readDatabase(url, async registry => await writeBackup(file, registry))
const restore = async (url: string, file: string) => await fillDatabase(url, await readBackup(file))

/** The rows of each table, in no order, and the sequences. */
async function contentsOf (url: string): Promise<Record<string, string>> {
  return await readDatabase(url, async ({ parts }) => {
    const contents: Record<string, string> = {}
    for await (const part of parts) {
      if (part.kind === 'sequence') contents[part.name] = `${part.value} ${part.isCalled}`
      else {
        let text = ''
        for await (const rows of part.rows) text += rows.toString('latin1')
        contents[part.name] = createHash('sha256').update(text.split('\n').sort().join('\n')).digest('hex')
      }
    }
    return contents
  })
}

async function rowsOf (url: string, table: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows: [{ count }] } = await client.query(`select count(*)::int from ${table}`)
  await client.end()
  return count
}

const PATHS = [
  '/v1/agencies',
  '/v1/reports',
  '/v1/reports/bureau/2022',
  '/v1/events',
  '/v1/keys',
  '/v1/totals?measure=requests.granted.total&by=year'
]

const { call, forms, url: source, db } = await freshApp(t)
const tables = consistentTables(forms.get('2021'), () => 3)
const agency = { level: 'county', kind: 'department' }
const answersOf = async (ask: typeof call) => await Promise.all(PATHS.map(async path => (await ask('GET', path)).text))

t.before(async () => {
  const done = async (...given: Parameters<typeof call>) => {
    const { status, text } = await call(...given)
    if (status >= 300) throw new Error(text)
  }
  await done('PUT', '/v1/agencies/city', { ...agency, name: '某市人民政府', kind: 'government', level: 'prefecture' })
  await done('PUT', '/v1/agencies/bureau', { ...agency, name: '𠮷某局', parent: 'city' })
  await done('PUT', '/v1/agencies/closed', {
    ...agency,
    name: '某所',
    parent: 'city',
    until: 2022,
    successor: 'bureau'
  })
  // Texts that look like the format of COPY.
  const overview = '第一行\n\\.\n\\N\t制表符\\\n{"a","b"}'
  for (const year of [2021, 2022, 2023]) {
    await done('PUT', `/v1/reports/bureau/${year}`, { tables, sections: { ...SECTIONS, overview } })
    for (const move of ['submit', 'publish']) await done('POST', `/v1/reports/bureau/${year}/${move}`, {})
  }
  await done('POST', '/v1/reports/bureau/2023/withdraw', { reason: '数据有误' })
  await done('POST', '/v1/keys', { role: 'supervisor', agency: 'city', label: '市政务公开办' })
  const document = readFileSync('examples/kundulun-2019.txt')
  await done(
    'POST',
    '/v1/imports/documents?agency=closed&year=2019&accept_partial=true',
    document,
    {
      headers: { 'content-type': 'text/plain; charset=utf-8' }
    }
  )
  await done('PUT', '/v1/reports/closed/2020', { tables: { requests: { granted: { total: null } } } })
  // All events get their numbers.
  await done('GET', '/v1/events/verify')
})

/** A database without any table on the server of this run. */
const empty = async (t: Parameters<typeof freshDatabase>[0]) => (await freshDatabase(t, 'template0')).url

t.test('moves to PostgreSQL 15 and back, and backs up and restores in both directions', async t => {
  if (!hasDebian15) return t.pass('there is no PostgreSQL 15')
  const urlOf = await startDebian15(t)
  const admin = new pg.Client(urlOf('postgres'))
  await admin.connect()
  for (const name of ['moved', 'restored']) await admin.query(`create database ${name}`)
  await admin.end()
  const before = await contentsOf(source)

  const there = await program('transfer', { DATABASE_URL: source }, '--to', urlOf('moved'))
  t.equal(there.code, 0, there.text)
  t.match(there.text, /^report_version: 0\.\d MB$/m)
  t.match(there.text, /^totals: [1-9]\d* rows recomputed, 0 differ\naudit log: [1-9]\d* events, 0 faults; /m)
  t.same(await contentsOf(urlOf('moved')), before)

  const back = await empty(t)
  await readDatabase(urlOf('moved'), async registry => await fillDatabase(back, registry))
  t.same(await contentsOf(back), before)

  t.equal((await program('backup', { DATABASE_URL: source }, `${folder}/18`)).code, 0)
  t.equal((await program('restore', { DATABASE_URL: urlOf('restored') }, `${folder}/18`)).code, 0)
  t.same(await contentsOf(urlOf('restored')), before)

  await backUp(urlOf('restored'), `${folder}/15`)
  const restored = await empty(t)
  await restore(restored, `${folder}/15`)
  t.same(await contentsOf(restored), before)
})

t.test('a service on the restored database answers as before and goes on', async t => {
  const file = `${folder}/answers`
  const answers = await answersOf(call)
  await backUp(source, file)
  t.equal(statSync(file).mode & 0o777, 0o600, 'only its owner reads it')
  const url = await empty(t)
  await restore(url, file)
  const db = openDatabase(url, 3, () => {})
  const app = await buildApp({ db, forms, adminKey: ADMIN_KEY })
  t.teardown(async () => {
    await app.close()
    await db.destroy()
  })
  const ask = async (method: string, path: string, payload?: unknown) =>
    await app.inject({
      method: method as 'GET',
      url: path,
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      ...(payload === undefined ? {} : { payload: payload as object })
    })
  for (const [i, path] of PATHS.entries()) t.equal((await ask('GET', path)).body, answers[i], path)
  const made = await ask('POST', '/v1/keys', { role: 'filer', agency: 'bureau', label: '填报' })
  t.equal(made.statusCode, 201, made.body)
  t.equal((await ask('POST', '/v1/reports/bureau/2022/amend', { reason: '更正' })).statusCode, 200)
  t.match((await ask('GET', '/v1/events/verify')).json(), { ok: true })
})

t.test('fills no database that has rows, and names their tables', async t => {
  const { url, db } = await freshDatabase(t)
  await db.insertInto('agency').values({ code: 'x', name: '某局' }).execute()
  const before = await contentsOf(url)
  const { code, text } = await program('transfer', { DATABASE_URL: source }, '--to', url)
  t.equal(code, 1)
  t.match(text, /is not empty: it has rows in agency/)
  t.same(await contentsOf(url), before)
  await t.rejects(
    readDatabase(source, async registry => await fillDatabase(source, registry)),
    { message: /is not empty/ },
    'nor itself'
  )
  t.equal((await program('transfer', { DATABASE_URL: source })).code, 2, 'usage')
})

t.test('restores nothing from a file that was cut off or changed, and overwrites no file', async t => {
  const file = `${folder}/whole`
  await backUp(source, file)
  await t.rejects(backUp(source, file), { message: /is there already/ })
  const whole = readFileSync(file)
  const text = gunzipSync(whole).toString('latin1')
  const packed = (changed: string) => gzipSync(Buffer.from(changed, 'latin1'))
  t.match(text, /^-- gongkai backup \{/)
  const end = text.lastIndexOf('-- sha256')
  const damaged: Record<string, Buffer> = {
    'cut off': whole.subarray(0, whole.length - 10),
    'cut off in the middle': whole.subarray(0, whole.length >> 1),
    empty: Buffer.alloc(0),
    'no gzip': Buffer.from('-- gongkai backup'),
    'a changed byte': Buffer.from(whole).fill(whole[200]! ^ 1, 200, 201),
    'a changed figure': packed(text.replaceAll('2022', '2020')),
    'without its end': packed(text.slice(0, end)),
    'cut between two tables': packed(text.slice(0, text.lastIndexOf('copy "'))),
    'with more after its end': packed(`${text}x\n`),
    'without a table': packed(text.replace(/copy "deadline"[^]*?\n\\\.\n/, '')),
    'with another statement': packed(text.replace('select setval', 'drop table agency; select setval'))
  }
  const url = await empty(t)
  for (const [name, bytes] of Object.entries(damaged)) {
    t.notOk(gunzipsTo(bytes, text), `${name}: the file is another`)
    writeFileSync(`${folder}/damaged`, bytes)
    await t.rejects(verifyBackup(`${folder}/damaged`), { message: /is no whole backup/ }, name)
    await t.rejects(readBackup(`${folder}/damaged`).then(async from => await fillDatabase(url, from)), name)
  }
  t.match(await program('restore', { DATABASE_URL: url }, `${folder}/damaged`), { code: 1, text: /no whole backup/ })
  // A digest that fits does not make a table of another version acceptable.
  const other = text.slice(0, end).replace(/copy "deadline"[^]*?\n\\\.\n/, '')
  const digest = createHash('sha256').update(Buffer.from(other, 'latin1')).digest('hex')
  writeFileSync(`${folder}/damaged`, packed(`${other}-- sha256 ${digest}\n`))
  await t.rejects(restore(url, `${folder}/damaged`), { message: /lacks the tables deadline/ })
  t.equal(await rowsOf(url, 'report'), 0)
  t.equal(await rowsOf(url, 'event'), 0)
  await restore(url, file)
  t.same(await contentsOf(url), await contentsOf(source))
})

const gunzipsTo = (bytes: Buffer, text: string) => {
  try {
    return gunzipSync(bytes).toString('latin1') === text
  } catch {
    return false
  }
}

t.test('a backup of an earlier version is restored and migrated; one of a later version is refused', async t => {
  const old = await freshDatabase(t)
  await migrate(old.db, 'down')
  await old.db.insertInto('agency').values({ code: 'x', name: '某局' }).execute()
  await backUp(old.url, `${folder}/old`)
  const url = await empty(t)
  await restore(url, `${folder}/old`)
  t.equal(await rowsOf(url, 'agency'), 1)
  t.equal(await rowsOf(url, 'kysely_migration'), (await migrationNames()).length)
  const lines = gunzipSync(readFileSync(`${folder}/old`)).toString('latin1').split('\n')
  const newer = [lines[0]!.replace(']', ',"9999_later"]'), ...lines.slice(1, -2)].join('\n') + '\n'
  const digest = createHash('sha256').update(Buffer.from(newer, 'latin1')).digest('hex')
  writeFileSync(`${folder}/newer`, gzipSync(Buffer.from(`${newer}-- sha256 ${digest}\n`, 'latin1')))
  await t.rejects(restore(await empty(t), `${folder}/newer`), {
    message: /newer version of Gongkai, with the migrations 9999_later/
  })
})

t.test('copies every table with columns, referenced ones first', async t => {
  const client = await openSession(source)
  const listed = (await listTables(client)).map(table => table.name)
  await client.end()
  const names = await db.introspection.getTables()
  t.same(
    listed.toSorted(),
    names.filter(table => !table.isView && table.columns.length > 0).map(table => table.name).sort()
  )
  t.ok(listed.indexOf('agency') < listed.indexOf('report'))
  t.ok(listed.indexOf('report') < listed.indexOf('report_version'))
})

t.test('backs up the embedded server of a running service, and moves into a new one', async t => {
  const first = { DATA_DIR: `${folder}/first`, PORT: '0', ADMIN_API_KEY: ADMIN_KEY }
  t.equal((await program('transfer', first, '--from', source)).code, 0, 'before the first start')
  const started = spawnService(first)
  t.teardown(async () => {
    started.child.kill('SIGKILL')
    await started.ended
  })
  await started.said(/listens on/)
  const base = started.lines().at(-1)!.address as string
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' }
  const over = new AbortController()
  let written = 0
  const writing = (async () => {
    for (; !over.signal.aborted; written++) {
      const answer = await fetch(`${base}/v1/agencies/busy-${written}`, {
        method: 'PUT',
        headers,
        body: JSON.stringify({ ...agency, name: `某${written}局` })
      })
      t.equal(answer.status, 201)
    }
  })()
  const { code, text } = await program('backup', first, `${folder}/running`)
  over.abort()
  await writing
  t.equal(code, 0, text)
  t.ok(written > 0 && existsSync(`${folder}/running`))
  t.equal((await fetch(`${base}/readyz`)).status, 200, 'the service goes on')
  const second = { DATA_DIR: `${folder}/second` }
  const restored = await program('restore', second, `${folder}/running`)
  t.equal(restored.code, 0, restored.text)
  t.match(restored.text, /0 differ\n.*, 0 faults/)
  started.child.kill('SIGTERM')
  await started.ended
  t.match(postgresUrl(first.DATA_DIR), /first/)
})

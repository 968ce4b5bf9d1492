// The service in a process of its own, with two routes more to hold it against.
import { sql } from 'kysely'
import { buildApp } from '../dist/app.js'
import { openDatabase } from '../dist/database/connection.js'
import { migrate } from '../dist/database/migrations.js'
import { Forms, recordCells } from '../dist/forms/forms.js'
import { readForms, readRates } from '../dist/forms/load-forms.js'
import { keepHeapSmall } from '../dist/http/service/heap.js'

const { BENCH_DATABASE_URL: url, BENCH_POOL: pool, BENCH_KEY: adminKey } = process.env
// Ctrl-C reaches the whole process group; the parent ends us when it is done.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())

keepHeapSmall()
const db = openDatabase(url, Number(pool), error => console.error(error.message))
await migrate(db, 'up')
const forms = new Forms(await readForms(), await readRates())
await recordCells(db, forms)
// As it is deployed, but for a limit that no run reaches.
const app = await buildApp({ db, forms, adminKey, rateLimit: 1_000_000_000, overloadMs: 1000 })

const schema = { hide: true, response: { 200: { type: 'object', properties: { ok: { type: 'boolean' } } } } }
app.get('/bench/bare', { schema }, async () => ({ ok: true }))
app.get('/bench/select-1', { schema }, async () => {
  const { rows: [row] } = await sql`select 1 as one`.execute(db)
  return { ok: row.one === 1 }
})

process.on('message', () => process.send({ cpu: process.cpuUsage(), memory: process.resourceUsage().maxRSS * 1024 }))
await app.listen({ host: '127.0.0.1', port: 0 })
process.send({ port: app.server.address().port })

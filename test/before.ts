// Before all test files: a server, and in it the template that each test file copies.
import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { Forms, recordCells } from '../src/forms/forms.ts'
import { readForms } from '../src/forms/read.ts'
import { openDatabase } from '../src/platform/database.ts'
import { migrate } from '../src/platform/migrations.ts'
import { startPostgres, stopPostgres } from '../src/platform/postgres/server.ts'
import { abandoned, adminUrl, dataDir, isEmbedded, template, urlOf } from './server.ts'

if (isEmbedded) {
  for (const folder of await abandoned()) {
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  }
  await startPostgres({ dataDir, log: () => {} })
}
const admin = openDatabase(adminUrl(), 1, () => {})
await sql`create database ${sql.id(template)} template template0 encoding 'UTF8' locale 'C'`.execute(admin)
await admin.destroy()
const db = openDatabase(urlOf(template), 1, () => {})
await migrate(db, 'up')
await recordCells(db, new Forms(await readForms()))
await db.destroy()
process.exit()

// Runs before all test files: starts a server and creates the template database that each test file copies.
import { sql } from 'kysely'
import { rm } from 'node:fs/promises'
import { openDatabase } from '../../src/database/connection.ts'
import { startPostgres, stopPostgres } from '../../src/database/embedded/server.ts'
import { migrate } from '../../src/database/migrations.ts'
import { Forms, recordCells } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'
import { abandoned, adminUrl, dataDir, isEmbedded, template, urlOf } from './database.ts'

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

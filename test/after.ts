import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { openDatabase } from '../src/platform/database.ts'
import { stopPostgres } from '../src/platform/postgres/server.ts'
import { adminUrl, dataDir, isEmbedded, template } from './server.ts'

if (isEmbedded) {
  await stopPostgres(dataDir)
  await rm(dataDir, { recursive: true, force: true })
} else {
  const admin = openDatabase(adminUrl(), 1, () => {})
  await sql`drop database if exists ${sql.id(template)} with (force)`.execute(admin)
  await admin.destroy()
}

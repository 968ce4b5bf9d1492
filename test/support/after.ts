import { sql } from 'kysely'
import { rm } from 'node:fs/promises'
import { openDatabase } from '../../src/database/connection.ts'
import { stopPostgres } from '../../src/database/embedded/server.ts'
import { adminUrl, dataDir, isEmbedded, template } from './database.ts'

if (isEmbedded) {
  await stopPostgres(dataDir)
  await rm(dataDir, { recursive: true, force: true })
} else {
  const admin = openDatabase(adminUrl(), 1, () => {})
  await sql`drop database if exists ${sql.id(template)} with (force)`.execute(admin)
  await admin.destroy()
}

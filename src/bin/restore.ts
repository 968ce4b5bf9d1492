// npm run restore -- FILE: fills the configured database, which must be empty, from a backup, and verifies it.
import { readBackup, verifyBackup } from '../database/transfer/backup-file.ts'
import { fillDatabase } from '../database/transfer/database.ts'
import { withProgress } from '../database/transfer/progress.ts'
import { onDatabase, runConfigured } from './on-database.ts'
import { verifyCopy } from './verify-copy.ts'

const [file, ...rest] = process.argv.slice(2)
if (file === undefined || rest.length > 0) {
  console.error('usage: npm run restore -- FILE')
  process.exit(2)
}
await runConfigured(async config => {
  // Rejects an incomplete file before the embedded server starts or the database is changed.
  await verifyBackup(file)
  await onDatabase(config, async ({ url, db }) => {
    await fillDatabase(url, withProgress(await readBackup(file), line => console.log(line)))
    await verifyCopy(db)
  })
})

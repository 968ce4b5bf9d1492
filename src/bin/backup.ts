// npm run backup -- FILE: writes the registry to a new file, while services go on.
import { stat } from 'node:fs/promises'
import { writeBackup } from '../database/transfer/backup-file.ts'
import { readDatabase } from '../database/transfer/database.ts'
import { withProgress } from '../database/transfer/progress.ts'
import { onDatabase, runConfigured } from './on-database.ts'

const [file, ...rest] = process.argv.slice(2)
if (file === undefined || rest.length > 0) {
  console.error('usage: npm run backup -- FILE')
  process.exit(2)
}
await runConfigured(async config => {
  await onDatabase(config, async ({ url }) => {
    await readDatabase(
      url,
      async registry => await writeBackup(file, withProgress(registry, line => console.log(line)))
    )
    console.log(`${file}: ${(await stat(file)).size} bytes`)
  })
})

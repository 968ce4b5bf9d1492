// npm run transfer -- --to DATABASE_URL | --from DATABASE_URL [--to DATABASE_URL]: copies the registry into an empty
// database and verifies it there. Where one is not given, it is the configured database.
import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { fillDatabase, readDatabase } from '../database/transfer/database.ts'
import { withProgress } from '../database/transfer/progress.ts'
import { onDatabase, runConfigured } from './on-database.ts'
import { verifyCopy } from './verify-copy.ts'

const urls = readArguments()
const choose = (config: Config, url: string | undefined): Config =>
  url === undefined ? config : { ...config, DATABASE_URL: url }

await runConfigured(async config => {
  await onDatabase(choose(config, urls.from), async from => {
    await onDatabase(choose(config, urls.to), async to => {
      await readDatabase(
        from.url,
        async registry => await fillDatabase(to.url, withProgress(registry, line => console.log(line)))
      )
      await verifyCopy(to.db)
    })
  })
})

function readArguments (): { from?: string | undefined, to?: string | undefined } {
  try {
    const { values } = parseArgs({ options: { from: { type: 'string' }, to: { type: 'string' } } })
    const given = Object.values(values)
    if (given.length > 0 && given.every(url => /^postgres(ql)?:\/\/./.test(url))) return values
  } catch {}
  console.error('usage: npm run transfer -- --to DATABASE_URL | --from DATABASE_URL [--to DATABASE_URL]')
  process.exit(2)
}

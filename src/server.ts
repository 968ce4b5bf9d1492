// The process: configuration, database, migrations, forms, listening; and an orderly end.
import { buildApp, version } from './app.ts'
import { loadConfig } from './config.ts'
import { connect } from './connect.ts'
import { Forms, readForms, recordCells } from './forms/forms.ts'
import { firstAdminKey } from './platform/auth.ts'
import { migrate } from './platform/migrations.ts'
import { pino } from 'pino'

/** How long requests in flight may take to finish once the service is told to stop. */
const FINISH_MS = 12_000

try {
  await start()
} catch (error) {
  // One message that a person can act on; the stack is for those who ask for it.
  console.error(process.env.LOG_LEVEL === 'debug' ? error : (error as Error).message)
  process.exit(1)
}

async function start (): Promise<void> {
  const config = loadConfig(process.env)
  const logger = pino({ level: config.LOG_LEVEL })
  const connection = await connect(config, line => logger.info(line))
  const { db } = connection
  try {
    for (const step of await migrate(db, 'up')) logger.info(`migration ${step}`)
    const forms = new Forms(await readForms())
    await recordCells(db, forms)
    const app = await buildApp({ db, forms, adminKey: config.ADMIN_API_KEY, bodyLimit: config.BODY_LIMIT, logger })
    const address = await app.listen({ host: config.HOST, port: config.PORT })
    console.log(`Gongkai ${version} listens on ${address}, Swagger UI: ${address}/docs`)
    const key = config.ADMIN_API_KEY === undefined ? await firstAdminKey(db) : undefined
    if (key !== undefined) console.log(`Administrator key, shown this once: ${key}`)

    let ending = false
    const end = async (why: string, exitCode: number) => {
      // npm passes signals on, so that one Ctrl-C may arrive twice.
      if (ending) return
      ending = true
      logger.info(`stopping: ${why}`)
      const late = setTimeout(() => app.server.closeAllConnections(), FINISH_MS)
      await app.close()
      clearTimeout(late)
      await connection.close()
      process.exit(exitCode)
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => { end(signal, 0) })
    connection.lost.then(sentence => {
      logger.fatal(sentence)
      return end('the database is gone', 1)
    })
  } catch (error) {
    await connection.close()
    throw error
  }
}

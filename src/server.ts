// The process: configuration, database, migrations, forms, listening; and an orderly end.
import { readFile } from 'node:fs/promises'
import { buildApp, version } from './app.ts'
import type { TokenOptions } from './auth/tokens.ts'
import { type Config, findMisspelt, loadConfig } from './config.ts'
import { connect } from './database/connect.ts'
import { migrate } from './database/migrations.ts'
import { Forms, recordCells } from './forms/forms.ts'
import { readForms, readRates } from './forms/load-forms.ts'
import { keepHeapSmall } from './http/service/heap.ts'
import { openLog, openOutput } from './http/service/log.ts'
import { openNotices } from './http/service/notices.ts'
import { listenFault, tryPort } from './http/service/port.ts'
import { createFirstAdminKey } from './keys/first-key.ts'

/** How long requests in flight may take after a stop signal. */
const FINISH_MS = 12_000

const output = openOutput(process.stdout)
const notices = openNotices(process.stdout, process.stderr, output)
const withStack = ['debug', 'trace'].includes(process.env.LOG_LEVEL ?? '')

/** What is open, to be closed in the reverse order. */
const open: (() => Promise<unknown>)[] = []
let ending = false

async function end (exitCode: number): Promise<void> {
  // npm passes signals on, so that one Ctrl-C may arrive twice.
  if (ending) return
  ending = true
  for (const close of open.reverse()) await close()
  process.exit(exitCode)
}

/** One line that a person can act on; the stack needs LOG_LEVEL=debug. */
async function fail (error: Error, showStack = withStack): Promise<void> {
  if (!ending) notices.failed(error, showStack)
  await end(1)
}

process.on('uncaughtException', error => {
  // Errors during shutdown must not stop it.
  if (ending) process.exit(1)
  fail(new Error(`an error that nothing handled: ${error.message}`, { cause: error }), true)
})

try {
  await start()
} catch (error) {
  await fail(error as Error)
}

async function start (): Promise<void> {
  keepHeapSmall()
  const config = loadConfig(process.env)
  const logger = openLog(config.LOG_LEVEL, secretsOf(config), output)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!ending) logger.info(`${signal}: the service ends once the requests under way are answered`)
      end(0)
    })
  }
  for (const warning of findMisspelt(process.env)) logger.warn(warning)
  const tokens = await tokenOptions(config)
  // Before a database is made or started for nothing.
  await tryPort(config.HOST, config.PORT)
  const starting = new AbortController()
  const connecting = connect(config, (line, level = 'info') => logger[level](line), starting.signal)
  // Before it is connected: a signal during the start must not leave PostgreSQL running.
  open.push(async () => {
    starting.abort()
    await connecting.then(({ close }) => close(), () => {})
  })
  const { db, probe, lost } = await connecting
  lost.then(sentence => fail(new Error(sentence)))
  for (const step of await migrate(db, 'up')) logger.info(`migration ${step}`)
  const forms = new Forms(await readForms(), await readRates())
  await recordCells(db, forms)
  const app = await buildApp({
    db,
    probe,
    forms,
    logger,
    tokens,
    adminKey: config.ADMIN_API_KEY,
    metricsToken: config.METRICS_TOKEN,
    bodyLimit: config.BODY_LIMIT,
    seconds: { headers: config.HEADERS_TIMEOUT, request: config.REQUEST_TIMEOUT, keepAlive: config.KEEP_ALIVE_TIMEOUT },
    rateLimit: config.RATE_LIMIT,
    overloadMs: config.OVERLOAD_MS,
    trustProxy: config.TRUST_PROXY,
    publicUrl: config.PUBLIC_URL,
    defaultLanguage: config.DEFAULT_LANGUAGE,
    corsOrigins: config.CORS_ORIGINS?.split(/, */),
    importLimit: config.IMPORT_LIMIT,
    isReadOnly: config.READ_ONLY
  })
  open.push(async () => {
    const late = setTimeout(() => app.server.closeAllConnections(), FINISH_MS)
    await app.close()
    clearTimeout(late)
  })
  const { HOST: host, PORT: port } = config
  const address = await app.listen({ host, port }).catch(error => {
    throw listenFault(error, host, port)
  })
  const key = config.ADMIN_API_KEY === undefined ? await createFirstAdminKey(db) : undefined
  notices.started(version, address, key)
}

function secretsOf ({ ADMIN_API_KEY, METRICS_TOKEN }: Config): string[] {
  return [ADMIN_API_KEY, METRICS_TOKEN].filter(secret => secret !== undefined)
}

async function tokenOptions (
  { OIDC_AUDIENCE: audience, OIDC_ISSUER: issuer, JWKS_FILE: file }: Config
): Promise<TokenOptions | undefined> {
  if (audience === undefined) return undefined
  if (file === undefined) return { audience, issuer }
  try {
    const keys = JSON.parse(await readFile(file, 'utf8'))
    if (!Array.isArray(keys.keys)) throw new Error('it has no keys')
    return { audience, issuer, keys }
  } catch (error) {
    throw new Error(`JWKS_FILE ${file} cannot be read: ${(error as Error).message}`)
  }
}

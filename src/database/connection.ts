// Opens the connection pool. All statements of the service go through it.
import { Kysely, PostgresDialect } from 'kysely'
import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { Database } from './types.ts'
import { VALUE_PARSERS } from './value-parsers.ts'

/**
 * Writes an array of strings or numbers as an array literal, several times as fast as the driver. Returns other values
 * unchanged.
 */
function arrayText (value: unknown): unknown {
  if (!Array.isArray(value) || value.some(item => typeof item === 'object' && item !== null)) return value
  return `{${
    value.map(item =>
      typeof item === 'string' ? `"${/[\\"]/.test(item) ? item.replace(/[\\"]/g, '\\$&') : item}"` : item ?? 'NULL'
    ).join()
  }}`
}

/**
 * Maximum number of prepared statements per connection: texts vary with requests and would fill the server's memory.
 */
const MAX_PREPARED = 200
const prepared = new Map<string, string>()

/**
 * Prepares each statement once per connection: planning most statements costs more than running them. Without this,
 * totals lose 40 %.
 */
class PreparingClient extends pg.Client {
  constructor (config?: pg.ClientConfig) {
    super(config)
    // pg emits 'error' on a lost connection; without a listener Node exits.
    this.on('error', () => {})
  }

  override query (...given: any[]): any {
    const [text, values] = given
    if (typeof text === 'string' && text.startsWith(COPY)) {
      return this.#copy(text.replace(/\$1$/, ''), values[0] as Buffer)
    }
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return super.query(...given as [any])
    let name = prepared.get(text)
    if (name === undefined && prepared.size < MAX_PREPARED) prepared.set(text, name = `s${prepared.size}`)
    return super.query(
      { text, values: values.map(arrayText), ...(name === undefined ? {} : { name }) },
      ...given.slice(2) as []
    )
  }

  /** Runs COPY. Returns what Kysely expects of a query. */
  async #copy (text: string, rows: Buffer): Promise<{ command: 'COPY', rowCount: number, rows: [] }> {
    const stream = super.query(copyFrom(text))
    stream.end(rows)
    await finished(stream)
    return { command: 'COPY', rowCount: stream.rowCount, rows: [] }
  }
}

/** Requests that wait for a connection of each pool, oldest first. */
const waiting = new WeakMap<Kysely<Database>, Set<{ since: number }>>()

/** Returns the longest current wait for a connection, in milliseconds. */
export function longestWait (db: Kysely<Database>): number {
  const [longest] = waiting.get(db) ?? []
  return longest === undefined ? 0 : performance.now() - longest.since
}

/**
 * Selects LZ4 if the server was built with it: it compresses the long texts of a report in a fraction of the time of
 * pglz.
 */
const QUICK_COMPRESSION =
  'select set_config(\'default_toast_compression\', \'lz4\', false) from pg_settings where name = \'default_toast_compression\' and \'lz4\' = any (enumvals)'

/** Opens a pool, which connects lazily, at the first query. */
export function openDatabase (
  connectionString: string,
  poolMax: number,
  onIdleError: (error: Error) => void
): Kysely<Database> {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString,
    max: poolMax,
    types: VALUE_PARSERS,
    application_name: 'gongkai',
    connectionTimeoutMillis: 5000,
    // A stuck statement must not hold a connection, or the row of a national total, forever.
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 60_000,
    onConnect: async client => {
      await client.query(QUICK_COMPRESSION)
    }
  })
  pool.on('error', onIdleError)
  const queue = new Set<{ since: number }>()
  const connect = async () => {
    const place = { since: performance.now() }
    queue.add(place)
    try {
      return await pool.connect()
    } finally {
      queue.delete(place)
    }
  }
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: { connect, end: () => pool.end() } }) })
  waiting.set(db, queue)
  return db
}

/** Statements with this prefix are sent as COPY. */
export const COPY = 'copy '

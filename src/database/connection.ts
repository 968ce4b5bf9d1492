// Opens the connection pool. All statements of the service go through it.
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import type { Socket } from 'node:net'
import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { READ_ONLY } from './errors.ts'
import { sessionSettings } from './session-settings.ts'
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

/** Statements with this prefix are sent as COPY. */
export const COPY = 'copy '

/**
 * Statements with this prefix are planned for their parameters each time. A plan for any parameters would not know how
 * large a subtree or a list is, and take several times as long on the whole registry.
 */
const UNPREPARED = '/* unprepared */'
export const unprepared = sql.raw(UNPREPARED)

/** Limits in milliseconds of what is done over a connection. */
export interface WaitLimits {
  /** To connect, or to wait for a free connection. */
  connect: number
  /** Of a statement, kept by the server. It also ends a wait for a lock. */
  statement: number
  /** How much longer the server may be silent before the connection counts as lost. */
  grace: number
}

const LIMITS: WaitLimits = { connect: 5000, statement: 60_000, grace: 5000 }
/** Limits of the connection that checks whether the server answers. */
export const PROBE_LIMITS: WaitLimits = { connect: 1500, statement: 1000, grace: 500 }

/** Maximum time between two statements of a transaction, in milliseconds. */
const IDLE_IN_TRANSACTION_MS = 60_000

const SET_STATEMENT_LIMIT = 'set local statement_timeout = '

/** Replaces the limit of a statement until the transaction ends, in milliseconds; 0 is no limit. */
export async function limitStatements (trx: Transaction<Database>, limit: number): Promise<void> {
  await sql`${sql.raw(SET_STATEMENT_LIMIT)}${sql.lit(limit)}`.execute(trx)
}

/**
 * Prepares each statement once per connection: planning most statements costs more than running them. Without this,
 * totals lose 40 %.
 */
class Client extends pg.Client {
  readonly #limits: WaitLimits
  readonly #onReadOnly: () => void
  #statementLimit: number

  constructor (config: pg.ClientConfig | undefined, limits: WaitLimits, onReadOnly: () => void) {
    super(config)
    this.#limits = limits
    this.#onReadOnly = onReadOnly
    this.#statementLimit = limits.statement
    // pg emits 'error' on a lost connection; without a listener Node exits.
    this.on('error', () => {})
  }

  override query (...given: any[]): any {
    const [text, values] = given
    if (typeof text !== 'string' || !Array.isArray(values)) return super.query(...given as [any])
    return this.#awaitAnswer(text, values)
  }

  /** Closes the connection without a word to the server. What waits for an answer fails as `database-unavailable`. */
  giveUp (reason: string): void {
    const { connection } = this as unknown as { connection: { stream: Socket } }
    connection.stream.destroy(new Error(`Connection terminated: ${reason}`))
  }

  /**
   * The server keeps the limits of statements, unless it is frozen or the network drops packets: then only this timer
   * ends the wait.
   */
  async #awaitAnswer (text: string, values: unknown[]): Promise<unknown> {
    this.#followLimit(text)
    let isPending = true
    const giveUp = () => {
      if (isPending) this.giveUp('the server does not answer')
    }
    // After a long turn of the event loop, the answer may have arrived and be unread.
    const timer = this.#statementLimit === 0
      ? undefined
      : setTimeout(() => setImmediate(giveUp), this.#statementLimit + this.#limits.grace)
    try {
      return await (text.startsWith(COPY)
        ? this.#copy(text.replace(/\$1$/, ''), values[0] as Buffer)
        : this.#send(text, values))
    } catch (error) {
      if ((error as { code?: string }).code === READ_ONLY) this.#onReadOnly()
      throw error
    } finally {
      isPending = false
      clearTimeout(timer)
    }
  }

  #followLimit (text: string): void {
    if (text.startsWith(SET_STATEMENT_LIMIT)) this.#statementLimit = Number(text.slice(SET_STATEMENT_LIMIT.length))
    else if (text === 'commit' || text === 'rollback') this.#statementLimit = this.#limits.statement
  }

  async #send (text: string, values: unknown[]): Promise<unknown> {
    if (values.length === 0) return await super.query(text, values)
    let name = prepared.get(text)
    if (name === undefined && prepared.size < MAX_PREPARED && !text.trimStart().startsWith(UNPREPARED)) {
      prepared.set(text, name = `s${prepared.size}`)
    }
    return await super.query({ text, values: values.map(arrayText), ...(name === undefined ? {} : { name }) })
  }

  /** Runs COPY. Returns what Kysely expects of a query. */
  async #copy (text: string, rows: Buffer): Promise<{ command: 'COPY', rowCount: number, rows: [] }> {
    const stream = super.query(copyFrom(text))
    stream.end(rows)
    await finished(stream)
    return { command: 'COPY', rowCount: stream.rowCount, rows: [] }
  }
}

interface PoolState {
  /** Requests that wait for a connection, oldest first. */
  waiting: Set<{ since: number }>
  clients: Set<Client>
  /** Connections that are not used again. */
  retired: WeakSet<pg.ClientBase>
}

const states = new WeakMap<Kysely<Database>, PoolState>()

/** Returns the longest current wait for a connection, in milliseconds. */
export function longestWait (db: Kysely<Database>): number {
  const [longest] = states.get(db)?.waiting ?? []
  return longest === undefined ? 0 : performance.now() - longest.since
}

/** Closes all connections of the pool, in use or not. The next statements open new ones. */
export function giveUpConnections (db: Kysely<Database>, reason: string): void {
  for (const client of states.get(db)?.clients ?? []) client.giveUp(reason)
}

/** Opens a pool, which connects lazily, at the first query. */
export function openDatabase (
  connectionString: string,
  poolMax: number,
  onIdleError: (error: Error) => void,
  limits: WaitLimits = LIMITS
): Kysely<Database> {
  const state: PoolState = { waiting: new Set(), clients: new Set(), retired: new WeakSet() }
  // After a failover the server stays read-only, and new connections find the primary. Reads in progress go on.
  const retireAll = () => {
    for (const client of state.clients) state.retired.add(client)
  }
  // A stuck statement must not hold a connection, or the row of a national total, forever.
  const settings = sessionSettings({
    statement_timeout: limits.statement,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS
  })
  const pool = new pg.Pool({
    Client: class extends Client {
      constructor (config?: pg.ClientConfig) {
        super(config, limits, retireAll)
        state.clients.add(this)
        this.once('end', () => state.clients.delete(this))
      }
    },
    connectionString,
    max: poolMax,
    types: VALUE_PARSERS,
    application_name: 'gongkai',
    connectionTimeoutMillis: limits.connect,
    // Notices a peer that has gone without a word, and keeps firewalls from forgetting an idle connection.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    onConnect: async client => {
      await client.query(settings, [])
    }
  })
  pool.on('error', onIdleError)
  const connect = async () => {
    const place = { since: performance.now() }
    state.waiting.add(place)
    try {
      for (;;) {
        const client = await pool.connect()
        if (!state.retired.has(client)) return client
        client.release(true)
      }
    } finally {
      state.waiting.delete(place)
    }
  }
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: { connect, end: () => pool.end() } }) })
  states.set(db, state)
  return db
}

// The one door to PostgreSQL, and the tables as types: they mirror migrations/.
import { Kysely, PostgresDialect, sql, type ColumnType, type Generated, type Transaction } from 'kysely'
import { AsyncLocalStorage } from 'node:async_hooks'
import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { problem } from '../problems/problem.ts'
import { COPY } from './copy.ts'

/** The ends of a range of years that has none. */
export const FROM_EVER = 0
export const UNTIL_FURTHER_NOTICE = 9999
/** Where a moment stands for no end. */
export const FOR_EVER = sql<Date>`'infinity'::timestamptz`

export interface FormCellTable {
  form: string
  position: number
  cell: string
  table: string
  row: string
  column: string
  unit: string
  scale: number
}
export interface AgencyTable {
  code: string
  name: string
  credit_code: string | null
  division_code: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}
export interface AgencyPeriodTable {
  agency: string
  since: number
  until: number
  parent: string | null
  level: string
  kind: string
  reporting: string
}
export interface AgencyAncestorTable {
  agency: string
  ancestor: string
  since: number
  until: number
}
export interface ReportTable {
  agency: string
  year: number
  form: string
  status: string
  version: number | null
  revision: Generated<number>
  reason: string | null
  figures: string | null
  notes: Json | null
  sections: Json | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
  status_since: Generated<Date>
  amendment_reason: string | null
  remarks: Json | null
  cell_revisions: number[] | null
}
export interface ReportVersionTable {
  agency: string
  year: number
  version: number
  form: string
  figures: string
  notes: Json
  sections: Json
  published_at: Date
  revision: number
  reason: string | null
  public_until: Generated<Date>
  withdrawal_reason: string | null
}
export interface AgencyRecordTable {
  agency: string
  recorded_at: Date
  recorded_until: Generated<Date>
  name: string
  since: number
  until: number
  parent: string | null
  level: string
  kind: string
  reporting: string
}
export interface DeadlineTable {
  agency: string
  year: number
  date: string
}
export interface ClockTable {
  id: Generated<number>
  at: Date
  reserved: Date | null
}
export interface ImportTable {
  id: Generated<number>
  kind: string
  actor: string
  state: Generated<string>
  dry_run: boolean
  size: number
  read: Generated<number>
  started_at: Generated<Date>
  beat_at: Generated<Date>
  finished_at: Date | null
  answer: ColumnType<Record<string, any> | null, string | null, string | null>
  rejects: Buffer | null
  rejects_type: string | null
}
export interface TotalTable {
  agency: string
  year: number
  form: string
  level: string
  kind: string
  reports: number
  figures: number[]
  present: number[]
}
export interface ExpectedTable {
  agency: string
  year: number
  level: string
  kind: string
  change: number
}
export interface DocumentTable {
  sha256: string
  bytes: Buffer
  created_at: Generated<Date>
}
export interface ReadingTable {
  agency: string
  year: number
  number: number
  document: string
  content_type: string
  text: string
  form: string
  figures: string
  sources: Json
  problems: Json
  read_at: Generated<Date>
}
export interface ApiKeyTable {
  id: Generated<number>
  role: string
  hash: Buffer
  prefix: Generated<string>
  agency: string | null
  label: Generated<string>
  made_by: string | null
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Date | null
  created_at: Generated<Date>
}
export interface EventTable {
  chain: string
  n: number
  at: Date
  year: number | null
  body: string
  hash: Buffer
  seq: number | null
}
export interface EventChainTable {
  chain: string
  n: number
  at: Date
  hash: Buffer
}
export interface EventCheckpointTable {
  seq: number
  hash: Buffer
  at: Generated<Date>
}
export interface StoredAnswerTable {
  actor: string
  key: string
  fingerprint: Buffer
  started_at: Generated<Date>
  status: number | null
  headers: ColumnType<Record<string, unknown> | null, string | null, string | null>
  body: Buffer | null
}
/** Read as an object, written as text. */
type Json = ColumnType<Record<string, unknown>, string, string>

export interface Database {
  form_cell: FormCellTable
  agency: AgencyTable
  agency_period: AgencyPeriodTable
  agency_ancestor: AgencyAncestorTable
  agency_record: AgencyRecordTable
  clock: ClockTable
  deadline: DeadlineTable
  import: ImportTable
  report: ReportTable
  report_version: ReportVersionTable
  total: TotalTable
  expected: ExpectedTable
  api_key: ApiKeyTable
  document: DocumentTable
  reading: ReadingTable
  event: EventTable
  event_chain: EventChainTable
  event_checkpoint: EventCheckpointTable
  stored_answer: StoredAnswerTable
}

const BIGINT = 20
const BIGINT_ARRAY = 1016

/** Figures and sums arrive as numbers, and a sum that a number cannot hold exactly is refused, never rounded. */
function exactInteger (text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw problem('total-overflow', { where: text })
  return value
}

/** An array of sums as PostgreSQL prints it, `{0,NULL,12}`. */
function vector (text: string): (number | null)[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(part => part === 'NULL' ? null : exactInteger(part))
}

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === BIGINT ? exactInteger : oid === BIGINT_ARRAY ? vector : pg.types.getTypeParser(oid, format as 'text')
} as pg.CustomTypesConfig

/**
 * An array of texts or numbers as PostgreSQL reads it: the driver takes several times as long for it. Anything else as
 * it is.
 */
function arrayText (value: unknown): unknown {
  if (!Array.isArray(value) || value.some(item => typeof item === 'object' && item !== null)) return value
  return `{${
    value.map(item =>
      typeof item === 'string' ? `"${/[\\"]/.test(item) ? item.replace(/[\\"]/g, '\\$&') : item}"` : item ?? 'NULL'
    ).join()
  }}`
}

/** Texts beyond these are planned at each use: what a client may vary without end must not fill the server's memory. */
const MOST_PREPARED = 200
const prepared = new Map<string, string>()

/** Statements are planned once a connection: for most of ours the planning is dearer than what is planned. */
class PreparingClient extends pg.Client {
  constructor (config?: pg.ClientConfig) {
    super(config)
    // A connection lost in the middle of a transaction fails its queries; unheard, the event would end the process.
    this.on('error', () => {})
  }

  override query (...given: any[]): any {
    const [text, values] = given
    if (typeof text === 'string' && text.startsWith(COPY)) {
      return this.#copy(text.replace(/\$1$/, ''), values[0] as Buffer)
    }
    if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return super.query(...given as [any])
    let name = prepared.get(text)
    if (name === undefined && prepared.size < MOST_PREPARED) prepared.set(text, name = `s${prepared.size}`)
    return super.query(
      { text, values: values.map(arrayText), ...(name === undefined ? {} : { name }) },
      ...given.slice(2) as []
    )
  }

  /** As the answer of a query, for Kysely. */
  async #copy (text: string, rows: Buffer): Promise<{ command: 'COPY', rowCount: number, rows: [] }> {
    const stream = super.query(copyFrom(text))
    stream.end(rows)
    await finished(stream)
    return { command: 'COPY', rowCount: stream.rowCount, rows: [] }
  }
}

/** By database, what waits for one of its connections, the longest first. */
const waiting = new WeakMap<Kysely<Database>, Set<{ since: number }>>()

/** How long what has waited longest for a connection has been waiting, in ms. */
export function longestWait (db: Kysely<Database>): number {
  const [longest] = waiting.get(db) ?? []
  return longest === undefined ? 0 : performance.now() - longest.since
}

/** Long texts of a report are compressed when they are stored: where the server has LZ4, in a fraction of the time. */
const QUICK_COMPRESSION =
  'select set_config(\'default_toast_compression\', \'lz4\', false) from pg_settings where name = \'default_toast_compression\' and \'lz4\' = any (enumvals)'

/** Lazy: nothing connects before the first query. */
export function openDatabase (
  connectionString: string,
  poolMax: number,
  onIdleError: (error: Error) => void
): Kysely<Database> {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString,
    max: poolMax,
    types,
    application_name: 'gongkai',
    connectionTimeoutMillis: 5000,
    // One stuck statement must not hold a connection, or the row of a national total, for ever.
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

/** Where all that a request does is one transaction, that one. */
const ofRequest = new AsyncLocalStorage<Transaction<Database>>()

/** What `work` starts takes part in the transaction, through `inTransaction`; who calls this ends it. */
export const asPartOf = (trx: Transaction<Database>, work: () => void): void => ofRequest.run(trx, work)

/**
 * A transaction, or its own part of the request's, that is tried once more when it met another one (serialization
 * failure or deadlock).
 */
export async function inTransaction<Result> (
  db: Kysely<Database>,
  work: (trx: Transaction<Database>) => Promise<Result>
): Promise<Result> {
  const whole = ofRequest.getStore()
  const attempt = async () =>
    whole === undefined ? await db.transaction().execute(work) : await inSavepoint(whole, work)
  try {
    return await attempt()
  } catch (error) {
    if (!['40001', '40P01'].includes((error as { code?: string }).code ?? '')) throw error
    return await attempt()
  }
}

async function inSavepoint<Result> (
  trx: Transaction<Database>,
  work: (trx: Transaction<Database>) => Promise<Result>
): Promise<Result> {
  await sql`savepoint part`.execute(trx)
  try {
    const result = await work(trx)
    await sql`release savepoint part`.execute(trx)
    return result
  } catch (error) {
    // On a connection that was lost nothing is left to undo.
    await sql`rollback to savepoint part`.execute(trx).catch(() => {})
    throw error
  }
}

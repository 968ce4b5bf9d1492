// The contents of a registry in the format of COPY, as read from a database or a backup file.
import pg from 'pg'
import { sessionSettings } from '../session-settings.ts'

/** The rows of a table in the text format of COPY, which every version of PostgreSQL reads. */
export interface TablePart {
  kind: 'table'
  name: string
  columns: string[]
  /** Must be read to its end before the next part is requested. */
  rows: AsyncIterable<Buffer>
}

export interface SequencePart {
  kind: 'sequence'
  name: string
  value: string
  isCalled: boolean
}

export type Part = TablePart | SequencePart

export interface Registry {
  /** The migrations that its database has run, in order. */
  migrations: string[]
  parts: AsyncIterable<Part>
}

/** Opens a session without timeouts and with settings under which values have the same text on every server. */
export async function openSession (url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'gongkai', keepAlive: true })
  // pg emits 'error' on a lost connection; the query that waits fails as well.
  client.on('error', () => {})
  await client.connect()
  await client.query(sessionSettings({ statement_timeout: 0, idle_in_transaction_session_timeout: 0, lock_timeout: 0 }))
  return client
}

/**
 * Lists the tables with columns, referenced ones before those that refer to them. Columns are in order of their names,
 * because their place depends on which migrations were undone before.
 */
export async function listTables (client: pg.Client): Promise<{ name: string, columns: string[] }[]> {
  const { rows: tables } = await client.query<{ name: string, columns: string[], needs: string[] }>(`
    select c.relname::text as name, array_agg(a.attname::text order by a.attname) as columns,
      array(select r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
            where f.contype = 'f' and f.conrelid = c.oid and f.confrelid <> c.oid) as needs
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'kysely\\_%'
    group by c.oid, c.relname order by c.relname`)
  const ordered: typeof tables = []
  const isListed = (name: string) => ordered.some(table => table.name === name)
  while (ordered.length < tables.length) {
    const next = tables.find(({ name, needs }) => !isListed(name) && needs.every(isListed))
    if (next === undefined) throw new Error('the tables of the database refer to each other in a circle')
    ordered.push(next)
  }
  return ordered.map(({ name, columns }) => ({ name, columns }))
}

/** Returns the names of the migrations that the database has run; none in one that is no registry. */
export async function listMigrations (client: pg.Client): Promise<string[]> {
  const { rows: [found] } = await client.query('select to_regclass(\'public.kysely_migration\') is not null as exists')
  if (!found.exists) return []
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
  return rows.map(row => row.name)
}

/** Returns `"table" ("column", …)`, as COPY takes it. */
export const copyTarget = (name: string, columns: string[]) =>
  `${pg.escapeIdentifier(name)} (${columns.map(column => pg.escapeIdentifier(column)).join(', ')})`

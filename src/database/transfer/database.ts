// Reads a registry from a database, and fills an empty database with one.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { openDatabase } from '../connection.ts'
import { migrate, migrationNames } from '../migrations.ts'
import {
  copyTarget,
  listMigrations,
  listTables,
  openSession,
  type Part,
  type Registry,
  type SequencePart,
  type TablePart
} from './contents.ts'

/** Tables that migrations and the start of a service fill. Their rows are replaced. */
const PREPARED = ['clock', 'form_cell']

/** Calls `work` with the registry in one snapshot of the database, beside services that go on writing. */
export async function readDatabase<Result> (
  url: string,
  work: (registry: Registry) => Promise<Result>
): Promise<Result> {
  const client = await openSession(url)
  try {
    await client.query('begin isolation level repeatable read read only')
    const migrations = await listMigrations(client)
    if (migrations.length === 0) {
      throw new Error('the database to read has no registry: nothing was ever migrated there')
    }
    return await work({ migrations, parts: readParts(client) })
  } finally {
    await client.end()
  }
}

async function* readParts (client: pg.Client): AsyncGenerator<Part> {
  for (const { name, columns } of await listTables(client)) {
    yield { kind: 'table', name, columns, rows: client.query(copyTo(`copy ${copyTarget(name, columns)} to stdout`)) }
  }
  const { rows: sequences } = await client.query<{ name: string }>(
    'select sequencename::text as name from pg_sequences where schemaname = \'public\' order by 1'
  )
  for (const { name } of sequences) {
    // Sequences are not part of the snapshot: the value read here is at least that of the snapshot.
    const { rows: [state] } = await client.query(
      `select last_value::text as value, is_called from ${pg.escapeIdentifier(name)}`
    )
    yield { kind: 'sequence', name, value: state.value, isCalled: state.is_called }
  }
}

/**
 * Fills an empty database in one transaction, between the migrations that the registry has run and those that are
 * newer. Throws an Error, and stores nothing, if the database is not empty or the registry not whole.
 */
export async function fillDatabase (url: string, { migrations, parts }: Registry): Promise<void> {
  const known = await migrationNames()
  const unknown = migrations.filter(name => !known.includes(name))
  if (unknown.length > 0) {
    throw new Error(`the registry is of a newer version of Gongkai, with the migrations ${unknown.join(', ')}`)
  }
  const client = await openSession(url)
  const db = openDatabase(url, 1, () => {})
  try {
    await refuseFilled(client)
    await migrate(db, { to: migrations.at(-1)! })
    await client.query('begin')
    await writeParts(client, parts)
    await client.query('commit')
    await migrate(db, 'up')
  } finally {
    await db.destroy()
    await client.end()
  }
}

async function refuseFilled (client: pg.Client): Promise<void> {
  const filled: string[] = []
  for (const { name } of await listTables(client)) {
    if (PREPARED.includes(name)) continue
    const { rows } = await client.query(`select from ${pg.escapeIdentifier(name)} limit 1`)
    if (rows.length > 0) filled.push(name)
  }
  if (filled.length > 0) {
    throw new Error(`the database to fill is not empty: it has rows in ${filled.join(', ')}; give it a new database`)
  }
}

async function writeParts (client: pg.Client, parts: AsyncIterable<Part>): Promise<void> {
  const tables = await listTables(client)
  const names = tables.map(table => pg.escapeIdentifier(table.name)).join(', ')
  // A service that starts meanwhile waits for the lock and then finds the complete registry.
  await client.query(`lock table ${names} in access exclusive mode`)
  await refuseFilled(client)
  await client.query(`truncate ${PREPARED.join(', ')}`)
  const missing = new Map(tables.map(({ name, columns }) => [name, String(columns)]))
  for await (const part of parts) {
    if (part.kind === 'sequence') {
      await setSequence(client, part)
      continue
    }
    if (missing.get(part.name) !== String(part.columns)) {
      throw new Error(`the table ${part.name} (${part.columns.join(', ')}) is not one of these migrations`)
    }
    missing.delete(part.name)
    await copyRows(client, part)
  }
  if (missing.size > 0) {
    throw new Error(`the registry is not whole: it lacks the tables ${[...missing.keys()].join(', ')}`)
  }
}

async function copyRows (client: pg.Client, { name, columns, rows }: TablePart): Promise<void> {
  await pipeline(Readable.from(rows), client.query(copyFrom(`copy ${copyTarget(name, columns)} from stdin`)))
}

async function setSequence (client: pg.Client, { name, value, isCalled }: SequencePart): Promise<void> {
  await client.query('select setval($1::regclass, $2::bigint, $3)', [pg.escapeIdentifier(name), value, isCalled])
}

import { type Kysely, type Migration, type MigrationInfo, Migrator, sql } from 'kysely'
import { readdir, readFile } from 'node:fs/promises'
import type { Database } from './types.ts'

const FOLDER = new URL('../../migrations/', import.meta.url)

/**
 * Reads the pairs of SQL files: NNNN_name.sql applies a migration, NNNN_name.down.sql reverts it. Each runs in a
 * transaction.
 */
async function readMigrations (): Promise<Record<string, Migration>> {
  const names = (await readdir(FOLDER)).filter(file => /^\d{4}_\w+\.sql$/.test(file)).map(file => file.slice(0, -4))
  const run = (file: string) => async (db: Kysely<unknown>) => {
    await sql`set local statement_timeout = 0`.execute(db)
    await sql.raw(await readFile(new URL(file, FOLDER), 'utf8')).execute(db)
  }
  return Object.fromEntries(names.map(name => [name, { up: run(`${name}.sql`), down: run(`${name}.down.sql`) }]))
}

const migrator = (db: Kysely<Database>) => new Migrator({ db, provider: { getMigrations: readMigrations } })

/** Returns the names of all migrations that this version knows, in order. */
export const migrationNames = async (): Promise<string[]> => Object.keys(await readMigrations()).sort()

/**
 * Migrates `up` to the newest migration, `down` by one step, or up or down to the one named. Services that start at
 * once wait for each other. Returns the migrations that were run.
 */
export async function migrate (db: Kysely<Database>, direction: 'up' | 'down' | { to: string }): Promise<string[]> {
  const { error, results } = direction === 'up'
    ? await migrator(db).migrateToLatest()
    : direction === 'down'
    ? await migrator(db).migrateDown()
    : await migrator(db).migrateTo(direction.to)
  const failed = results?.find(result => result.status === 'Error')
  if (error !== undefined) {
    const { code, message } = error as Error & { code?: unknown }
    const advice = code === '42501'
      ? ': run it as the owner of the database, or grant its user the right to create in the schema public'
      : ''
    const name = failed?.migrationName ?? (typeof direction === 'string' ? direction : `to ${direction.to}`)
    throw new Error(`migration ${name} failed: ${message}${advice}`, { cause: error })
  }
  return (results ?? []).map(result => `${result.direction} ${result.migrationName}`)
}

export const migrationStatus = (db: Kysely<Database>): Promise<readonly MigrationInfo[]> => migrator(db).getMigrations()

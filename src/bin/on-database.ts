// Shared by the programs that need the database.
import type { Kysely } from 'kysely'
import { findMisspelt, loadConfig } from '../config.ts'
import { connectBeside } from '../database/connect.ts'
import type { Database } from '../database/types.ts'

/** Runs `work` on the configured database. Reports an error as one sentence, with exit code 1. */
export async function runOnDatabase (work: (db: Kysely<Database>) => Promise<void>): Promise<void> {
  try {
    const config = loadConfig(process.env)
    for (const warning of findMisspelt(process.env)) console.error(warning)
    const { db, close } = await connectBeside(config, line => console.error(line))
    try {
      await work(db)
    } finally {
      await close()
    }
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}

// What the programs that need the database share.
import type { Kysely } from 'kysely'
import { findMisspelt, loadConfig } from '../config.ts'
import { connectBeside } from '../database/connect.ts'
import type { Database } from '../database/types.ts'

/** Does `work` on the database that the configuration names. A fault is one sentence, and exit code 1. */
export async function runOnDatabase (work: (db: Kysely<Database>) => Promise<void>): Promise<void> {
  try {
    const config = loadConfig(process.env)
    for (const warning of findMisspelt(process.env)) console.error(warning)
    const { db, close } = await connectBeside(config, console.error)
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

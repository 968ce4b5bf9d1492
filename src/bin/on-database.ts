// Shared by the programs that need the database.
import { type Config, findMisspelt, loadConfig } from '../config.ts'
import { connectBeside, type Connection } from '../database/connect.ts'

/** Calls `work` with the configuration. Prints an error as one sentence and sets the exit code 1. */
export async function runConfigured (work: (config: Config) => Promise<void>): Promise<void> {
  try {
    const config = loadConfig(process.env)
    for (const warning of findMisspelt(process.env)) console.error(warning)
    await work(config)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}

/** Connects to the configured database, calls `work` and disconnects. */
export async function onDatabase (config: Config, work: (connection: Connection) => Promise<void>): Promise<void> {
  const connection = await connectBeside(config, line => console.error(line))
  try {
    await work(connection)
  } finally {
    await connection.close()
  }
}

/** Runs `work` with a connection to the configured database; handles errors like `runConfigured`. */
export async function runOnDatabase (work: (db: Connection['db']) => Promise<void>): Promise<void> {
  await runConfigured(async config => await onDatabase(config, async ({ db }) => await work(db)))
}

// Checks once a second whether the server answers. A frozen server, or a network that drops packets, closes no
// connection: without this, each request would wait for the limit of its statement.
import { type Kysely, sql } from 'kysely'
import { giveUpConnections } from './connection.ts'
import type { Log } from './log.ts'
import type { Database } from './types.ts'

const INTERVAL_MS = 1000
/** After so many probes without an answer, the connections of the pool are given up. */
const MAX_SILENT = 3

/**
 * Watches the server of `db` through `probe`, which has a connection of its own. Returns the function that ends it.
 */
export function watchServer (db: Kysely<Database>, probe: Kysely<Database>, log: Log): () => void {
  let timer: NodeJS.Timeout
  let isEnded = false
  let silent = 0
  const look = async () => {
    try {
      await sql`select 1`.execute(probe)
      if (silent >= MAX_SILENT) log('the database answers again', 'warn')
      silent = 0
    } catch (error) {
      silent++
      if (silent === MAX_SILENT) log(`the database does not answer: ${(error as Error).message}`, 'warn')
      if (silent >= MAX_SILENT) giveUpConnections(db, 'the database does not answer')
    }
    if (!isEnded) schedule()
  }
  const schedule = () => {
    timer = setTimeout(look, INTERVAL_MS).unref()
  }
  schedule()
  return () => {
    isEnded = true
    clearTimeout(timer)
  }
}

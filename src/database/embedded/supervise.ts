// Starts the server again after it ends by itself.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log.ts'
import type { Home } from './data-directory.ts'
import type { Launched } from './launch.ts'
import { endServer } from './server-process.ts'

const PERIOD_MINUTES = 10
/** The pause before the first restart within the period. It doubles with each further one. */
const FIRST_PAUSE_MS = 200

export interface Supervised {
  stop(): Promise<void>
  /** Resolves with a sentence when the server has ended by itself and is not restarted. Stays pending after `stop`. */
  exited: Promise<string>
}

/**
 * Watches the server and restarts it with `start`, at most `limit` times within ten minutes, failed attempts included.
 */
export function supervise (
  home: Home,
  first: Launched,
  limit: number,
  start: (signal: AbortSignal) => Promise<Launched>,
  log: Log
): Supervised {
  const stopping = new AbortController()
  const { signal } = stopping
  let server: Launched | undefined = first

  const watch = async (): Promise<string> => {
    let sentence = ''
    let restarts: number[] = []
    for (;;) {
      if (server !== undefined) {
        await server.ended
        sentence = `PostgreSQL ended by itself (${server.fault()}). ${await server.lastLines()}`
        server = undefined
      }
      const now = performance.now()
      restarts = restarts.filter(at => now - at < PERIOD_MINUTES * 60_000)
      if (signal.aborted || restarts.length >= limit) return sentence
      const pause = FIRST_PAUSE_MS * 2 ** restarts.length
      restarts.push(now)
      log(
        `${sentence}\nPostgreSQL is restarted in ${pause} ms, restart ${restarts.length} ` +
          `of at most ${limit} in ${PERIOD_MINUTES} minutes`,
        'warn'
      )
      try {
        await sleep(pause, undefined, { signal })
        server = await start(signal)
      } catch (error) {
        if (!signal.aborted) sentence = `PostgreSQL ended by itself and did not restart: ${(error as Error).message}`
        continue
      }
      if (signal.aborted) {
        await endServer(home, server.pid)
        return sentence
      }
      log(`PostgreSQL runs again, as process ${server.pid}`, 'warn')
    }
  }

  const watching = watch()
  return {
    async stop () {
      stopping.abort()
      // Does not wait for the exit event of a server that runs: the child process does not keep this one alive.
      if (server === undefined) await watching
      else if (server.fault() === undefined) await endServer(home, server.pid)
    },
    exited: watching.then(async sentence => signal.aborted ? await new Promise<never>(() => {}) : sentence)
  }
}

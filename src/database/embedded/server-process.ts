// The process of the server, found by the pid in its data folder, even if its service was killed.
import { constants } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Home } from './data-directory.ts'
import { commandLine } from './folder-lock.ts'

/** A pid that no process can have. */
const NO_PID = 2 ** 31 - 1

export async function endLeftBehind (home: Home, log: (line: string) => void) {
  const pid = await findServer(home)
  if (pid === undefined) {
    await clearStalePid(home)
  } else {
    log(`stopping PostgreSQL process ${pid}, left behind by a service that was killed`)
    await endServer(home, pid)
  }
}

/**
 * Replaces a stale pid in postmaster.pid: PostgreSQL does not start if that of any living process of its user is there.
 * The file itself must stay: by its other lines PostgreSQL finds out whether processes of the killed server still use
 * the data.
 */
async function clearStalePid ({ cluster }: Home) {
  const path = join(cluster, 'postmaster.pid')
  const lines = await readFile(path, 'utf8').catch(() => undefined)
  if (lines === undefined) return
  await writeFile(path, lines.replace(/^\d+/, String(NO_PID)), {
    flag: constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW
  })
}

export async function findServer ({ cluster }: Pick<Home, 'cluster'>): Promise<number | undefined> {
  const pid = parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => ''))
  return pid > 0 && isServer(pid, cluster) ? pid : undefined
}

/** Returns whether the process is this server: the pid in a stale file may belong to any process by now. */
function isServer (pid: number, cluster: string) {
  return commandLine(pid).includes(`/postgres -D ${cluster} -c `)
}

/**
 * Stops the server. Open transactions are aborted but nothing committed is lost. After 20 s it is stopped without a
 * clean shutdown.
 */
export async function endServer ({ cluster }: Pick<Home, 'cluster'>, pid: number) {
  for (const [signal, limit] of [['SIGINT', 20_000], ['SIGQUIT', 10_000]] as const) {
    const end = Date.now() + limit
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
    while (isServer(pid, cluster) && Date.now() < end) await sleep(50)
    if (!isServer(pid, cluster)) return
  }
  throw new Error(`PostgreSQL process ${pid} does not end`)
}

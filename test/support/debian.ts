// A server of PostgreSQL 15, the oldest version that is supported, where Debian's package is installed.
import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const BIN = '/usr/lib/postgresql/15/bin'
export const hasDebian15 = existsSync(`${BIN}/postgres`)

const run = promisify(execFile)

/** Starts the server. Returns a function that gives the address of one of its databases. */
export async function startDebian15 (
  t: { teardown(work: () => Promise<unknown>): void }
): Promise<(database: string) => string> {
  const folder = mkdtempSync('/tmp/gongkai-debian-')
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    const { stdout } = await run('id', ['-u', 'postgres'])
    chownSync(folder, Number(stdout), -1)
  }
  // A server does not run as root.
  const program = async (name: string, ...args: string[]) =>
    isRoot
      ? await run('setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', `${BIN}/${name}`, ...args], {
        cwd: '/'
      })
      : await run(`${BIN}/${name}`, args, { cwd: '/' })
  const data = join(folder, 'data')
  await program('initdb', '-D', data, '-E', 'UTF8', '--locale=C', '-U', 'gongkai', '--auth=trust', '--no-sync')
  t.teardown(async () => {
    await program('pg_ctl', '-D', data, '-m', 'immediate', 'stop')
    await rm(folder, { recursive: true })
  })
  const options = `-c listen_addresses= -c fsync=off -c unix_socket_directories=${folder}`
  await program('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start')
  return database => `postgresql:///${database}?user=gongkai&host=${encodeURIComponent(folder)}`
}

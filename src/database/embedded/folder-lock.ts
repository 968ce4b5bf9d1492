import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, readlink, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Locks the folder for this process and returns the function that unlocks it. Throws with the pid of the process that
 * holds it.
 *
 * The lock is a numbered symlink, `lock.7 -> "<pid> <start of that process>"`, created with its content in one atomic
 * step. A dead owner's lock is never removed to make room, because two newcomers could do that to each other; the one
 * that creates the next number holds the folder. The start time distinguishes the owner from a later process with the
 * same pid, as after a reboot or in a container.
 */
export async function lockFolder (folder: string): Promise<() => Promise<void>> {
  const owner = `${process.pid} ${processStart(process.pid)}`
  for (;;) {
    const newest = await newestLock(folder)
    const holder = newest === 0 ? undefined : await readlink(lockPath(folder, newest)).catch(() => undefined)
    if (holder !== undefined && isAlive(holder)) {
      throw new Error(
        `process ${parseInt(holder)} already uses ${folder}: end that one first, or set DATA_DIR to another folder`
      )
    }
    const mine = newest + 1
    if (await makeLock(folder, mine, owner)) {
      return async () => {
        await makeLock(folder, mine + 1, 'free')
      }
    }
  }
}

async function makeLock (folder: string, number: number, owner: string) {
  try {
    await symlink(owner, lockPath(folder, number))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  // A listing read while others came and went may have shown none of their locks.
  if (await newestLock(folder) !== number) {
    await rm(lockPath(folder, number), { force: true })
    return false
  }
  await rm(lockPath(folder, number - 1), { force: true })
  return true
}

function lockPath (folder: string, number: number) {
  return join(folder, `lock.${number}`)
}

async function newestLock (folder: string) {
  const numbers = (await readdir(folder)).map(name => Number(/^lock\.(\d+)$/.exec(name)?.[1] ?? 0))
  return Math.max(0, ...numbers)
}

function isAlive (holder: string) {
  const [pid = '', ...start] = holder.split(' ')
  return /^\d+$/.test(pid) && processStart(Number(pid)) === start.join(' ')
}

/**
 * Returns the start of a process as text, comparable only with other results of this function; undefined if the process
 * is gone or a zombie.
 */
function processStart (pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const [state, ...start] = ps(pid, ['stat=', 'lstart=']).split(/\s+/)
    return state && !state.startsWith('Z') ? start.join(' ') : undefined
  }
  try {
    // The second field is the program's name, which may contain spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ')
    // The start is counted from the boot, so the boot id is part of it.
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`
  } catch {
    return undefined
  }
}

/** Returns the command line of a process, joined by spaces; empty if the process is gone or a zombie. */
export function commandLine (pid: number): string {
  if (process.platform !== 'linux') return ps(pid, ['command='])
  try {
    // Not /proc/<pid>/cwd: root in a container may not read it for another user's process.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

function ps (pid: number, columns: string[]) {
  try {
    return execFileSync('ps', ['-ww', ...columns.flatMap(column => ['-o', column]), '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore']
    }).trim()
  } catch {
    return ''
  }
}

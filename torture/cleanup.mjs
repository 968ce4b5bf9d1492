// What must be undone when the program ends, also by a signal: child processes, folders, mounts.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const undone = new Set()
let isEnding = false

/** From now on nothing more is to be started. */
export function beginEnd () {
  isEnding = true
}

/** Whether a signal has told this program to end. */
export const isAtEnd = () => isEnding

export function refuseAtEnd () {
  if (isEnding) throw new Error('this program ends')
}

/** Returns a function that does the work now instead of at the end. */
export function undoAtEnd (work) {
  undone.add(work)
  return async () => {
    if (undone.delete(work)) await work()
  }
}

export async function cleanUp () {
  for (const work of [...undone].reverse()) {
    undone.delete(work)
    await work().catch(error => console.error(error))
  }
}

/** Creates a temporary folder, which is removed at the end. */
export async function makeFolder () {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-torture-'))
  // PostgreSQL does not run as root: its user must be able to enter.
  await chmod(folder, 0o755)
  const remove = undoAtEnd(async () => await rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return { folder, remove }
}

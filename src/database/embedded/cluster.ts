// The database cluster: created by initdb if missing, rejected if another version created it.
import { execFile } from 'node:child_process'
import { lchown, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Log } from '../log.ts'
import { type Programs, serverEnv } from './binaries.ts'
import { type Home, runAs } from './data-directory.ts'
import type { StartLimits } from './launch.ts'

const run = promisify(execFile)

export async function makeCluster (
  { folder, cluster, account }: Home,
  programs: Programs,
  { deadline, signal }: StartLimits,
  log: Log
) {
  for (const name of await readdir(folder)) {
    // Its initdb may still be writing.
    if (name.startsWith('postgres.part-')) {
      await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10 })
    }
  }
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (version !== undefined) {
    const [major] = programs.version.split('.')
    if (version.trim() !== major) {
      throw new Error(
        `${cluster} was made by PostgreSQL ${version.trim()}, and this one is ${programs.version}: ` +
          'dump the data with the version of Gongkai that made them and load them into this one, or set DATA_DIR to another folder'
      )
    }
    // Data that root restored from a backup.
    const isRoots = (await stat(cluster)).uid === 0
    if (account && isRoots) await run('chown', ['-R', '-h', `${account.uid}:${account.gid}`, cluster])
    return
  }

  if ((await readdir(cluster).catch(() => [])).length > 0) {
    throw new Error(`${cluster} holds files, but not those of a PostgreSQL database: move it out of the way`)
  }
  log(`making an empty database in ${cluster}`)
  // Created under another name until it is complete: the service may be killed at any point, and an orphaned initdb
  // continues for a while.
  const part = await mkdtemp(join(folder, 'postgres.part-'))
  if (account) await lchown(part, account.uid, account.gid)
  try {
    await run(join(programs.bin, 'initdb'), [
      '-D',
      part,
      '-E',
      'UTF8',
      '--locale=C',
      '-U',
      'gongkai',
      '--auth-local=trust',
      '--auth-host=reject',
      '--no-instructions'
    ], {
      cwd: '/',
      env: serverEnv,
      ...runAs(account),
      timeout: Math.max(1, deadline - Date.now()),
      killSignal: 'SIGKILL',
      ...signal === undefined ? {} : { signal }
    })
  } catch (error) {
    await rm(part, { recursive: true, force: true, maxRetries: 10 })
    const { killed, stderr, message } = error as Error & { killed?: boolean, stderr?: string }
    throw new Error(`initdb ${killed ? 'took too long' : 'failed'} in ${folder}: ${stderr?.trim() || message}`)
  }
  await rename(part, cluster)
  const parent = await open(folder)
  await parent.sync()
  await parent.close()
}

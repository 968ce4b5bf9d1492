// The PostgreSQL server of a test run: the one of DATABASE_URL, whose role must be able to create databases, or else an
// embedded one. A run is one tap process, the parent of the before and after scripts and of every test file.
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresUrl } from '../../src/database/embedded/server.ts'

const PREFIX = 'gongkai-tap-'
export const run = process.ppid
export const dataDir = join(tmpdir(), `${PREFIX}${run}`)
export const template = `gongkai_template_${run}`
export const isEmbedded = process.env.DATABASE_URL === undefined

export function urlOf (database: string): string {
  if (isEmbedded) return postgresUrl(dataDir, database)
  const url = new URL(process.env.DATABASE_URL!)
  url.pathname = `/${database}`
  return url.href
}

export const adminUrl = () => isEmbedded ? urlOf('gongkai') : process.env.DATABASE_URL!

/** The folders of runs that were killed before their cleanup. */
export async function abandoned (): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter(name =>
    name.startsWith(PREFIX) && /^\d+$/.test(name.slice(PREFIX.length))
  )
  return names.filter(name => !isAlive(Number(name.slice(PREFIX.length)))).map(name => join(tmpdir(), name))
}

function isAlive (pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}

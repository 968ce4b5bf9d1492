// What a run needs and must not leave behind: a database of its own, and the service on it.
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres, stopPostgres } from '../dist/database/embedded/server.js'

const PREFIX = 'gongkai-bench-'

/** A new database: on the server of DATABASE_URL, else on an embedded one in a temporary folder. Gives its address. */
export async function newDatabase (undo) {
  const { DATABASE_URL: given } = process.env
  if (given === undefined) {
    await removeAbandoned()
    const dataDir = join(tmpdir(), `${PREFIX}${process.pid}`)
    undo(() => rm(dataDir, { recursive: true, force: true }))
    const starting = startPostgres({ dataDir, log: () => {} })
    undo(async () => await (await starting.catch(() => undefined))?.stop())
    return (await starting).url
  }
  const name = `gongkai_bench_${randomBytes(6).toString('hex')}`
  await ask(given, `create database ${name} template template0 encoding 'UTF8'`)
  undo(() => ask(given, `drop database ${name} with (force)`))
  const url = new URL(given)
  url.pathname = `/${name}`
  return url.href
}

async function ask (connectionString, statement) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await client.query(statement)
  } finally {
    await client.end()
  }
}

/** What runs that were killed left behind. */
async function removeAbandoned () {
  for (const name of await readdir(tmpdir())) {
    if (!/^gongkai-bench-\d+$/.test(name) || isAlive(Number(name.slice(PREFIX.length)))) continue
    const folder = join(tmpdir(), name)
    await stopPostgres(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

function isAlive (pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/**
 * Gives its port and process id, and a way to ask what it has used: processor time in ms, and its most memory in bytes.
 */
export async function startService (undo, env) {
  const service = fork(new URL('server.mjs', import.meta.url), { env: { ...process.env, ...env } })
  const ended = once(service, 'exit')
  undo(async () => {
    if (service.connected) service.disconnect()
    await ended
  })
  const [{ port }] = await Promise.race([
    once(service, 'message'),
    ended.then(() => {
      throw new Error('the service did not start')
    })
  ])
  const used = async () => {
    service.send('used')
    const [{ cpu: { user, system }, memory }] = await once(service, 'message')
    return { cpu: (user + system) / 1000, memory }
  }
  return { port, pid: service.pid, used }
}

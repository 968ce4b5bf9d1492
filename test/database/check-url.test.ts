import { sql } from 'kysely'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { checkDatabaseUrl } from '../../src/database/check-url.ts'
import { openDatabase } from '../../src/database/connection.ts'
import { adminUrl } from '../support/database.ts'
import { freePort } from '../support/service.ts'

/** Rejects clients with a PostgreSQL error response, or closes the connection when there is no code. */
async function refusingServer (t: { teardown(work: () => void): void }, code?: string, message = 'no') {
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.once('data', request => {
      // Decline an SSLRequest.
      if (request.readInt32BE(4) === 80877103) return socket.end('N')
      if (code === undefined) return socket.end()
      const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`)
      const length = Buffer.alloc(4)
      length.writeInt32BE(fields.length + 4)
      socket.end(Buffer.concat([Buffer.from('E'), length, fields]))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('accepts a valid DATABASE_URL', async t => {
  await t.resolves(checkDatabaseUrl(adminUrl()))
})

t.test('explains an invalid DATABASE_URL without revealing its password', async t => {
  const wrong = async (address: string, says: RegExp) => {
    const { message } = await checkDatabaseUrl(`postgres://clerk:hunter2@${address}`).then(
      () => new Error(),
      error => error
    )
    t.match(message, says)
    t.match(message, /^DATABASE_URL[: ]/)
    t.notMatch(message, /hunter2/)
  }
  await wrong('nobody.invalid/registry', /the host nobody\.invalid is not known: check its name/)
  await wrong(
    '127.0.0.1:1/registry',
    /nothing listens at 127\.0\.0\.1:1: start PostgreSQL there, or correct host and port/
  )
  await wrong('%2Fnowhere/registry', /there is no socket \/nowhere\/\.s\.PGSQL\.5432/)
  await wrong('host:x/registry', /no URL: a password with special characters must be percent-encoded/)
  await wrong('host/registry?sslrootcert=/nowhere/ca.pem', /a file that it names cannot be read: .*\/nowhere\/ca\.pem/)
  const refused: [code: string | undefined, message: string, says: RegExp][] = [
    ['28P01', 'password authentication failed', /the password of user clerk is wrong: .*PGPASSWORD/],
    ['3D000', 'database "registry" does not exist', /there is no database registry: make it with createdb/],
    [
      '28000',
      'no pg_hba.conf entry for host "x", user "clerk", database "d", no encryption',
      /demands TLS: add \?sslmode=/
    ],
    ['28000', 'role "clerk" does not exist', /does not let user clerk in/],
    ['57P03', 'the database system is starting up', /is starting or stopping: try again/],
    ['XX000', 'hunter2 is not the word', /cannot be used: \*\*\* is not the word/],
    [undefined, '', /closed the connection: is it PostgreSQL that listens there\?/]
  ]
  for (const [code, message, says] of refused) {
    await wrong(`${await refusingServer(t, code, message)}/registry`, says)
  }
  await wrong(`${await refusingServer(t, '28000')}/registry?sslmode=verify-full`, /has no TLS: remove sslmode/)
})

const BOUNCER = '/usr/sbin/pgbouncer'

t.test(
  'refuses a pooler that gives each transaction another session, and accepts one that keeps sessions',
  { skip: existsSync(BOUNCER) ? false : `${BOUNCER} is not installed` },
  async t => {
    const { host, port, user, database } = new pg.Client(adminUrl())
    const folder = mkdtempSync('/tmp/gongkai-bouncer-')
    const uid = host.startsWith('/') ? statSync(host).uid : process.getuid!()
    chownSync(folder, uid, uid)
    t.teardown(() => rmSync(folder, { recursive: true }))
    for (const mode of ['transaction', 'session']) {
      const listen = await freePort()
      writeFileSync(
        `${folder}/ini`,
        `[databases]\npooled = host=${host} port=${port} user=${user} dbname=${database}\n` +
          `[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${listen}\nunix_socket_dir =\nauth_type = any\n` +
          `pool_mode = ${mode}\nlogfile = ${folder}/log\n`
      )
      const bouncer = spawn(BOUNCER, [`${folder}/ini`], { uid, stdio: 'ignore' })
      try {
        const url = `postgres://x@127.0.0.1:${listen}/pooled`
        let error: Error | undefined
        for (let i = 0; i < 50; i++) {
          error = await checkDatabaseUrl(url).then(() => undefined, error => error)
          if (!/nothing listens/.test(error?.message ?? '')) break
          await sleep(100)
        }
        if (mode === 'session') {
          t.equal(error, undefined)
          const db = openDatabase(url, 1, () => {})
          t.match((await sql`show statement_timeout`.execute(db)).rows, [{ statement_timeout: '1min' }])
          await db.destroy()
        } else t.match(error?.message, /is a pooler in transaction mode: set its pool_mode to session/)
      } finally {
        bouncer.kill('SIGKILL')
        await once(bouncer, 'close')
      }
    }
  }
)

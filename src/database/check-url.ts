// Checks that DATABASE_URL leads to a database; if not, explains what is wrong and what to do.
import pg from 'pg'

type Place = Pick<pg.Client, 'host' | 'port' | 'user' | 'database'>
type Explain = (place: Place) => string

const TIME_LIMIT = 5000

/** Formats the address of a server. A host that is a folder stands for the socket in it. */
const address = ({ host, port }: Place) => host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`

const isUnknown: Explain = ({ host }) => `the host ${host} is not known: check its name`
const isSilent: Explain = place => `${address(place)} does not answer: check host, port and the firewall between`
const isUntrusted: Explain = place =>
  `the certificate of ${address(place)} is not trusted: add sslrootcert=FILE with the authority that signed it`
const isNoServer: Explain = place => `${address(place)} closed the connection: is it PostgreSQL that listens there?`
const isUnnamed: Explain = ({ user }) => `the server does not let user ${user} in: check the user and pg_hba.conf`
const needsTls: Explain = () =>
  'the server demands TLS: add ?sslmode=verify-full, or sslmode=no-verify where the network is trusted'

/** Explanations by error code of the system, of TLS, or of PostgreSQL (SQLSTATE). */
const BY_CODE: Record<string, Explain> = {
  ENOTFOUND: isUnknown,
  EAI_AGAIN: isUnknown,
  ECONNREFUSED: place => `nothing listens at ${address(place)}: start PostgreSQL there, or correct host and port`,
  ENOENT: place => `there is no socket ${address(place)}: start PostgreSQL, or correct host and port`,
  EACCES: place => `this user may not use ${address(place)}`,
  ETIMEDOUT: isSilent,
  EHOSTUNREACH: isSilent,
  ENETUNREACH: isSilent,
  ECONNRESET: isNoServer,
  SELF_SIGNED_CERT_IN_CHAIN: isUntrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: isUntrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: isUntrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: isUntrusted,
  CERT_HAS_EXPIRED: place => `the certificate of ${address(place)} has expired: renew it`,
  ERR_TLS_CERT_ALTNAME_INVALID: place => `the certificate of ${address(place)} is for another name: correct the host`,
  '28P01': ({ user }) =>
    `the password of user ${user} is wrong: correct it, special characters percent-encoded, or set PGPASSWORD instead`,
  '28000': isUnnamed,
  '3D000': ({ database }) => `there is no database ${database}: make it with createdb, or correct the name`,
  '42501': ({ user, database }) => `user ${user} may not connect to the database ${database}: grant it`,
  '53300': place => `${address(place)} has no connection left: raise its max_connections, or lower POOL_MAX`,
  '57P03': place => `${address(place)} is starting or stopping: try again in a moment`
}

/** Explanations by message, for errors without a code or with a code that stands for several faults. */
const BY_MESSAGE: [pattern: RegExp, explain: Explain][] = [
  [/no encryption|SSL off/, needsTls],
  [/timeout expired/, isSilent],
  [/Connection terminated/, isNoServer],
  [
    /client password must be/,
    ({ user }) => `the server asks for a password of user ${user}: add it, or set PGPASSWORD`
  ],
  [/does not support SSL/, place => `${address(place)} has no TLS: remove sslmode`]
]

/** Connects once. Throws an Error of one sentence, which never shows the password. */
export async function checkDatabaseUrl (url: string): Promise<void> {
  let client: pg.Client
  try {
    client = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIME_LIMIT })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(
      code === 'ENOENT' || code === 'EACCES'
        ? `DATABASE_URL: a file that it names cannot be read: ${message}`
        : 'DATABASE_URL is no URL: a password with special characters must be percent-encoded, or set as PGPASSWORD'
    )
  }
  // Ignores errors after the result is known.
  client.on('error', () => {})
  try {
    await open(client)
    await checkServer(client)
    await refuseTransactionPooler(url, client)
  } finally {
    await client.end().catch(() => {})
  }
}

const open = async (client: pg.Client): Promise<unknown> =>
  await client.connect().catch(error => {
    throw new Error(explainFault(error, client))
  })

/** Throws an Error if the database has settings that the service cannot change for its sessions. */
async function checkServer (client: pg.Client): Promise<void> {
  const { rows: [found] } = await client.query(
    'select current_setting(\'server_encoding\') as encoding, current_setting(\'transaction_read_only\') as read_only'
  )
  if (found.encoding !== 'UTF8') {
    throw new Error(
      `DATABASE_URL: the database ${client.database} has the encoding ${found.encoding}: make one with ` +
        'createdb --encoding=UTF8 --locale=C --template=template0'
    )
  }
  if (found.read_only === 'on') {
    throw new Error(
      `DATABASE_URL: ${address(client)} is read-only: connect to the primary, or reset default_transaction_read_only`
    )
  }
}

/**
 * Throws an Error if the sessions of the server change between transactions: prepared statements and the settings of a
 * session would be lost. While another client is in a transaction, a pooler gives this one another session.
 */
async function refuseTransactionPooler (url: string, client: pg.Client): Promise<void> {
  const session = async (of: pg.Client): Promise<number> =>
    (await of.query('select pg_backend_pid() as pid')).rows[0].pid
  const before = await session(client)
  const other = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIME_LIMIT })
  other.on('error', () => {})
  try {
    await open(other)
    await other.query('begin')
    if (await session(other) === before || await session(client) !== before) {
      throw new Error(
        `DATABASE_URL: ${
          address(client)
        } is a pooler in transaction mode: set its pool_mode to session, or connect to PostgreSQL itself`
      )
    }
  } finally {
    await other.end().catch(() => {})
  }
}

function explainFault ({ code, message }: NodeJS.ErrnoException, client: pg.Client): string {
  const explain = BY_MESSAGE.find(([pattern]) => pattern.test(message))?.[1] ?? BY_CODE[code ?? '']
  if (explain !== undefined) return `DATABASE_URL: ${explain(client)}`
  const { password } = client
  const said = typeof password === 'string' && password !== '' ? message.replaceAll(password, '***') : message
  return `DATABASE_URL: ${address(client)} cannot be used: ${said || code}`
}

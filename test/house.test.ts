// The rules of the house: who may import whom, and how long a file may be.
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { loadConfig } from '../src/config.ts'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const files = (await readdir(src, { recursive: true })).filter(file => file.endsWith('.ts'))

/** Bottom to top: a folder imports only those before it. */
const FOLDERS = [
  'problems',
  'form',
  'documents',
  'database',
  'http',
  'auth',
  'audit',
  'forms',
  'aggregates',
  'agencies',
  'keys',
  'reports',
  'imports',
  'totals',
  'bin'
]

/** The imports of a file of the same house, as paths from src. */
async function importsOf (file: string): Promise<string[]> {
  const text = await readFile(join(src, file), 'utf8')
  return [...text.matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)]
    .map(([, path, dynamic]) => relative(src, resolve(src, dirname(file), path ?? dynamic!)))
}

t.test('a folder imports only folders below it', async t => {
  const folders = new Set(files.filter(file => file.includes('/')).map(file => file.split('/')[0]!))
  t.same([...folders].sort(), [...FOLDERS].sort(), 'every folder has its place')
  for (const file of files.filter(file => file.includes('/') && !file.startsWith('bin/'))) {
    const place = FOLDERS.indexOf(file.split('/')[0]!)
    for (const path of await importsOf(file)) {
      const target = FOLDERS.indexOf(path.split('/')[0]!)
      t.ok(target !== -1 && target <= place, `${file} imports ${path}`)
    }
  }
})

t.test('no files import each other in a circle', async t => {
  const imports = new Map<string, string[]>()
  for (const file of files) imports.set(file, await importsOf(file))
  // What imports nothing that is left is taken away, again and again: what stays is on a circle, or above one.
  for (let before = -1; before !== imports.size;) {
    before = imports.size
    for (const [file, targets] of imports) if (!targets.some(target => imports.has(target))) imports.delete(file)
  }
  t.same([...imports.keys()], [])
})

t.test('a handler of POST writes through request.db, which an idempotency key makes a transaction', async t => {
  for (const file of files.filter(file => file.endsWith('routes.ts'))) {
    const text = await readFile(join(src, file), 'utf8')
    for (const [block] of text.matchAll(/^ +app\.post\([^]*?(?=^ +app\.\w+\(|^}|$(?![^]))/gm)) {
      t.notMatch(block, /\(\s*db,/, file)
    }
  }
})

t.test('casts to never and any only become fewer', async t => {
  const code = (await Promise.all(files.map(file => readFile(join(src, file), 'utf8')))).join('\n')
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  t.equal(code.match(/\bas never\b|[:<,] any\b|<any>|\bany\[\]/g)?.length, 9)
})

t.test('the form floor reads no clock, no environment, no file and no chance', async t => {
  for (const file of files.filter(file => file.startsWith('form/'))) {
    t.notMatch(await readFile(join(src, file), 'utf8'), /process\.|new Date|Date\.now|Math\.random|from 'node:/, file)
  }
})

t.test('a wrong configuration is one message with every fault, and shows no secret', t => {
  t.same(loadConfig({}), {
    HOST: '127.0.0.1',
    PORT: 8080,
    DATA_DIR: './data',
    LOG_LEVEL: 'info',
    POOL_MAX: 10,
    BODY_LIMIT: 2097152,
    IMPORT_LIMIT: 17179869184,
    HEADERS_TIMEOUT: 15,
    REQUEST_TIMEOUT: 300,
    KEEP_ALIVE_TIMEOUT: 72,
    RATE_LIMIT: 60000,
    OVERLOAD_MS: 1000
  })
  t.match(loadConfig({ PORT: '0', DATABASE_URL: 'postgres://u@h/d', ADMIN_API_KEY: 'k'.repeat(32), HOST: '' }), {
    PORT: 0,
    DATABASE_URL: 'postgres://u@h/d',
    HOST: '127.0.0.1'
  })
  t.match(
    loadConfig({
      OIDC_ISSUER: 'https://id.example',
      OIDC_AUDIENCE: 'gongkai',
      TRUST_PROXY: '10.0.0.0/8, ::1,loopback',
      CORS_ORIGINS: 'https://a.example,http://b.example:8080',
      RATE_LIMIT: '0'
    }),
    { RATE_LIMIT: 0 }
  )
  for (const env of [{ OIDC_ISSUER: 'https://id.example' }, { JWKS_FILE: 'keys.json' }, { OIDC_AUDIENCE: 'gongkai' }]) {
    t.throws(() => loadConfig(env), /^Wrong configuration:\n {2}OIDC_AUDIENCE: [^\n]*$/)
  }
  for (
    const [name, value] of [
      ['OIDC_ISSUER', 'id.example'],
      ['TRUST_PROXY', 'everyone'],
      ['CORS_ORIGINS', 'a.example'],
      ['CORS_ORIGINS', 'https://a.example/path'],
      ['CORS_ORIGINS', 'https://a.example,*'],
      ['HEADERS_TIMEOUT', '0'],
      ['OVERLOAD_MS', '-1']
    ] as const
  ) {
    t.throws(
      () => loadConfig({ OIDC_AUDIENCE: 'x', JWKS_FILE: 'x', [name]: value }),
      new RegExp(`^Wrong configuration:\n {2}${name}: [^\n]*$`)
    )
  }
  t.throws(
    () =>
      loadConfig({
        PORT: 'http',
        POOL_MAX: '0',
        LOG_LEVEL: 'loud',
        ADMIN_API_KEY: 'hunter2',
        DATABASE_URL: 'mysql://u:secret@h/d',
        BODY_LIMIT: '1.5'
      }),
    {
      message: `Wrong configuration:
  PORT: expected a port from 0 to 65535, found "http"
  DATABASE_URL: expected postgres://user:password@host:port/database
  ADMIN_API_KEY: expected 32 to 256 printable ASCII characters without spaces
  LOG_LEVEL: expected fatal, error, warn, info, debug, trace or silent, found "loud"
  POOL_MAX: expected a number of connections from 2 to 200, found "0"
  BODY_LIMIT: expected a number of bytes from 1024 to 1073741824, found "1.5"`
    }
  )
  t.end()
})

// The rules of the house: who may import whom.
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

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

t.test('relative imports end in .ts, as the build and Node require', async t => {
  for (const file of files) {
    t.same((await importsOf(file)).filter(path => !path.endsWith('.ts')), [], file)
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

t.test('the number of casts to never and any does not grow', async t => {
  const code = (await Promise.all(files.map(file => readFile(join(src, file), 'utf8')))).join('\n')
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  t.equal(code.match(/\bas never\b|[:<,] any\b|<any>|\bany\[\]/g)?.length, 9)
})

t.test('a folder has at most 15 files', async t => {
  const sizes = new Map<string, number>()
  for (const file of files) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1)
  for (const [folder, size] of sizes) t.ok(size <= 15, `${folder} has ${size}`)
})

t.test('form/ uses no clock, environment, file or random number', async t => {
  for (const file of files.filter(file => file.startsWith('form/'))) {
    t.notMatch(await readFile(join(src, file), 'utf8'), /process\.|new Date|Date\.now|Math\.random|from 'node:/, file)
  }
})

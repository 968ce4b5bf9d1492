// Structural rules of src/: import direction, folder size and forbidden calls.
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const src = fileURLToPath(new URL('../src/', import.meta.url))
const files = (await readdir(src, { recursive: true })).filter(file => file.endsWith('.ts'))

/** In dependency order: a folder imports only folders before it. */
const FOLDERS = [
  'problems',
  'form',
  'documents',
  'outputs',
  'database',
  'http',
  'auth',
  'audit',
  'forms',
  'aggregates',
  'agencies',
  'keys',
  'reports',
  'filings',
  'imports',
  'totals',
  'exports',
  'pages',
  'bin'
]

/** Relative imports of a file, as paths from src. */
async function importsOf (file: string): Promise<string[]> {
  const text = await readFile(join(src, file), 'utf8')
  return [...text.matchAll(/from '(\.[^']+)'|import\('(\.[^']+)'\)/g)]
    .map(([, path, dynamic]) => relative(src, resolve(src, dirname(file), path ?? dynamic!)))
}

t.test('imports only from folders earlier in dependency order', async t => {
  const folders = new Set(files.filter(file => file.includes('/')).map(file => file.split('/')[0]!))
  t.same([...folders].sort(), [...FOLDERS].sort(), 'FOLDERS lists every folder of src')
  for (const file of files.filter(file => file.includes('/') && !file.startsWith('bin/'))) {
    const place = FOLDERS.indexOf(file.split('/')[0]!)
    for (const path of await importsOf(file)) {
      const target = FOLDERS.indexOf(path.split('/')[0]!)
      t.ok(target !== -1 && target <= place, `${file} imports ${path}`)
    }
  }
})

t.test('ends relative imports in .ts, as the build and Node require', async t => {
  for (const file of files) {
    t.same((await importsOf(file)).filter(path => !path.endsWith('.ts')), [], file)
  }
})

t.test('has no circular imports', async t => {
  const imports = new Map<string, string[]>()
  for (const file of files) imports.set(file, await importsOf(file))
  // Repeatedly remove files without remaining imports. The rest are part of a cycle or import one.
  for (let before = -1; before !== imports.size;) {
    before = imports.size
    for (const [file, targets] of imports) if (!targets.some(target => imports.has(target))) imports.delete(file)
  }
  t.same([...imports.keys()], [])
})

t.test('writes through request.db in POST handlers, so that writes join the idempotency transaction', async t => {
  for (const file of files.filter(file => file.endsWith('routes.ts'))) {
    const text = await readFile(join(src, file), 'utf8')
    for (const [block] of text.matchAll(/^ +app\.post\([^]*?(?=^ +app\.\w+\(|^}|$(?![^]))/gm)) {
      t.notMatch(block, /\(\s*db,/, file)
    }
  }
})

t.test('does not add casts to never or any', async t => {
  const code = (await Promise.all(files.map(file => readFile(join(src, file), 'utf8')))).join('\n')
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '')
  t.equal(code.match(/\bas never\b|[:<,] any\b|<any>|\bany\[\]/g)?.length, 9)
})

t.test('keeps folders at 15 files or fewer', async t => {
  const sizes = new Map<string, number>()
  for (const file of files) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1)
  for (const [folder, size] of sizes) t.ok(size <= 15, `${folder} has ${size} files`)
})

t.test('keeps form/ free of clock, environment, file system and randomness', async t => {
  for (const file of files.filter(file => file.startsWith('form/'))) {
    t.notMatch(await readFile(join(src, file), 'utf8'), /process\.|new Date|Date\.now|Math\.random|from 'node:/, file)
  }
})

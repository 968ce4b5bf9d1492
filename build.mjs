// Builds dist from src for a Node that does not run TypeScript, and for the image: it only takes the types away
// (`npm run types` checks them), with the transpiler that newer Nodes have built in. What is current is left alone.
import { transformSync } from '@swc/wasm-typescript'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const SRC = join(import.meta.dirname, 'src')
const DIST = join(import.meta.dirname, 'dist')

/** The specifiers that start with a dot; `.js` is as long as `.ts`, so lines and columns stay those of the source. */
const TS_SPECIFIER = /(?<=\b(?:from|import) ?\(?'\.[^'\n]*)\.ts(?=')/g

const filesOf = async folder =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))

const timeOf = path => stat(path).then(({ mtime }) => mtime.getTime(), () => undefined)

/** Makes dist what src is; calls `onStart` before the first change, and not at all when there is none. */
export async function build (onStart) {
  const sources = new Map(
    (await filesOf(SRC)).filter(name => name.endsWith('.ts')).map(name => [name.replace(/ts$/, 'js'), join(SRC, name)])
  )
  const work = (await filesOf(DIST)).filter(name => !sources.has(name)).map(name => () => rm(join(DIST, name)))
  for (const [name, source] of sources) {
    const target = join(DIST, name)
    // A built file has the time of its source: one that is older, as in a former commit, is built again, too.
    if (await timeOf(source) !== await timeOf(target)) work.push(() => transpile(source, target))
  }
  if (work.length > 0) onStart?.()
  for (const step of work) await step()
}

async function transpile (source, target) {
  const { atime, mtime } = await stat(source)
  const { code } = transformSync(await readFile(source, 'utf8'), { mode: 'strip-only', filename: source })
  await mkdir(dirname(target), { recursive: true })
  // Two services that start at once may build at once: neither may see half a file.
  const part = `${target}.${process.pid}`
  await writeFile(part, code.replace(TS_SPECIFIER, '.js'))
  await utimes(part, atime, mtime)
  await rename(part, target)
}

if (process.argv[1] === import.meta.filename) await build()

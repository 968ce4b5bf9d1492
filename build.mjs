// Builds dist from src for a Node that does not run TypeScript, and for the image: it only takes the types away
// (`npm run types` checks them), with the transpiler that newer Nodes have built in. What is current is left alone.
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'

const SRC = join(import.meta.dirname, 'src')
const DIST = join(import.meta.dirname, 'dist')

/** The specifiers that start with a dot; `.js` is as long as `.ts`, so lines and columns stay those of the source. */
const TS_SPECIFIER = /(?<=\b(?:from|import) ?\(?'\.[^'\n]*)\.ts(?=')/g

const filesOf = async folder =>
  (await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))

/** The modification time of a file in ms; undefined if there is none. */
const timeOf = path => stat(path).then(({ mtime }) => mtime.getTime(), () => undefined)

/** Makes dist what src is; calls `onStart` before the first change, and not at all when there is none. */
export async function build (onStart) {
  const sources = new Map(
    (await filesOf(SRC)).filter(name => name.endsWith('.ts')).map(name => [name.replace(/ts$/, 'js'), join(SRC, name)])
  )
  const work = (await filesOf(DIST)).filter(name => !sources.has(name)).map(name => () => rm(join(DIST, name)))
  for (const [name, source] of sources) {
    const target = join(DIST, name)
    if (!await isCurrent(source, target)) {
      work.push(() => strip(source, target, code => code.replace(TS_SPECIFIER, '.js')))
    }
  }
  if (work.length > 0) onStart?.()
  for (const step of work) await step()
}

/** A built file has the time of its source: any other time, also a later one, means another version of the source. */
export const isCurrent = async (source, target) => await timeOf(source) === await timeOf(target)

/** Writes a source to `target` without its types; `edit` may change the code. */
export async function strip (source, target, edit = code => code) {
  // Loaded only when something is built, which most starts do not.
  const { transformSync } = await import('@swc/wasm-typescript')
  const { atime, mtime } = await stat(source)
  const { code } = transformSync(await readFile(source, 'utf8'), { mode: 'strip-only', filename: source })
  await mkdir(dirname(target), { recursive: true })
  // Processes and threads may build the same file at once: none may read half of it.
  const part = `${target}.${process.pid}.${threadId}`
  await writeFile(part, edit(code))
  await utimes(part, atime, mtime)
  await rename(part, target)
}

if (process.argv[1] === import.meta.filename) await build()

// Module hooks of strip-types.mjs. Stripped files are cached by path, time and size: a run starts about a hundred
// processes, which load the same files.
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/strip-types')

export async function load (url, context, nextLoad) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return await nextLoad(url, context)
  return { format: 'module', source: await strip(fileURLToPath(url)), shortCircuit: true }
}

async function strip (filename) {
  const { mtimeMs, size } = await stat(filename)
  const cached = join(CACHE, encodeURIComponent(`${relative(ROOT, filename)}@${mtimeMs}@${size}`))
  try {
    return await readFile(cached)
  } catch {
    const { transformSync } = await import('@swc/wasm-typescript')
    const { code } = transformSync(await readFile(filename, 'utf8'), { mode: 'strip-only', filename })
    await mkdir(CACHE, { recursive: true })
    // Rename atomically, so that no concurrent process reads a partial file.
    await writeFile(`${cached}.${process.pid}`, code)
    await rename(`${cached}.${process.pid}`, cached)
    return code
  }
}

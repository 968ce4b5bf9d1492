// Module hooks of strip-types.mjs. Stripped files are cached, because a run starts about a hundred processes that load
// the same files.
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isCurrent, strip } from '../../build.mjs'

const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/strip-types')

export async function load (url, context, nextLoad) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return await nextLoad(url, context)
  const source = fileURLToPath(url)
  const stripped = join(CACHE, relative(ROOT, source))
  if (!await isCurrent(source, stripped)) await strip(source, stripped)
  return { format: 'module', source: await readFile(stripped), shortCircuit: true }
}

// Module hooks of strip-types.mjs.
import { transformSync } from '@swc/wasm-typescript'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export async function load (url, context, nextLoad) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return await nextLoad(url, context)
  const filename = fileURLToPath(url)
  const { code } = transformSync(await readFile(filename, 'utf8'), { mode: 'strip-only', filename })
  return { format: 'module', source: code, shortCircuit: true }
}

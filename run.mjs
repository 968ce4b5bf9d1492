// node run.mjs src/PROGRAM.ts ARGUMENTS: runs a program of src as it stands where Node runs TypeScript (22.18 and
// newer), else as it is built, and builds it first where src has changed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

// Settings in the file .env of the working directory; the environment has precedence.
if (existsSync('.env')) process.loadEnvFile('.env')
// The program finds its arguments where it would without this file.
process.argv.splice(1, 1)
let program = process.argv[1]
if (!process.features.typescript) {
  const { build } = await import('./build.mjs')
  await build(() => console.error('building…'))
  program = program.replace(/^src(?=\/)/, 'dist').replace(/ts$/, 'js')
}
await import(join(import.meta.dirname, program))

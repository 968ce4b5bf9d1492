// npm run openapi: writes openapi/openapi.json and .yaml from the code. With --check it only compares, and exits with 1
// if they differ.
import { readFile, writeFile } from 'node:fs/promises'
import { buildApp } from '../app.ts'
import { openDatabase } from '../database/connection.ts'
import { Forms } from '../forms/forms.ts'
import { readForms, readRates } from '../forms/load-forms.ts'

const folder = new URL('../../openapi/', import.meta.url)
// Never connected: the document is generated from the routes alone.
const db = openDatabase('postgres://nowhere.invalid/none', 1, () => {})
const app = await buildApp({ db, forms: new Forms(await readForms(), await readRates()) })
await app.ready()
const files = {
  'openapi.json': JSON.stringify(app.swagger(), null, 2) + '\n',
  'openapi.yaml': app.swagger({ yaml: true })
}
for (const [name, text] of Object.entries(files)) {
  const file = new URL(name, folder)
  if (!process.argv.includes('--check')) await writeFile(file, text)
  else if (await readFile(file, 'utf8').catch(() => '') !== text) {
    console.error(`openapi/${name} is not what the code gives: run npm run openapi`)
    process.exitCode = 1
  }
}
await app.close()
await db.destroy()

// The definitions of forms and rates: the files in forms/.
import { readdir, readFile } from 'node:fs/promises'
import { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { FormDefinition } from '../form/definition.ts'
import { type RateDefinition, RateDefinitions } from '../form/rates/rates.ts'

const FOLDER = new URL('../../forms/', import.meta.url)
const RATES = 'rates.json'

/** Reads every *.json of the folder but the rates; throws an Error that names the file and its faults. */
export async function readForms (folder: URL = FOLDER): Promise<FormDefinition[]> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.json') && file !== RATES).sort()
  return await Promise.all(files.map(async file => await readDefinition(folder, file, FormDefinition)))
}

/** Reads the rates; throws an Error that names the faults. */
export async function readRates (folder: URL = FOLDER): Promise<RateDefinition[]> {
  return await readDefinition(folder, RATES, RateDefinitions)
}

async function readDefinition<S extends TSchema> (folder: URL, file: string, schema: S): Promise<Static<S>> {
  const definition: unknown = JSON.parse(await readFile(new URL(file, folder), 'utf8'))
  if (Value.Check(schema, definition)) return definition as Static<S>
  throw new Error(
    `forms/${file}: ${
      [...Value.Errors(schema, definition)].map(error => `${error.instancePath} ${error.message}`).join('; ')
    }`
  )
}

// The definitions of forms: every file in forms/.
import { readdir, readFile } from 'node:fs/promises'
import { Value } from 'typebox/value'
import { FormDefinition } from '../form/definition.ts'

/** Reads every *.json of the folder; throws an Error that names the file and its faults. */
export async function readForms (folder: URL = new URL('../../forms/', import.meta.url)): Promise<FormDefinition[]> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.json')).sort()
  return await Promise.all(files.map(async file => {
    const definition: unknown = JSON.parse(await readFile(new URL(file, folder), 'utf8'))
    if (Value.Check(FormDefinition, definition)) return definition
    throw new Error(
      `forms/${file}: ${
        [...Value.Errors(FormDefinition, definition)].map(error => `${error.instancePath} ${error.message}`).join('; ')
      }`
    )
  }))
}

// Builds import files of reports and agencies.
import type { Form } from '../../src/form/form.ts'
import { consistentTables, SECTIONS } from './figures.ts'

export const NDJSON = { headers: { 'content-type': 'application/x-ndjson' } }
export const CSV = { headers: { 'content-type': 'text/csv' } }

/** A report that passes its checks; `n` seeds its figures. */
export function reportOf (form: Form, agency: string, year: number, n = 0) {
  let next = n
  return {
    agency,
    year,
    sections: SECTIONS,
    tables: consistentTables(form, () => {
      next = (next * 31 + 7) % 97
      return next % 5
    })
  }
}

export const lines = (values: unknown[]) => values.map(value => `${JSON.stringify(value)}\n`).join('')

/** A root and `count` departments below it, d0, d1, … */
export const agencies = (count: number) =>
  'code,name,level,kind,parent,reporting\n' +
  Array.from({ length: count }, (_, i) => `d${i},单位${i},county,department,root,own\n`).join('') +
  'root,某县人民政府,county,government,,consolidated\n'

/** A multipart body as sent by `curl -F file=@NAME`, with the boundary xyz. */
export const multipart = (name: string, type: string, file: string | Buffer) =>
  Buffer.concat([
    Buffer.from(
      `--xyz\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`
    ),
    Buffer.from(file),
    Buffer.from('\r\n--xyz--\r\n')
  ])

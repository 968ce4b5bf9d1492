// A template has what last year settles; filled in, it is read without a problem. SOFFICE is the path of LibreOffice,
// where the formulas are to be calculated by a real spreadsheet.
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { readDocument } from '../../src/documents/read.ts'
import { writeContent } from '../../src/form/write-content.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const { app, call, forms } = await freshApp(t)
const form = forms.get('2021')
const get = async (url: string) => await app.inject({ url })
let next = 0
const last = consistentTables(form, () => next++ % 4)

t.before(async () => {
  await call('PUT', '/v1/agencies/bureau', { name: '某区财政局', level: 'county', kind: 'department', since: 2020 })
  await call('PUT', '/v1/reports/bureau/2023', { tables: last, sections: SECTIONS })
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/bureau/2023/${move}`)
})

t.test('what last year settles is filled in, and nothing else', async t => {
  const { agency, year, form: id, tables, sections } = (await get('/v1/reports/bureau/2024/template?format=json'))
    .json()
  t.same([agency, year, id, Object.keys(sections)], ['bureau', 2024, '2021', form.sections])
  t.same(tables.requests.carried_in, last.requests!.carried_out)
  for (const cell of form.cells.filter(({ id }) => !id.startsWith('requests.carried_in.'))) {
    t.equal(tables[cell.table][cell.row][cell.column], null, cell.id)
  }
  const made = await call('POST', '/v1/reports', { agency, year, form: id, sections, tables })
  t.equal(made.status, 201, made.text)
  const none = (await get('/v1/reports/bureau/2023/template?format=json')).json()
  t.ok(Object.values(none.tables.requests.carried_in).every(figure => figure === null), 'no report of 2022')
})

t.test('sums are the formulas of the checks of the form', async t => {
  const { rawPayload } = await get('/v1/reports/bureau/2024/template')
  const parts = unzipSync(rawPayload)
  const sheet = strFromU8(parts['xl/worksheets/sheet3.xml']!)
  const formulas = [...sheet.matchAll(/<f>([^<]*)<\/f>/g)].map(match => match[1]!.replaceAll('&quot;', '"'))
  const sums = form.checks.filter(check => check.rule === 'sum' && check.id.startsWith('requests.'))
  const totals = new Set(
    sums.flatMap(check => check.rule === 'sum' && !check.id.includes('balance') ? check.right : [])
  )
  // The row carried over from last year is settled.
  t.equal(formulas.length, totals.size - 1)
  t.equal(formulas[0], 'IF(COUNT(D5,E5,F5,G5,H5,I5)=0,"",SUM(D5,E5,F5,G5,H5,I5))')
  const stock = strFromU8(parts['xl/worksheets/sheet2.xml']!)
  const { in_force: inForce } = last.documents!.regulations!
  t.match(stock, `<f>IF(COUNT(B4,C4)=0,&quot;&quot;,${inForce === 0 ? '' : `${inForce}+`}SUM(B4)-SUM(C4))</f>`)
})

/** A report of 2024 that agrees with that of 2023. */
function filledTables () {
  let next = 0
  const tables = consistentTables(form, () => next++ % 5)
  const { carried_in: carriedIn, new_received: received, outcome_total: outcome, carried_out: carriedOut } = tables
    .requests! as Record<string, Record<string, number>>
  for (const column of Object.keys(carriedIn!)) {
    carriedIn![column] = last.requests!.carried_out![column]!
    received![column] = outcome![column]! + carriedOut![column]! - carriedIn![column]
  }
  for (const [row, values] of Object.entries(tables.documents!)) {
    Object.assign(values, { issued: 5, repealed: 1, in_force: last.documents![row]!.in_force! + 4 })
  }
  return tables
}
const tables = filledTables()
const SHEETS = ['2', '3', '4'].map(number => `xl/worksheets/sheet${number}.xml`)
/** Rows before columns. */
const inOrder = (a: string, b: string) => rowOf(a) - rowOf(b) || a.length - b.length || (a < b ? -1 : 1)
const rowOf = (address: string) => Number(address.replace(/\D+/, ''))

/** Writes figures into the input cells, which the validations list, and nothing into those of formulas. */
async function fillExcel (): Promise<Record<string, Uint8Array>> {
  const parts = unzipSync((await get('/v1/reports/bureau/2024/template?format=xlsx')).rawPayload)
  const inputs = form.cells.filter(({ table, row, column, total }) =>
    !total && `${table}.${row}` !== 'requests.carried_in' && column !== 'in_force'
  ).map(({ table, row, column }) => tables[table]![row]![column]!)
  for (const sheet of SHEETS) {
    const xml = strFromU8(parts[sheet]!)
    const addresses = [...xml.matchAll(/sqref="([^"]+)"/g)].flatMap(match => match[1]!.split(' ')).sort(inOrder)
    parts[sheet] = strToU8(
      addresses.reduce(
        (text, address) =>
          text.replace(new RegExp(`(<c r="${address}" s="\\d+")/>`), `$1><v>${inputs.shift()}</v></c>`),
        xml
      )
    )
  }
  t.same(inputs, [], 'every input has its cell')
  return parts
}

/** Writes the values of the formulas beside them, as a spreadsheet saves them. */
function calculate (xml: string): string {
  const values = new Map(
    [...xml.matchAll(/<c r="(\w+)"[^>]*><v>(\d+)<\/v>/g)].map(match => [match[1]!, Number(match[2])])
  )
  const sum = (list: string) => list.split(',').reduce((sum, address) => sum + values.get(address)!, 0)
  const FORMULA =
    /<c r="(\w+)"([^>]*)><f>IF\(COUNT\([^)]*\)=0,&quot;&quot;,(?:(\d+)\+)?SUM\(([^)]*)\)(?:-SUM\(([^)]*)\))?\)<\/f><\/c>/g
  return xml.replace(FORMULA, (_, address: string, style: string, constant = '0', added: string, taken?: string) => {
    const value = Number(constant) + sum(added) - (taken === undefined ? 0 : sum(taken))
    values.set(address, value)
    return `<c r="${address}"${style}><f>SUM()</f><v>${value}</v></c>`
  })
}

async function isReadWhole (t: Test, bytes: Buffer, sections: object) {
  const { reading } = await readDocument(bytes, '', forms.all)
  t.match(reading, { year: 2024, agency_name: '某区财政局', problems: [] })
  if ('refused' in reading) return
  t.same(writeContent(form, reading.content), { tables, sections, notes: {} })
}

t.test('an Excel template is read without a problem when its formulas are calculated', async t => {
  const parts = await fillExcel()
  const uncalculated = await readDocument(Buffer.from(zipSync(parts)), '', forms.all)
  t.notOk('refused' in uncalculated.reading)
  if (!('refused' in uncalculated.reading)) {
    t.equal(uncalculated.reading.content.notes['requests.granted.total']?.state, 'unreadable', 'never taken for a zero')
  }
  for (const sheet of SHEETS) parts[sheet] = strToU8(calculate(strFromU8(parts[sheet]!)))
  await isReadWhole(t, Buffer.from(zipSync(parts)), {})
})

t.test('LibreOffice calculates the same', { skip: process.env['SOFFICE'] === undefined }, async t => {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-template-'))
  t.teardown(async () => await rm(folder, { recursive: true }))
  await writeFile(join(folder, 'a.xlsx'), zipSync(await fillExcel()))
  const profile = `-env:UserInstallation=file://${folder}/profile`
  const options = [
    profile,
    '--headless',
    '--convert-to',
    'xlsx',
    '--outdir',
    join(folder, 'saved'),
    join(folder, 'a.xlsx')
  ]
  await promisify(execFile)(process.env['SOFFICE']!, options)
  await isReadWhole(t, await readFile(join(folder, 'saved', 'a.xlsx')), {})
})

t.test('a Word template is read without a problem', async t => {
  const parts = unzipSync((await get('/v1/reports/bureau/2024/template?format=docx')).rawPayload)
  const figures = form.cells.map(({ table, row, column }) => tables[table]![row]![column]!)
  const cell =
    /(w:fill="(?:FFF8DC|E8EEF4)"\/><w:vAlign w:val="center"\/><\/w:tcPr><w:p><w:pPr><w:pStyle w:val="Cell"\/><\/w:pPr>)(?:<w:r>.*?<\/w:r>)?/g
  const texts = Object.values(SECTIONS)
  parts['word/document.xml'] = strToU8(
    strFromU8(parts['word/document.xml']!)
      .replace(cell, (_, before: string) => `${before}<w:r><w:t>${figures.shift()}</w:t></w:r>`)
      .replace(
        /(<w:pStyle w:val="Body"\/><\/w:pPr>)(?=<\/w:p>)/g,
        (_, before: string) => `${before}<w:r><w:t>${texts.shift()}</w:t></w:r>`
      )
  )
  t.same([figures, texts], [[], []], 'every figure and text has its place')
  await isReadWhole(t, Buffer.from(zipSync(parts)), SECTIONS)
})

t.test('an unknown agency, a year without it and a year to come have no template', async t => {
  for (
    const [url, status, code] of [
      ['/v1/reports/nobody/2024/template', 404, 'agency-not-found'],
      ['/v1/reports/bureau/2019/template', 422, 'agency-not-in-year'],
      ['/v1/reports/bureau/2999/template', 422, 'year-in-future'],
      ['/v1/reports/bureau/2024/template?format=html', 400, 'parameter-invalid']
    ] as const
  ) {
    const answer = await get(url)
    t.same([answer.statusCode, answer.json().code], [status, code], url)
  }
})

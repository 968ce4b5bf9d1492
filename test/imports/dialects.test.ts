// The same rows in every dialect of CSV and as a workbook.
import fc from 'fast-check'
import t from 'tap'
import { AGENCY_COLUMNS } from '../../src/agencies/schemas.ts'
import { inline, row, zip } from '../documents/formats/files.ts'
import { excelParts } from '../documents/formats/files.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables } from '../support/figures.ts'
import { agencies, CSV } from '../support/import-files.ts'
import { runsOf } from '../support/runs.ts'
import { type Dialect, writeDialect, writeWorkbook } from './dialects.ts'

const AGENCIES = '/v1/imports/agencies'
const REPORTS = '/v1/imports/reports'
const UNTYPED = { headers: { 'content-type': 'application/octet-stream' } }
const PLAIN: Dialect = {
  delimiter: ',',
  encoding: 'utf-8',
  end: '\n',
  saysSeparator: false,
  emptyColumns: 0,
  emptyLines: 0,
  quotesAll: false
}

const dialect = fc.record<Dialect>({
  delimiter: fc.constantFrom(',', ';', '\t'),
  encoding: fc.constantFrom('utf-8', 'utf-8 with a mark', 'utf-16le', 'utf-16be', 'gb18030'),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  saysSeparator: fc.boolean(),
  emptyColumns: fc.nat(3),
  emptyLines: fc.nat(2),
  quotesAll: fc.boolean()
})
const written = fc.oneof(
  {
    weight: 4,
    arbitrary: dialect.map(made => ({ name: JSON.stringify(made), of: (r: string[][]) => writeDialect(r, made) }))
  },
  { weight: 1, arbitrary: fc.constant({ name: 'a workbook', of: writeWorkbook }) }
)
const name = fc.array(fc.constantFrom('财', '政', '局', 'a', ',', ';', '"', '（', '1'), { minLength: 1, maxLength: 6 })
  .map(parts => `某${parts.join('')}局`)
const orNothing = (values: string[]) => fc.constantFrom('', ...values)

t.test('the same agencies in every dialect are the same agencies', async t => {
  const { call } = await freshApp(t)
  const columns = ['code', 'name', 'level', 'kind', 'division_code', 'parent', 'until']
  const agency = fc.tuple(
    name,
    fc.constantFrom('county', 'prefecture'),
    orNothing(['150203', '150203001']),
    orNothing(['2031'])
  )
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(agency, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      written,
      written,
      async (some, isPrinted, one, other) => {
        run++
        const rows = some.map(([name, level, division, until], i) => [
          `r${run}-${i}`,
          `${name}${i}`,
          level,
          'department',
          division,
          i === 0 ? '' : `r${run}-0`,
          // A parent must be there as long as those below it.
          i === 0 ? '' : until
        ])
        const header = isPrinted ? columns.map(id => AGENCY_COLUMNS[id]!.zh) : columns
        const made = await call('POST', AGENCIES, one.of([header, ...rows]), UNTYPED)
        t.equal(made.json.counts?.created, rows.length, `${one.name} ${made.text}`)
        for (const write of [other.of, (table: string[][]) => writeDialect(table, PLAIN)]) {
          const again = await call('POST', AGENCIES, write([columns, ...rows]), CSV)
          t.equal(again.json.counts?.unchanged, rows.length, `${other.name} ${again.text}`)
        }
        t.match((await call('GET', `/v1/agencies/r${run}-0`)).json, {
          name: rows[0]![1],
          level: rows[0]![2],
          division_code: rows[0]![4] || null
        })
        return t.passing()
      }
    ),
    { numRuns: runsOf('DIALECT_RUNS', 15, 1000), endOnFailure: true }
  )
})

t.test('the same figures in every dialect are the same figures', async t => {
  const { call, forms } = await freshApp(t)
  await call('POST', AGENCIES, agencies(2), CSV)
  const form = forms.get('2021')
  const labels = new Map([...form.tables.values()].flatMap(({ columns }) => columns.map(({ id, zh }) => [id, zh])))
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(99), { minLength: 5, maxLength: 9 }),
      fc.boolean(),
      written,
      written,
      async (seed, isPrinted, one, other) => {
        run++
        let next = 0
        const tables = consistentTables(form, () => seed[next++ % seed.length]!)
        tables.requests!.granted!.natural_person = null
        // One column of figures for each name: the tables share theirs.
        const used = [...new Set(Object.values(tables).flatMap(rows => Object.values(rows).flatMap(Object.keys)))]
        const year = 2022 + run % 2
        const rows = Object.entries(tables).flatMap(([table, of]) =>
          Object.entries(of).map((
            [row, values]
          ) => ['d0', String(year), table, row, ...used.map(id => String(values[id] ?? ''))])
        )
        const ids = ['agency', 'year', 'table', 'row', ...used]
        const printed = ['机关代码', '年度', '表', '行', ...used.map(id => labels.get(id)!)]
        const made = await call('POST', REPORTS, one.of([isPrinted ? printed : ids, ...rows]), UNTYPED)
        t.equal(made.json.read, 1, `${one.name} ${made.text}`)
        const stored = (await call('GET', `/v1/reports/d0/${year}`)).json
        t.same(stored.tables, tables, one.name)
        const again = await call('POST', REPORTS, other.of([ids, ...rows]), CSV)
        t.equal(again.json.counts?.unchanged, 1, `${other.name} ${again.text}`)
        return t.passing()
      }
    ),
    { numRuns: runsOf('DIALECT_RUNS', 15, 1000), endOnFailure: true }
  )
})

t.test('faults name the delimiter and encoding that were found', async t => {
  const { call } = await freshApp(t)
  const header = await call(
    'POST',
    AGENCIES,
    writeDialect([['code', 'nmae'], ['a', 'b']], { ...PLAIN, delimiter: '\t', encoding: 'utf-16le' }),
    CSV
  )
  t.match(header.json.errors, [{
    line: 1,
    column: 'nmae',
    expected: /read as UTF-16 with tabs between the fields/,
    did_you_mean: 'name'
  }])
  const width = await call('POST', AGENCIES, 'sep=;\ncode;name;level;kind\na;某局;county\n', CSV)
  t.match(width.json.errors, [{ line: 3, found: 3, expected: '4 fields between semicolons, as in the header' }])
  t.match((await call('POST', AGENCIES, 'sep=|\ncode|name\n', CSV)).json, { code: 'csv-malformed', detail: /sep=\|/ })
  t.match((await call('POST', AGENCIES, Buffer.from('code,name\na,b\n', 'utf16le'), CSV)).json, {
    code: 'text-undecodable'
  })
  t.match(
    (await call(
      'POST',
      AGENCIES,
      Buffer.concat([Buffer.from('\ufeffcode', 'utf16le'), Buffer.of(0x0a, 0xd8, 0x41, 0x00)]),
      CSV
    )).json,
    { code: 'text-undecodable', detail: /utf-16le/ }
  )
  const twice = await call('POST', AGENCIES, '机关代码,code\na,b\n', CSV)
  t.match(twice.json.errors[0], { found: 'code', expected: /also 机关代码/ })
  const bytes = Buffer.concat([
    Buffer.from('code,name,level,kind\n'),
    Buffer.from('a,财政局,county,department\nc,税务局,county,department\nb,'),
    Buffer.of(0xff, 0xff),
    Buffer.from(',county,department\n')
  ])
  t.match((await call('POST', AGENCIES, bytes, CSV)).json.errors, [{ line: 4, expected: /UTF-8/ }])
})

t.test('empty fields at the end are left out, a text there is a fault', async t => {
  const { call } = await freshApp(t)
  const { json } = await call(
    'POST',
    `${AGENCIES}?on_error=continue`,
    'code,name,level,kind,,\na,某局,county,department,,\nb,某局,county,department,,x\n',
    {
      headers: { 'content-type': 'text/csv', accept: 'application/json' }
    }
  )
  t.match(json, { counts: { created: 1, rejected: 1 }, errors: [{ line: 3, found: 6 }] })
})

t.test('rejects have the delimiter and the headers of the file, and are read again', async t => {
  const { call } = await freshApp(t)
  const file = 'sep=;\n机关代码;机关名称;level;kind;;\na;"甲;局";county;department;;\nb;乙局;shire;department;;\n'
  const rejects = await call('POST', `${AGENCIES}?on_error=continue`, file, {
    headers: { 'content-type': 'text/csv', accept: 'text/csv' }
  })
  t.match(rejects.text, /^\ufeff机关代码;机关名称;level;kind;rejected\nb;乙局;shire;department;"?line 4 level/)
  t.equal((await call('GET', '/v1/agencies/a')).json.name, '甲;局')
  const mended = await call('POST', AGENCIES, rejects.text.replace('shire', 'county'), CSV)
  t.equal(mended.json.counts.created, 1)
})

t.test('a workbook whose cells are not certain is refused, with the row', async t => {
  const { call } = await freshApp(t)
  const head = row(1, ['code', 'name', 'level', 'kind'].map((text, i) => inline(`${'ABCD'[i]}1`, text)).join(''))
  const data = row(2, ['a', '某局', 'county', 'department'].map((text, i) => inline(`${'ABCD'[i]}2`, text)).join(''))
  const send = async (rows: string, after = '') =>
    (await call('POST', AGENCIES, zip(excelParts([{ rows, after }])), UNTYPED)).json
  t.match(await send(head + data, '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'), { counts: { created: 1 } })
  t.match(
    await send(
      head + row(2, inline('A2', 'b') + inline('B2', '某局')),
      '<mergeCells><mergeCell ref="B2:C2"/></mergeCells>'
    ),
    {
      code: 'workbook-unreadable',
      detail: /Row 2 .*merged/
    }
  )
  t.match(await send(head + row(2, '<c r="A2"><f>A1</f></c>')), { code: 'import-rejected', errors: [{ line: 2 }] })
  t.match((await call('POST', AGENCIES, Buffer.from('d0cf11e0a1b11ae1', 'hex'), CSV)).json, {
    code: 'workbook-unreadable',
    status: 415,
    detail: /\.xlsx/
  })
})

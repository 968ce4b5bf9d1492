import { strFromU8, unzipSync } from 'fflate'
import t from 'tap'
import { extractDocument } from '../../src/documents/extract.ts'
import { type Sheet, writeWorkbook } from '../../src/outputs/workbook/workbook.ts'

const sheet: Sheet = {
  name: '表[1]',
  columnWidths: [10, 12],
  frozenRows: 1,
  rows: [
    { cells: [{ value: '标题', width: 3, role: 'title' }], height: 30 },
    { cells: [{ value: '组', height: 2, role: 'label' }, { value: 1.5, format: '0.0' }, -2] },
    { cells: ['=1+1', null] },
    { cells: [{ formula: 'SUM(B2:B3)', value: 3 }, '<&"\u0001>'] }
  ]
}

t.test('the same sheets give the same bytes, in any time zone', async t => {
  const bytes = await writeWorkbook([sheet])
  const zone = process.env.TZ
  process.env.TZ = 'America/New_York'
  t.teardown(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })
  t.ok((await writeWorkbook([sheet])).equals(bytes))
})

t.test('numbers are numbers, merged cells cover their place, and a text is never a formula', async t => {
  const files = unzipSync(await writeWorkbook([sheet]))
  const parts = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]))
  const xml = parts['xl/worksheets/sheet1.xml']!
  t.match(xml, '<mergeCell ref="A1:C1"/><mergeCell ref="A2:A3"/>')
  t.match(xml, /<c r="B2" s="\d+"><v>1.5<\/v><\/c><c r="C2"><v>-2<\/v><\/c>/)
  t.match(xml, /<c r="A3" s="\d+"\/><c r="B3" s="\d+" t="inlineStr"><is><t xml:space="preserve">=1\+1<\/t>/)
  t.match(parts['xl/styles.xml'], 'quotePrefix="1"')
  t.match(xml, '<f>SUM(B2:B3)</f><v>3</v>')
  t.match(xml, '&lt;&amp;&quot;\ufffd&gt;')
  t.match(parts['xl/workbook.xml'], '<sheet name="表 1 " ')
})

t.test('the reader finds the same cells', async t => {
  const document = await extractDocument(await writeWorkbook([sheet]), '')
  t.equal(document.text, '表 1\n标题\n组 | 1.5 | -2\n=1+1 | \n3 | <&"\ufffd> | ')
})

t.test('rows may come in pieces', async t => {
  const rows = async function* () {
    yield* sheet.rows
  }
  t.ok((await writeWorkbook([{ ...sheet, rows: rows() }])).equals(await writeWorkbook([sheet])))
})

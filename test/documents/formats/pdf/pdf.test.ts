// PDFs as documents: cells by ruling lines, and everything that may make a figure another one than a reader sees.
import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import type { Document } from '../../../../src/documents/document.ts'
import { readDocument } from '../../../../src/documents/read.ts'
import { figuresOf } from '../../reading/judge.ts'
import { forms } from '../../reading/report.ts'
import { extract, refusal } from '../files.ts'
import { boxAt, HEIGHT, pdf, type PdfOptions, type RuleStyle, streamOf, textAt } from './write-pdf.ts'

const UNCERTAIN = '\uFFFD'
/** A row of three cells, 60 points wide; what is drawn in the second one is given. */
const X = [100, 160, 220, 280]
const row = (style: RuleStyle = 'boxes', top = 100, height = 40) =>
  X.slice(1).map((x, i) => boxAt(X[i]!, top, x, top + height, style)).join('')
const table = (inside: string, style?: RuleStyle) =>
  row(style) + textAt(105, 125, '规章') + inside + textAt(230, 125, '7')

const tableOf = ({ text, lines }: Document) =>
  lines.filter(line => line.grid !== null).map(line => line.fields!.map(({ start, end }) => text.slice(start, end)))
/** The text of the second cell. */
async function read (inside: string, options?: PdfOptions, style?: RuleStyle): Promise<string> {
  return tableOf(await extract(pdf([table(inside, style)], options)))[0]![1]!
}
const isUncertain = (text: string) => text.includes(UNCERTAIN) || /\d\s+\d/.test(text)

t.test('the samples are read whole', async t => {
  const folder = new URL('samples/', import.meta.url)
  for (const name of (await readdir(folder)).filter(name => name.endsWith('.pdf'))) {
    const { cells, year } = JSON.parse(await readFile(new URL(name.replace(/pdf$/, 'json'), folder), 'utf8'))
    const { reading } = await readDocument(await readFile(new URL(name, folder)), 'application/pdf', forms)
    const printed = Object.entries(cells).filter(([, value]) => typeof value === 'number')
    t.strictSame(Object.fromEntries(figuresOf(reading)), Object.fromEntries(printed), name)
    t.ok('year' in reading && [null, year].includes(reading.year), name)
  }
})

t.test('a font whose widths are damaged gives no wrong figure', async t => {
  const { cells } = JSON.parse(await readFile(new URL('damaged/widths.json', import.meta.url), 'utf8'))
  const bytes = await readFile(new URL('damaged/widths.pdf', import.meta.url))
  const { reading } = await readDocument(bytes, 'application/pdf', forms)
  t.same([...figuresOf(reading)].filter(([cell, figure]) => cells[cell] !== figure), [])
})

t.test('ruling lines may be boxes, strokes or thin areas', async t => {
  for (const style of ['boxes', 'lines', 'fills'] as const) {
    t.equal(await read(textAt(180, 125, '12'), {}, style), '12', style)
  }
})

t.test('a figure has its page and its box', async t => {
  const document = await extract(pdf([textAt(100, 100, 'a'), table(textAt(180, 125, '12'))]))
  const field = document.lines.find(line => line.grid !== null)!.fields![1]!
  t.match(field.place, { page: 2, isJoined: false })
  const [x0, y0, x1, y1] = field.place!.box
  t.ok(x0 >= 179 && x0 <= 181 && x1 > 188 && x1 < 194 && y0 > 110 && y1 < 132, JSON.stringify(field.place))
})

t.test('two figures in one cell are no number', async t => {
  t.equal(await read(textAt(165, 125, '12') + textAt(185, 125, '3')), '12 3', 'beside each other')
  t.equal(await read(textAt(165, 115, '12') + textAt(165, 128, '3')), '12 3', 'below each other')
  t.equal(await read('BT /H 10 Tf 170 717 Td [(12) -400 (3)] TJ ET\n'), '12 3', 'one run with a gap')
  t.equal(await read('BT /H 10 Tf 170 717 Td [(12) 0 (3)] TJ ET\n'), '123', 'one run without a gap')
  t.equal(await read(textAt(170, 125, '1') + textAt(175.6, 125, '2')), '12', 'two runs without a gap')
  t.equal(await read(textAt(175.6, 125, '2') + textAt(170, 125, '1')), '12', 'two runs in another order')
})

t.test('a number that wraps is one where its cell is full', async t => {
  const [long, rest] = [textAt(163, 115, '123456789'), textAt(163, 128, '0')]
  const [field] = (await extract(pdf([table(long + rest)]))).lines.find(line => line.grid !== null)!.fields!.slice(1)
  t.equal(field!.place!.isJoined, true)
  t.equal(await read(long + rest), '1234567890')
  t.ok(isUncertain(await read(long + textAt(163, 128, '1234567890'))), 'the rest is longer')
  t.ok(isUncertain(await read(long + textAt(163, 128, '0', 7))), 'the rest is smaller')
  t.ok(isUncertain(await read(textAt(163, 115, '12') + rest)), 'there was room')
})

t.test('what is not seen, or seen otherwise, makes the cell unreadable', async t => {
  const twelve = textAt(180, 125, '12')
  const cases: Record<string, string> = {
    'invisible text': `3 Tr ${twelve} 0 Tr `,
    'a white digit before the figure': `1 g ${textAt(174.4, 125, '5')} 0 g ${twelve}`,
    'white text': `1 g ${twelve} 0 g `,
    'text below a white area': `${twelve} 1 g 165 700 50 30 re f 0 g `,
    'clipped text': `q 0 0 10 10 re W n ${twelve} Q `,
    'a raised digit': `${twelve}${textAt(191.2, 121, '1', 6)}`,
    'a small digit': `${twelve}${textAt(191.2, 125, '1', 6)}`,
    'digits on digits': `${twelve}${textAt(182, 125, '7')}`,
    'a struck figure': `${twelve} 178 720 m 195 720 l S `,
    'a crossed figure': `${twelve} 178 714 m 195 728 l S 178 728 m 195 714 l S `,
    'a drawing beside the figure': `${twelve} 200 715 m 203 725 l 206 715 l S `,
    'a drawing in an empty cell': '180 715 m 185 725 l 190 715 l S ',
    'a number that goes on in the next cell': textAt(205, 125, '12345'),
    'slanted digits': `BT /H 10 Tf 0.87 0.5 -0.5 0.87 180 717 Tm (12) Tj ET `
  }
  for (const [name, inside] of Object.entries(cases)) {
    const text = await read(inside)
    t.ok(isUncertain(text), `${name}: ${text}`)
  }
  t.equal(await read('1 g 160 702 60 40 re f 0 g ' + twelve), '12', 'on a white area')
  t.equal(await read('0 g 160 702 60 40 re f 1 g ' + twelve + '0 g '), '12', 'white on black')
  t.equal(await read(twelve + textAt(180.3, 125, '12')), '12', 'bold by printing it twice')
})

t.test('a text that PDFium takes for a shadow is not lost', async t => {
  // A font that does not say how wide its digits are.
  const objects = ['<< /Type /Font /Subtype /TrueType /BaseFont /Unknown /FirstChar 48 /LastChar 49 /Widths [0 0] >>']
  const options = { objects, resources: '/Font << /H 3 0 R /S 4 0 R /U 7 0 R >>' }
  const inside = 'BT /U 10 Tf 180 717 Td (1) Tj ET BT /U 10 Tf 181 717 Td (1) Tj ET '
  t.not(await read(inside, options), '1')
})

t.test('digits on the same place in one text are no bold print', async t => {
  const objects = [
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FirstChar 48 /LastChar 57 /Widths [0 0 0 0 0 0 0 0 0 0] >>'
  ]
  const options = { objects, resources: '/Font << /H 3 0 R /S 4 0 R /U 7 0 R >>' }
  const text = await read(`${textAt(174.4, 125, '1')}BT /U 10 Tf 180 717 Td (77) Tj ET `, options)
  t.ok(text !== '17' && text !== '7' && text !== '177' || isUncertain(text), text)
})

t.test('characters without a Unicode mapping are uncertain, and a page of them is told', async t => {
  const objects = [
    '<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [8 0 R] >>',
    '<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 6 0 R >>'
  ]
  const options = { objects, resources: '/Font << /H 3 0 R /S 4 0 R /U 7 0 R >>' }
  const unmapped = 'BT /U 10 Tf 180 717 Td <00130014> Tj ET '
  const text = textAt(50, 400, '本机关认真贯彻落实政府信息公开条例')
  t.ok(isUncertain(await read(unmapped + text, options)))
  t.match(await refusal(pdf([table(unmapped.repeat(9))], options)), {
    kind: 'unsupported',
    en: /text of the PDF is broken/
  })
})

t.test('a turned page is read as it is shown', async t => {
  // The page is turned by 90 degrees: what is drawn upwards is shown from left to right.
  const turned = (content: string) => `q 0 1 -1 0 ${HEIGHT} 0 cm ${content} Q`
  const document = await extract(pdf([turned(table(textAt(180, 125, '12')))], { page: '/Rotate 90' }))
  t.same(tableOf(document), [['规章', '12', '7']])
  t.ok(
    isUncertain(tableOf(await extract(pdf([table(textAt(180, 125, '12'))], { page: '/Rotate 90' })))[0]?.[1] ?? '1 2')
  )
})

t.test('a wall that is missing makes one cell, never one number', async t => {
  const without = boxAt(100, 100, 160, 140) + boxAt(160, 100, 280, 140) + textAt(105, 125, '规章')
  const [cells] = tableOf(await extract(pdf([without + textAt(208, 125, '12') + textAt(222, 125, '7')])))
  t.same(cells, ['规章', '12 7'])
  const rows = row('boxes', 100, 20) + row('boxes', 120, 20)
  const tall = rows.replace(boxAt(160, 100, 220, 120), '').replace(boxAt(160, 120, 220, 140), boxAt(160, 100, 220, 140))
  const found = tableOf(await extract(pdf([tall + textAt(163, 114, '123456789') + textAt(163, 134, '8')])))
  t.ok(isUncertain(found[0]![1]!), JSON.stringify(found))
})

t.test('a table goes on over pages, without its repeated heading and the page numbers', async t => {
  const head = row('boxes', 100, 20) + textAt(105, 114, '信息内容') + textAt(163, 114, '本年制发') +
    textAt(223, 114, '本年废止')
  const line = (top: number, name: string) =>
    row('boxes', top, 20) + textAt(105, top + 14, name) + textAt(163, top + 14, '1') + textAt(223, top + 14, '2')
  const number = (n: number) => textAt(290, HEIGHT - 20, `- ${n} -`, 8)
  const pages = [head + line(120, '1.规章') + number(1), head + line(120, '2.规章') + number(2)]
  const document = await extract(pdf(pages))
  t.same(tableOf(document), [['信息内容', '本年制发', '本年废止'], ['1.规章', '1', '2'], ['2.规章', '1', '2']])
  t.same([...new Set(document.lines.map(line => line.grid?.table))], [1])
  const cut = tableOf(await extract(pdf([head + line(120, '（一）予（含'), line(100, '公开）')])))
  t.ok(cut.slice(1).every(([, ...figures]) => figures.every(isUncertain)), JSON.stringify(cut))
})

t.test('tables without ruling lines are refused', async t => {
  const lines = Array.from(
    { length: 6 },
    (_, i) =>
      [['规章', 100], ['1', 200], ['2', 250], ['3', 300]].map(([text, x]) =>
        textAt(Number(x), 100 + 20 * i, String(text))
      ).join('')
  )
  t.match(await refusal(pdf([lines.join('')])), { kind: 'unsupported', en: /no ruling lines/, zh: /框线/ })
})

t.test('files that cannot be read are refused with the reason', async t => {
  const good = pdf([table(textAt(180, 125, '12'))])
  const image = streamOf(
    Buffer.alloc(100 * 100, 128),
    '/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8'
  )
  const scan = { objects: [image], resources: '/XObject << /I 7 0 R >>' }
  const shown = 'q 500 0 0 700 40 40 cm /I Do Q '
  const damaged = Buffer.from(good)
  damaged[good.lastIndexOf('stream\n', good.lastIndexOf('endstream') - 10) + 30]! ^= 1
  const cases: [string, Buffer, object][] = [
    ['no PDF', Buffer.from('%PDF-1.7\nnot a document'), { kind: 'damaged' }],
    ['cut off', good.subarray(0, good.length / 2), { kind: 'damaged', en: /cut off/ }],
    ['a damaged stream', damaged, { kind: 'damaged', en: /checksum/ }],
    ['no text', pdf(['']), { kind: 'empty' }],
    ['a scan', pdf([shown], scan), { kind: 'unsupported', en: /scan/, zh: /扫描/ }],
    ['a scan with recognized text', pdf([`${shown} 3 Tr ${table(textAt(180, 125, '12'))}`], scan), { en: /scan/ }],
    [
      'a password',
      pdf([''], { objects: ['<< /Filter /Standard /V 1 /R 2 /O () /U () /P -4 >>'], trailer: '/Encrypt 7 0 R' }),
      { kind: 'encrypted' }
    ],
    ['too many pages', pdf(Array<string>(61).fill('')), { kind: 'too-large', en: 'More than 60 pages.' }],
    ['too many objects', pdf(['0 0 m 9 9 l S '.repeat(20_001)]), { kind: 'too-large', en: /objects on one page/ }]
  ]
  for (const [name, bytes, expected] of cases) t.match(await refusal(bytes, 'application/pdf'), expected, name)
  t.match(
    await refusal('<p>', 'application/pdf').catch(() => 'read'),
    'read',
    'a page that is declared as PDF is a page'
  )
})

t.test('forms, attachments and scripts are ignored; a field with a value makes its cell unreadable', async t => {
  const appearance = streamOf(
    'BT /H 10 Tf 2 4 Td (34) Tj ET',
    '/Type /XObject /Subtype /Form /BBox [0 0 40 20] /Resources << /Font << /H 3 0 R >> >>'
  )
  const objects = [
    '<< /Type /Annot /Subtype /Widget /FT /Tx /T (f) /V (34) /Rect [170 710 210 730] /AP << /N 8 0 R >> >>',
    appearance
  ]
  const options = {
    objects,
    page: '/Annots [7 0 R]',
    catalog: '/AcroForm << /Fields [7 0 R] >> /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>'
  }
  t.ok(isUncertain(await read('', options)))
  t.equal(await read(textAt(180, 125, '12'), { catalog: options.catalog }), '12')
})

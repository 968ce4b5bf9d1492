// Excel: visible sheets, numbers as plain decimals, merged and hidden cells.
import t from 'tap'
import { excelParts, grid, inline, read, refusal, row, sheet, timed, xlsx, zip } from './files.ts'

/** The text of a cell that follows a label. */
const cell = async (xml: string, shared: Parameters<typeof xlsx>[1] = {}) =>
  (await grid(xlsx([{ rows: row(1, `${inline('A1', '规章')}${xml}`) }], shared)))[0]?.[1] ?? ''
const number = async (value: string) => await cell(`<c r="B1"><v>${value}</v></c>`)
const formatted = async (value: string, code: string) =>
  await cell(`<c r="B1" s="1"><v>${value}</v></c>`, {
    styles: `<numFmts><numFmt numFmtId="170" formatCode="${
      code.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
    }"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>`
  })

t.test('numbers are plain decimals, never with an exponent', async t => {
  const numbers: Record<string, string> = {
    '1.0': '1',
    '12E3': '12000',
    '1.5E-3': '0.0015',
    0.30000000000000004: '0.3',
    103.39999999999999: '103.4',
    '-0': '0',
    '-1.50': '-1.5',
    '007': '7',
    999999999999: '999999999999',
    '1E+20': '100000000000000000000',
    ' 12 ': '12',
    '.5': '0.5'
  }
  for (const [stored, shown] of Object.entries(numbers)) t.equal(await number(stored), shown, stored)
  for (const wrong of ['0x1F', '12a', '1 2', 'NaN', 'Infinity', '1e999', '１２']) {
    t.equal(await number(wrong), wrong, `${wrong} is no number and stays as it is`)
  }
})

t.test('shared strings, inline strings and runs are read without their phonetic readings', async t => {
  const strings =
    '<si><t>规章</t></si><si><r><t>1</t></r><r><rPr><b/></rPr><t>2</t></r></si><si><t>件</t><rPh sb="0" eb="1"><t>9</t></rPh><phoneticPr fontId="1"/></si><si/><si><t xml:space="preserve"> a_x000D_b_x005F_x0041_ </t></si>'
  const shared = async (index: string) => await cell(`<c r="B1" t="s"><v>${index}</v></c>`, { strings })
  t.same([await shared('0'), await shared('1'), await shared('2'), await shared('3'), await shared('4')], [
    '规章',
    '12',
    '件',
    '',
    'a b_x0041_'
  ])
  t.match(await refusal(sheet(row(1, '<c r="A1" t="s"><v>0</v></c>'))), {
    kind: 'damaged',
    en: /a shared string is missing/
  })
  t.equal(
    await cell('<c r="B1" t="inlineStr"><is><r><t>1</t></r><r><t>2</t></r><rPh sb="0" eb="1"><t>9</t></rPh></is></c>'),
    '12'
  )
})

t.test('a formula has its last result; one that was never calculated is not blank', async t => {
  t.equal(await cell('<c r="B1"><f>SUM(A1:A9)</f><v>12</v></c>'), '12')
  t.equal(await cell('<c r="B1" t="str"><f>A1&amp;""</f><v>12</v></c>'), '12')
  t.equal(await cell('<c r="B1" t="str"><f>""</f><v></v></c>'), '')
  t.equal(await cell('<c r="B1"><f>SUM(A1:A9)</f></c>'), '=SUM(A1:A9)')
  t.equal(await cell('<c r="B1"><f t="shared" si="0"/></c>'), '=')
  t.equal(await cell('<c r="B1" t="e"><f>A9</f><v>#REF!</v></c>'), '#REF!')
  t.equal(await cell('<c r="B1" t="b"><v>1</v></c>'), 'TRUE')
})

t.test('dates and percentages are not read as plain figures', async t => {
  t.same([
    await formatted('43831', 'yyyy/m/d'),
    await formatted('0.5', 'h:mm'),
    await formatted('43831.25', '[$-804]yyyy"年"m"月"d"日" h:mm'),
    await formatted('0.125', '0.0%')
  ], ['2020-01-01', '12:00:00', '2020-01-01 06:00:00', '12.5%'])
  t.equal(
    await cell('<c r="B1" s="0"><v>43831</v></c>', { styles: '<cellXfs><xf numFmtId="14"/></cellXfs>' }),
    '2020-01-01'
  )
  t.equal(
    await cell('<c r="B1" s="0"><v>1</v></c>', {
      workbook: '<workbookPr date1904="1"/>',
      styles: '<cellXfs><xf numFmtId="14"/></cellXfs>'
    }),
    '1904-01-02'
  )
  t.equal(await cell('<c r="B1" t="d"><v>2020-01-01</v></c>'), '2020-01-01')
})

t.test('a number whose format displays it unchanged is a plain figure', async t => {
  for (
    const code of [
      'General',
      '0',
      '0_ ',
      '#,##0',
      '0.00_);[Red]\\(0.00\\)',
      '0;[Red]-0',
      '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
      '[DBNum1]0',
      '0;-0;;@',
      '@',
      '￥#,##0'.slice(1),
      '[$¥-804]#,##0'
    ]
  ) t.equal(await formatted('12345', code), '12345', code)
  t.same(
    [
      await formatted('5', '0"万元"'),
      await formatted('5', 'General"件"'),
      await formatted('5', '0\\件'),
      await formatted('2020', '0年')
    ],
    ['5万元', '5件', '5件', '2020年'],
    'a unit in the format is shown, too'
  )
})

t.test('a number whose format displays it divided or as other text is not a plain figure', async t => {
  for (
    const code of [
      '0!.0,',
      '0\\.0,',
      '0.00,',
      '#,##0,',
      '#,',
      '0.0,"千"',
      '0!.0000"万元"',
      '0"000"',
      ';;;',
      '"无"',
      '[=1]"是";[=0]"否";General',
      '0;0,'
    ]
  ) t.equal(await formatted('12345', code), `12345 [${code}]`, code)
})

t.test('sheets are in order; hidden sheets, rows and columns are left out', async t => {
  const rows = (text: string) => row(1, inline('A1', text) + inline('B1', '1'))
  t.same(
    await read(
      xlsx([
        { name: '二', rows: rows('b') },
        { name: '藏', state: 'hidden', rows: rows('x') },
        { name: '深藏', state: 'veryHidden', rows: rows('y') },
        { name: '空', rows: '' },
        { name: '一', state: 'visible', rows: rows('a') }
      ])
    ),
    ['二', [[0, 'b'], [1, '1']], '一', [[0, 'a'], [1, '1']]]
  )
  t.match(await refusal(xlsx([{ state: 'hidden', rows: rows('x') }])), {
    kind: 'damaged',
    en: /no readable sheet/
  })
  const grid = row(1, inline('A1', 'a') + inline('B1', '9') + inline('C1', '1')) +
    row(2, inline('A2', 'x') + inline('C2', '8'), ' hidden="1"') + row(3, inline('A3', 'b') + inline('C3', '2'))
  t.same(
    await read(
      sheet(grid, '', '<cols><col min="2" max="2" width="0" hidden="1"/><col min="3" max="16384" hidden="0"/></cols>')
    ),
    ['年报', [[0, 'a'], [1, ''], [2, '1']], [[0, 'b'], [1, ''], [2, '2']]]
  )
  t.same(await read(sheet(grid, '', '<cols><col min="1" max="16384" hidden="true"/></cols>')), [])
})

t.test('a partly hidden merged cell keeps its text in the visible part', async t => {
  const merge = (ref: string) => `<mergeCells><mergeCell ref="${ref}"/></mergeCells>`
  const rows = row(1, inline('A1', 'a') + inline('B1', '9'), ' hidden="1"') +
    row(2, inline('B2', '1') + inline('C2', '2')) + row(3, inline('B3', '3') + inline('C3', '4'))
  t.same(await read(sheet(rows, merge('A1:A3'))), ['年报', [[0, 'a'], [1, '1'], [2, '2']], [[1, '3'], [2, '4']]])
  t.same(
    await read(
      sheet(
        row(1, inline('A1', 'a') + inline('C1', '1')),
        merge('A1:B1'),
        '<cols><col min="1" max="1" hidden="1"/></cols>'
      )
    ),
    ['年报', [[0, ''], [1, 'a'], [2, '1']]]
  )
})

t.test('a merged cell appears once, and its neighbours stay in their columns', async t => {
  const rows = row(1, inline('A1', 'a') + inline('B1', 'b') + inline('D1', 'c')) +
    row(2, '<c r="A2"><v>9</v></c><c r="B2"><v>1</v></c><c r="D2"><v>3</v></c>')
  t.same(await read(sheet(rows, '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>')), [
    '年报',
    [[0, 'a'], [1, 'b', 2], [3, 'c']],
    [[1, '1'], [2, ''], [3, '3']]
  ])
  t.match(await refusal(sheet(rows, '<mergeCells><mergeCell ref="A1:B2"/><mergeCell ref="B1:C1"/></mergeCells>')), {
    kind: 'damaged',
    en: /merged cells overlap/
  })
  for (const wrong of ['A0:B1', 'A1:', 'ABCD1:B2', '']) {
    t.match(
      await refusal(sheet(rows, `<mergeCells><mergeCell ref="${wrong}"/></mergeCells>`)),
      { kind: 'damaged' },
      wrong
    )
  }
  t.same((await read(sheet(rows, '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'))).slice(1), [[[
    0,
    'a',
    4
  ]]])
})

t.test('cells without an address follow each other, and rows may be far apart', async t => {
  t.same(
    await grid(
      sheet(
        '<row><c t="inlineStr"><is><t>a</t></is></c><c><v>1</v></c></row><row><c t="inlineStr"><is><t>b</t></is></c><c/><c><v>2</v></c></row>'
      )
    ),
    [['a', '1', ''], ['b', '', '2']]
  )
  t.same(await grid(sheet(row(1048576, '<c r="A1048576"><v>2</v></c>') + row(3, '<c r="B3"><v>1</v></c>'))), [
    ['', '1'],
    ['2', '']
  ], 'also in another order')
  t.same(
    await grid(
      zip(
        Object.fromEntries(
          Object.entries(excelParts([{ rows: row(1, inline('A1', 'a')) }])).map((
            [name, xml]
          ) => [name, xml.replace('<sheetData>', '<dimension ref="A1:XFD1048576"/><sheetData>')])
        )
      )
    ),
    [['a']]
  )
  t.match(await refusal(sheet(row(1, '<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>'))), {
    kind: 'damaged',
    en: /a cell appears twice/
  })
  t.match(await refusal(sheet(row(1, '<c r="A1"><v>1</v></c>') + row(1, '<c r="A1"><v>2</v></c>'))), {
    kind: 'damaged'
  })
  for (const wrong of ['1A', 'A0', 'A', '', 'a1', 'A1B2']) {
    t.match(await refusal(sheet(row(1, `<c r="${wrong}"><v>1</v></c>`))), {
      kind: 'damaged',
      en: /invalid address|invalid number/
    }, wrong)
  }
  for (const wrong of ['0', '-1', '1.5', 'x']) {
    t.match(await refusal(sheet(`<row r="${wrong}"><c><v>1</v></c></row>`)), { kind: 'damaged' }, wrong)
  }
})

t.test('a sheet with one far cell, or hidden rows under long merged cells, is read quickly', async t => {
  t.match(await refusal(sheet(row(1, '<c r="ALM1"><v>1</v></c>'))), {
    kind: 'too-large',
    en: 'More than 1000 cells in one row.'
  })
  t.match(
    await refusal(sheet(Array.from({ length: 300 }, (_, i) => row(i + 1, `<c r="ALL${i + 1}"><v>1</v></c>`)).join(''))),
    { kind: 'too-large', en: 'More than 200000 cells.' }
  )
  const rows = Array.from({ length: 50_000 }, (_, i) => row(i + 1, `<c r="A${i + 1}"><v>1</v></c>`, ' hidden="1"'))
    .join('')
  const merges = Array.from({ length: 50_000 }, (_, i) => `<mergeCell ref="A${i + 1}:A1048576"/>`).join('')
  t.ok(await timed(async () => await refusal(sheet(rows, `<mergeCells>${merges}</mergeCells>`))) < 4000)
})

t.test('a file that is not a workbook is reported as damaged', async t => {
  const parts = excelParts([{ rows: row(1, inline('A1', 'a')) }])
  t.match(await refusal(zip({ 'xl/styles.xml': '<a/>' })), { kind: 'damaged', en: /xl\/workbook.xml is missing/ })
  for (const name of ['xl/workbook.xml', 'xl/worksheets/sheet1.xml', 'xl/_rels/workbook.xml.rels']) {
    for (const xml of ['', 'text', '<a><b></a>', parts[name]!.slice(0, -5)]) {
      t.match(await refusal(zip({ ...parts, [name]: xml })), { kind: 'damaged' }, `${name}: ${xml}`)
    }
  }
  t.same(
    await grid(
      zip(
        Object.fromEntries(
          Object.entries(parts).map((
            [name, xml]
          ) => [name, xml.replaceAll(/<(\/?)(?=[a-z])/g, '<$1x:').replaceAll('xmlns=', 'xmlns:x=')])
        )
      )
    ),
    [['a']],
    'prefixes do not matter'
  )
})

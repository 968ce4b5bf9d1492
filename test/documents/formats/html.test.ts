// Web pages: the visible text and tables, each cell in its place.
import t from 'tap'
import { grid, read, refusal, timed } from './files.ts'

const page = async (html: string) => await read(html, 'text/html')
const table = async (html: string) => await grid(`<table>${html}</table>`, 'text/html')
/** A row with a label, as a table with a single cell is taken for layout. */
const cell = async (html: string) => (await table(`<tr><td>规章</td><td>${html}</td></tr>`))[0]?.[1]

t.test('text is read line by line and tables row by row, in document order', async t => {
  t.same(
    await page(
      '<title>t</title><h1>年报</h1><p>一 二<br>三</p>四<table><tr><td>a</td><th>1</th></tr></table>五<table><caption>题</caption><tbody><tr><td>b</td><td>2</td></tr></table>'
    ),
    ['年报', '一 二', '三', '四', [[0, 'a'], [1, '1']], '五', '题', [[0, 'b'], [1, '2']]]
  )
})

t.test('a number split over elements is one number; separate numbers stay separate', async t => {
  t.equal(await cell('<span>1</span><span>2</span>'), '12')
  t.equal(await cell('<span lang=EN-US>1</span><!-- x --><b>0</b>\n'), '10')
  for (
    const html of [
      '1<br>2',
      '<p>1</p><p>2</p>',
      '1 \n 2',
      '<div>1</div>2',
      '1<sub>2</sub>',
      '1<textarea>2</textarea>',
      '<ul><li>1<li>2</ul>'
    ]
  ) t.equal(await cell(html), '1 2', html)
  t.equal(await cell('1&nbsp;2'), '1\u00a02')
  t.same([await cell('&nbsp;'), await cell('&nbsp;7&nbsp;'), await cell('&#65297;&#50;')], [
    '\u00a0',
    '\u00a07\u00a0',
    '１2'
  ], 'as it stands')
})

t.test('hidden text is ignored', async t => {
  for (
    const hidden of [
      '<script>9</script>',
      '<style>9</style>',
      '<template>9</template>',
      '<noscript>9</noscript>',
      '<span style="display:none">9</span>',
      '<span style="color:red; DISPLAY : none !important">9</span>',
      '<b hidden>9</b>',
      '<i style="mso-hide:all">9</i>',
      '<i style="visibility:hidden">9</i>',
      '<!-- 9 -->',
      '<!--[if gte mso 9]><b>9</b><![endif]-->',
      '<![if !supportEmptyParas]><![endif]>',
      '<del>9</del>',
      '<s>9</s>',
      '<u style="text-decoration: line-through">9</u>',
      '<rt>9</rt>',
      '<xml><w>9</w></xml>',
      '<input type=hidden value=9>',
      '<input type="checkbox" value="9">'
    ]
  ) {
    t.equal((await cell(`1${hidden}`))?.trim(), '1', hidden)
    t.equal((await page(`<p>一${hidden}</p>`)).join('|'), '一', hidden)
  }
  t.equal(await cell('<![if !vml]>5<![endif]>'), '5', 'what a condition reveals is seen')
})

t.test('a hidden cell, row or table takes no place; an invisible one keeps it', async t => {
  t.same(await table('<tr><td>a<td style="display:none">9<td>1<tr style="display:none"><td>b<td>2<tr><td>c<td>3'), [[
    'a',
    '1'
  ], ['c', '3']])
  t.same(
    await table(
      '<tr><td>a<td style="visibility:hidden">9<td>1<tr><td>b<td style="text-decoration:line-through">9<td>2'
    ),
    [['a', '', '1'], ['b', '\uFFFD', '2']]
  )
  t.same(await page('<table style="display:none"><tr><td>a<td>1</table>'), [])
})

t.test('a cell with a form control is not taken for a blank', async t => {
  t.equal(await cell('<input value="12">'), '12')
  t.equal(await cell('<textarea> 12 </textarea>'), '12')
  t.equal(await cell('<select><option>1<option selected>2</select>'), '\uFFFD')
  t.same(
    await page('<select><option>2018<option>2019</select><textarea>x</textarea><p>一</p>'),
    ['一'],
    'beside a table they are no text'
  )
})

t.test('a merged cell appears once, and its neighbours stay in their columns', async t => {
  t.same(await page('<table><tr><td rowspan=2>a<td colspan=2>b<td>c<tr><td>1<td>2<td>3<tr><td colspan=4>d</table>'), [
    [[0, 'a'], [1, 'b', 2], [3, 'c']],
    [[1, '1'], [2, '2'], [3, '3']],
    [[0, 'd', 4]]
  ])
  t.same(await page('<table><tr><td rowspan=0>a<td>1<tr><td>2<tr><td>3</table>'), [[[0, 'a'], [1, '1']], [[1, '2']], [[
    1,
    '3'
  ]]])
  t.same(await page('<table><thead><tr><td rowspan=9>a<td>1</thead><tbody><tr><td>b<td>2</table>'), [[[0, 'a'], [
    1,
    '1'
  ]], [[0, 'b'], [1, '2']]], 'no cell leaves its part of the table')
})

t.test('absurd spans are interpreted as browsers do', async t => {
  for (const wrong of ['0', '-3', 'x', '']) {
    t.same(await page(`<table><tr><td colspan="${wrong}">a<td>1</table>`), [[[0, 'a'], [1, '1']]], wrong)
  }
  for (const wrong of ['-3', 'x', '']) {
    t.same(await page(`<table><tr><td rowspan="${wrong}">a<td>1<tr><td>b<td>2</table>`), [[[0, 'a'], [1, '1']], [[
      0,
      'b'
    ], [1, '2']]], wrong)
  }
  t.same(await page('<table><tr><td colspan=1000000>a<tr><td>b<td>1</table>'), [[[0, 'a', 1000]], [[0, 'b'], [1, '1']]])
  t.same(await page('<table><tr><td rowspan=1000000>a<td>1<tr><td>2</table>'), [[[0, 'a'], [1, '1']], [[1, '2']]])
  t.match(await refusal('<table><tr><td colspan=1000>a<td>1', 'text/html'), {
    kind: 'too-large',
    en: 'More than 1000 cells in one row.'
  })
  t.ok(
    await timed(async () =>
      await refusal(`<table>${'<tr><td colspan=1000 rowspan=65534>1'.repeat(20_000)}`, 'text/html')
    ) < 3000
  )
})

t.test('a table that contains tables is layout, not a table', async t => {
  t.same(await page('<table><tr><td>菜单<td><table><tr><td>a<td>1<tr><td>b<td>2</table>尾</table>'), [
    '菜单',
    [[0, 'a'], [1, '1']],
    [[0, 'b'], [1, '2']],
    '尾'
  ])
  t.same(await page('<table><tr><td><p>一<p>二</table>'), ['一', '二'], 'and so does a table of one cell')
  t.same(
    (await page(`<table><tr><td>a<td>${'长'.repeat(1001)}</table>`)).map(line => line.length),
    [1, 1001],
    'or of long text'
  )
  // It is unclear which figures belong together, so none are put in one row.
  t.same(await page('<table><tr><td>a<td><table><tr><td>1</table><td>2</table>'), ['a', '1', '2'])
})

t.test('unclosed tags are read as browsers do', async t => {
  t.same(await table('<tr><td>a<td><p><span>1<tr><td>b<td><b>2'), [['a', '1'], ['b', '2']])
  t.same(
    await page('<table><tr><td>a<td>1<table><tr><td>b<td>2'),
    ['a', '1', [[0, 'b'], [1, '2']]],
    'a table that was never closed holds the next'
  )
  t.same(
    await page('<p>一</p><table>x<tr><td>a<td>1</table>'),
    ['一', 'x', [[0, 'a'], [1, '1']]],
    'text among the rows stands before them'
  )
})

t.test('a page is recognized by its first tag, whatever its content type', async t => {
  for (
    const start of [
      '<!DOCTYPE html>',
      '\n <html>',
      '<!-- x -->\n<HTML lang=zh>',
      '<table>',
      '<div class=a>',
      '<?xml version="1.0"?><!DOCTYPE html>',
      '\uFEFF<meta charset=utf-8>',
      '<p>'
    ]
  ) {
    for (const type of ['text/plain', 'application/octet-stream', 'text/markdown']) {
      t.same((await read(`${start}<p>一</p>`, type)).at(-1), '一', start)
    }
  }
  t.same(await read('<1>规章', 'text/plain'), ['<1>规章'])
})

t.test('a self-closing element of XHTML has no content', async t => {
  t.same(
    await read(
      '<html><head><script src="x"/><title/></head><body><p/><table><tr><td>a</td><td/><td>1</td></tr></table></body></html>',
      'application/xhtml+xml'
    ),
    [[[0, 'a'], [1, ''], [2, '1']]]
  )
})

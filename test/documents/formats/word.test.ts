// Word: the text with all tracked changes accepted, each figure in its cell.
import t from 'tap'
import { docx, grid, p, r, read, refusal, tbl, tc, tr, wordParts, zip } from './files.ts'

const table = async (...rows: string[]) => await grid(docx(tbl(...rows)))
/** The text of a cell with this content, between two others. */
const cell = async (content: string) => (await table(tr('规章', tc(content), '6')))[0]?.slice(1, -1).join('|')

t.test('paragraphs become lines and tables rows, in document order', async t => {
  t.same(
    await read(
      docx(
        p('年报') + p() + p('一', '<w:r><w:br/></w:r>', '二') + tbl(tr('a', '1'), tr('b', '2')) + p('尾') +
          tbl(tr('c', '3'))
      )
    ),
    ['年报', '一', '二', [[0, 'a'], [1, '1']], [[0, 'b'], [1, '2']], '尾', [[0, 'c'], [1, '3']]]
  )
})

t.test('a number split over runs is one number; separate numbers stay separate', async t => {
  const pieces: Record<string, string> = {
    runs: p('1', r('2', '<w:b/>')),
    'spelling marks': p('1', '<w:proofErr w:type="spellStart"/>', '2'),
    'a bookmark': p('1', '<w:bookmarkStart w:id="0" w:name="_GoBack"/><w:bookmarkEnd w:id="0"/>', '2'),
    'a link': p('1', `<w:hyperlink>${r('2')}</w:hyperlink>`),
    'a smart tag': p('1', `<w:smartTag>${r('2')}</w:smartTag>`),
    'a content control': p(
      '1',
      `<w:sdt><w:sdtPr><w:id w:val="9"/></w:sdtPr><w:sdtContent>${r('2')}</w:sdtContent></w:sdt>`
    ),
    'text that runs in a direction': p('1', `<w:bdo w:val="ltr">${r('2')}</w:bdo>`),
    'a simple field': p('1', `<w:fldSimple w:instr="SUM(ABOVE)">${r('2')}</w:fldSimple>`),
    'a field': p(
      '1',
      '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>=9+9</w:instrText><w:fldChar w:fldCharType="separate"/></w:r>',
      '2',
      '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    ),
    'a formula': p('1', '<m:oMath><m:r><m:t>2</m:t></m:r></m:oMath>'),
    'characters with a reading': p(
      '1',
      `<w:r><w:ruby><w:rt>${r('9')}</w:rt><w:rubyBase>${r('2')}</w:rubyBase></w:ruby></w:r>`
    )
  }
  for (const [name, content] of Object.entries(pieces)) t.equal(await cell(content), '12', name)
  for (
    const content of [
      p('1') + p('2'),
      p('1', '<w:r><w:br/></w:r>', '2'),
      p('1', '<w:r><w:tab/></w:r>', '2')
    ]
  ) t.equal(await cell(content), '1 2', content)
  t.equal(
    await cell(p('1', '<w:r><w:sym w:font="Symbol" w:char="F032"/></w:r>')),
    '1\uFFFD',
    'a sign of a symbol font is not left out'
  )
})

t.test('inserted text of tracked changes counts, deleted text does not', async t => {
  const changed = (name: string, runs: string) =>
    `<w:${name} w:id="1" w:author="x" w:date="2020-01-01T00:00:00Z">${runs}</w:${name}>`
  t.equal(await cell(p('1', changed('ins', r('2')), changed('del', '<w:r><w:delText>9</w:delText></w:r>'))), '12')
  t.equal(await cell(p('1', changed('del', r('9')))), '1', 'even where the text is no deleted text')
  t.equal(await cell(p(changed('ins', changed('del', '<w:r><w:delText>9</w:delText></w:r>')), '1')), '1')
  t.equal(await cell(p(changed('moveFrom', r('9')), changed('moveTo', r('1')))), '1')
  t.equal(
    await cell(
      p('<w:r><w:rPr><w:rPrChange w:id="1"><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>1</w:t></w:r>')
    ),
    '1',
    'what was hidden before'
  )
  t.same(
    await table(tr('a', '1'), `<w:tr><w:trPr><w:del w:id="1"/></w:trPr>${tc('b')}${tc('9')}</w:tr>`, tr('c', '3')),
    [['a', '1'], ['c', '3']]
  )
  t.same(await table(tr('a', tc('9', '<w:cellDel w:id="1"/>'), '1')), [['a', '1']])
  t.same(
    await table(
      tr('a', tc('5', '<w:tcPrChange w:id="1"><w:tcPr><w:gridSpan w:val="3"/></w:tcPr></w:tcPrChange>'), '6')
    ),
    [['a', '5', '6']]
  )
})

t.test('a paragraph whose end was deleted does not run into the next cell', async t => {
  const endless = (text: string) => `<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>${r(text)}</w:p>`
  t.same(await table(tr('规章', tc(endless('5')), '6')), [['规章', '5', '6']])
  t.same(await table(tr('规章', tc(endless('5') + p('6')), '7')), [['规章', '5 6', '7']])
})

t.test('hidden and struck out text is ignored', async t => {
  for (
    const properties of [
      '<w:vanish/>',
      '<w:vanish w:val="true"/>',
      '<w:strike/>',
      '<w:dstrike w:val="1"/>',
      '<w:rStyle w:val="Hidden"/>',
      '<w:rStyle w:val="Below"/>'
    ]
  ) {
    const body = tbl(tr('规章', tc(p('1', r('9', properties))), '6'))
    const styles =
      '<w:styles xmlns:w="urn:w"><w:style w:styleId="Hidden"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:styleId="Below"><w:basedOn w:val="Hidden"/></w:style><w:style w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style></w:styles>'
    t.same(await grid(docx(body, { 'word/styles.xml': styles })), [['规章', '1', '6']], properties)
  }
  for (const properties of ['<w:vanish w:val="0"/>', '<w:strike w:val="false"/>', '<w:rStyle w:val="None"/>']) {
    t.equal(await cell(p('1', r('2', properties))), '12', properties)
  }
  t.same(await table(tr('a', '1'), `<w:tr><w:trPr><w:hidden/></w:trPr>${tc('b')}${tc('9')}</w:tr>`), [['a', '1']])
})

t.test('a merged cell appears once, and its neighbours stay in their columns', async t => {
  const [restart, goesOn] = ['<w:vMerge w:val="restart"/>', '<w:vMerge/>']
  t.same(
    await read(docx(tbl(
      tr(tc('a', restart), tc('b', '<w:gridSpan w:val="2"/>'), 'c'),
      tr(tc('', goesOn), '1', '2', '3'),
      tr(tc('', '<w:vMerge w:val="continue"/>'), '4', '5', '6'),
      tr(tc('d', restart), '7', '8', '9')
    ))),
    [[[0, 'a'], [1, 'b', 2], [3, 'c']], [[1, '1'], [2, '2'], [3, '3']], [[1, '4'], [2, '5'], [3, '6']], [
      [0, 'd'],
      [1, '7'],
      [2, '8'],
      [3, '9']
    ]]
  )
  t.same(
    await read(
      docx(tbl(tr('a', tc('M', restart), 'c'), tr(tc('wide', '<w:gridSpan w:val="3"/>')), tr('b', tc('', goesOn), '3')))
    ),
    [[[0, 'a'], [1, 'M'], [2, 'c']], [[0, 'wide', 3]], [[0, 'b'], [1, ''], [2, '3']]],
    'a cell between them ends it: no figure moves to the left'
  )
  t.same(await read(docx(tbl(tr('a', tc('M', restart), 'c'), tr('b', tc('', `<w:gridSpan w:val="2"/>${goesOn}`))))), [[
    [0, 'a'],
    [1, 'M'],
    [2, 'c']
  ], [[0, 'b'], [1, '', 2]]], 'nor does one of another width go on')
  t.same(await read(docx(tbl(tr('a', tc('1', '<w:hMerge w:val="restart"/>'), tc('', '<w:hMerge/>'), '3')))), [[
    [0, 'a'],
    [1, '1', 2],
    [3, '3']
  ]])
  t.same(
    await read(docx(tbl(tr('a', 'b', '1'), `<w:tr><w:trPr><w:gridBefore w:val="2"/></w:trPr>${tc('2')}</w:tr>`))),
    [[[0, 'a'], [1, 'b'], [2, '1']], [[0, '', 2], [2, '2']]]
  )
  for (const wrong of ['0', '-1', 'x', '']) {
    t.same(await read(docx(tbl(tr('a', tc('1', `<w:gridSpan w:val="${wrong}"/>`), '2')))), [[[0, 'a'], [1, '1'], [
      2,
      '2'
    ]]], wrong)
  }
  t.match(await refusal(docx(tbl(tr('a', tc('1', '<w:gridSpan w:val="1000000"/>'), '2')))), {
    kind: 'too-large',
    en: 'More than 1000 cells in one row.'
  })
})

t.test('content controls around rows and cells change nothing', async t => {
  const control = (content: string) => `<w:sdt><w:sdtPr/><w:sdtContent>${content}</w:sdtContent></w:sdt>`
  t.same(
    await grid(
      docx(control(tbl(control(tr('a', control(tc('1')))), '<w:bookmarkStart w:id="1" w:name="x"/>', tr('b', '2'))))
    ),
    [['a', '1'], ['b', '2']]
  )
})

t.test('a table that contains tables is layout, not a table', async t => {
  t.same(await read(docx(tbl(tr(tc(tbl(tr('a', '1'), tr('b', '2')) + p()), '旁')))), [[[0, 'a'], [1, '1']], [[0, 'b'], [
    1,
    '2'
  ]], '旁'])
  t.same(await read(docx(tbl(tr('a', tc(tbl(tr('1')) + p()), '2')))), ['a', '1', '2'])
})

t.test('a text box follows its paragraph once, and notes are not part of a cell', async t => {
  const box = (content: string) =>
    `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx><w:txbxContent>${content}</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>${content}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>`
  t.same(await read(docx(p('前', box(p('框')), '后'))), ['前后', '框'])
  t.equal(await cell(p('1', box(p('2')), '3')), '13 2')
  t.same(
    await read(
      docx(p(`<w:r><w:pict><v:textbox><w:txbxContent>${tbl(tr('a', '1'))}</w:txbxContent></v:textbox></w:pict></w:r>`))
    ),
    [[[0, 'a'], [1, '1']]],
    'also of old Word'
  )
  const noted = docx(tbl(tr('规章', tc(p('12', '<w:r><w:footnoteReference w:id="2"/></w:r>')))), {
    'word/footnotes.xml': `<w:footnotes xmlns:w="urn:w"><w:footnote w:id="2">${p('99')}</w:footnote></w:footnotes>`
  })
  t.same(await read(noted), [[[0, '规章'], [1, '12']]])
})

t.test('other namespace prefixes, another name of the main part and unstorable characters are handled', async t => {
  const parts = wordParts(tbl(tr('a', '1')))
  const main = parts['word/document.xml']!
  t.same(
    await grid(
      zip({
        ...parts,
        'word/document.xml': main.replaceAll('<w:', '<x:').replaceAll('</w:', '</x:').replace('xmlns:w', 'xmlns:x')
      })
    ),
    [['a', '1']]
  )
  t.same(
    await grid(
      zip({
        '_rels/.rels': parts['_rels/.rels']!.replace('word/document.xml', '/word/document2.xml'),
        'word/document2.xml': main
      })
    ),
    [['a', '1']]
  )
  t.same(await grid(docx(tbl(tr('a', tc('<w:p><w:r><w:t>1&#0;&#xD800;</w:t></w:r></w:p>'))))), [['a', '1\uFFFD\uFFFD']])
})

t.test('a file that is not a Word document is reported as damaged', async t => {
  const parts = wordParts(tbl(tr('a', '1')))
  for (
    const xml of [
      '',
      '<w:document',
      '<a><b></a>',
      'text',
      parts['word/document.xml']!.replace('</w:tbl>', ''),
      parts['word/document.xml']!.replaceAll(/<\/?w:tbl>/g, '')
    ]
  ) {
    t.match(await refusal(zip({ ...parts, 'word/document.xml': xml })), { kind: 'damaged' }, xml.slice(0, 20))
  }
  t.match(await refusal(zip({ 'word/other.xml': '<a/>' })), { kind: 'damaged', en: /word\/document.xml is missing/ })
})

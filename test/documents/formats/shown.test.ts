// What a person sees of a cell, and what is read of it: one row an input, for each format. The figure of the cell is
// read as a count; `null` means that it is unreadable, with a note that is not `blank`.
import t from 'tap'
import { readValue } from '../../../src/documents/reading/value.ts'
import { compileForm } from '../../../src/form/compile-form.ts'
import { readForms } from '../../../src/forms/load-forms.ts'
import { docx, grid, inline, p, r, row, tbl, tc, tr, xlsx } from './files.ts'

const form = compileForm((await readForms())[0]!)
const count = form.cells.find(cell => !cell.money && !cell.signed)!

type Outcome = number | 'unreadable' | 'blank' | 'not_applicable'

const outcomeOf = (text: string): Outcome => {
  const { figure, note } = readValue(count, text, null)
  return figure ?? note!.state as Outcome
}

// Web pages

const inPage = async (html: string, head = ''): Promise<Outcome> =>
  outcomeOf(
    (await grid(`<html><head>${head}</head><body><table><tr><td>规章</td><td>${html}</td></tr></table>`, 'text/html'))[
      0
    ]![1]!
  )
const css = (rules: string) => `<style>${rules}</style>`

const PAGES: Record<string, [html: string, outcome: Outcome, head?: string]> = {
  'a plain figure': ['984', 984],
  'struck before it': ['<s>100</s>984', 984],
  'only a struck figure': ['<s>984</s>', 'unreadable'],
  'only a deleted figure': ['<del>984</del>', 'unreadable'],
  'struck by a style': ['<span style="text-decoration:line-through">984</span>', 'unreadable'],
  'struck by a class': ['<span class="x">984</span>', 'unreadable', css('.x { text-decoration-line: line-through }')],
  'white before it': ['<font color="white">5</font>984', 984],
  'white by a style sheet': ['<span class=w>5</span>984', 984, css('.w{color:#fff}')],
  'white by an id': ['<span id=w>5</span>984', 984, css('td #w{color:#fefefe}')],
  'white in all': ['<span style="color:#ffffff">984</span>', 'unreadable'],
  'white on a dark ground': ['<div style="background:#003366;color:#fff">984</div>', 984],
  'white on a picture': ['<div style="background:url(x.png);color:#fff">984</div>', 'unreadable'],
  'black on black': ['<span style="background:#000">5</span>984', 984],
  'transparent': ['<span style="color:transparent">5</span>984', 984],
  'pale grey': ['<span style="color:#ddd">5</span>984', 'unreadable'],
  'red': ['<span style="color:red">9</span>84', 984],
  'a size of zero': ['<span style="font-size:0">5</span>984', 984],
  'a size of zero around a size': ['<p style="font-size:0"><span style="font-size:14px">984</span></p>', 984],
  'a tiny size': ['<span style="font-size:3px">5</span>984', 'unreadable'],
  'a small digit after it': ['984<small>1</small>', 'unreadable'],
  'a small digit by a style': ['984<span style="font-size:8px">1</span>', 'unreadable'],
  'a small digit by a font': ['984<font size=1>1</font>', 'unreadable'],
  'sizes that are nearly the same': [
    '<span style="font-size:10.5pt">98</span><span style="font-size:11pt">4</span>',
    984
  ],
  'a superscript': ['984<sup>1</sup>', 984],
  'a superscript in brackets': ['984<sup>[1]</sup>', 984],
  'a superscript by a style': ['984<span style="vertical-align:super;font-size:70%">1</span>', 984],
  'a superscript by a length': ['984<span style="vertical-align:4px">1</span>', 984],
  'a superscript by a class': ['984<i class=n>2</i>', 984, css('td .n{vertical-align:super}')],
  'a superscript before it': ['<sup>1</sup>984', 'unreadable'],
  'only a superscript': ['<sup>984</sup>', 'unreadable'],
  'a subscript': ['984<sub>1</sub>', 'unreadable'],
  'raised by its place': ['984<span style="position:relative;top:-4px">1</span>', 'unreadable'],
  'all raised a little': ['<span style="position:relative;top:-1pt">984</span>', 984],
  'off the page': ['<span style="position:absolute;left:-9999px">1</span>984', 984],
  'off the page by a class': [
    '<span class=sr>1</span>984',
    984,
    css('.sr{position:absolute!important;clip:rect(1px,1px,1px,1px)}')
  ],
  'clipped to a pixel': ['<span class=sr>1</span>984', 984, css('.sr{width:1px;height:1px;overflow:hidden}')],
  'indented off the page': ['<div style="text-indent:-9999px">984</div>', 'unreadable'],
  'moved within the cell': ['<span style="position:absolute;left:3px">1</span>984', 'unreadable'],
  'transformed': ['<span style="transform:rotate(180deg)">986</span>', 'unreadable'],
  'not opaque': ['<span style="opacity:0">1</span>984', 984],
  'half opaque': ['<span style="opacity:.3">1</span>984', 'unreadable'],
  'not displayed by a class': ['<b class=h>1</b>984', 984, css('.h{display:none}')],
  'displayed by a stronger rule': ['<b class="h s">9</b>84', 984, css('.h{display:none} b.h.s{display:inline}')],
  'not displayed, as important': ['<b class=h style="display:inline">1</b>984', 984, css('.h{display:none!important}')],
  'not displayed in print': ['<b class=h>9</b>84', 984, css('@media print{.h{display:none}}')],
  'not displayed on a telephone': ['<b class=h>9</b>84', 984, css('@media (max-width: 600px){.h{display:none}}')],
  'not displayed under a query': [
    '<b class=h>9</b>84',
    'unreadable',
    css('@media (min-resolution: 2dppx){.h{display:none}}')
  ],
  'not displayed by a selector that is not evaluated': [
    '<b>9</b>84',
    'unreadable',
    css('td b:first-child{display:none}')
  ],
  'hidden when the pointer is there': ['<b>9</b>84', 984, css('b:hover{display:none}')],
  'another element is not displayed': ['<b>9</b>84', 984, css('p > b{display:none} .x b{display:none}')],
  'a child is not displayed': ['<b>9</b>84', 84, css('td > b{display:none}')],
  'not visible': ['<i style="visibility:hidden">1</i>984', 984],
  'visible in what is not': ['<div style="visibility:hidden">1<b style="visibility:visible">984</b></div>', 984],
  'nothing is displayed': ['<i style="display:none">984</i>', 'blank'],
  'digits in blocks': ['<span style="display:block">9</span><span style="display:block">84</span>', 'unreadable'],
  'digits apart': ['<span style="margin-right:20px">9</span><span>84</span>', 'unreadable'],
  'digits that float': ['<span style="float:right">9</span>84', 'unreadable'],
  'a reversed order': ['<bdo dir=rtl>489</bdo>', 'unreadable'],
  'a reversed order by a style': ['<span style="unicode-bidi:bidi-override;direction:rtl">489</span>', 'unreadable'],
  'a font of symbols': ['<span style="font-family:Wingdings">984</span>', 'unreadable'],
  'a picture': ['<img src="984.png">', 'unreadable'],
  'a picture after it': ['98<img src="4.png">', 'unreadable'],
  'a picture that fills a space': ['984<img src="x.gif" width=1 height=1>', 984],
  'a drawing': ['<svg><text>984</text></svg>', 'unreadable'],
  'a picture of the ground': ['<div style="background:url(984.png)"></div>', 'unreadable'],
  'text before it by a style': ['<i class=b>84</i>', 'unreadable', css('.b::before{content:"9"}')],
  'a counter': ['<i class=b></i>', 'unreadable', css('.b:after{content:counter(x)}')],
  'what clears a float': ['<i class=b>984</i>', 984, css('.b:after{content:".";visibility:hidden;display:block}')],
  'a number of a list': ['<ol><li></ol>', 'unreadable'],
  'a number of a list before it': ['<ol><li>984</ol>', 'unreadable'],
  'a bullet': ['<ul><li></ul>', 'unreadable'],
  'a list without numbers': ['<ol style="list-style:none"><li>984</ol>', 984],
  'a check box': ['<input type=checkbox>', 'unreadable'],
  'a choice': ['<select><option>984</select>', 'unreadable'],
  'a field': ['<input value=984>', 984],
  'an empty field': ['<input>', 'blank'],
  'a field with a hint': ['<input placeholder=984>', 'unreadable'],
  'what a script writes': ['<script>document.write(984)</script>', 'unreadable'],
  'what a script writes into it': [
    '<span id=c1></span>',
    'unreadable',
    '<script>document.getElementById("c1").innerHTML="984"</script>'
  ],
  'a script that writes nothing': ['984<script>count()</script>', 984],
  'a fraction': ['<math><mfrac><mn>8</mn><mn>5</mn></mfrac></math>', 'unreadable'],
  'a plain number as an equation': ['<math><mn>984</mn></math>', 984],
  'another style sheet, and a class in the figure': [
    '<i class=x>9</i>84',
    'unreadable',
    '<link rel=stylesheet href=x.css>'
  ],
  'another style sheet': ['<span>9</span>84', 984, '<link rel=stylesheet href=x.css>'],
  'closed details': ['<details><summary></summary>984</details>', 'unreadable'],
  'a nested table': ['<table><tr><td>984</td></tr></table>', 984]
}

t.test('web pages', async t => {
  for (const [name, [html, outcome, head]] of Object.entries(PAGES)) {
    if (name === 'a nested table') continue
    t.equal(await inPage(html, head), outcome, `${name}: ${html}`)
  }
})

// Word

const STYLES =
  `<w:styles xmlns:w="urn:w"><w:style w:type="character" w:styleId="Mark"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Below"><w:basedOn w:val="Mark"/></w:style>
<w:style w:type="paragraph" w:styleId="Struck"><w:rPr><w:strike/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="StruckToo"><w:basedOn w:val="Struck"/></w:style>
<w:style w:type="character" w:styleId="CharStruck"><w:rPr><w:dstrike/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="White"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Listed"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:type="table" w:styleId="WhiteTable"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>
<w:style w:type="table" w:styleId="WhiteHead"><w:tblStylePr w:type="firstRow"><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:tblStylePr></w:style></w:styles>`

const inWord = async (content: string, table = ''): Promise<Outcome> => {
  const cells = await grid(
    docx(tbl(table, tr('规章', tc(content), '6')), { 'word/styles.xml': STYLES })
  )
  return outcomeOf(cells[0]![1]!)
}
const styled = (style: string, ...runs: string[]) => p(`<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`, ...runs)
const math = (content: string) => `<m:oMath>${content}</m:oMath>`
const digits = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`
const field = (instruction: string, result: string, begin = '') =>
  `<w:r><w:fldChar w:fldCharType="begin"${begin}/></w:r><w:r><w:instrText>${instruction}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${result}<w:r><w:fldChar w:fldCharType="end"/></w:r>`

const WORDS: Record<string, [content: string, outcome: Outcome, table?: string]> = {
  'a plain figure': [p('984'), 984],
  'white before it': [p(r('5', '<w:color w:val="FFFFFF"/>'), '984'), 984],
  'nearly white before it': [p(r('5', '<w:color w:val="FDFDFD"/>'), '984'), 984],
  'white in all': [p(r('984', '<w:color w:val="FFFFFF"/>')), 'unreadable'],
  'white on a dark run': [p(r('984', '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="003366"/>')), 984],
  'in the colour of its highlight': [p(r('5', '<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>'), '984'), 984],
  'red': [p(r('9', '<w:color w:val="FF0000"/>'), '84'), 984],
  'white by a paragraph style': [styled('White', '984'), 'unreadable'],
  'black in a white paragraph': [styled('White', r('5'), r('984', '<w:color w:val="000000"/>')), 984],
  'white by the style of the table': [p('984'), 'unreadable', '<w:tblPr><w:tblStyle w:val="WhiteTable"/></w:tblPr>'],
  'a white heading by the style of the table': [p('984'), 984, '<w:tblPr><w:tblStyle w:val="WhiteHead"/></w:tblPr>'],
  'only struck': [p(r('984', '<w:strike/>')), 'unreadable'],
  'struck before it': [p(r('100', '<w:dstrike/>'), '984'), 984],
  'struck by a paragraph style': [styled('Struck', '984'), 'unreadable'],
  'struck by a style that it is based on': [styled('StruckToo', '984'), 'unreadable'],
  'not struck in a struck paragraph': [styled('Struck', r('984', '<w:strike w:val="0"/>')), 984],
  'struck by a character style': [p(r('984', '<w:rStyle w:val="CharStruck"/>')), 'unreadable'],
  'a superscript': [p('984', r('1', '<w:vertAlign w:val="superscript"/>')), 984],
  'a superscript by a style': [p('984', r('1', '<w:rStyle w:val="Mark"/>')), 984],
  'a superscript by a style that it is based on': [p('984', r('1', '<w:rStyle w:val="Below"/>')), 984],
  'a style that is taken back': [p('98', r('4', '<w:rStyle w:val="Mark"/><w:vertAlign w:val="baseline"/>')), 984],
  'a subscript': [p('984', r('1', '<w:vertAlign w:val="subscript"/>')), 'unreadable'],
  'raised by its position': [p('984', r('1', '<w:position w:val="8"/>')), 'unreadable'],
  'all raised by its position': [p(r('984', '<w:position w:val="2"/>')), 984],
  'a small digit after it': [p(r('984', '<w:sz w:val="21"/>'), r('1', '<w:sz w:val="12"/>')), 'unreadable'],
  'a tiny digit': [p(r('5', '<w:sz w:val="2"/>'), '984'), 'unreadable'],
  'hidden before it': [p(r('5', '<w:vanish/>'), '984'), 984],
  'a font of symbols': [p(r('984', '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>')), 'unreadable'],
  'two lines in one': [p(r('984', '<w:eastAsianLayout w:combine="1"/>')), 'unreadable'],
  'a reversed order': [p(`<w:bdo w:val="rtl">${r('489')}</w:bdo>`), 'unreadable'],
  'a fraction': [p(math(`<m:f><m:num>${digits('8')}</m:num><m:den>${digits('5')}</m:den></m:f>`)), 'unreadable'],
  'a power': [p(math(`<m:sSup><m:e>${digits('8')}</m:e><m:sup>${digits('5')}</m:sup></m:sSup>`)), 'unreadable'],
  'a plain number as an equation': [p(math(digits('984'))), 984],
  'a picture': [p('<w:r><w:drawing><w:inline/></w:drawing></w:r>'), 'unreadable'],
  'an old picture after it': [p('98', '<w:r><w:pict><v:shape/></w:pict></w:r>'), 'unreadable'],
  'an embedded object': [p('<w:r><w:object/></w:r>'), 'unreadable'],
  'a number of a list': [p('<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr>'), 'unreadable'],
  'a number of a list by a style': [styled('Listed', '984'), 'unreadable'],
  'a list that is taken back': [
    p('<w:pPr><w:pStyle w:val="Listed"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>', '984'),
    984
  ],
  'a placeholder': [
    p(`<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>${r('984')}</w:sdtContent></w:sdt>`),
    'unreadable'
  ],
  'a content control': [p(`<w:sdt><w:sdtPr/><w:sdtContent>${r('984')}</w:sdtContent></w:sdt>`), 984],
  'a field': [p(field('=SUM(ABOVE)', r('984'))), 984],
  'a field without a result': [p(field('=SUM(ABOVE)', '')), 'unreadable'],
  'a field that must be calculated': [p(field('=SUM(ABOVE)', r('984'), ' w:dirty="true"')), 'unreadable'],
  'a field in an instruction': [p(field(`IF ${field('PAGE', r('5'))} = 1`, r('984'))), 984],
  'a check box': [
    p('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'),
    'unreadable'
  ],
  'an entry of an index': [p('984', field('XE "x"', '')), 984],
  'text moved by a field': [p(field('EQ \\s\\up5(1)', ''), '984'), 'unreadable'],
  'only a mark of a note': [p('<w:r><w:footnoteReference w:id="2"/></w:r>'), 'unreadable'],
  'a sign of a symbol font': [p('98', '<w:r><w:sym w:font="Symbol" w:char="F034"/></w:r>'), 'unreadable'],
  'nothing': [p(), 'blank'],
  'no-fill text': [
    p('<w:r><w:rPr><w14:textFill xmlns:w14="urn:w14"><w14:noFill/></w14:textFill></w:rPr><w:t>984</w:t></w:r>'),
    'unreadable'
  ]
}

t.test('Word', async t => {
  for (const [name, [content, outcome, table]] of Object.entries(WORDS)) {
    t.equal(await inWord(content, table), outcome, `${name}: ${content}`)
  }
})

// Excel

const FONTS =
  '<fonts><font/><font><strike/></font><font><color rgb="FFFFFFFF"/></font><font><color theme="0"/></font><font><vertAlign val="superscript"/></font><font><name val="Wingdings"/></font><font><color rgb="FFFF0000"/></font></fonts>' +
  '<fills><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FF003366"/></patternFill></fill></fills>'
const inExcel = async (
  { cell, format = '', font = 0, fill = 0, sheet = '', after = '', strings = '', workbook = '', more = '' }: Book
): Promise<Outcome> => {
  const code = format.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const styles =
    `<numFmts><numFmt numFmtId="170" formatCode="${code}"/></numFmts>${FONTS}<cellXfs><xf numFmtId="0"/><xf numFmtId="${
      format === '' ? 0 : 170
    }" fontId="${font}" fillId="${fill}">${more}</xf></cellXfs><dxfs><dxf><font><color rgb="FFFFFFFF"/></font></dxf><dxf><font><b/></font></dxf></dxfs>`
  const book = xlsx([{ cols: sheet, rows: row(1, inline('A1', '规章') + cell + inline('C1', 'x')), after }], {
    strings,
    styles,
    workbook
  })
  return outcomeOf((await grid(book))[0]![1]!)
}
interface Book {
  cell: string
  format?: string
  font?: number
  fill?: number
  sheet?: string
  after?: string
  strings?: string
  workbook?: string
  more?: string
}
const number = (value: string) => `<c r="B1" s="1"><v>${value}</v></c>`
const shared = '<c r="B1" s="1" t="s"><v>0</v></c>'
const rule = (rule: string) => `<conditionalFormatting sqref="B1:B9">${rule}</conditionalFormatting>`
const view = (attributes: string) => `<sheetViews><sheetView ${attributes} workbookViewId="0"/></sheetViews>`

const BOOKS: Record<string, [book: Book, outcome: Outcome]> = {
  'a plain figure': [{ cell: number('984') }, 984],
  'a struck cell': [{ cell: number('984'), font: 1 }, 'unreadable'],
  'a white cell': [{ cell: number('984'), font: 2 }, 'unreadable'],
  'a white cell by the theme': [{ cell: number('984'), font: 3 }, 'unreadable'],
  'a white cell on a dark ground': [{ cell: number('984'), font: 2, fill: 1 }, 984],
  'a raised cell': [{ cell: number('984'), font: 4 }, 'unreadable'],
  'a font of symbols': [{ cell: number('984'), font: 5 }, 'unreadable'],
  'a red cell': [{ cell: number('984'), font: 6 }, 984],
  'a repeated text': [{ cell: number('984'), more: '<alignment horizontal="fill"/>' }, 'unreadable'],
  'a struck run': [{ cell: shared, strings: '<si><r><rPr><strike/></rPr><t>100</t></r><r><t>984</t></r></si>' }, 984],
  'only a struck run': [
    { cell: shared, strings: '<si><r><rPr><strike val="1"/></rPr><t>984</t></r></si>' },
    'unreadable'
  ],
  'a raised run': [
    { cell: shared, strings: '<si><r><t>984</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r></si>' },
    984
  ],
  'a lowered run': [
    { cell: shared, strings: '<si><r><t>984</t></r><r><rPr><vertAlign val="subscript"/></rPr><t>1</t></r></si>' },
    'unreadable'
  ],
  'a white run': [
    { cell: shared, strings: '<si><r><rPr><color rgb="FFFFFFFF"/></rPr><t>5</t></r><r><t>984</t></r></si>' },
    'unreadable'
  ],
  'a small run': [
    { cell: shared, strings: '<si><r><t>984</t></r><r><rPr><sz val="6"/></rPr><t>1</t></r></si>' },
    'unreadable'
  ],
  'a bold run': [{ cell: shared, strings: '<si><r><rPr><b/></rPr><t>9</t></r><r><t>84</t></r></si>' }, 984],
  'a zero': [{ cell: number('0') }, 0],
  'a zero that the format hides': [{ cell: number('0'), format: '0;-0;;@' }, 'blank'],
  'a figure where the format hides zero': [{ cell: number('984'), format: '0;-0;;@' }, 984],
  'a zero as a word': [{ cell: number('0'), format: '0;-0;"无"' }, 'not_applicable'],
  'a zero as a dash': [{ cell: number('0'), format: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ' }, 'not_applicable'],
  'a zero without a digit': [{ cell: number('0'), format: '#' }, 'blank'],
  'a zero with separators': [{ cell: number('0'), format: '#,##0' }, 0],
  'a zero that the sheet hides': [{ cell: number('0'), sheet: view('showZeros="0"') }, 'blank'],
  'a figure where the sheet hides zero': [{ cell: number('984'), sheet: view('showZeros="0"') }, 984],
  'a condition in the format': [{ cell: number('984'), format: '[>900]"多";0' }, 'unreadable'],
  'white by the format': [{ cell: number('984'), format: '[White]0' }, 'unreadable'],
  'a text that the format hides': [{ cell: shared, format: ';;;', strings: '<si><t>984</t></si>' }, 'unreadable'],
  'a text to which the format adds': [{ cell: shared, format: '@"1"', strings: '<si><t>984</t></si>' }, 'unreadable'],
  'a text': [{ cell: shared, format: '@', strings: '<si><t>984</t></si>' }, 984],
  'a calculated formula': [{ cell: '<c r="B1"><f>1+1</f><v>984</v></c>' }, 984],
  'a formula without a value': [{ cell: '<c r="B1"><f>1+1</f></c>' }, 'unreadable'],
  'a formula with an empty value': [{ cell: '<c r="B1"><f>1+1</f><v></v></c>' }, 'unreadable'],
  'a formula to be calculated': [
    { cell: '<c r="B1"><f>1+1</f><v>0</v></c>', workbook: '<calcPr fullCalcOnLoad="1"/>' },
    'unreadable'
  ],
  'a number in a workbook to be calculated': [{ cell: number('984'), workbook: '<calcPr fullCalcOnLoad="1"/>' }, 984],
  'a formula that gives no text': [{ cell: '<c r="B1" t="str"><f>""</f><v></v></c>' }, 'blank'],
  'a sheet that shows formulas': [
    { cell: '<c r="B1"><f>1+1</f><v>984</v></c>', sheet: view('showFormulas="1"') },
    'unreadable'
  ],
  'white by a condition': [{
    cell: number('984'),
    after: rule('<cfRule type="expression" dxfId="0"><formula>TRUE</formula></cfRule>')
  }, 'unreadable'],
  'bold by a condition': [{
    cell: number('984'),
    after: rule('<cfRule type="expression" dxfId="1"><formula>TRUE</formula></cfRule>')
  }, 984],
  'zeros white by a condition': [
    {
      cell: number('984'),
      after: rule('<cfRule type="cellIs" operator="equal" dxfId="0"><formula>0</formula></cfRule>')
    },
    984
  ],
  'a zero white by a condition': [
    {
      cell: number('0'),
      after: rule('<cfRule type="cellIs" operator="equal" dxfId="0"><formula>0</formula></cfRule>')
    },
    'unreadable'
  ],
  'icons in place of figures': [
    { cell: number('984'), after: rule('<cfRule type="iconSet"><iconSet showValue="0"/></cfRule>') },
    'unreadable'
  ],
  'an error': [{ cell: '<c r="B1" t="e"><v>#REF!</v></c>' }, 'unreadable'],
  'a truth value': [{ cell: '<c r="B1" t="b"><v>1</v></c>' }, 'unreadable'],
  'nothing': [{ cell: '' }, 'blank'],
  'a column of no width': [{ cell: number('984'), sheet: '<cols><col min="2" max="2" width="0"/></cols>' }, 'blank']
}

t.test('Excel', async t => {
  for (const [name, [book, outcome]] of Object.entries(BOOKS)) t.equal(await inExcel(book), outcome, name)
})

t.test('a cell under a picture is not blank', async t => {
  const relation = (type: string, target: string) =>
    `<Relationships xmlns="urn:r"><Relationship Id="rId1" Type="urn:x/${type}" Target="${target}"/></Relationships>`
  const anchor = (shape: string) =>
    `<wsDr><twoCellAnchor><from><col>1</col><colOff>9</colOff><row>0</row><rowOff>9</rowOff></from><to><col>2</col><colOff>0</colOff><row>0</row><rowOff>99</rowOff></to>${shape}</twoCellAnchor></wsDr>`
  const drawn = async (shape: string) => {
    const { excelParts, zip } = await import('./files.ts')
    return await grid(zip({
      ...excelParts([{ rows: row(1, inline('A1', '规章') + inline('D1', '6')) }]),
      'xl/worksheets/_rels/sheet1.xml.rels': relation('drawing', '../drawings/drawing1.xml'),
      'xl/drawings/drawing1.xml': anchor(shape)
    }))
  }
  t.same(await drawn('<pic/>'), [['规章', '\uFFFD', '', '6']])
  t.same(await drawn('<cxnSp/>'), [['规章', '', '', '6']], 'a line is no figure')
  t.same(await drawn('<sp><nvSpPr><cNvPr hidden="1"/></nvSpPr></sp>'), [['规章', '', '', '6']])
})

// The text of a cell

t.test('marks after a figure', async t => {
  const texts: Record<string, Outcome> = {
    '984①': 984,
    '984[1]': 984,
    '984［2］': 984,
    '984*': 984,
    '984 ※': 984,
    '984¹': 984,
    '984（件）': 984,
    '984件①': 984,
    '①984': 'unreadable',
    '98①4': 'unreadable',
    '①': 'unreadable',
    '9841': 9841,
    '984(1)': 'unreadable',
    '984 1': 'unreadable',
    '**984**': 984,
    '__984__': 984,
    '**984': 'unreadable',
    '~~984~~': 'unreadable',
    '85.0': 85,
    '85.00': 85,
    '85.000': 'unreadable',
    '85.5': 'unreadable',
    '85.': 'unreadable',
    '85\uFFFD': 'unreadable',
    '\uFFFD': 'unreadable',
    '': 'blank'
  }
  for (const [text, outcome] of Object.entries(texts)) t.equal(outcomeOf(text), outcome, text)
})

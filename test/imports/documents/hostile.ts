// Small or crafted files that take much work or memory to read, one of each kind.
import { docx, excelParts, inline, p, row, sheet, tbl, tc, tr, xlsx, zip } from '../../documents/formats/files.ts'

export interface HostileFile {
  name: string
  type: string
  make: () => Buffer
  /** Takes seconds to read: for the long run only. */
  isHeavy?: boolean
}

const BINARY = 'application/octet-stream'
const TEXT = 'text/plain; charset=utf-8'
const HTML = 'text/html; charset=utf-8'

const LABEL = '一、本年新收政府信息公开申请数量'
const TITLE = '2021年政府信息公开工作年度报告\n三、收到和处理政府信息公开申请情况\n'

const sharedCells = (count: number) =>
  Array.from({ length: count }, (_, i) => row(i + 1, '<c t="s"><v>0</v></c>')).join('')

/** A workbook that names its only sheet many times. */
function repeatedSheet (times: number, cells: string, strings = ''): Buffer {
  const parts = excelParts([{ rows: cells }], { strings })
  parts['xl/workbook.xml'] = parts['xl/workbook.xml']!.replace(/<sheet .*?\/>/, name => name.repeat(times))
  return zip(parts)
}

const manySheets = (count: number) => xlsx(Array.from({ length: count }, () => ({ rows: row(1, inline('A1', 'a')) })))

const text = (name: string, content: () => string): HostileFile => ({
  name,
  type: TEXT,
  make: () => Buffer.from(content())
})
const html = (name: string, content: () => string): HostileFile => ({
  name,
  type: HTML,
  make: () => Buffer.from(content())
})
const office = (name: string, make: () => Buffer): HostileFile => ({ name, type: BINARY, make })

const heavy = (file: HostileFile): HostileFile => ({ ...file, isHeavy: true })

/** Each is refused by a limit. */
export const REFUSED: HostileFile[] = [
  heavy(office(
    '400 cells that share a string of 22 million characters',
    () => xlsx([{ rows: sharedCells(400) }], { strings: `<si><t>${'x '.repeat(11e6)}</t></si>` })
  )),
  office(
    '400 cells that share a string of 100,000 characters',
    () => xlsx([{ rows: sharedCells(400) }], { strings: `<si><t>${'长 '.repeat(50_000)}</t></si>` })
  ),
  office('a sheet named 40 times', () => repeatedSheet(40, row(1, inline('A1', 'a')).repeat(20_000))),
  office(
    '30 cells of a large shared string on a sheet named 40 times',
    () => repeatedSheet(40, sharedCells(30), `<si><t>${'长 '.repeat(1e5)}</t></si>`)
  ),
  office('too many sheets', () => manySheets(300)),
  office('too many shared strings', () => xlsx([{ rows: sharedCells(1) }], { strings: '<si/>'.repeat(4_000_000) })),
  heavy(office('too many empty cells', () => sheet(`<row>${'<c/>'.repeat(5_000_000)}</row>`))),
  office('too many cells over all sheets', () =>
    xlsx(Array.from({ length: 3 }, () => ({
      rows: Array.from({ length: 90 }, (_, i) => row(i + 1, '<c><v>1</v></c>'.repeat(990))).join('')
    })))),
  office(
    'hidden columns many times',
    () => sheet(row(1, inline('A1', 'a')), '', `<cols>${'<col min="1" max="999" hidden="1"/>'.repeat(500_000)}</cols>`)
  ),
  office(
    'too many merged cells',
    () => sheet(row(1, inline('A1', 'a')), `<mergeCells>${'<mergeCell ref="B2:C3"/>'.repeat(200_001)}</mergeCells>`)
  ),
  office('empty paragraphs', () => docx('<w:p/>'.repeat(4_000_000))),
  office(
    'nested tables',
    () => docx('<w:tbl><w:tr><w:tc>'.repeat(300) + p('a') + '</w:tc></w:tr></w:tbl>'.repeat(300))
  ),
  office('a deleted cell many times', () => docx(tbl(tr(tc('a', '<w:cellDel/>').repeat(250_000))))),
  heavy(html(
    'an element with a million attributes',
    () => `<p ${Array.from({ length: 1e6 }, (_, i) => `a${i}`).join(' ')}>a`
  )),
  html('elements and their attributes', () => `<table>${'<tr a b c d e f g h i j k l m n o p>'.repeat(400_000)}`),
  heavy(html('misplaced elements', () => `<p>a</p>`.repeat(250_000) + `<table>${'<i>x</i>'.repeat(100_000)}`)),
  heavy(html('wide cells', () => `<table>${`<tr><td colspan=1000 rowspan=5>1`.repeat(100_001)}`)),
  text('many words', () => TITLE + `${'1 '.repeat(40)}\n`.repeat(49_000)),
  text('more characters than the limit', () => '长'.repeat(5_000_000))
]

/** Each is read, or refused, in a time that is linear in its size: `size` is a part of the largest allowed, up to 1. */
export const slowFiles = (size: number): HostileFile[] => {
  const n = (count: number) => Math.ceil(count * size)
  return [
    text('combining characters', () => `a${'\u0301\u0323'.repeat(n(1_900_000))}`),
    text('combining characters on many lines', () => TITLE + `a${'\u0301\u0323'.repeat(1900)}\n`.repeat(1000)),
    text('characters that become many', () => '\uFDFA'.repeat(n(1_000_000))),
    text('question marks', () => `1${'?'.repeat(n(3_900_000))}a`),
    text('question marks on many lines', () => TITLE + `1${'?'.repeat(1900)}a\n`.repeat(2000)),
    text('brackets without an end', () => `(${'a'.repeat(n(3_900_000))}`),
    text('asterisks after titles', () => `一、总体情况${'*'.repeat(3900)}x\n`.repeat(1000)),
    text('years', () => `一、总体情况\n${'2019年2020年\n'.repeat(n(90_000))}`),
    text('headings', () => '二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n'.repeat(n(49_000))),
    text('rows of words', () => TITLE + `${LABEL} 1\n`.repeat(n(99_000))),
    text('rows of bars', () => TITLE + `${LABEL}|0|0|0|0|0|0|0|\n`.repeat(n(20_000))),
    text('repeated rows of bars', () => TITLE + `${LABEL}|0|0|0|0|0|0|0\n`.repeat(n(20_000))),
    text('other rows', () => TITLE + 'a|1|\n'.repeat(n(60_000))),
    text('words beside figures', () => TITLE + `${'字 '.repeat(900)}1\n`.repeat(2000)),
    text('figures side by side', () => `四、行政复议、行政诉讼情况\n${'1|2|\n'.repeat(n(60_000))}`),
    text('ruled lines', () => `${'|'.repeat(40)}${'-'.repeat(2)}x\n`.repeat(n(90_000))),
    text('cells on lines of their own', () => TITLE + '#|\n'.repeat(n(99_000))),
    html('preformatted spaces', () => `<pre>a${' '.repeat(n(3_900_000))}b</pre>`),
    html('a long title', () => `<title>${'信息公开2019年'.repeat(n(400_000))}</title><p>a`),
    html('headings of a page', () => '<h1>二、主动公开政府信息情况</h1>'.repeat(n(99_000))),
    html('tables of a page', () => '<table><tr><td>规章<td>1<td>2</table>'.repeat(n(60_000))),
    office('a number of a million digits', () => sheet(row(1, `<c><v>${'1'.repeat(n(1e6))}x</v></c>`))),
    office('a number format of semicolons', () =>
      xlsx([{ rows: row(1, '<c s="0"><v>1</v></c>') }], {
        styles: `<numFmts><numFmt numFmtId="170" formatCode="${
          '0;'.repeat(n(500_000))
        }"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs>`
      })),
    office('merged cells', () =>
      sheet(
        Array.from({ length: 900 }, (_, i) => row(i + 1, `<c r="A${i + 1}"><v>1</v></c>`)).join(''),
        `<mergeCells>${
          Array.from({ length: 90_000 }, (_, i) => `<mergeCell ref="B${i + 1}:ZZ${i + 1}"/>`).join('')
        }</mergeCells>`
      ))
  ]
}

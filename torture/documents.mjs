// Hostile documents, by name: their type, and what makes them.
import { zip, zipBomb, zlibBomb } from './archives.mjs'

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MEGABYTE = 2 ** 20

const sheetOf = cells => `<worksheet ${MAIN}><sheetData>${cells}</sheetData></worksheet>`

function xlsx ({ sheets = [['年报', 'sheet1.xml']], cells, strings = '' }) {
  const names = sheets.map(([name], i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')
  const targets = sheets.map(([, file], i) =>
    `<Relationship Id="rId${i + 1}" Type="${RELATIONS}/worksheet" Target="worksheets/${file}"/>`
  ).join('')
  return zip({
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    'xl/workbook.xml': `<workbook ${MAIN} xmlns:r="${RELATIONS}"><sheets>${names}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${targets}</Relationships>`,
    'xl/worksheets/sheet1.xml': sheetOf(cells),
    'xl/sharedStrings.xml': `<sst ${MAIN}>${strings}</sst>`
  })
}

const rowsOf = (count, columns, cell) =>
  Array.from({ length: count }, (_, i) => `<row r="${i + 1}">${cell.repeat(columns)}</row>`).join('')

const docx = (body, head = '') =>
  zip({
    '[Content_Types].xml': '<Types/>',
    'word/document.xml': `<?xml version="1.0"?>${head}<w:document ${WORD}><w:body>${body}</w:body></w:document>`
  })

const nested = (open, close, depth) => open.repeat(depth) + '1' + close.repeat(depth)
const entities = Array.from({ length: 12 }, (_, i) => `<!ENTITY e${i + 1} "${i === 0 ? 'lol' : `&e${i};`.repeat(10)}">`)
  .join('')

const pdf = (...objects) =>
  Buffer.concat([
    Buffer.from('%PDF-1.7\n'),
    ...objects.flatMap((
      object,
      i
    ) => [Buffer.from(`${i + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]),
    Buffer.from('trailer << /Root 1 0 R >>\n%%EOF\n')
  ])
const CATALOG = '<< /Type /Catalog /Pages 2 0 R >>'
const pageOf = (contents, count = 1) => [
  CATALOG,
  `<< /Type /Pages /Count ${count} /Kids [${'3 0 R '.repeat(count)}] >>`,
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>',
  contents
]
const streamOf = (bytes, more = '') =>
  Buffer.concat([Buffer.from(`<< /Length ${bytes.length} ${more} >> stream\n`), bytes, Buffer.from('\nendstream')])

const TABLE = '本年新收政府信息公开申请数量'

export const DOCUMENTS = {
  'zip bomb as docx': [DOCX, () => zipBomb('word/document.xml', 2000, 2000 * MEGABYTE)],
  'zip bomb with a small size': [DOCX, () => zipBomb('word/document.xml', 1000, 1000)],
  'zip bomb as xlsx': [XLSX, () => zipBomb('xl/worksheets/sheet1.xml', 1000, 1000 * MEGABYTE)],
  'xlsx whose cells share one huge string': [XLSX, () =>
    xlsx({
      strings: `<si><t>${TABLE.repeat(40_000)}</t></si>`,
      cells: rowsOf(1000, 50, '<c t="s"><v>0</v></c>')
    })],
  'xlsx of very many cells': [XLSX, () => xlsx({ cells: rowsOf(20_000, 30, '<c><v>1</v></c>') })],
  'xlsx naming a sheet 40 times': [XLSX, () =>
    xlsx({
      sheets: Array.from({ length: 40 }, (_, i) => [`年报${i}`, 'sheet1.xml']),
      cells: rowsOf(3000, 20, '<c><v>1</v></c>')
    })],
  'xlsx with a cell far away': [XLSX, () => xlsx({ cells: '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' })],
  'xlsx with wide merges': [XLSX, () =>
    xlsx({
      cells: '<row r="1"><c r="A1"><v>1</v></c></row></sheetData><mergeCells>' +
        '<mergeCell ref="A1:XFD1048576"/>'.repeat(1000) + '</mergeCells><sheetData>'
    })],
  'docx with entities': [DOCX, () => docx('<w:p><w:r><w:t>&e12;</w:t></w:r></w:p>', `<!DOCTYPE d [${entities}]>`)],
  'docx with an external entity': [
    DOCX,
    () => docx('<w:p><w:r><w:t>&x;</w:t></w:r></w:p>', '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
  ],
  'docx nested deeply': [DOCX, () => docx(nested('<w:tbl><w:tr><w:tc>', '</w:tc></w:tr></w:tbl>', 10_000))],
  'docx of very many paragraphs': [DOCX, () => docx(`<w:p><w:r><w:t>${TABLE}</w:t></w:r></w:p>`.repeat(150_000))],
  'docx with a wide span': [
    DOCX,
    () =>
      docx(
        '<w:tbl>' + '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="100000000"/></w:tcPr></w:tc></w:tr>'.repeat(500) +
          '</w:tbl>'
      )
  ],
  'html nested deeply': ['text/html', () => Buffer.from(nested('<div><table><tr><td>', '', 40_000))],
  'html with wide spans': [
    'text/html',
    () => Buffer.from(`<table>${'<tr><td rowspan=65534 colspan=1000>1</td></tr>'.repeat(5000)}</table>`)
  ],
  'html with unclosed elements': ['text/html', () => Buffer.from('<b><i><a href=x><p>'.repeat(40_000))],
  'html of very many cells': ['text/html', () => Buffer.from(`<table>${'<tr>' + '<td>1'.repeat(20)}`.repeat(15_000))],
  'text of one line': ['text/plain', () => Buffer.from(TABLE.repeat(45_000))],
  'text of blank lines': ['text/plain', () => Buffer.alloc(1_900_000, '\n')],
  'text of spaces': ['text/plain', () => Buffer.from(`${' '.repeat(1_000_000)}x`)],
  'text of figures': ['text/plain', () => Buffer.from(`${TABLE} ${'1 '.repeat(900_000)}`)],
  'markdown of wide rows': ['text/markdown', () => Buffer.from(`|${'1|'.repeat(10_000)}\n`.repeat(90))],
  'bytes of no kind': ['application/octet-stream', () => Buffer.alloc(100_000, 0xa5)],
  'the old Office format': [
    'application/octet-stream',
    () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(200_000)])
  ],
  'pdf with a bomb': ['application/pdf', () => pdf(...pageOf(streamOf(zlibBomb(1000), '/Filter /FlateDecode')))],
  'pdf of very many pages': [
    'application/pdf',
    () => pdf(...pageOf(streamOf(Buffer.from('BT (1) Tj ET '.repeat(2000))), 5000))
  ],
  'pdf nested deeply': ['application/pdf', () => pdf(CATALOG, nested('[', ']', 100_000))],
  'pdf whose pages are their own children': [
    'application/pdf',
    () => pdf(CATALOG, '<< /Type /Pages /Count 2 /Kids [2 0 R 2 0 R] >>')
  ],
  'pdf whose lengths refer to each other': [
    'application/pdf',
    () => pdf(...pageOf('<< /Length 4 0 R >> stream\nBT\nendstream'))
  ],
  'pdf of rubbish': ['application/pdf', () => Buffer.from(`%PDF-1.7\n${'1 0 obj << /A '.repeat(50_000)}`)]
}

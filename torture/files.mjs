// Hostile files: documents to be read and bulk files to be imported. Each is made once, when it is first needed.
import { strToU8, zipSync } from 'fflate'
import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const MEGABYTE = 2 ** 20

const zip = files => Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([n, t]) => [n, strToU8(t)]))))

// ---- archives that unpack to far more than they are ----

/** Deflated bytes that unpack to `megabytes` times a block of that text; a block is deflated once only. */
function inflateTo (megabytes, text) {
  const block = Buffer.alloc(MEGABYTE, text)
  const flushed = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH, level: 9 })
  return Buffer.concat([...Array(megabytes).fill(flushed), deflateRawSync(Buffer.alloc(0))])
}

function gzipBomb (megabytes, text) {
  const block = Buffer.alloc(MEGABYTE, text)
  const trailer = Buffer.alloc(8)
  let sum = 0
  for (let i = 0; i < megabytes; i++) sum = crc32(block, sum)
  trailer.writeUInt32LE(sum, 0)
  trailer.writeUInt32LE(megabytes * MEGABYTE % 2 ** 32, 4)
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), inflateTo(megabytes, text), trailer])
}

/** A ZIP archive of deflated entries, which says of each whatever size it is told to say. */
function zipRaw (entries) {
  const locals = []
  const central = []
  let offset = 0
  for (const { name, deflated, size } of entries) {
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(deflated.length, 14)
    fields.writeUInt32LE(size >>> 0, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), deflated])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, tail, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}

const zipBomb = (name, megabytes, size) =>
  zipRaw([{ name: '[Content_Types].xml', deflated: deflateRawSync('<Types/>'), size: 8 }, {
    name,
    deflated: inflateTo(megabytes, ' '),
    size
  }])

// ---- documents ----

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
  ]
}

// ---- bulk files ----

const line = object => JSON.stringify(object) + '\n'
const CSV_HEADER = 'agency,year,cell,value\n'

export const BULK_FILES = {
  'gzip bomb of one line': ['application/x-ndjson', () => gzipBomb(2000, 'a')],
  'gzip bomb of blank lines': ['application/x-ndjson', () => gzipBomb(64, '\n')],
  'gzip bomb of short lines': ['text/csv', () => gzipBomb(4, `${CSV_HEADER}a,2021,requests.granted.total,1\n`)],
  'gzip in gzip': ['text/csv', () => gzipSync(gzipSync(CSV_HEADER))],
  'gzip cut short': ['text/csv', () => gzipSync(CSV_HEADER.repeat(1000)).subarray(0, 60)],
  'csv with an open quote': ['text/csv', () => Buffer.from(`${CSV_HEADER}"a${',2021,x,1\n'.repeat(100_000)}`)],
  'csv of very many columns': ['text/csv', () => Buffer.from(`${'c,'.repeat(100_000)}\n${'1,'.repeat(100_000)}\n`)],
  'csv with equal columns': ['text/csv', () => Buffer.from('agency,agency,year\na,b,2021\n')],
  'csv of rubbish': ['text/csv', () => Buffer.from(`${CSV_HEADER}${'\0,"",x\r\r\n;;\t'.repeat(3000)}`)],
  'csv of UTF-16': ['text/csv', () => Buffer.from(`\ufeff${CSV_HEADER}a,2021,x,1\n`, 'utf16le')],
  'ndjson of deep lines': ['application/x-ndjson', () => Buffer.from((nested('[', ']', 10_000) + '\n').repeat(40))],
  'ndjson of wrong lines': ['application/x-ndjson', () => Buffer.from('{"agency":1}\nnull\n[]\n"x"\n{\n'.repeat(4000))],
  'ndjson of hostile members': [
    'application/x-ndjson',
    () => Buffer.from('{"agency":"a","year":2021,"__proto__":{"x":1},"tables":{"constructor":1e309}}\n'.repeat(2000))
  ],
  'ndjson of wide lines': [
    'application/x-ndjson',
    () => Buffer.from(line(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`m${i}`, i]))).repeat(4))
  ],
  'a long line': ['application/x-ndjson', () => Buffer.from(`{"agency":"${'a'.repeat(3_000_000)}"}`)],
  'one agency many times': [
    'application/x-ndjson',
    () =>
      Buffer.from(line({ code: 'same', name: '局', level: 'county', kind: 'department', parent: 'same' }).repeat(3000))
  ]
}

const made = new Map()

/** Returns the bytes of a file of `DOCUMENTS` or `BULK_FILES`. */
export function makeFile (files, name) {
  const key = `${files === DOCUMENTS} ${name}`
  if (!made.has(key)) made.set(key, files[name][1]())
  return { type: files[name][0], bytes: made.get(key) }
}

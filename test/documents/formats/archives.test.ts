// Mislabelled files and malicious archives: each is rejected quickly, with the right reason.
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import {
  docx,
  EXCEL,
  excelParts,
  extract,
  grid,
  inline,
  p,
  refusal,
  row,
  sheet,
  stored,
  tbl,
  timed,
  tr,
  WORD,
  wordParts,
  wordXml,
  zip
} from './files.ts'

const word = docx(tbl(tr('a', '1')))
const excel = sheet(row(1, inline('A1', 'a') + '<c r="B1"><v>1</v></c>'))
const compound = (stream: string) =>
  Buffer.concat([
    Buffer.from('D0CF11E0A1B11AE1', 'hex'),
    Buffer.alloc(504),
    Buffer.from(stream, 'utf16le'),
    Buffer.alloc(100)
  ])

t.test('Word and Excel are recognized by their content, whatever the content type', async t => {
  for (const type of [WORD, EXCEL, 'application/octet-stream', 'text/html', 'text/plain', 'application/msword', '']) {
    t.same(await grid(word, type), [['a', '1']], type)
    t.same(await grid(excel, type), [['a', '1']], type)
  }
  for (const type of [WORD, EXCEL]) {
    t.match(await refusal('规章 | 1 |', type), { kind: 'damaged', en: /not a valid .docx or .xlsx/ })
  }
  t.same(
    await grid('<table><tr><td>a<td>1</table>', 'application/vnd.ms-excel'),
    [['a', '1']],
    'pages are often called Excel'
  )
})

t.test('a format that cannot be read is named, with advice', async t => {
  const others: [string, Buffer, RegExp][] = [
    ['.doc', compound('WordDocument'), /old format of Word.*Save it as .docx/],
    ['.xls', compound('Workbook'), /old format of Excel.*Save it as .xlsx/],
    ['.ppt', compound('PowerPoint Document'), /old format of Office/],
    ['RTF', Buffer.from('{\\rtf1\\ansi'), /RTF.*Save it as .docx/],
    ['MHTML', Buffer.from('MIME-Version: 1.0\r\nContent-Type: multipart/related'), /.mht/],
    [
      'Word 2003 XML',
      Buffer.from('<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><w:wordDocument/>'),
      /Office 2003/
    ],
    ['PNG', Buffer.from('89504E470D0A1A0A0000000D', 'hex'), /image.*text recognition/],
    ['JPEG', Buffer.from('FFD8FFE000104A464946', 'hex'), /image/],
    ['GIF', Buffer.from('GIF89a'), /image/],
    ['TIFF', Buffer.from('49492A0008000000', 'hex'), /image/],
    ['WebP', Buffer.from('RIFF\x01\x02\x03\x04WEBPVP8 ', 'latin1'), /image/],
    ['BMP', Buffer.from('424D36000000000000003600', 'hex'), /image/],
    ['gzip', Buffer.from('1F8B0800000000000003', 'hex'), /compressed.*Unpack/],
    ['RAR', Buffer.from('Rar!\x1A\x07\x01\x00', 'latin1'), /compressed/],
    ['7z', Buffer.from('377ABCAF271C0004', 'hex'), /compressed/],
    ['another zip', zip({ 'report.txt': '规章' }), /neither .docx nor .xlsx.*unpack/],
    ['an empty zip', zip({}), /neither .docx nor .xlsx/],
    ['.pptx', zip({ 'ppt/presentation.xml': '<a/>' }), /neither .docx nor .xlsx/],
    ['OFD', zip({ 'OFD.xml': '<a/>' }), /OFD/]
  ]
  for (const [name, bytes, advice] of others) {
    for (const type of ['application/octet-stream', 'text/plain', WORD]) {
      t.match(await refusal(bytes, type), { kind: 'unsupported', en: advice, zh: /[一-鿿]{4}/ }, name)
    }
  }
  t.match(await refusal('PK 是什么', 'text/plain'), 'read', 'text may begin with the letters of a zip')
  t.match(await refusal('BM 局', 'text/plain'), 'read', 'or of a picture')
})

t.test('a password is reported as the reason', async t => {
  t.match(await refusal(compound('EncryptedPackage'), WORD), { kind: 'encrypted', en: /password/, zh: /密码/ })
  const locked = Buffer.from(word)
  for (let at = locked.indexOf('PK\x01\x02'); at >= 0; at = locked.indexOf('PK\x01\x02', at + 1)) locked[at + 8]! |= 1
  t.match(await refusal(locked), { kind: 'encrypted' })
})

t.test('an archive is reported as damaged wherever the damage is', async t => {
  for (const file of [word, excel]) {
    for (let end = 4; end < file.length; end += 29) {
      t.match(await refusal(file.subarray(0, end), WORD), { kind: 'damaged' }, `cut at ${end}`)
    }
  }
  // Stored without compression, so that only the checksum reveals that 1 has become 3.
  const plain = stored(wordParts(tbl(tr('a', '1'))))
  t.same(await grid(plain), [['a', '1']])
  plain[plain.indexOf('>1</w:t>') + 1]! ^= 2
  t.match(await refusal(plain), { kind: 'damaged', en: /checksum/ })
})

t.test('a bit flipped anywhere gives the same text or a rejection', async t => {
  const before = (await extract(word)).text
  let refused = 0
  for (let i = 0; i < word.length; i += 2) {
    const file = Buffer.from(word)
    file[i]! ^= 1 << (i >> 1) % 8
    const text = await extract(file).then(({ text }) => text, () => null)
    if (text === null) refused++
    else if (text !== before) t.fail(`byte ${i}`, { text })
  }
  t.ok(refused > word.length / 4, `${refused} of ${word.length}`)
})

t.test('names outside of the archive, duplicate names and too many names are rejected', async t => {
  for (const name of ['../etc/passwd', 'word/../../x.xml', '/etc/passwd', 'C:/x', 'word\\..\\..\\x']) {
    t.match(await refusal(zip({ ...wordParts(p('a')), [name]: 'x' })), { kind: 'damaged' }, name)
  }
  const twice = Buffer.from(
    zip({ ...wordParts(p('a')), 'word/documenu.xml': wordXml(p('b')) }).toString('latin1').replaceAll(
      'documenu',
      'document'
    ),
    'latin1'
  )
  t.match(await refusal(twice), { kind: 'damaged', en: /same name/ })
  const many = zip({
    ...wordParts(p('a')),
    ...Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`word/media/${i}.png`, '']))
  })
  t.match(await refusal(many), {
    kind: 'too-large',
    en: 'More than 2000 files in the archive.',
    zh: '压缩包内的文件数超过 2000 的上限。'
  })
})

t.test('an archive with huge content is not unpacked', async t => {
  const zeros = '<w:p/>'.repeat(100_000)
  const bomb = zip({ ...wordParts(''), 'word/document.xml': wordXml(zeros.repeat(50)) })
  t.ok(bomb.length < 400_000)
  t.match(await refusal(bomb), { kind: 'too-large', en: /More than 25165824 bytes of text when decompressed/ })
  const parts = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`word/p${i}.xml`, zeros]))
  t.match(await refusal(zip({ ...wordParts(p('a')), ...parts })), { kind: 'too-large' }, 'also in many parts')
  t.match(await refusal(zip({ ...wordParts(p('a')), 'word/media/a.bmp': '\0'.repeat(65 * 2 ** 20) })), {
    kind: 'too-large',
    en: /More than 67108864 bytes when decompressed/
  })
  // An archive that declares less than it contains.
  const liar = Buffer.from(bomb)
  for (const [mark, at] of [['PK\x03\x04', 22], ['PK\x01\x02', 24]] as const) {
    for (let i = liar.indexOf(mark, 0, 'latin1'); i >= 0; i = liar.indexOf(mark, i + 1, 'latin1')) {
      if (liar.readUInt32LE(i + at) > 1e6) liar.writeUInt32LE(1000, i + at)
    }
  }
  t.ok(await timed(async () => t.match(await refusal(liar), { kind: 'damaged' })) < 500)
})

t.test('no entity is expanded and nothing is fetched', async t => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url!)
    response.end('9')
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise(resolve => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  const lol = `<!DOCTYPE a [<!ENTITY a0 "9">${
    Array.from({ length: 12 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join('')
  }]>`
  const workbook = excelParts([{ rows: row(1, inline('A1', 'a')) }])
  for (
    const type of [
      lol,
      `<!DOCTYPE a SYSTEM "${url}/dtd">`,
      `<!doctype a [<!ENTITY a12 SYSTEM "${url}/entity">]>`,
      '<!DOCTYPE a [<!ENTITY a12 SYSTEM "file:///etc/passwd">]>'
    ]
  ) {
    const parts = wordParts(tbl(tr('a', '<w:tc><w:p><w:r><w:t>&a12;</w:t></w:r></w:p></w:tc>')))
    t.match(
      await refusal(
        zip({ ...parts, 'word/document.xml': type + parts['word/document.xml']!.replace(/^<\?[^>]*>/, '') })
      ),
      { kind: 'damaged', en: /DOCTYPE or ENTITY/ }
    )
    t.match(
      await refusal(zip({ ...workbook, 'xl/worksheets/sheet1.xml': type + workbook['xl/worksheets/sheet1.xml']! })),
      { kind: 'damaged', en: /DOCTYPE or ENTITY/ }
    )
  }
  const linked = wordParts(tbl(tr('a', '1')))
  linked['_rels/.rels'] = linked['_rels/.rels']!.replace(
    '</Relationships>',
    `<Relationship Id="rId9" Type="http://x/attachedTemplate" Target="${url}/t" TargetMode="External"/></Relationships>`
  )
  t.same(await grid(zip(linked)), [['a', '1']])
  t.same(
    await grid(
      `<link rel=stylesheet href="${url}/css"><script src="${url}/js"></script><img src="${url}/img"><iframe src="${url}/f"></iframe><table><tr><td>a<td>1</table>`,
      'text/html'
    ),
    [['a', '1']]
  )
  await setTimeout(50)
  t.same(asked, [])
})

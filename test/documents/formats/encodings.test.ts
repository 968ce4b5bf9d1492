// Decoding: bytes become the intended text or an error.
import t from 'tap'
import { encodeGb18030 } from '../reading/styles/gb18030.ts'
import { extract, read, refusal } from './files.ts'

const TEXT = '行政许可 | 12 |\n行政处罚 | 3 |\n'
const utf16 = (text: string, big = false) => big ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf16le')
const big5 = Buffer.from('a4a4a4e5', 'hex')

t.test('a byte order mark determines the encoding and is not part of the text', async t => {
  for (
    const [name, bytes] of Object.entries({
      'UTF-8': Buffer.from(TEXT),
      'UTF-8 with a mark': Buffer.from(`\uFEFF${TEXT}`),
      'UTF-16LE': utf16(`\uFEFF${TEXT}`),
      'UTF-16BE': utf16(`\uFEFF${TEXT}`, true)
    })
  ) t.equal((await extract(bytes, 'text/plain')).text, TEXT, name)
})

t.test('UTF-16 is read only with a byte order mark or a declaration', async t => {
  t.equal((await extract(utf16(TEXT), 'text/plain; charset=utf-16')).text, TEXT)
  t.equal((await extract(utf16(TEXT, true), 'text/plain; charset=UTF-16BE')).text, TEXT)
  t.match(await refusal(utf16(TEXT), 'text/plain'), {
    kind: 'undecodable',
    en: /UTF-16 without a byte order mark/,
    zh: /UTF-16/
  })
  t.match(
    await refusal(utf16(`\uFEFF${TEXT}`).subarray(0, -1), 'text/plain'),
    { kind: 'undecodable' },
    'half a character at the end'
  )
  t.same(await read(utf16('\uFEFF<table><tr><td>规章</td><td>1</td></tr></table>'), 'text/plain'), [[[0, '规章'], [
    1,
    '1'
  ]]])
})

t.test('GB 18030 is read by Content-Type, meta element, XML declaration, or without a declaration', async t => {
  for (const label of ['gb18030', 'GBK', '"gb2312"', 'x-gbk']) {
    t.equal((await extract(encodeGb18030(TEXT), `text/plain;charset=${label}`)).text, TEXT, label)
  }
  t.equal((await extract(encodeGb18030(TEXT), 'text/plain')).text, TEXT)
  for (
    const head of [
      '<meta charset=gb2312>',
      '<meta http-equiv="Content-Type" content="text/html; charset=GBK" />',
      '<!-- <meta charset=big5> --><meta charset="gbk">',
      ''
    ]
  ) {
    t.same(await read(encodeGb18030(`<html>${head}<p>中文</p>`), 'text/html'), ['中文'], head)
  }
  for (const encoding of ['GB2312', 'gb18030']) {
    t.same(
      await read(
        encodeGb18030(`<?xml version="1.0" encoding="${encoding}"?><html><p>中文</p></html>`),
        'application/xhtml+xml'
      ),
      ['中文']
    )
  }
  t.equal(
    (await extract(Buffer.concat([Buffer.from('84319533', 'hex'), encodeGb18030('中文')]), 'text/plain')).text.replace(
      '\uFEFF',
      ''
    ),
    '中文',
    'its mark'
  )
  t.equal((await extract(Buffer.from('8139EE39', 'hex'), 'text/plain')).text, '㐀', 'four bytes')
})

t.test('Big5 is read if it is declared', async t => {
  t.equal((await extract(big5, 'text/plain; charset=Big5')).text, '中文')
  t.same(await read(Buffer.concat([Buffer.from('<html><meta charset=big5><p>'), big5]), 'text/html'), ['中文'])
  t.same(
    await read(
      Buffer.concat([Buffer.from('<?xml version="1.0" encoding="big5"?><html><p>'), big5, Buffer.from('</p></html>')]),
      'text/html'
    ),
    ['中文']
  )
})

t.test('a wrong declaration does not affect valid UTF-8', async t => {
  for (const charset of ['gb2312', 'big5', 'utf-16', 'iso-8859-1', 'nonsense', 'utf8mb4', '']) {
    t.equal((await extract(Buffer.from(TEXT), `text/plain; charset=${charset}`)).text, TEXT, charset)
  }
  for (const charset of ['utf-8', 'iso-8859-1', 'us-ascii']) {
    t.equal((await extract(encodeGb18030(TEXT), `text/plain; charset=${charset}`)).text, TEXT, charset)
  }
  t.same(await read(Buffer.from('<html><meta charset=gb2312><p>政府信息公开</p>'), 'text/html; charset=gbk'), [
    '政府信息公开'
  ])
  t.same(await read(encodeGb18030('<html><meta charset=utf-16><p>中文</p>'), 'text/html; charset=utf-8'), ['中文'])
})

t.test('bytes that are valid in no encoding are rejected, not guessed', async t => {
  for (
    const bytes of [
      Buffer.from('规章 \xFF\xFF 1', 'latin1'),
      Buffer.concat([Buffer.from(TEXT), Buffer.from([0xFF])]),
      Buffer.concat([encodeGb18030(TEXT), Buffer.from([0x81])])
    ]
  ) {
    for (const type of ['text/plain', 'text/plain; charset=utf-8', 'text/html; charset=gbk', '']) {
      t.match(await refusal(bytes, type), {
        kind: 'undecodable',
        en: /neither the declared one nor UTF-8 nor GB 18030. Save it as UTF-8/,
        zh: /UTF-8/
      })
    }
  }
  t.match(await refusal(Buffer.from('规章\0 | 1'), 'text/plain'), { kind: 'undecodable', en: /U\+0000/ })
})

t.test('all line ends become line feeds', async t => {
  t.equal((await extract('a\r\nb\rc\nd', 'text/plain')).text, 'a\nb\nc\nd')
  t.equal((await extract('a\r\nb\rc\nd', 'text/plain')).lines.length, 4)
})

t.test('an empty file is reported as empty', async t => {
  for (const text of ['', ' \n\t', '\uFEFF']) t.match(await refusal(text, 'text/plain'), { kind: 'empty' })
})

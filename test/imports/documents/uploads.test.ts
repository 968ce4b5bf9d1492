// What programs send: a document by its bytes, whatever the type it comes with, and a clear answer where that is not
// enough.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { docx, EXCEL, inline, p, row, WORD, xlsx } from '../../documents/formats/files.ts'
import { freshApp } from '../../support/app.ts'

const page = await readFile(new URL('../../../examples/kundulun-2019.txt', import.meta.url), 'utf8')
const html = `<html><body>${
  page.split('\n').map(line => line.includes('|') ? line : `<p>${line}</p>`).join('\n')
}</body></html>`
const FORM = 'application/x-www-form-urlencoded'
const lines = page.split('\n')
const word = docx(lines.map(line => p(line)).join(''))
const excel = xlsx([{ rows: lines.map((line, i) => row(i + 1, inline(`A${i + 1}`, line))).join('') }])
const pdf = Buffer.from('%PDF-1.4\n')

const { call } = await freshApp(t)
await call('PUT', '/v1/agencies/culture', { name: '昆区文体旅游广电局', level: 'county', kind: 'department' })

const send = async (
  body: string | Buffer,
  type: string | null,
  more: Record<string, string> = {},
  query = '&dry_run=true'
) =>
  await call('POST', `/v1/imports/documents?agency=culture&year=2019${query}`, body, {
    headers: { ...(type === null ? {} : { 'content-type': type }), ...more }
  })

/** What the answer says in short: the code of a problem, or which form was read. */
const said = async (...sent: Parameters<typeof send>) => {
  const { status, json, headers } = await send(...sent)
  if (status >= 400) t.match(headers['content-type'], /^application\/problem\+json/)
  return [status, json.code ?? json.outcome]
}

t.test('reads Word and Excel under any content type, or none', async t => {
  for (
    const type of [
      WORD,
      EXCEL,
      'application/octet-stream',
      FORM,
      'application/msword',
      'application/vnd.ms-excel',
      'application/zip',
      'text/plain',
      null
    ]
  ) {
    for (const [name, file] of [['Word', word], ['Excel', excel]] as const) {
      const [status, code] = await said(file, type)
      // Each line is one cell or paragraph: enough to be known, not to be stored.
      t.not(status, 415, `${name} as ${type}`)
      t.not(code, 'document-unreadable', `${name} as ${type}`)
    }
  }
})

t.test('reads text and HTML by content type, or without one', async t => {
  for (
    const type of [
      'text/plain',
      'text/plain; charset=utf-8',
      'TEXT/PLAIN',
      'text/markdown',
      'application/octet-stream',
      null
    ]
  ) t.same(await said(page, type), [200, 'created'], `${type}`)
  for (const type of ['text/html', 'text/plain', 'application/octet-stream', null]) {
    t.not((await said(html, type))[0], 415, `${type}`)
  }
})

t.test('rejects text sent by curl -d and suggests --data-binary', async t => {
  const answer = await send(page.replaceAll('\n', ''), FORM)
  t.match(answer, {
    status: 415,
    json: {
      code: 'media-type-unsupported',
      detail: /x-www-form-urlencoded is not accepted.*-H 'Content-Type: text\/plain' --data-binary @FILE/
    }
  })
  const chinese = await send(page, FORM, { 'accept-language': 'zh' })
  t.match(chinese, { status: 415, json: { detail: /--data-binary @文件/ } })
  const form = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.docx"\r\nContent-Type: ${WORD}\r\n\r\n${
    word.toString('latin1')
  }\r\n--x--\r\n`
  t.match(await send(Buffer.from(form, 'latin1'), 'multipart/form-data; boundary=x'), {
    status: 415,
    json: { code: 'media-type-unsupported', detail: /multipart\/form-data; boundary=x is not accepted.*--data-binary/ }
  })
})

t.test('explains unreadable files with advice, also under their own content type', async t => {
  const others: [string | Buffer, string, RegExp][] = [
    [pdf, 'application/pdf', /pdftotext/],
    ['{\\rtf1', 'application/rtf', /RTF/],
    [Buffer.from('D0CF11E0A1B11AE1', 'hex'), 'application/msword', /Save it as .docx/],
    [Buffer.from('89504E470D0A1A0A', 'hex'), 'image/png', /image/],
    [gzipSync(page), 'application/gzip', /compressed/],
    [gzipSync(page), 'text/plain', /compressed/]
  ]
  for (const [body, type, advice] of others) {
    t.match(await send(body, type), { status: 422, json: { code: 'document-unreadable', detail: advice } }, type)
    t.match(await send(body, FORM), { status: 422, json: { detail: advice } }, `${type} as a form`)
  }
  t.match(await send(pdf, 'application/pdf', { 'accept-language': 'zh' }), { json: { detail: /不能读取 PDF/ } })
})

t.test('rejects a Content-Encoding and says so', async t => {
  for (const encoding of ['gzip', 'br', 'deflate']) {
    t.match(await send(gzipSync(page), 'text/plain', { 'content-encoding': encoding }), {
      status: 422,
      json: { code: 'document-unreadable', detail: new RegExp(`Content-Encoding: ${encoding}`) }
    })
  }
  t.same(await said(page, 'text/plain', { 'content-encoding': 'identity' }), [200, 'created'])
})

t.test('rejects other content types, empty bodies and bodies over the limit', async t => {
  for (const type of ['application/json', 'text/csv', 'application/xml', 'video/mp4', 'nonsense']) {
    t.same(await said(page, type), [415, 'media-type-unsupported'], type)
  }
  for (const type of ['text/plain', WORD, FORM, 'image/png', null]) {
    t.same(await said('', type), [422, 'document-unreadable'], `${type}`)
  }
  for (const type of ['text/plain', null]) {
    t.match(await send(Buffer.alloc(16 * 1024 * 1024 + 1), type), {
      status: 413,
      json: { code: 'body-too-large', detail: /16777216/ }
    }, `${type}`)
  }
})

t.test('answers a wrong method or path as such, whatever the body', async t => {
  for (const type of ['application/json', 'text/csv', FORM, null]) {
    t.match(
      await call('PUT', '/v1/imports/documents?agency=culture&year=2019', word, {
        headers: type === null ? {} : { 'content-type': type }
      }),
      { status: 405, headers: { allow: 'POST' }, json: { code: 'method-not-allowed' } },
      `${type}`
    )
    t.match(
      await call('POST', '/v1/imported/documents', word, { headers: type === null ? {} : { 'content-type': type } }),
      { status: 404, json: { code: 'route-not-found' } },
      `${type}`
    )
  }
})

t.test('stores a meaningful content type with the document', async t => {
  t.equal((await send(page, null, {}, '')).status, 201)
  t.match((await call('GET', '/v1/reports/culture/2019/document')).headers, {
    'content-type': 'application/octet-stream'
  })
  t.equal((await send(`${page} `, 'text/plain; charset=UTF-8', {}, '')).status, 200)
})

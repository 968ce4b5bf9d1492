// Detects the format of an uploaded document from its bytes, whatever its Content-Type, and explains rejections.
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

/** The status, with the code of the problem or the outcome of the import. */
const said = async (...sent: Parameters<typeof send>) => {
  const { status, json, headers } = await send(...sent)
  if (status >= 400) t.match(headers['content-type'], /^application\/problem\+json/)
  return [status, json.code ?? json.outcome]
}

t.test('parses Word and Excel files under any content type or none', async t => {
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
      // Each line is a single cell or paragraph: enough to detect the format, but not to import a report.
      t.not(status, 415, `${name} as ${type}`)
      t.not(code, 'document-unreadable', `${name} as ${type}`)
    }
  }
})

t.test('parses text and HTML with or without their content type', async t => {
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
})

t.test('rejects unreadable files with advice, whatever their content type', async t => {
  const others: [string | Buffer, string, RegExp][] = [
    [pdf, 'application/pdf', /cut off/],
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
  t.match(await send(pdf, 'application/pdf', { 'accept-language': 'zh' }), { json: { detail: /文件不完整/ } })
})

t.test('reads a page whatever the browser or the office program calls it', async t => {
  const table = await readFile(new URL('../../documents/complaints/html-offscreen-digit.html', import.meta.url))
  for (
    const type of [
      'application/msword',
      'application/vnd.ms-excel',
      'application/vnd.ms-excel; charset=utf-8',
      'application/wps-office.docx',
      'application/wps-office.xls',
      'application/x-msword',
      'image/x-unknown'
    ]
  ) {
    t.match(await send(table, type), { status: 200, json: { reading: { year: 2023 } } }, type)
  }
})

t.test('says what to do with files that are no report as published', async t => {
  const others: [string, RegExp][] = [
    ['{"html": "<table></table>"}', /This is JSON.*save that page/],
    ['[{"a": 1}]', /This is JSON/],
    ['agency,year,table\na,2023,requests\n', /This is CSV.*imports\/reports/],
    ['From: <Saved by WPS>\r\nSubject: x\r\nMIME-Version: 1.0\r\n', /web page archive/]
  ]
  for (const [body, advice] of others) {
    t.match(await send(body, 'text/plain'), { status: 422, json: { detail: advice } }, body)
  }
  const refused = await send('{"a": 1}', 'text/plain', { accept: 'text/plain' })
  t.match(refused, { status: 422, headers: { 'content-type': 'text/plain; charset=utf-8' } })
  t.match(refused.text, /This is JSON/)
  const partly = await send(page.replace('0?', '約3'), 'text/plain', { accept: 'text/plain' }, '')
  t.equal(partly.status, 422)
  t.match(partly.text, /197 figures read/)
})

t.test('rejects a compressed body and names its Content-Encoding', async t => {
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

t.test('answers 405 to a wrong method and 404 to a wrong path, whatever the body', async t => {
  for (const type of ['application/json', 'text/csv', FORM, null]) {
    t.match(
      await call('PATCH', '/v1/imports/documents?agency=culture&year=2019', word, {
        headers: type === null ? {} : { 'content-type': type }
      }),
      { status: 405, headers: { allow: 'POST, PUT' }, json: { code: 'method-not-allowed' } },
      `${type}`
    )
    t.match(
      await call('POST', '/v1/imported/documents', word, { headers: type === null ? {} : { 'content-type': type } }),
      { status: 404, json: { code: 'route-not-found' } },
      `${type}`
    )
  }
})

t.test('serves a document uploaded without a content type as application/octet-stream', async t => {
  t.equal((await send(page, null, {}, '')).status, 201)
  t.match((await call('GET', '/v1/reports/culture/2019/document')).headers, {
    'content-type': 'application/octet-stream'
  })
  t.equal((await send(`${page} `, 'text/plain; charset=UTF-8', {}, '')).status, 200)
})

t.test('takes a document by PUT and as the file of a form', async t => {
  const boundary = 'b0undary'
  const form = (...parts: { disposition: string, type: string, body: string | Buffer }[]) =>
    Buffer.concat([
      ...parts.flatMap(({ disposition, type, body }) => [
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: ${type}\r\n\r\n`
        ),
        Buffer.from(body),
        Buffer.from('\r\n')
      ]),
      Buffer.from(`--${boundary}--\r\n`)
    ])
  const file = { disposition: 'name="file"; filename="report.txt"', type: 'text/plain; charset=utf-8', body: page }
  const multipart = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const importing = '/v1/imports/documents?agency=culture&year=2019&dry_run=true'
  for (const path of [importing, '/v1/readings']) {
    for (const method of ['POST', 'PUT']) {
      for (
        const [body, headers] of [
          [page, { 'content-type': 'text/plain' }],
          [form(file), multipart],
          [form({ ...file, disposition: 'name=file; filename=report', type: 'application/octet-stream' }), multipart]
        ] as const
      ) {
        const { status, json, text } = await call(method, path, body, { headers })
        t.equal(status, 200, `${method} ${path}: ${text.slice(0, 200)}`)
        t.equal(json.reading.cells.read, 198)
      }
    }
    const said = async (body: Buffer) => {
      const { status, json } = await call('POST', path, body, { headers: multipart })
      return [status, json.code]
    }
    t.same(await said(form(file, file)), [400, 'multipart-malformed'])
    t.same(await said(form({ disposition: 'name="year"', type: 'text/plain', body: '2019' })), [
      400,
      'multipart-malformed'
    ])
    t.same(await said(form(file).subarray(0, 400)), [400, 'multipart-malformed'])
    t.same(await said(form({ ...file, type: 'image/png' })), [415, 'media-type-unsupported'])
    t.same(await said(form({ ...file, type: 'application/octet-stream', body: '' })), [422, 'document-unreadable'])
  }
  const stored = await call('PUT', importing.replace('&dry_run=true', ''), form(file), { headers: multipart })
  t.match([stored.status, stored.json.outcome], [200, 'unchanged'])
})

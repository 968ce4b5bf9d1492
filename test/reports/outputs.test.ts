// The statutory document of a report and a version, as the public and as a clerk gets it.
import t from 'tap'
import { readDocument } from '../../src/documents/read.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const FORMATS = {
  html: 'text/html; charset=utf-8',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  markdown: 'text/markdown; charset=utf-8',
  csv: 'text/csv; charset=utf-8'
}
const { app, call, forms } = await freshApp(t)
const form = forms.get('2021')
let next = 0
const tables = consistentTables(form, () => next++ % 4)
tables.documents!.regulations!.issued = null
const path = '/v1/reports/bureau/2023'
const get = async (url: string, headers: Record<string, string> = {}) => await app.inject({ url, headers })
const public_ = { key: null }

t.before(async () => {
  await call('PUT', '/v1/agencies/bureau', { name: '某区<b>财政局', level: 'county', kind: 'department' })
  await call('PUT', path, { tables, sections: { ...SECTIONS, overview: '第一段\n<script>alert(1)</script>\n=1+1' } })
})

t.test('a draft is not public in any format, and says that it is a draft', async t => {
  for (const format of Object.keys(FORMATS)) {
    t.equal((await call('GET', `${path}?format=${format}`, undefined, public_)).status, 404, format)
  }
  const html = await call('GET', `${path}?format=html`)
  t.match(html.text, '草稿，尚未发布')
  t.equal(html.headers['cache-control'], undefined)
})

t.test('a published report has the same bytes each time, and reading them gives it back', async t => {
  for (const move of ['submit', 'publish']) t.equal((await call('POST', `${path}/${move}`)).status, 200)
  for (const [format, type] of Object.entries(FORMATS)) {
    const answer = await get(`${path}?format=${format}`)
    t.same([answer.statusCode, answer.headers['content-type']], [200, type], format)
    t.equal(answer.headers['cache-control'], 'public, no-cache')
    const { etag } = answer.headers
    t.ok((await get(`${path}/versions/1?format=${format}`)).rawPayload.equals(answer.rawPayload), format)
    t.equal((await get(`${path}?format=${format}`, { 'if-none-match': etag as string })).statusCode, 304)
    if (format === 'csv' || format === 'markdown') continue
    const { reading } = await readDocument(answer.rawPayload, type, forms.all)
    t.match(reading, { year: 2023, form: { id: '2021' } })
    if ('refused' in reading) continue
    t.same(reading.problems, [], format)
    t.equal(reading.content.sections.overview, '第一段\n<script>alert(1)</script>\n=1+1')
    t.equal(reading.content.figures[0], null)
  }
})

t.test('Accept chooses the format, too', async t => {
  t.equal((await get(path, { accept: 'text/html,application/xhtml+xml;q=0.9' })).headers['content-type'], FORMATS.html)
  t.equal((await get(path)).headers['content-type'], 'application/json; charset=utf-8')
  t.equal((await get(path, { accept: 'image/png' })).statusCode, 406)
  t.match((await get(`${path}?format=pdf`)).json(), {
    status: 400,
    errors: [{ parameter: 'format', expected: 'one of json, html, docx, xlsx, markdown, csv' }]
  })
})

t.test('the page runs and loads nothing, and what people wrote is text', async t => {
  const { headers, body } = await get(`${path}?format=html`)
  t.match(headers['content-security-policy'], /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'/)
  t.notMatch(body, /<script|<b>财政局| style=/)
  t.match(body, '&lt;script&gt;alert(1)&lt;/script&gt;')
  t.equal(headers['content-disposition'], undefined)
})

t.test('files have names', async t => {
  const { headers } = await get(`${path}?format=docx`)
  t.match(headers['content-disposition'], `attachment; filename="bureau-2023.docx"; filename*=UTF-8''`)
  t.match(decodeURIComponent(String(headers['content-disposition'])), '财政局2023年政府信息公开工作年度报告.docx')
})

t.test('the CSV is what the bulk import takes', async t => {
  const { body } = await get(`${path}?format=csv`)
  t.equal(body.slice(0, 1), '\ufeff')
  t.match(body.split('\n')[1], /^bureau,2023,2021,documents,regulations,,\d,\d,/)
  const again = await call('POST', '/v1/imports/reports?dry_run=true', body.replaceAll('bureau,2023', 'bureau,2022'), {
    headers: { 'content-type': 'text/csv' }
  })
  t.match(again.json, { counts: { created: 1, rejected: 0 } }, again.text)
  const labelled = (await get(`${path}?format=csv&labels=zh`)).body.split('\n')
  t.match(labelled[0], /^\ufeff机关代码,年度,格式,表,行,本年制发件数,/)
  t.match(labelled[1], /^bureau,2023,2021,第二十条第（一）项,规章,,/)
  t.equal((await get(`${path}?labels=zh`)).statusCode, 400)
})

t.test('a corrected name changes no version; a withdrawn report is gone, but its versions stay', async t => {
  const before = await get(`${path}/versions/1?format=docx`)
  t.equal((await call('PATCH', '/v1/agencies/bureau', { name: '某区财政局' })).status, 200)
  t.ok((await get(`${path}/versions/1?format=docx`)).rawPayload.equals(before.rawPayload))
  await call('POST', `${path}/withdraw`, { reason: '有误' })
  for (const format of Object.keys(FORMATS)) t.equal((await get(`${path}?format=${format}`)).statusCode, 410, format)
  t.ok((await get(`${path}/versions/1?format=docx`)).rawPayload.equals(before.rawPayload))
})

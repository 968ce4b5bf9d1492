// POST /v1/readings: a document without a key, and hostile PDFs while others are answered.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { zlibBomb } from '../../documents/formats/pdf/hostile.ts'
import { fileOf, pdf, streamOf } from '../../documents/formats/pdf/write-pdf.ts'
import { freshApp } from '../../support/app.ts'

const { call } = await freshApp(t)
const sample = await readFile(new URL('../../documents/formats/pdf/samples/longtan-2025.pdf', import.meta.url))
const page = await readFile(new URL('../../../examples/kundulun-2019.txt', import.meta.url))

const send = async (body: Buffer | string, type = 'application/pdf', more: Record<string, string> = {}) =>
  await call('POST', '/v1/readings', body, { key: null, headers: { 'content-type': type, ...more } })

t.test('reads a document without a key, an agency or a year, and stores nothing', async t => {
  const answer = await send(sample)
  t.match(answer, {
    status: 200,
    json: {
      dry_run: true,
      outcome: 'created',
      report: { form: '2021' },
      reading: { cells: { read: 200 } },
      checks: { summary: { fail: 0 } },
      proposals: { agency_name: '龙潭县人民政府', agency: null, year: 2025 }
    }
  })
  t.same((await call('GET', '/v1/reports')).json.items, [])
  t.match((await send(page, 'text/plain', { accept: 'text/plain' })).text, /198 figures read/)
})

t.test('proposes the registered agency if exactly one has the name', async t => {
  const register = async (code: string) =>
    await call('PUT', `/v1/agencies/${code}`, { name: '龙潭县人民政府', level: 'county', kind: 'government' })
  await register('longtan')
  t.equal((await send(sample)).json.proposals.agency, 'longtan')
  await register('longtan-2')
  t.equal((await send(sample)).json.proposals.agency, null)
})

t.test('the source of a figure has its page and box', async t => {
  const imported = await call('POST', '/v1/imports/documents?agency=longtan&year=2025', sample, {
    headers: { 'content-type': 'application/pdf' }
  })
  t.equal(imported.status, 201)
  const { json } = await call('GET', '/v1/reports/longtan/2025/cells/requests.granted.total')
  t.match(json, { value: 56, source: { page: 1, raw: '56', changed: false } })
  t.equal(json.source.box.length, 4)
})

t.test('refuses what cannot be read', async t => {
  t.match(await send('', 'text/plain'), { status: 422, json: { code: 'document-unreadable' } })
  t.match(await send('今天天气很好。', 'text/plain'), { status: 422, json: { code: 'document-not-recognised' } })
  t.match(await send('{}', 'application/json'), { status: 415 })
})

t.test('hostile PDFs are refused within the limits, and others are answered meanwhile', async t => {
  const pageOf = (contents: string | Buffer, resources = '', more: (string | Buffer)[] = []) =>
    fileOf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << ${resources} >> >>`,
      contents,
      ...more
    ])
  const form = '/Type /XObject /Subtype /Form /BBox [0 0 9 9]'
  const files: Record<string, Buffer> = {
    'many paths': pdf([Buffer.from('0 0 m 9 9 l S\n'.repeat(2_000_000))]),
    'a bomb in a bomb': pageOf(Buffer.concat([
      Buffer.from('<< /Filter [/FlateDecode /FlateDecode] >>\nstream\n'),
      zlibBomb(),
      Buffer.from('\nendstream')
    ])),
    'much text': pdf([`BT /H 9 Tf ${'(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj '.repeat(100_000)} ET`]),
    'forms in forms': pageOf(streamOf('/X Do'), '/XObject << /X 5 0 R >>', [
      ...Array.from(
        { length: 8 },
        (_, i) => streamOf('/X Do '.repeat(10), `${form} /Resources << /XObject << /X ${6 + i} 0 R >> >>`)
      ),
      streamOf('0 0 m 9 9 l S', form)
    ]),
    'a form that draws itself': pageOf(streamOf('/X Do'), '/XObject << /X 5 0 R >>', [
      streamOf('/X Do /X Do', `${form} /Resources << /XObject << /X 5 0 R >> >>`)
    ]),
    'pages that are their own children': fileOf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [2 0 R 2 0 R 2 0 R] /Count 1000000000 >>'
    ]),
    'nested arrays': pageOf(streamOf('BT ET'), `/A ${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    'saved states': pdf(['q '.repeat(2_000_000)])
  }
  for (const [name, bytes] of Object.entries(files)) {
    const start = performance.now()
    const reading = send(bytes)
    const health = await call('GET', '/healthz')
    t.ok(health.status === 200 && performance.now() - start < 5000, `${name}: healthy`)
    t.match(await reading, { status: 422, json: { code: /^document-(unreadable|not-recognised)$/ } }, name)
  }
  t.equal((await send(sample)).status, 200, 'the next document is read')
})

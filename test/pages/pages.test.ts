// The pages for people: what they show, to whom, and what they never show.
import assert from 'node:assert/strict'
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const PUBLIC_URL = 'https://example.org/gongkai'
const { call, forms } = await freshApp(t, { publicUrl: PUBLIC_URL })
const HOSTILE = '<script>alert(1)</script>局'
const agencies: [code: string, name: string, kind: string, parent?: string][] = [
  ['gov', '某区人民政府', 'government'],
  ['a', '某区财政局', 'department', 'gov'],
  ['b', '某区教育局', 'department', 'gov'],
  ['x', HOSTILE, 'department', 'gov']
]
for (const [code, name, kind, parent] of agencies) {
  const agency = { name, level: 'county', kind, ...parent === undefined ? {} : { parent } }
  assert.equal((await call('PUT', `/v1/agencies/${code}`, agency)).status, 201)
}
const tables = (figure: number, year = 2023) => consistentTables(forms.choose(year, undefined), () => figure)
const file = async (code: string, year: number, figure: number, moves = ['submit', 'publish'], sections = SECTIONS) => {
  await call('PUT', `/v1/reports/${code}/${year}`, { tables: tables(figure, year), sections })
  for (const move of moves) await call('POST', `/v1/reports/${code}/${year}/${move}`)
}
await file('a', 2019, 1)
await file('a', 2023, 2)
await file('b', 2023, 3, [])
await file('x', 2023, 4, ['submit', 'publish'], { ...SECTIONS, overview: '<img src=x onerror=alert(2)>' })

const read = async (path: string, headers: Record<string, string> = {}, key: string | null = null) =>
  await call('GET', path, undefined, { headers: { accept: 'text/html', ...headers }, ...key === null ? { key } : {} })

t.test('each page is Chinese by default and English on request, with its language in the markup', async t => {
  for (const path of ['/', '/agencies/gov', '/agencies/x', '/reports/a/2023', '/reports/a/2019', '/reports/a/1999']) {
    for (
      const [query, headers, lang] of [
        ['', {}, 'zh-CN'],
        ['?lang=en', {}, 'en'],
        ['', { 'accept-language': 'en-GB,en;q=0.9' }, 'en'],
        ['?lang=zh', { 'accept-language': 'en' }, 'zh-CN']
      ] as const
    ) {
      const { status, headers: sent, text } = await read(`${path}${query}`, headers)
      t.equal(status, path.endsWith('1999') ? 404 : 200, path)
      t.match(sent, { 'content-type': 'text/html; charset=utf-8', vary: /Accept, Accept-Language/ })
      t.match(text, `<html lang="${lang}">`)
      t.match(text, `hreflang="${lang === 'en' ? 'zh-CN' : 'en'}"`, 'a link to the other language')
    }
  }
})

t.test('what people wrote is never taken for markup', async t => {
  for (
    const path of ['/?q=%3Cscript%3Ealert(1)', '/agencies/gov', '/agencies/x', '/reports/x/2023', '/agencies/%3Cb%3E']
  ) {
    const { text, headers } = await read(path)
    t.notMatch(text, /<script|<img src=x|<b>/, path)
    t.match(
      headers['content-security-policy'],
      /^default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'/
    )
    t.notMatch(headers['content-security-policy'], /unsafe/)
  }
})

t.test('the home page finds agencies, counts filings and lists publications', async t => {
  const { text } = await read('/?q=财政')
  t.match(text, '名称含“财政”的机关：1')
  t.match(text, `href="${PUBLIC_URL}/agencies/a?lang=zh"`)
  t.match(
    text,
    '<tr><th scope="row">2023</th><td class="number">4</td><td class="number">2</td><td class="number">2</td>'
  )
  t.match(text, new RegExp(`<a href="${PUBLIC_URL}/reports/x/2023\\?lang=zh">2023</a></td><td>公开`))
  t.match((await read('/?q=没有')).text, '没有名称或代码含“没有”的机关')
})

t.test('the page of an agency has its place, its reports and its data', async t => {
  const { text } = await read('/agencies/a')
  t.match(text, `<li><a href="${PUBLIC_URL}/agencies/gov?lang=zh">某区人民政府</a></li>`)
  t.match(text, `href="${PUBLIC_URL}/reports/a/2023?lang=zh"`)
  t.match(
    text,
    `src="${PUBLIC_URL}/v1/totals?measure=requests.new_received.total&amp;by=year&amp;under=a&amp;format=svg`
  )
  t.notMatch((await read('/agencies/b')).text, 'reports/b/2023', 'no draft')
  t.notMatch((await read('/agencies/b', {}, 'admin')).text, 'reports/b/2023', 'whoever asks')
  t.match((await read('/agencies/nobody')).text, '没有代码为“nobody”的机关')
  t.equal((await read('/agencies/nobody')).status, 404)
})

t.test('the page of a report has the document, its versions, its checks and downloads', async t => {
  const { text } = await read('/reports/a/2023')
  t.match(text, '<h1>某区财政局2023年政府信息公开工作年度报告</h1>')
  t.match(text, '三、收到和处理政府信息公开申请情况')
  t.match(text, `href="${PUBLIC_URL}/v1/reports/a/2023?format=docx"`)
  t.equal((await read('/reports/b/2023', {}, 'admin')).status, 404, 'no draft, whoever asks')
  for (const path of ['/reports/a/20x3', '/reports/a/2023?version=0', '/reports/a/2023?version=9', '/reports/./2023']) {
    t.equal((await read(path)).status, 404, path)
  }
})

t.test('an amendment replaces the page at once; the old version says so; a withdrawal is told', async t => {
  const before = await read('/reports/a/2023')
  const { etag } = before.headers
  t.equal((await read('/reports/a/2023', { 'if-none-match': etag! })).status, 304)
  await call('POST', '/v1/reports/a/2023/amend', { reason: '数据更正 <b>' })
  await call('PUT', '/v1/reports/a/2023', { tables: tables(9), sections: SECTIONS })
  t.equal((await read('/reports/a/2023', { 'if-none-match': etag! })).status, 304, 'a draft changes nothing')
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/a/2023/${move}`)
  const after = await read('/reports/a/2023', { 'if-none-match': etag! })
  t.equal(after.status, 200)
  t.match(after.text, '数据更正 &lt;b&gt;')
  t.match((await read('/reports/a/2023?version=1')).text, '这是第 1 版，不是现行版本')
  t.match((await read('/')).text, '>更正<')

  await call('POST', '/v1/reports/a/2023/withdraw', { reason: '机构撤销' })
  const gone = await read('/reports/a/2023?lang=en')
  t.equal(gone.status, 410)
  t.match(gone.text, 'Reason: 机构撤销')
  t.match((await read('/reports/a/2023?version=1')).text, '某区财政局2023年')
  t.notMatch((await read('/agencies/a')).text, 'reports/a/2023?lang')
})

t.test('programs that ask the root get the addresses, and the stylesheet may be kept', async t => {
  for (const accept of ['application/json', '*/*']) {
    const { json } = await call('GET', '/', undefined, { key: null, headers: { accept } })
    t.match(json, { openapi: `${PUBLIC_URL}/openapi.json`, publications: `${PUBLIC_URL}/v1/publications` })
  }
  const [, address] = /<link rel="stylesheet" href="https:\/\/example.org\/gongkai([^"]+)"/.exec(
    (await read('/')).text
  )!
  const { status, headers } = await call('GET', address!, undefined, { key: null })
  t.equal(status, 200)
  t.match(headers, { 'content-type': /^text\/css/, 'cache-control': /immutable/ })
})

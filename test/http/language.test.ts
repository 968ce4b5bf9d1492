// The language of answers: Accept-Language, else DEFAULT_LANGUAGE.
import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { freshApp } from '../support/app.ts'

const { call: english } = await freshApp(t)
const { app, call: chinese } = await freshApp(t, { defaultLanguage: 'zh' })

t.test('answers a caller that names neither language in the default language', async t => {
  const titles = async (call: typeof english) => {
    const found: Record<string, string> = {}
    for (
      const language of ['', '*', 'fr', 'fr, *;q=0.1', 'en', 'en-GB', 'zh-CN', 'zh-Hans-CN, en;q=0.9', 'en, zh;q=0.9']
    ) {
      const { json, headers } = await call('GET', '/v1/agencies/none', undefined, {
        headers: language === '' ? {} : { 'accept-language': language }
      })
      t.equal(headers['content-language'], json.title === '机关不存在' ? 'zh' : 'en', language)
      t.match(headers.vary, /Accept-Language/)
      found[language] = headers['content-language']!
    }
    return found
  }
  const named = { en: 'en', 'en-GB': 'en', 'zh-CN': 'zh', 'zh-Hans-CN, en;q=0.9': 'zh', 'en, zh;q=0.9': 'en' }
  t.same(await titles(english), { '': 'en', '*': 'en', fr: 'en', 'fr, *;q=0.1': 'en', ...named })
  t.same(await titles(chinese), { '': 'zh', '*': 'zh', fr: 'zh', 'fr, *;q=0.1': 'zh', ...named })
})

t.test('applies the default to the OpenAPI document, Swagger UI, pages of problems and invalid paths', async t => {
  t.match((await chinese('GET', '/openapi.json')).json.paths['/v1/forms'].get.summary, '列出全部格式')
  t.match((await chinese('GET', '/docs')).text, '<html lang="zh-CN"')
  t.match((await english('GET', '/docs')).text, '<html lang="en"')
  t.match((await chinese('GET', '/v1/agencies/%zz')).json.title, '参数无效')
  for (const path of ['/problems', '/problems/checks-failed']) {
    t.match((await chinese('GET', path)).text, /<html lang="zh-CN">[^]*校验未通过/)
    t.match(await english('GET', path), {
      text: /<html lang="en">[^]*Checks failed/,
      headers: { vary: /Accept-Language/ }
    })
  }
})

t.test('says in Chinese what a request should have had', async t => {
  const expectedOf = async (path: string, body?: unknown) => {
    const { json } = await chinese(body === undefined ? 'GET' : 'POST', path, body)
    return json.errors.map(({ expected }: { expected: string }) => expected)
  }
  t.match((await expectedOf('/v1/totals?under=a%20b&year=x&by=colour')).sort(), [
    '一个年度，一段年度（如 2019..2025），或其列表（如 2019,2021..2023）',
    /^分组方式，以逗号分隔：.*（格式 /,
    '必须给出',
    '机关代码：1 至 64 位字母、数字、点、下划线或连字符'
  ])
  t.same(await expectedOf('/v1/reports?limit=0'), ['不小于 1'])
  t.same(await expectedOf('/v1/reports', { agency: 1, year: '2019' }), ['文本', '整数'])
})

t.test('applies the default to requests that Node rejects', async t => {
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  let answer = ''
  socket.on('data', data => {
    answer += data
  })
  socket.write('GARBAGE\r\n\r\n')
  await once(socket, 'close')
  const [head, body] = answer.split('\r\n\r\n') as [string, string]
  t.match(head, 'HTTP/1.1 400 Malformed HTTP\r\n')
  t.match(JSON.parse(body), { code: 'http-malformed', title: 'HTTP 请求格式错误' })
})

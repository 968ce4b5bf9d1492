// The OpenAPI document in Chinese: openapi/zh has a translation of each text, which names what the English one names.
import { Validator } from '@seriousme/openapi-schema-validator'
import { readdir, readFile } from 'node:fs/promises'
import t from 'tap'
import { parse } from 'yaml'
import { textsOf } from '../../../src/http/openapi/translate.ts'
import { freshApp } from '../../support/app.ts'

const FOLDER = new URL('../../../openapi/zh/', import.meta.url)
const HAN = /\p{Script=Han}/u

const { app, call } = await freshApp(t)
await app.ready()
const english = app.swagger()
const chinese = (await call('GET', '/openapi.json?lang=zh')).json
const entries: { file: string, text: string, zh: string }[] = []
for (const file of await readdir(FOLDER)) {
  const part = JSON.parse(await readFile(new URL(file, FOLDER), 'utf8')) as Record<string, string>
  for (const [text, zh] of Object.entries(part)) entries.push({ file, text, zh })
}

t.test('translates every text of the document exactly once, and nothing else', async t => {
  const texts = textsOf(english)
  const translated = entries.map(({ text }) => text)
  t.same([...texts].filter(text => !translated.includes(text)), [], 'add these to a file of openapi/zh')
  t.same(
    entries.filter(({ text }) => !texts.has(text)).map(({ file, text }) => `${file}: ${text}`),
    [],
    'remove these: the document has no such text'
  )
  t.same(translated.filter((text, i) => translated.indexOf(text) !== i), [], 'these are there twice')
})

/** What a translation must keep: code, links, placeholders, addresses and names in snake case. */
const namesIn = (text: string) =>
  [...new Set([...text.matchAll(/`[^`]+`|\]\([^)]+\)|\{[^}\s]+\}|\b[a-z]+(?:_[a-z]+)+\b/g)].map(([name]) => name))]
    .sort()

t.test('keeps code, links, placeholders and identifiers in the translations', async t => {
  for (const { text, zh } of entries) t.same(namesIn(zh), namesIn(text), text)
})

t.test('writes Chinese with Chinese punctuation and no line breaks of its own', async t => {
  for (const { text, zh } of entries) {
    const prose = zh.replace(/`[^`]+`|\([^)\p{Script=Han}]*\)/gu, '')
    // Names such as DCAT 3 have no translation.
    if (/[a-z]{3}/.test(text.replace(/`[^`]+`/g, ''))) t.match(zh, HAN, text)
    t.notMatch(prose, /[\p{Script=Han}][,;:?!]|[,;:?!][\p{Script=Han}]/u, zh)
    t.equal(zh.split('\n').length, text.split('\n').length, text)
    t.equal(zh.endsWith('。'), text.endsWith('.'), zh)
  }
})

/** All members of a document except its texts, to compare two languages. */
function withoutTexts (node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutTexts)
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      ['summary', 'description', 'title', 'detail', 'expected'].includes(key) && typeof value === 'string'
        ? ''
        : withoutTexts(value)
    ])
  )
}

t.test('changes nothing but texts, and the Chinese document is valid', async t => {
  t.same(withoutTexts(chinese), withoutTexts(JSON.parse(JSON.stringify(english))))
  t.match(await new Validator().validate(JSON.parse(JSON.stringify(chinese))), { valid: true })
})

t.test('translates the titles of problems in responses and their examples', async t => {
  const { responses, examples } = chinese.components
  t.match(responses['report-locked'].description, '- [`report-locked`](/problems/report-locked)：报告已锁定')
  t.match(examples['report-locked'], { summary: '报告已锁定', value: { title: '报告已锁定', code: 'report-locked' } })
  t.match(examples['body-invalid'].value.errors[0], { expected: '表 requests 的行', did_you_mean: 'granted' })
})

t.test('answers in the language of the parameter, else of Accept-Language', async t => {
  const title = async (path: string, language?: string) => {
    const answer = await call('GET', path, undefined, {
      headers: language === undefined ? {} : { 'accept-language': language }
    })
    t.equal(answer.status, 200, path)
    t.match(answer.headers.vary, /Accept-Language/)
    const { paths } = answer.json ?? parse(answer.text)
    return [answer.headers['content-language'], paths['/v1/forms'].get.summary]
  }
  const [inEnglish, inChinese] = [['en', 'List all forms'], ['zh', '列出全部格式']]
  for (const path of ['/openapi.json', '/openapi.yaml']) {
    t.same(await title(path), inEnglish)
    t.same(await title(path, 'zh-CN,en;q=0.5'), inChinese)
    t.same(await title(`${path}?lang=zh`, 'en'), inChinese)
    t.same(await title(`${path}?lang=en`, 'zh'), inEnglish)
    t.equal((await call('GET', `${path}?lang=fr`)).json.code, 'parameter-invalid')
  }
  t.equal(
    (await call('GET', '/docs/json', undefined, { headers: { 'accept-language': 'zh' } })).json.paths['/v1/forms']
      .get.summary,
    '列出全部格式'
  )
})

t.test('has an ETag for each language', async t => {
  const [en, zh] = [await call('GET', '/openapi.json?lang=en'), await call('GET', '/openapi.json?lang=zh')]
  t.not(en.headers.etag, zh.headers.etag)
  const again = await call('GET', '/openapi.json?lang=zh', undefined, {
    headers: { 'if-none-match': zh.headers.etag! }
  })
  t.same([again.status, again.text], [304, ''])
})

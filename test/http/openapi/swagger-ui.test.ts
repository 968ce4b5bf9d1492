// The page of Swagger UI: its language, the switch and the files it loads.
import { chromium } from 'playwright-core'
import t from 'tap'
import { freshApp } from '../../support/app.ts'

const { CHROMIUM } = process.env
const { app, call } = await freshApp(t)

t.test('is in the language of the parameter, else of Accept-Language, with links to both', async t => {
  for (const path of ['/docs', '/docs/']) {
    for (
      const [query, accepted, language] of [
        ['', '', 'en'],
        ['', 'zh-CN', 'zh-CN'],
        ['?lang=zh', 'en', 'zh-CN'],
        ['?lang=en', 'zh', 'en'],
        ['?lang=fr', 'zh', 'zh-CN']
      ] as const
    ) {
      const { status, headers, text } = await call('GET', path + query, undefined, {
        headers: { 'accept-language': accepted }
      })
      t.equal(status, 200)
      t.match(headers.vary, /Accept-Language/)
      t.match(text, `<html lang="${language}"`, `${path}${query} ${accepted}`)
      t.match(text, language === 'en' ? /<title>Gongkai/ : /<title>公开/)
      t.match(text, /<a href="\?lang=zh"[^>]*>中文<\/a> \| <a href="\?lang=en"[^>]*>English<\/a>/)
      t.notMatch(text, /<script>|\son\w+=/, 'no inline script, which the content security policy forbids')
    }
  }
})

t.test('loads files and a document that exist, relative to its address', async t => {
  for (const path of ['/docs', '/docs/']) {
    const { text } = await call('GET', `${path}?lang=zh`)
    const links = [...text.matchAll(/(?:href|src|data-openapi)="([^"]+)"/g)].map(([, link]) => link!)
    t.ok(links.length >= 8)
    for (const link of links) {
      const { pathname, search } = new URL(link, `http://localhost${path}`)
      t.equal((await call('GET', pathname + search)).status, 200, link)
    }
  }
})

t.test('works in a browser', { skip: CHROMIUM === undefined && 'CHROMIUM is not set' }, async t => {
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--disable-gpu'] })
  t.teardown(() => browser.close())
  const page = await browser.newPage({ locale: 'en-US' })
  page.setDefaultTimeout(30_000)
  const faults: string[] = []
  page.on('console', message => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', error => faults.push(error.message))
  await page.goto(`${address}/docs`)
  const summary = page.locator('#operations-forms-listForms .opblock-summary-description')
  t.equal(await summary.textContent(), 'List all forms')
  await page.locator('nav a', { hasText: '中文' }).click()
  await page.locator('.opblock-summary-description', { hasText: '列出全部格式' }).waitFor()
  t.equal(await page.evaluate('document.documentElement.lang'), 'zh-CN')
  t.same(faults, [])
  // What is tried out is answered in the language of the page.
  await page.locator('#operations-reports-getReport .opblock-summary-control').click()
  await page.locator('#operations-reports-getReport button.execute').click()
  const answer = page.locator('#operations-reports-getReport .live-responses-table .microlight').first()
  t.match(await answer.textContent(), '报告不存在')
})

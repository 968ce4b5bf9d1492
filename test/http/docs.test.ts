// Swagger UI in a browser: every operation is executed as it is prefilled.
import { existsSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'
import t from 'tap'
import { ADMIN_KEY, freshApp } from '../support/app.ts'
import { STORY } from '../support/operations.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
/** What needs a file that a person chooses, or an import that was sent before. */
const NEEDS_MORE = ['putAgenciesFile', 'putReportsFile', 'getImport', 'getImportRejects', 'cancelImport']

interface Operation {
  operationId: string
  tags: string[]
}

/** Executes an operation as it stands and gives the status that the page shows. */
async function execute (page: Page, { operationId, tags }: Operation): Promise<number> {
  const block = page.locator(`#operations-${tags[0]}-${operationId}`)
  if (!(await block.getAttribute('class'))?.includes('is-open')) await block.locator('.opblock-summary-control').click()
  const button = block.locator('button.execute')
  await button.waitFor()
  const [response] = await Promise.all([
    page.waitForResponse(answer => !answer.url().includes('/docs/')),
    button.click()
  ])
  await block.locator('.live-responses-table .response-col_status').first().waitFor()
  await block.locator('.opblock-summary-control').click()
  return response.status()
}

t.test('every operation answers when it is executed as prefilled', {
  skip: existsSync(CHROMIUM) ? false : `no Chromium at ${CHROMIUM}`
}, async t => {
  const { app } = await freshApp(t)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync'
    ]
  })
  t.teardown(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } })
  page.setDefaultTimeout(10_000)
  await page.goto(`${address}/docs`)
  await page.locator('button.authorize').click()
  await page.locator('.auth-container input').first().fill(ADMIN_KEY)
  await page.locator('.auth-container button.authorize').first().click()
  await page.locator('button.btn-done').first().click()
  const operations = Object.values(app.swagger().paths!).flatMap(item =>
    Object.values(item as Record<string, Operation>)
  )
  for (const id of [...new Set(STORY.map(([id]) => id))].filter(id => !NEEDS_MORE.includes(id))) {
    const operation = operations.find(({ operationId }) => operationId === id)!
    const status = await execute(page, operation)
    t.ok(status >= 200 && status < 300, `${id} answers ${status}`)
    // The walk that is prefilled deletes what later steps need.
    if (id === 'deleteReport') {
      t.equal(await execute(page, operations.find(({ operationId }) => operationId === 'createReport')!), 201)
    }
    if (id === 'deleteRow') {
      t.equal(await execute(page, operations.find(({ operationId }) => operationId === 'appendRows')!), 201)
    }
    if (id === 'returnReport') {
      t.equal(await execute(page, operations.find(({ operationId }) => operationId === 'submitReport')!), 200)
    }
  }
})

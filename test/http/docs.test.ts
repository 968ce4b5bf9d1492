import { chromium, type Page } from 'playwright-core'
import t from 'tap'
import { ADMIN_KEY, freshApp } from '../support/app.ts'
import { STORY } from '../support/operations.ts'

/** Path of a Chromium executable. The test takes 90 seconds and is skipped where this is not set; CI sets it. */
const { CHROMIUM } = process.env
/** Operations that need an uploaded file, an earlier import or the report of a consolidated agency. */
const NEEDS_MORE = [
  'putAgenciesFile',
  'putReportsFile',
  'getImport',
  'getImportRejects',
  'cancelImport',
  'reconcileReport',
  'draftFromSum'
]

interface Operation {
  operationId: string
  tags: string[]
}

/**
 * Runs in the page, as a string because the tests have no DOM types. Opens the operation, presses Execute and returns
 * the displayed status. Closes other tags first, because the page redraws all open ones on each change.
 */
const EXECUTE = `async (tag, id) => {
  const until = async look => {
    for (let i = 0; i < 1000; i++) {
      const found = look()
      if (found) return found
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    throw new Error('nothing of ' + id + ': ' + look)
  }
  const wrong = () => [...document.querySelectorAll('.opblock-tag')]
    .filter(header => (header.dataset.isOpen === 'true') !== (header.dataset.tag === tag))
  for (const header of wrong()) header.click()
  await until(() => wrong().length === 0)
  const block = () => document.getElementById('operations-' + tag + '-' + id)
  await until(block)
  block().querySelector('.opblock-summary-control').click()
  await until(() => block().querySelector('button.execute'))
  block().querySelector('button.btn-clear')?.click()
  await until(() => !block().querySelector('.live-responses-table'))
  // Wait until the page has rendered the operation.
  await new Promise(resolve => setTimeout(resolve, 200))
  block().querySelector('button.execute').click()
  const cell = await until(() => block().querySelector('.live-responses-table tbody .response-col_status'))
  const status = Number.parseInt(cell.textContent)
  block().querySelector('.opblock-summary-control').click()
  return status
}`

/** Executes an operation with its prefilled values and returns the status that the page displays. */
const execute = async (page: Page, { operationId, tags }: Operation): Promise<number> =>
  await page.evaluate(`(${EXECUTE})(${JSON.stringify(tags[0])}, ${JSON.stringify(operationId)})`)

t.test('executes every operation in Swagger UI with its prefilled values', {
  skip: CHROMIUM === undefined && 'CHROMIUM is not set'
}, async t => {
  const { app } = await freshApp(t)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({
    executablePath: CHROMIUM!,
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
    // Restore what later operations need.
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

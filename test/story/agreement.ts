// Compares what is answered across reports with a naive computation from the model: filings, contributions,
// reconciliations and findings.
import assert from 'node:assert/strict'
import type { Answer, CallOptions } from '../support/app.ts'
import type { Caller, Filing } from './model.ts'

type Call = (method: string, path: string, body?: unknown, options?: CallOptions) => Promise<Answer>

/** All items of a list, page by page. */
async function listAll (call: Call, path: string, key: string | null): Promise<any[]> {
  const items: any[] = []
  for (let next: string | null = path; next !== null;) {
    const { status, json, text } = await call('GET', next, undefined, { key })
    assert.equal(status, 200, `${path}: ${text.slice(0, 300)}`)
    items.push(...json.items)
    next = json.next
  }
  return items
}

/** Each agency of the year's tree once, with the status that the caller may see. */
export async function compareFilings (call: Call, model: Filing, caller: Caller, year: number): Promise<void> {
  const agencies = [...model.agencies.keys()].filter(agency => model.at(agency, year) !== undefined).sort()
  if (agencies.length === 0) return
  const items = await listAll(call, `/v1/filings?year=${year}&limit=3`, caller.key)
  assert.deepEqual(
    items.map(({ agency, status, parent, reporting }) => ({ agency, status, parent, reporting })),
    agencies.map(agency => {
      const report = model.reports.get(`${agency} ${year}`)
      const shown = model.public(agency, year).status
      const { parent, reporting } = model.at(agency, year)!
      return {
        agency,
        status: report !== undefined && model.covers(caller, agency, year)
          ? report.status
          : ({ 200: 'published', 404: 'missing', 410: 'withdrawn' } as const)[shown],
        parent,
        reporting
      }
    }),
    `filings of ${year} as ${caller.name}`
  )
  const { json: { groups: [all] } } = await call('GET', `/v1/filings/summary?year=${year}`, undefined, {
    key: caller.key
  })
  assert.equal(all.expected, agencies.length)
  for (const status of ['missing', 'draft', 'submitted', 'returned', 'published', 'withdrawn']) {
    assert.equal(all[status], items.filter(item => item.status === status).length, `${status} of ${year}`)
  }
}

/** The values added are those of the model, and sum to the total. */
export async function compareContributions (call: Call, model: Filing, measure: string, year: number): Promise<void> {
  const totals = model.totals()
  const items = await listAll(
    call,
    `/v1/totals/contributions?measure=${measure}&year=${year}&limit=3`,
    null
  )
  assert.deepEqual(
    items.map(({ version, share, ...item }) => item),
    totals.contributions({ measure, year }),
    `contributions to ${measure} in ${year}`
  )
}

/** The sums below each summary report are the totals of the model. */
export async function compareReconciliations (call: Call, model: Filing, year: number): Promise<void> {
  const totals = model.totals()
  const measures = [...model.forms.measures.keys()].filter(id => id.split('.').length === 3)
  for (const agency of model.agencies.keys()) {
    const report = model.reports.get(`${agency} ${year}`)
    if (report === undefined || model.at(agency, year)?.reporting !== 'consolidated') continue
    const { status, json, text } = await call('GET', `/v1/reports/${agency}/${year}/reconciliation?all=true`)
    assert.equal(status, 200, text)
    const [group] = totals.totals({ measures, by: [], under: agency, first: year, last: year })
    assert.deepEqual(json.coverage, group!.coverage)
    for (const { cell, sum, stated, delta } of json.cells) {
      if (group!.values[cell] !== undefined) assert.equal(sum, group!.values[cell], `${cell} below ${agency} ${year}`)
      const [table, row, column] = cell.split('.')
      assert.equal(stated, report.said.tables[table]?.[row]?.[column] ?? null)
      const scale = 1_000_000
      assert.equal(
        delta,
        stated === null || sum === null ? null : (Math.round(stated * scale) - Math.round(sum * scale)) / scale
      )
    }
  }
}

/** The findings of the year are those of each public report, read one by one. */
export async function compareFindings (call: Call, model: Filing, year: number): Promise<void> {
  const expected: object[] = []
  for (const agency of [...model.agencies.keys()].sort()) {
    if (model.public(agency, year).status !== 200) continue
    const { json } = await call('GET', `/v1/reports/${agency}/${year}/checks`, undefined, { key: null })
    expected.push(...json.findings.map((finding: object) => ({ agency, ...finding })))
  }
  const order = (a: any, b: any) =>
    a.agency < b.agency ? -1 : a.agency > b.agency ? 1 : a.check < b.check ? -1 : a.check > b.check ? 1 : 0
  const items = await listAll(call, `/v1/findings?year=${year}&limit=50`, null)
  assert.deepEqual(
    items.map(({ agency_name: _, year: __, version: ___, status: ____, ...finding }) => finding).sort(order),
    expected.sort(order),
    `findings of ${year}`
  )
}

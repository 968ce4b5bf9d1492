// A copy that follows the public feed without a key has what the registry publishes. FEED_RUNS sets the number of
// histories.
import fc from 'fast-check'
import assert from 'node:assert/strict'
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { runsOf } from '../support/runs.ts'

const AGENCIES = ['a', 'b', 'c', 'd']
const YEARS = [2021, 2022]
const PARENTS = ['gov', 'other']

type Step =
  | { what: 'publish', agency: string, year: number, figure: number }
  | { what: 'withdraw', agency: string, year: number }
  | { what: 'move', agency: string, parent: string, since: number }
  | { what: 'follow' }

const agency = fc.constantFrom(...AGENCIES)
const year = fc.constantFrom(...YEARS)
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: fc.constant('publish' as const), agency, year, figure: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('withdraw' as const), agency, year }) },
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constant('move' as const),
        agency,
        parent: fc.constantFrom(...PARENTS),
        since: year
      })
    },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('follow' as const) }) }
  ),
  { minLength: 5, maxLength: 25 }
)

t.test('a copy that follows the feed is equal to the registry', async t => {
  const { call, forms } = await freshApp(t)
  const form = forms.get('2021')
  let run = 0
  const perform = async (step: Exclude<Step, { what: 'follow' }>, prefix: string) => {
    const code = `${prefix}${step.agency}`
    if (step.what === 'move') {
      await call('PATCH', `/v1/agencies/${code}`, { parent: `${prefix}${step.parent}`, since: step.since })
      return
    }
    const path = `/v1/reports/${code}/${step.year}`
    if (step.what === 'withdraw') {
      await call('POST', `${path}/withdraw`, { reason: '内容有误' })
      return
    }
    await call('POST', `${path}/amend`, { reason: '更正' })
    await call('PUT', path, { tables: consistentTables(form, () => step.figure), sections: SECTIONS })
    // An amendment that changes nothing cannot be submitted.
    if ((await call('POST', `${path}/submit`)).status === 200) await call('POST', `${path}/publish`)
    else await call('DELETE', path)
  }

  await fc.assert(
    fc.asyncProperty(steps, async steps => {
      const prefix = `r${++run}-`
      for (const parent of PARENTS) {
        await call('PUT', `/v1/agencies/${prefix}${parent}`, { name: parent, level: 'county', kind: 'government' })
      }
      for (const code of AGENCIES) {
        const department = { name: code, level: 'county', kind: 'department', parent: `${prefix}gov` }
        await call('PUT', `/v1/agencies/${prefix}${code}`, department)
      }
      const start = (await follow(call, '', 0)).after
      const copies = ['', `&under=${prefix}gov`, '&year=2022'].map(filter => ({
        filter,
        after: start,
        copy: new Map()
      }))
      const [whole] = copies
      for (const step of [...steps, { what: 'follow' as const }]) {
        if (step.what !== 'follow') await perform(step, prefix)
        else Object.assign(whole!, await follow(call, '', whole!.after, whole!.copy))
      }
      // A filter follows the tree as it is, so these copies are made at the end.
      for (const it of copies.slice(1)) Object.assign(it, await follow(call, it.filter, start, it.copy))
      for (const { filter, copy } of copies) {
        const listed = filter === '' ? `&under=${prefix}gov` : filter
        const expected = new Map<string, unknown>()
        for (const query of filter === '' ? PARENTS.map(parent => `&under=${prefix}${parent}`) : [listed]) {
          const { json } = await call('GET', `/v1/reports?limit=1000${query}`, undefined, { key: null })
          for (const { agency, year } of json.items) {
            if (!agency.startsWith(prefix)) continue
            const { text } = await call('GET', `/v1/reports/${agency}/${year}`, undefined, { key: null })
            expected.set(`${agency}/${year}`, text)
          }
        }
        assert.deepEqual(new Map([...copy].sort()), new Map([...expected].sort()), filter)
      }
    }),
    { numRuns: runsOf('FEED_RUNS', 4, 200) }
  )
})

/** Reads the feed after a publication and brings the copy, by report, up to date. */
async function follow (
  call: Awaited<ReturnType<typeof freshApp>>['call'],
  filter: string,
  after: number,
  copy = new Map<string, unknown>()
) {
  for (;;) {
    const { json } = await call('GET', `/v1/publications?limit=3&after=${after}${filter}`, undefined, { key: null })
    if (json.items.length === 0) return { after, copy }
    for (const { seq, kind, agency, year, version } of json.items) {
      assert.ok(seq > after, 'the feed is in order')
      after = seq
      const report = `${agency}/${year}`
      if (kind === 'withdrawn') copy.delete(report)
      else {copy.set(
          report,
          (await call('GET', `/v1/reports/${report}/versions/${version}`, undefined, { key: null })).text
        )}
    }
  }
}

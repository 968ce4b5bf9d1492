import fc from 'fast-check'
import t from 'tap'
import { KINDS, LEVELS } from '../../src/agencies/schemas.ts'
import { verifyTotals } from '../../src/tally/verify.ts'
import { consistentTables, SECTIONS } from '../figures.ts'
import { freshApp } from '../helper.ts'
import { Model, YEARS, type Query, type Standing } from './model.ts'

const MEASURES = [
  'requests.new_received.total', 'requests.refused.organizations', 'requests.other_handling.total', 'requests.outcome.natural_person',
  'documents.normative_documents.in_force', 'documents.regulations.newly_made', 'enforcement.administrative_penalties.change',
  'fees.administrative_fees.amount', 'procurement.centralized_procurement.amount', 'licensing.administrative_licences.decisions'
]
const CODES = Array.from({ length: 9 }, (_, i) => `a${i}`)

const code = fc.constantFrom(...CODES)
const standing: fc.Arbitrary<Standing> = fc.record({
  parent: fc.option(code, { freq: 4 }),
  level: fc.constantFrom(...LEVELS.slice(2, 4)),
  kind: fc.constantFrom(...KINDS.slice(0, 2)),
  reporting: fc.constantFrom('own', 'own', 'consolidated')
})
const year = fc.constantFrom(...YEARS)
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('register' as const), agency: code, standing, since: fc.option(year, { freq: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('change' as const), agency: code, change: fc.record({ parent: fc.option(code), level: fc.constantFrom(...LEVELS.slice(2, 4)), kind: fc.constantFrom(...KINDS.slice(0, 2)), reporting: fc.constantFrom('own', 'consolidated') }, { requiredKeys: [] }), since: year }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), agency: code, year, seed: fc.nat(), blank: fc.boolean() }) }
)
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const query: fc.Arbitrary<Query> = fc.record({
  measures: fc.uniqueArray(fc.constantFrom(...MEASURES), { minLength: 1, maxLength: 4 }),
  by: fc.subarray(['year', 'child', 'agency', 'level', 'kind', 'form']).chain(keys => fc.shuffledSubarray(keys, { minLength: keys.length })),
  years: fc.oneof({ weight: 3, arbitrary: fc.constant([2019, 2022] as const) }, fc.tuple(year, year).map(pair => pair.sort() as [number, number])),
  under: fc.option(fc.constantFrom(...CODES.slice(0, 4)), { nil: undefined, freq: 3 }),
  level: rarely(fc.constantFrom(...LEVELS.slice(2, 4))),
  kind: rarely(fc.constantFrom(...KINDS.slice(0, 2))),
  form: rarely(fc.constantFrom('2019', '2021'))
}).map(({ years: [first, last], ...rest }) => ({ ...rest, first, last }))

// The first agencies stand in a row, so that every run has a tree to move things in.
const start = CODES.slice(0, 4).map((agency, i) => ({ agency, standing: { parent: i === 0 ? null : CODES[i - 1]!, level: 'county', kind: 'government', reporting: i === 0 ? 'consolidated' : 'own' }, since: null }))

t.test('after any sequence of registering, publishing and moving, every total is what adding up the reports gives', async t => {
  let answered = 0
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), fc.array(query, { minLength: 20, maxLength: 20 }), async (steps, queries) => {
    await t.test('a sequence', async t => {
      const { call, db, forms } = await freshApp(t)
      const model = new Model(forms)
      const accept = (answer: { status: number, text: string }) => {
        if (answer.status >= 500 || answer.status === 400) t.fail(answer.text)
        return answer.status < 300
      }
      for (const step of [...start.map(first => ({ do: 'register' as const, ...first })), ...steps]) {
        if (step.do === 'register') {
          const { agency, standing, since } = step
          if (accept(await call('POST', '/v1/agencies', { code: agency, name: `机关${agency}`, ...standing, since }))) model.register(agency, standing, since)
        } else if (step.do === 'change') {
          if (accept(await call('PATCH', `/v1/agencies/${step.agency}`, { ...step.change, since: step.since }))) model.change(step.agency, step.change, step.since)
        } else {
          let next = step.seed
          const form = forms.choose(step.year, undefined)
          const tables = consistentTables(form, () => { next = (next * 1103515245 + 12345) % 2147483648; return next % 7 === 0 ? next % 90 : 0 })
          if (step.blank) { tables.documents!.normative_documents = Object.fromEntries(Object.keys(tables.documents!.normative_documents!).map(column => [column, null])) }
          const path = `/v1/reports/${step.agency}/${step.year}`
          if (!accept(await call('PUT', path, { tables, sections: SECTIONS }))) continue
          t.equal((await call('POST', `${path}/submit`)).status, 200)
          if (accept(await call('POST', `${path}/publish`))) model.reports.set(`${step.agency} ${step.year}`, { form: form.id, tables })
        }
      }
      for (const query of queries) {
        const search = new URLSearchParams(query.measures.map(measure => ['measure', measure] as [string, string]))
        for (const key of ['under', 'level', 'kind', 'form'] as const) if (query[key] !== undefined) search.set(key, query[key])
        if (query.by.length > 0) search.set('by', query.by.join())
        search.set('year', `${query.first}..${query.last}`)
        const answer = await call('GET', `/v1/totals?${search}`, undefined, { key: null })
        t.equal(answer.status, 200, answer.text)
        t.same(answer.json.totals, model.totals(query), `totals?${search}`)
        answered += answer.json.totals.length
      }
      t.same((await verifyTotals(db, forms)).differences, [])
    })
    return t.passing()
  }), { numRuns: Number(process.env.PROPERTY_RUNS ?? 10), endOnFailure: true, ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }) })
  t.comment(`${answered} groups compared`)
  t.ok(answered > 100, 'the queries had something to compare')
})

t.test('a total that was tampered with is found', async t => {
  const { call, db, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/up', { name: '上级', level: 'county', kind: 'government', reporting: 'consolidated' })
  await call('PUT', '/v1/agencies/down', { name: '下级', level: 'county', kind: 'department', parent: 'up' })
  await call('PUT', '/v1/reports/down/2022', { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS })
  for (const move of ['submit', 'publish']) t.equal((await call('POST', `/v1/reports/down/2022/${move}`)).status, 200)
  t.same((await verifyTotals(db, forms)).differences, [])
  await db.updateTable('total').set({ reports: 2 }).where('agency', '=', 'up').where('level', '=', 'county').execute()
  await db.deleteFrom('expected').where('agency', '=', '').execute()
  t.same((await verifyTotals(db, forms)).differences, ['total up 2022 2021 county department: differs from the published reports', 'expected  0 county department: missing'])
})

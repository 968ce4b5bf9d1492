import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { KINDS, LEVELS } from '../../src/agencies/schemas.ts'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { formatTimestamp } from '../../src/database/clock.ts'
import { Forms } from '../../src/forms/forms.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { isLong, runsOf } from '../support/runs.ts'
import { Model, type Query, type Standing, YEARS } from './model.ts'

const MEASURES = [
  'requests.new_received.total',
  'requests.refused.organizations',
  'requests.other_handling.total',
  'requests.outcome.natural_person',
  'documents.normative_documents.in_force',
  'documents.regulations.newly_made',
  'enforcement.administrative_penalties.change',
  'fees.administrative_fees.amount',
  'procurement.centralized_procurement.amount',
  'licensing.administrative_licences.decisions',
  // The first and the last element of the vectors.
  'documents.regulations.issued',
  'review_litigation.litigation_after_review.total',
  'rates.granted_share',
  'rates.contested_share',
  'rates.normative_documents_repealed_share'
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
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('register' as const),
      agency: code,
      standing,
      since: fc.option(year, { freq: 2 })
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      agency: code,
      change: fc.record({
        parent: fc.option(code),
        level: fc.constantFrom(...LEVELS.slice(2, 4)),
        kind: fc.constantFrom(...KINDS.slice(0, 2)),
        reporting: fc.constantFrom('own', 'consolidated')
      }, { requiredKeys: [] }),
      since: year
    })
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      agency: code,
      year,
      seed: fc.nat(),
      blank: fc.boolean()
    })
  },
  // Pick the n-th published report, so that amendments and withdrawals apply to an existing one.
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('amend' as const),
      nth: fc.nat(),
      seed: fc.nat(),
      end: fc.constantFrom('publish', 'publish', 'open', 'drop')
    })
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), nth: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('rename' as const), agency: code, name: fc.constantFrom('新名', '旧名') })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remember' as const) }) }
)
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
const query: fc.Arbitrary<Query> = fc.record({
  measures: fc.uniqueArray(fc.constantFrom(...MEASURES), { minLength: 1, maxLength: 4 }),
  by: fc.oneof(
    { weight: 3, arbitrary: fc.subarray(['year', 'child', 'agency', 'level', 'kind', 'form']) },
    { weight: 2, arbitrary: fc.subarray(['year', 'level', 'kind', 'form', 'county']) },
    { weight: 1, arbitrary: fc.subarray(['year', 'child', 'agency', 'prefecture', 'county', 'province']) }
  ).chain(keys => fc.shuffledSubarray(keys, { minLength: keys.length })),
  years: fc.oneof(
    { weight: 3, arbitrary: fc.constant([2019, 2022] as const) },
    fc.tuple(year, year).map(pair => pair.sort() as [number, number])
  ),
  under: fc.option(fc.constantFrom(...CODES.slice(0, 4)), { nil: undefined, freq: 3 }),
  level: rarely(fc.constantFrom(...LEVELS.slice(2, 4))),
  kind: rarely(fc.constantFrom(...KINDS.slice(0, 2))),
  form: rarely(fc.constantFrom('2019', '2021'))
}).map(({ years: [first, last], ...rest }) => ({ ...rest, first, last }))
  // The 2019 form has no such rate.
  .filter(({ form, measures }) => form !== '2019' || !measures.includes('rates.normative_documents_repealed_share'))

const CACHED: Query[] = [
  { by: ['year'], under: undefined },
  { by: ['child', 'level'], under: 'a1' },
  { by: ['year'], under: 'a3' },
  { by: ['county'], under: undefined },
  { by: ['prefecture', 'year'], under: 'a1' }
].map(query => ({ ...query, measures: MEASURES.slice(0, 2), first: 2020, last: 2022 }))

// The first agencies form a chain, so that every run has a tree to move subtrees in.
const start = CODES.slice(0, 4).map((agency, i) => ({
  agency,
  standing: {
    parent: i === 0 ? null : CODES[i - 1]!,
    level: 'county',
    kind: 'government',
    reporting: i === 0 ? 'consolidated' : 'own'
  },
  since: null
}))

const searchOf = (query: Query, moment?: string) => {
  const search = new URLSearchParams(query.measures.map(measure => ['measure', measure] as [string, string]))
  for (const key of ['under', 'level', 'kind', 'form'] as const) {
    if (query[key] !== undefined) search.set(key, query[key])
  }
  if (query.by.length > 0) search.set('by', query.by.join())
  search.set('year', `${query.first}..${query.last}`)
  if (moment !== undefined) search.set('as_of', moment)
  return search
}

function tablesOf (forms: Forms, year: number, seed: number) {
  let next = seed
  const form = forms.choose(year, undefined)
  return {
    form,
    tables: consistentTables(form, () => {
      next = (next * 1103515245 + 12345) % 2147483648
      return next % 7 === 0 ? next % 90 : 0
    })
  }
}

t.test('after any sequence of changes, every total equals the sum of the reports', async t => {
  let answered = 0
  let remembered = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 15, maxLength: 40 }),
      fc.array(query, { minLength: 20, maxLength: 20 }),
      async (steps, queries) => {
        await t.test('matches the model after a random sequence', async t => {
          const { call, db, forms } = await freshApp(t)
          const model = new Model(forms)
          const past: { moment: string, model: Model, query: Query, answer: string | undefined }[] = []
          const ask = async (query: Query, moment?: string) =>
            await call('GET', `/v1/totals?${searchOf(query, moment)}`, undefined, { key: null })
          // Repeated after each step: a stale response from the cache would differ from the model.
          const cached = [...queries.slice(0, 3), ...CACHED].filter(({ by }) => !by.includes('agency'))
          const compareCached = async () => {
            for (const query of cached) {
              const { status, json } = await ask(query)
              if (status === 200) t.same(json.totals, model.totals(query), `cached totals?${searchOf(query)}`)
              else t.notOk(model.names.has(query.under!))
            }
          }
          // Follows the pages of the contributions of a total.
          const explain = async (query: Query, model: Model, moment?: string) => {
            const { first: year, under, level, kind, form } = query
            const measure = query.measures.find(id => forms.measures.has(id)) ?? MEASURES[0]
            const search = searchOf({ ...query, measures: [measure!], by: [], last: year }, moment)
            const { json: { totals: [group] } } = await call('GET', `/v1/totals?${search}`, undefined, { key: null })
            search.set('year', `${year}`)
            search.set('limit', '3')
            const items: any[] = []
            for (let next: string | null = `/v1/totals/contributions?${search}`; next !== null;) {
              const { status, json, text } = await call('GET', next, undefined, { key: null })
              if (status !== 200) return t.equal(json.code, 'agency-unknown', text)
              t.equal(json.total, group.values[measure!])
              t.same(json.coverage, group.coverage)
              items.push(...json.items)
              next = json.next
            }
            const scale = forms.measures.get(measure!)!.scale
            const added = items.filter(item => item.state === 'added').map(item => Math.round(item.value * scale))
            t.equal(
              added.length === 0 ? null : added.reduce((a, b) => a + b, 0) / scale,
              group.values[measure!],
              'the values added sum to the total'
            )
            t.same(
              items.map(({ version, share, ...item }) => item),
              model.contributions({ measure: measure!, year, under, level, kind, form }),
              `contributions?${search}`
            )
          }
          // Holds a ranking, page by page, against the totals of what is ranked.
          const rank = async (
            { measures: [measure], first: year, under, level, kind }: Query,
            of: 'agency' | 'child'
          ) => {
            const search = searchOf({ measures: [measure!], first: year, last: year, under, by: [of] })
            if (of === 'agency' && level !== undefined) search.set('level', level)
            if (of === 'agency' && kind !== undefined) search.set('kind', kind)
            const { json: { totals } } = await call('GET', `/v1/totals?${search}`, undefined, { key: null })
            const groups = totals.filter((group: any) => of === 'agency' || group.child !== under)
            search.delete('by')
            search.set('year', `${year}`)
            for (const [name, value] of Object.entries({ of, order: year % 2 === 0 ? 'asc' : 'desc', limit: '2' })) {
              search.set(name, value)
            }
            const items: any[] = []
            let head: any
            for (let next: string | null = `/v1/rankings?${search}`; next !== null;) {
              const { status, json, text } = await call('GET', next, undefined, { key: null })
              if (status !== 200) return t.equal(json.code, 'agency-unknown', text)
              head = json
              items.push(...json.items)
              next = json.next
            }
            const sign = year % 2 === 0 ? 1 : -1
            const ranked = groups.map((group: any) => ({
              agency: group[of],
              agency_name: group[`${of}_name`],
              value: group.values[measure!]
            })).filter(({ value }: any) => value !== null)
            ranked.sort((a: any, b: any) => sign * (a.value - b.value) || (a.agency < b.agency ? -1 : 1))
            const rankOf = (value: number) => 1 + ranked.filter((it: any) => sign * (it.value - value) < 0).length
            t.same(items, ranked.map((item: any) => ({ rank: rankOf(item.value), ...item })), `rankings?${search}`)
            t.same([head.count, head.without], [ranked.length, groups.length - ranked.length])
            const values = ranked.map(({ value }: any) => value).sort((a: number, b: number) => a - b)
            for (const [k, quartile] of Object.values(head.quartiles).entries()) {
              const place = (values.length - 1) * k / 4
              const [low, high] = [values[Math.floor(place)], values[Math.ceil(place)]]
              if (values.length === 0) t.equal(quartile, null)
              else t.ok(Math.abs(low + (high - low) * (place % 1) - (quartile as number)) < 1e-7, 'quartile')
            }
          }
          const accept = (answer: { status: number, text: string }) => {
            if (answer.status >= 500 || answer.status === 400) t.fail(answer.text)
            return answer.status < 300
          }
          for (const step of [...start.map(first => ({ do: 'register' as const, ...first })), ...steps]) {
            await compareCached()
            if (step.do === 'register') {
              const { agency, standing, since } = step
              if (
                accept(await call('POST', '/v1/agencies', { code: agency, name: `机关${agency}`, ...standing, since }))
              ) model.register(agency, standing, since)
            } else if (step.do === 'change') {
              if (accept(await call('PATCH', `/v1/agencies/${step.agency}`, { ...step.change, since: step.since }))) {
                model.change(step.agency, step.change, step.since)
              }
            } else if (step.do === 'publish') {
              const { form, tables } = tablesOf(forms, step.year, step.seed)
              if (step.blank) {
                tables.documents!.normative_documents = Object.fromEntries(
                  Object.keys(tables.documents!.normative_documents!).map(column => [column, null])
                )
              }
              const path = `/v1/reports/${step.agency}/${step.year}`
              if (!accept(await call('PUT', path, { tables, sections: SECTIONS }))) continue
              if (!accept(await call('POST', `${path}/submit`))) continue
              if (accept(await call('POST', `${path}/publish`))) {
                model.publish(`${step.agency} ${step.year}`, { form: form.id, tables })
              }
            } else if (step.do === 'amend') {
              const at = [...model.reports.keys()][step.nth % model.reports.size]
              if (at === undefined) {
                continue
              }
              const { form, tables } = tablesOf(forms, Number(at.split(' ')[1]), step.seed)
              const path = `/v1/reports/${at.replace(' ', '/')}`
              // Continue a draft that an earlier step left open.
              await call('POST', `${path}/amend`, { reason: '更正' })
              if (!accept(await call('PUT', path, { tables, sections: SECTIONS })) || step.end === 'open') continue
              if (step.end === 'drop') t.equal((await call('DELETE', path)).status, 204)
              else if (accept(await call('POST', `${path}/submit`)) && accept(await call('POST', `${path}/publish`))) {
                model.publish(at, { form: form.id, tables })
              }
            } else if (step.do === 'withdraw') {
              const at = [...model.reports.keys()][step.nth % model.reports.size]
              if (
                at !== undefined &&
                accept(await call('POST', `/v1/reports/${at.replace(' ', '/')}/withdraw`, { reason: '撤回' }))
              ) model.reports.delete(at)
            } else if (step.do === 'rename') {
              if (accept(await call('PATCH', `/v1/agencies/${step.agency}`, { name: step.name }))) {
                model.names.set(step.agency, step.name)
              }
            } else {
              const moment =
                (await sql<{ at: string }>`select ${formatTimestamp(sql`clock_timestamp()`)} as at`.execute(db))
                  .rows[0]!.at
              const query = queries[past.length % queries.length]!
              // Query half of the timestamps immediately, and the others only at the end.
              past.push({
                moment,
                model: model.copy(),
                query,
                answer: past.length % 2 === 0 ? undefined : (await ask(query, moment)).text
              })
            }
          }
          await compareCached()
          const now =
            (await sql<{ at: string }>`select ${formatTimestamp(sql`clock_timestamp()`)} as at`.execute(db)).rows[0]!.at
          for (const query of queries) {
            const answer = await ask(query)
            t.equal(answer.status, 200, answer.text)
            t.same(answer.json.totals, model.totals(query), `totals?${searchOf(query)}`)
            t.equal((await ask(query, now)).text, answer.text, `recomputed from the versions: ${searchOf(query)}`)
            answered += answer.json.totals.length
            await explain(query, model)
            await rank(query, answered % 2 === 0 ? 'agency' : 'child')
          }
          for (const { moment, model, query, answer } of past) {
            const again = await ask(query, moment)
            if (answer !== undefined) t.equal(again.text, answer, 'a past answer does not change')
            // The agency was registered after this timestamp.
            if (again.status === 422) t.notOk(model.names.has(query.under!))
            else {
              t.same(again.json.totals, model.totals(query), `totals?${searchOf(query)}&as_of=${moment}`)
              await explain(query, model, moment)
            }
            remembered++
          }
          t.same((await verifyTotals(db, forms)).differences, [])
        })
        return t.passing()
      }
    ),
    {
      numRuns: runsOf('PROPERTY_RUNS', 5, 50),
      endOnFailure: true,
      ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) })
    }
  )
  t.comment(`${answered} groups compared, ${remembered} answers of the past`)
  // A few random sequences may happen to ask little.
  if (isLong) t.ok(answered > 1000 && remembered > 5, 'the run compares enough answers')
})

t.test('verification finds a tampered total', async t => {
  const { call, db, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/up', { name: '上级', level: 'county', kind: 'government', reporting: 'consolidated' })
  await call('PUT', '/v1/agencies/down', { name: '下级', level: 'county', kind: 'department', parent: 'up' })
  await call('PUT', '/v1/reports/down/2022', {
    tables: consistentTables(forms.get('2021'), () => 1),
    sections: SECTIONS
  })
  for (const move of ['submit', 'publish']) t.equal((await call('POST', `/v1/reports/down/2022/${move}`)).status, 200)
  t.same((await verifyTotals(db, forms)).differences, [])
  await db.updateTable('total').set({ reports: 2 }).where('agency', '=', 'up').where('level', '=', 'county').execute()
  await db.deleteFrom('expected').where('agency', '=', '').execute()
  t.same((await verifyTotals(db, forms)).differences, [
    'total up 2022 2021 county department: differs from the published reports',
    'expected  0 county department: missing'
  ])
})

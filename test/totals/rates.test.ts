import t from 'tap'
import { quotientOf } from '../../src/form/rates/quotient.ts'
import { Forms } from '../../src/forms/forms.ts'
import { readForms, readRates } from '../../src/forms/load-forms.ts'
import { county, open } from './district.ts'

const RATE = 'rates.granted_share'

t.test('is the quotient of the two totals, never a mean of quotients', async t => {
  const { call, publish } = await county(t)
  await publish('a', 2023, [9, 3])
  await publish('b', 2023, [1, 1])
  const ask = async (query: string) => (await call('GET', `/v1/totals?measure=${query}`, undefined, open)).json
  const all = await ask(`${RATE}&year=2023&under=gov`)
  t.same(all.measures, [{ id: RATE, unit: '1', label: { zh: '予以公开率', en: 'Share of requests granted' } }])
  t.same(all.totals, [{
    values: { [RATE]: 0.4 },
    coverage: { expected: 3, included: 2, missing: 1 },
    blank: { [RATE]: 0 }
  }])
  const each = await ask(`${RATE}&year=2023&under=gov&by=agency`)
  t.same(each.totals.map((group: any) => [group.agency, group.values[RATE]]), [['a', 0.333333], ['b', 1], ['c', null]])
})

t.test('is null across forms of which one lacks a measure, and refused in such a form', async t => {
  const { call, publish } = await county(t)
  await publish('a', 2020, [9, 3])
  await publish('a', 2021, [9, 3])
  const id = 'rates.normative_documents_repealed_share'
  const across = (await call('GET', `/v1/totals?measure=${id}`, undefined, open)).json.totals[0]
  t.same([across.values, across.not_comparable, across.blank], [{ [id]: null }, [id], { [id]: null }])
  const { json } = await call('GET', `/v1/totals?measure=${id}&measure=${RATE}&form=2019`, undefined, open)
  t.match(json, { status: 422, code: 'rate-not-in-form', errors: [{ parameter: 'measure', found: id }] })
  t.equal(json.errors.length, 1)
  const unknown = await call('GET', '/v1/totals?measure=rates.grantd_share', undefined, open)
  t.match(unknown.json, { code: 'measure-unknown', errors: [{ did_you_mean: RATE }] })
})

t.test('is rounded half to even at six decimals from its exact value', async t => {
  t.equal(quotientOf(1n, 3n), 0.333333)
  t.equal(quotientOf(2n, 3n), 0.666667)
  t.equal(quotientOf(1n, 2_000_000n), 0)
  t.equal(quotientOf(3n, 2_000_000n), 0.000002)
  t.equal(quotientOf(5n, 2_000_000n), 0.000002)
  t.equal(quotientOf(-1n, 3n), -0.333333)
  t.equal(quotientOf(-1n, 2_000_000n), 0)
  t.equal(quotientOf(5n, 0n), null)
  t.equal(quotientOf(0n, 5n), 0)
  t.equal(quotientOf(9007199254740991n, 9007199254740990n), 1)
  t.throws(() => quotientOf(9007199254740991n, 1n), { code: 'total-overflow' })
})

t.test('is data: lists all rates, and refuses inconsistent ones with all faults', async t => {
  const { call } = await county(t)
  const { json, headers } = await call('GET', '/v1/rates', undefined, open)
  t.equal(json.items.length, (await readRates()).length)
  t.match(headers, { etag: /^"/ })
  t.same(json.items[0], {
    id: RATE,
    unit: '1',
    label: { zh: '予以公开率', en: 'Share of requests granted' },
    numerator: ['requests.granted.total'],
    denominator: ['requests.outcome_total.total'],
    forms: ['2019', '2021']
  })
  const rate = { id: 'x', zh: '甲', en: 'x', unit: '1', numerator: ['requests.granted.total'] }
  const forms = await readForms()
  t.throws(
    () =>
      new Forms(forms, [
        { ...rate, denominator: ['no.such.cell'] },
        { ...rate, id: 'y', denominator: ['licensing.administrative_licences.change'] },
        { ...rate, id: 'z', denominator: ['requests.granted.total', 'procurement.centralized_procurement.projects'] },
        { ...rate, denominator: ['requests.granted.total'] }
      ]),
    /rates\.x: no\.such\.cell is in no form.*rates\.y: .*negative.*rates\.z: adds different units; rates\.x appears/
  )
})

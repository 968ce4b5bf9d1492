import t from 'tap'
import { county, open } from './district.ts'

t.test('takes lists of years and measures, and rows, tables and forms as measures', async t => {
  const { call, forms, publish } = await county(t, ['a', 'b'])
  for (const [year, figures] of [[2019, [5, 2]], [2020, [6, 1]], [2022, [7, 3]]] as const) {
    await publish('a', year, [...figures])
  }
  const totals = async (query: string) => {
    const { status, text, json } = await call('GET', `/v1/totals?${query}`, undefined, open)
    t.equal(status, 200, text)
    return json
  }
  const idsOf = (json: any): string[] => json.measures.map(({ id }: { id: string }) => id)
  const cellsOf = (form: string) => forms.get(form).cells.map(({ id }) => id)

  await t.test('years with gaps', async t => {
    const measure = 'requests.new_received.total'
    const json = await totals(`measure=${measure}&by=year&under=gov&year=2022,2018..2019`)
    t.same(json.totals.map((group: any) => [group.year, group.values[measure]]), [[2018, null], [2019, 5], [2022, 7]])
    const whole = await totals(`measure=${measure}&under=gov&year=2019,2022`)
    t.equal(whole.totals[0].values[measure], 12, 'a sum over the years of the list only')
    t.same(whole.totals[0].coverage, { expected: 4, included: 2, missing: 2 })
    const past = await totals(`measure=${measure}&under=gov&year=2019,2022&as_of=${new Date().toISOString()}`)
    t.same(past.totals, whole.totals)
    t.same(
      (await totals(`measure=${measure}&by=child,year&under=gov&year=2019,2022`)).totals.map((group: any) => [
        group.child,
        group.year
      ]),
      [['a', 2019], ['a', 2022], ['b', 2019], ['b', 2022]],
      'by child, without the years between'
    )
    const changes = await totals(`measure=${measure}&by=year&under=gov&year=2020,2022&change=previous_year`)
    t.same(
      changes.totals.map((group: any) => [group.year, group.change[measure].absolute]),
      [[2020, 1], [2022, null]],
      'against the year before, which is not listed itself'
    )
    t.same(
      (await call('GET', '/v1/reports?year=2019,2022', undefined, open)).json.items.map((item: any) => item.year),
      [2019, 2022],
      'in the list of reports, too'
    )
    for (const year of ['2022..2019', '2019,', '1900,2100', '2019;2020']) {
      const answer = await call('GET', `/v1/totals?measure=${measure}&year=${encodeURIComponent(year)}`)
      t.match([answer.status, answer.json.code], [400, 'parameter-invalid'], year)
    }
  })

  await t.test('measures', async t => {
    t.same(
      idsOf(await totals('measure=requests.granted.total,rates.granted_share&measure=requests.granted.total')),
      ['requests.granted.total', 'rates.granted_share'],
      'a list with repetition'
    )
    t.same(
      idsOf(await totals('measure=requests.granted')),
      forms.get('2021').tables.get('requests')!.columns.map(({ id }) => `requests.granted.${id}`),
      'a row'
    )
    t.equal(idsOf(await totals('measure=requests.refused'))[0], 'requests.refused.natural_person', 'a heading')
    for (const form of ['2019', '2021']) {
      t.same(
        idsOf(await totals(`measure=requests&form=${form}`)),
        cellsOf(form).filter(id => id.startsWith('requests.')),
        `a table of form ${form}`
      )
      t.same(idsOf(await totals(`measure=*&form=${form}`)), cellsOf(form), `all of form ${form}`)
    }
    const all = idsOf(await totals('measure=*'))
    t.same(all.slice(0, cellsOf('2021').length), cellsOf('2021'), 'without a form, the newest comes first')
    t.same(new Set(all), new Set([...cellsOf('2021'), ...cellsOf('2019')]))
    const one = await totals('measure=*&form=2021&year=2022&under=gov')
    t.equal(one.totals[0].values['requests.granted.total'], 3)
    t.equal(one.totals[0].coverage.included, 1)
    const wrong = await call('GET', '/v1/totals?measure=requests.grantd,reqests,requests.granted.total')
    t.same(
      wrong.json.errors.map((fault: any) => [fault.found, fault.did_you_mean]),
      [['requests.grantd', 'requests.granted'], ['reqests', 'requests']],
      'names each that is unknown'
    )
  })

  await t.test('only one measure where only one makes sense', async t => {
    for (const path of ['rankings', 'totals/contributions']) {
      const several = await call('GET', `/v1/${path}?measure=requests.granted&year=2022`)
      t.match([several.status, several.json.code, several.json.detail], [
        422,
        'measures-too-many',
        /7 measures.*most 1\./
      ], path)
    }
    const one = await call('GET', '/v1/totals/contributions?measure=fees&form=2021&year=2022')
    t.match([one.status, one.json.measure], [200, 'fees.administrative_fees.amount'], 'the only cell of a table')
  })
})

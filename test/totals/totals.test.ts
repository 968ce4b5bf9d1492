import assert from 'node:assert/strict'
import t from 'tap'
import { csvOf } from '../../src/totals/representations/serialize.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const open = { key: null }
const granted = 'requests.granted.total'

async function district (test: Parameters<typeof freshApp>[0]) {
  const made = await freshApp(test)
  const { call, forms } = made
  await call('PUT', '/v1/agencies/gov', {
    name: '某区"人民",政府',
    level: 'county',
    kind: 'government',
    reporting: 'own'
  })
  await call('PUT', '/v1/agencies/b', { name: '财政局', level: 'county', kind: 'department', parent: 'gov' })
  await call('PUT', '/v1/agencies/a', { name: '教育局', level: 'township', kind: 'office', parent: 'gov' })
  const publish = async (
    code: string,
    year: number,
    change: (tables: ReturnType<typeof consistentTables>) => void = () => {}
  ) => {
    const tables = consistentTables(forms.choose(year, undefined), () => 1)
    change(tables)
    await call('PUT', `/v1/reports/${code}/${year}`, { tables, sections: SECTIONS })
    for (const move of ['submit', 'publish']) {
      assert.equal((await call('POST', `/v1/reports/${code}/${year}/${move}`)).status, 200)
    }
  }
  return { ...made, publish }
}

t.test('orders groups by key, lists own figures under the own code, and includes names', async t => {
  const { call, publish } = await district(t)
  for (const [code, year] of [['gov', 2020], ['b', 2020], ['b', 2021]] as const) await publish(code, year)
  const { json } = await call(
    'GET',
    `/v1/totals?measure=${granted}&by=year,child&under=gov&year=2020..2021`,
    undefined,
    open
  )
  t.same(json.measures, [{ id: granted, unit: '件', label: { zh: '（一）予以公开·总计', en: 'Granted, Total' } }])
  t.same(json.by, ['year', 'child'])
  t.same(json.totals.map((g: any) => [g.year, g.child, g.child_name, g.values[granted], g.coverage.missing]), [
    [2020, 'a', '教育局', null, 1],
    [2020, 'b', '财政局', 6, 0],
    [2020, 'gov', '某区"人民",政府', 6, 0],
    [2021, 'a', '教育局', null, 1],
    [2021, 'b', '财政局', 6, 0],
    [2021, 'gov', '某区"人民",政府', null, 1]
  ])
  const csv = await call(
    'GET',
    `/v1/totals?measure=${granted}&measure=documents.regulations.issued&by=agency,year&under=gov`,
    undefined,
    { ...open, headers: { accept: 'text/csv' } }
  )
  t.equal(
    csv.text,
    `agency,agency_name,year,${granted},documents.regulations.issued,expected,included,missing,${granted}.blank,documents.regulations.issued.blank
a,教育局,2020,,,1,0,1,0,0
a,教育局,2021,,,1,0,1,0,0
b,财政局,2020,6,,1,1,0,0,
b,财政局,2021,6,1,1,1,0,0,0
gov,"某区""人民"",政府",2020,6,,1,1,0,0,
gov,"某区""人民"",政府",2021,,,1,0,1,0,0
`
  )
  const roots = await call('GET', `/v1/totals?measure=${granted}&by=child`, undefined, open)
  t.same(roots.json.totals.map((g: any) => [g.child, g.values[granted], g.coverage]), [['gov', 18, {
    expected: 6,
    included: 3,
    missing: 3
  }]], 'under defaults to the roots, and year to the years with reports')
  t.same(
    (await call('GET', `/v1/totals?measure=${granted}&by=level,kind&year=2020`, undefined, open)).json.totals.map((
      g: any
    ) => [g.level, g.kind, g.values[granted]]),
    [['county', 'department', 6], ['county', 'government', 6], ['township', 'office', null]]
  )
  t.same(
    (await call('GET', `/v1/totals?measure=${granted}&by=form&kind=department`, undefined, open)).json.totals.map((
      g: any
    ) => [g.form, g.values[granted], g.coverage]),
    [['2019', 6, { expected: null, included: 1, missing: null }], ['2021', 6, {
      expected: null,
      included: 1,
      missing: null
    }]]
  )
})

t.test('excludes drafts, consolidated reports and empty years, and returns null for a sum without values', async t => {
  const { call } = await district(t)
  const none = await call('GET', `/v1/totals?measure=${granted}&year=2019..2020&by=year`, undefined, open)
  t.same(
    none.json.totals,
    [2019, 2020].map(year => ({
      year,
      values: { [granted]: null },
      coverage: { expected: 3, included: 0, missing: 3 },
      blank: { [granted]: 0 }
    }))
  )
  t.same((await call('GET', `/v1/totals?measure=${granted}&by=year`, undefined, open)).json.totals, [])
  t.same(
    (await call('GET', `/v1/totals?measure=${granted}`, undefined, open)).json.totals.map((g: any) => g.coverage),
    [{ expected: 0, included: 0, missing: 0 }]
  )
  t.same(
    (await call('GET', `/v1/totals?measure=${granted}&by=level&kind=vertical&year=2020`, undefined, open)).json.totals,
    [],
    'a group without expected or included reports is omitted'
  )
})

t.test('sums every measure of every form exactly', async t => {
  const { call, forms, publish } = await district(t)
  let n = 0
  const reports = new Map<string, ReturnType<typeof consistentTables>[]>()
  for (const [code, year] of [['a', 2020], ['b', 2020], ['a', 2022], ['b', 2022]] as const) {
    await publish(code, year, tables => {
      for (const [id, rows] of Object.entries(tables)) {
        if (['requests', 'review_litigation'].includes(id)) continue
        for (const row of Object.values(rows)) {
          for (const column of Object.keys(row)) {
            row[column] = column === 'change'
              ? -(++n)
              : column === 'amount'
              ? ++n / 100
              : ++n
          }
        }
      }
      const form = year === 2020 ? '2019' : '2021'
      reports.set(form, [...reports.get(form) ?? [], tables])
    })
  }
  for (const form of forms.all) {
    const ids = [...form.measures.keys()]
    for (let i = 0; i < ids.length; i += 50) {
      const some = ids.slice(i, i + 50)
      const { json } = await call(
        'GET',
        `/v1/totals?form=${form.id}&${some.map(id => `measure=${id}`).join('&')}`,
        undefined,
        open
      )
      const expected = Object.fromEntries(some.map(id => {
        const { positions, scale } = form.measures.get(id)!
        const cells = positions.map(position => form.cells[position - 1]!)
        const sum = reports.get(form.id)!.flatMap(tables =>
          cells.map(cell => Math.round(tables[cell.table]![cell.row]![cell.column]! * scale))
        ).reduce((a, b) => a + b, 0)
        return [id, sum / scale]
      }))
      t.same(json.totals[0].values, expected, `${form.id} from ${some[0]}`)
    }
  }
})

t.test('rejects invalid queries and lists all errors', async t => {
  const { call } = await district(t)
  const ask = async (query: string) => {
    const { status, json } = await call('GET', `/v1/totals?${query}`, undefined, open)
    return [status, json.code, json.errors?.[0]?.parameter, json.errors?.[0]?.did_you_mean]
  }
  const of = `measure=${granted}`
  t.same(await ask(''), [400, 'parameter-invalid', 'measure', undefined])
  t.same(await ask(`${of}&yaer=2019`), [400, 'parameter-invalid', 'yaer', 'year'])
  t.same(await ask(`${of}&by=month`), [400, 'parameter-invalid', 'by', undefined])
  t.same(await ask(`${of}&year=2021..2019`), [400, 'parameter-invalid', 'year', undefined])
  t.same(await ask(`${of}&year=1000..2999`), [400, 'parameter-invalid', 'year', undefined])
  t.same(await ask(`${of}&level=county2`), [400, 'parameter-invalid', 'level', 'county'])
  t.same(await ask('measure=requests.grantd.total'), [422, 'measure-unknown', 'measure', granted])
  t.same((await ask(`${of}&under=nobody`)).slice(0, 2), [422, 'agency-unknown'])
  t.same((await ask(`${of}&under=nobody&year=2019..2020&by=year`)).slice(0, 2), [422, 'agency-unknown'])
  t.same((await ask(`${of}&form=2018`)).slice(0, 2), [422, 'form-unknown'])
  t.equal((await ask(Array.from({ length: 51 }, () => of).join('&')))[0], 400)
  t.same(
    (await call('GET', `/v1/totals?${of}&under=a`, undefined, open)).status,
    200,
    'an agency without children and reports is accepted'
  )
})

t.test('rejects a sum of money that a JSON number cannot represent to the 分', async t => {
  const { call, db, publish } = await district(t)
  for (const [code, year] of [['a', 2019], ['b', 2019], ['a', 2020], ['b', 2020]] as const) await publish(code, year)
  const { sql } = await import('kysely')
  const of = 'measure=procurement.centralized_procurement.amount'
  const { position: at } = await db.selectFrom('form_cell').select('position').where('form', '=', '2019').where(
    'cell',
    '=',
    'procurement.centralized_procurement.amount'
  ).executeTakeFirstOrThrow()
  await sql`update total set figures[${sql.lit(at)}] = ${2 ** 46 * 100 - 1}`.execute(db)
  t.equal((await call('GET', `/v1/totals?${of}&by=year`, undefined, open)).status, 200)
  t.equal((await call('GET', `/v1/totals?${of}`, undefined, open)).json.code, 'total-overflow')
})

t.test('rejects a publication that decreases a total below the range of exact integers', async t => {
  const { call, db, forms, publish } = await district(t)
  await publish('a', 2020)
  const { sql } = await import('kysely')
  await sql`update total set figures[(select position from form_cell where form = '2019' and cell = 'licensing.administrative_licences.change')] = ${-Number
    .MAX_SAFE_INTEGER}`.execute(db)
  const tables = consistentTables(forms.get('2019'), () => 0)
  tables.licensing!.administrative_licences!.change = -1
  await call('PUT', '/v1/reports/b/2020', { tables, sections: SECTIONS })
  await call('POST', '/v1/reports/b/2020/submit')
  t.equal((await call('POST', '/v1/reports/b/2020/publish')).json.code, 'total-overflow')
  t.equal((await call('GET', '/v1/reports/b/2020')).json.status, 'submitted')
})

t.test('rejects a sum over groups above the range of exact integers', async t => {
  const { call, db, publish } = await district(t)
  for (const year of [2021, 2022]) await publish('a', year)
  const { sql } = await import('kysely')
  await sql`update total set figures = array_fill(${Number.MAX_SAFE_INTEGER}::bigint, array[200])`.execute(db)
  t.match((await call('GET', `/v1/totals?measure=${granted}&by=year`, undefined, open)).json.totals, [{
    values: { [granted]: Number.MAX_SAFE_INTEGER }
  }, {}])
  t.equal((await call('GET', `/v1/totals?measure=${granted}`, undefined, open)).json.code, 'total-overflow')
  t.equal(
    (await call('GET', '/v1/totals?measure=requests.refused.organizations&by=year', undefined, open)).json.code,
    'total-overflow'
  )
})

t.test('writes names that begin like a formula as text in CSV, and numbers as they are', async t => {
  const { call, db } = await freshApp(t)
  await call('PUT', '/v1/agencies/-a', { name: '甲', level: 'county', kind: 'department' })
  await db.updateTable('agency_period').set({ name: '=HYPERLINK("http://x","y")' }).execute()
  const csv = await call('GET', '/v1/totals?measure=requests.granted.total&by=agency&year=2021', undefined, {
    headers: { accept: 'text/csv' }
  })
  t.equal(csv.text.split('\n')[1], '\'-a,"\'=HYPERLINK(""http://x"",""y"")",,1,0,1,0')
  const head: Parameters<typeof csvOf>[0] = {
    measures: [{ id: 'x', unit: '件', label: { zh: '', en: '' } }],
    by: ['child'],
    totals: [{
      child: '+b',
      child_name: '@乙',
      values: { x: -5 },
      coverage: { expected: 1, included: 1, missing: 0 },
      blank: { x: 0 }
    }]
  }
  t.equal(csvOf(head).split('\n')[1], '\'+b,\'@乙,-5,1,1,0,0')
})

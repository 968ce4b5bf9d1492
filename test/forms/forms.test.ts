import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { Forms, recordCells } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'
import { freshApp } from '../support/app.ts'
import { INVENTED } from '../support/invented-form.ts'

async function folderWith (t: { teardown(work: () => Promise<void>): void }, form: object) {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-forms-'))
  t.teardown(async () => await rm(folder, { recursive: true }))
  for (const name of ['2019.json', '2021.json']) {
    await copyFile(new URL(`../../forms/${name}`, import.meta.url), join(folder, name))
  }
  await writeFile(join(folder, 'invented.json'), JSON.stringify(form))
  return pathToFileURL(`${folder}/`)
}

t.test('adds a third form from a data file without code changes', async t => {
  const forms = new Forms(await readForms(await folderWith(t, INVENTED)))
  const { call, db } = await freshApp(t, { forms })
  await recordCells(db, forms)

  t.same(
    (await call('GET', '/v1/forms')).json.items.map((
      form: { form: string, numeric_cells: number }
    ) => [form.form, form.numeric_cells]),
    [['2019', 198], ['2021', 200], ['2024-trial', 13]]
  )
  for (const [code, parent] of [['gov', null], ['bureau', 'gov']]) {
    await call('PUT', `/v1/agencies/${code}`, {
      name: '某机关',
      level: 'county',
      kind: 'department',
      parent,
      reporting: parent ? 'own' : 'consolidated'
    })
  }
  const made = await call('POST', '/v1/reports', { agency: 'bureau', year: 2025, sections: { remarks: '没有备注' } })
  t.equal(made.json.form, '2024-trial', made.text)

  const path = '/v1/reports/bureau/2025'
  const rows = await call(
    'POST',
    `${path}/tables/channels/rows`,
    'row,paper,online,all\nin,3,4,7\nkept_here,1,1,2\nkept_there,0,2,2\nout,2,1,4\n',
    { headers: { 'content-type': 'text/csv' } }
  )
  t.equal(rows.status, 201, rows.text)
  await call('PUT', `${path}/tables/cost/rows/postage`, { values: { amount: 12.34 } })
  const wrong = await call('GET', `${path}/checks`)
  t.same(wrong.json.findings.map((finding: { check: string, delta: number }) => [finding.check, finding.delta]), [[
    'channels.flow.all',
    -1
  ], ['channels.row_total.out', -1]])
  t.equal(
    (await call('PUT', `${path}/tables/channels/rows/out`, { values: { paper: 2, online: 1, all: 3 } })).status,
    200
  )
  for (const move of ['submit', 'publish']) t.equal((await call('POST', `${path}/${move}`)).status, 200)

  const totals = await call(
    'GET',
    '/v1/totals?measure=channels.kept.either&measure=channels.in.all&measure=cost.postage.amount&measure=requests.granted.total&under=gov&by=year'
  )
  t.same(totals.json.totals, [{
    year: 2025,
    values: {
      'channels.kept.either': 4,
      'channels.in.all': 7,
      'cost.postage.amount': 12.34,
      'requests.granted.total': null
    },
    coverage: { expected: 1, included: 1, missing: 0 },
    blank: {
      'channels.kept.either': 0,
      'channels.in.all': 0,
      'cost.postage.amount': 0,
      'requests.granted.total': null
    },
    not_comparable: ['requests.granted.total']
  }])
  t.same((await verifyTotals(db, forms)).differences, [])
  const { rows: figures } = await db.selectFrom('form_cell').select('cell').where('form', '=', '2024-trial').execute()
    .then(rows => ({ rows }))
  t.equal(figures.length, 13)
})

t.test('rejects an inconsistent form definition and reports all faults', async t => {
  const broken = structuredClone(INVENTED)
  broken.tables[0]!.columns[2]!.total_of = ['paper', 'onlin']
  broken.tables[0]!.rows.push({ id: 'in', zh: '重复', en: 'Twice' })
  broken.tables[1]!.columns[0]!.unit = '美元'
  await t.rejects(
    async () => new Forms(await readForms(await folderWith(t, broken))),
    /2024-trial: channels rows: in appears twice; channels.all: onlin does not exist; cost.amount: money in 美元/
  )
  await t.rejects(
    readForms(await folderWith(t, { ...INVENTED, tabels: [] })),
    /forms\/invented.json: .*tabels|additional/
  )
  const otherUnit = structuredClone(INVENTED)
  otherUnit.tables[0]!.id = 'requests'
  otherUnit.tables[0]!.rows[0]!.id = 'granted'
  otherUnit.tables[0]!.identities = []
  otherUnit.tables[0]!.columns[2]!.id = 'total'
  for (const column of otherUnit.tables[0]!.columns) column.unit = '次'
  await t.rejects(
    async () => new Forms(await readForms(await folderWith(t, otherUnit))),
    /requests.granted.total is in 次 in one form and in 件 in another/
  )
})

t.test('rejects a form whose cells differ from those recorded in the database', async t => {
  const { db } = await freshApp(t)
  const definitions = await readForms()
  definitions[0]!.tables[0]!.rows.reverse()
  await t.rejects(
    recordCells(db, new Forms(definitions)),
    /forms\/2019.json has other cells than the database has recorded/
  )
  await recordCells(db, new Forms(await readForms()))
})

// The remarks with which a report is returned, as an object by cell id or as an array.
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const { call, forms } = await freshApp(t)
await call('PUT', '/v1/agencies/a', { name: '某局', level: 'county', kind: 'department' })
const tables = consistentTables(forms.get('2021'), () => 2)
await call('PUT', '/v1/reports/a/2022', { tables, sections: SECTIONS })
const sendBack = async (remarks: unknown) => {
  await call('POST', '/v1/reports/a/2022/submit')
  return await call('POST', '/v1/reports/a/2022/return', { reason: '请核对', remarks })
}
const said = { 'requests.granted.total': '与附表不一致', 'requests.carried_in.other': '上年为 4 件' }

t.test('both shapes are stored alike', async t => {
  t.match(await sendBack(said), { status: 200, json: { remarks: said } })
  const list = Object.entries(said).map(([cell, remark]) => ({ cell, remark }))
  t.match(await sendBack(list), { status: 200, json: { remarks: said } })
  for (const nothing of [undefined, {}, []]) {
    const { status, json } = await sendBack(nothing)
    t.same([status, json.remarks], [200, undefined])
  }
})

t.test('the error shows the shape, and all faults', async t => {
  const shape = /"requests.granted.total": "…"\} or \[\{"cell"/
  for (const wrong of ['请核对', 7, null]) {
    t.match(await sendBack(wrong), { status: 422, json: { errors: [{ pointer: '/remarks', expected: shape }] } })
  }
  const { json } = await sendBack([
    '请核对',
    { cell: 'requests.granted.total', remark: '一' },
    { cell: 'requests.granted.total', remark: '二' },
    { cell: 'requests.granted.totl', remark: '' },
    { cell: 'requests.granted.other', text: '三' },
    { remark: '四\u202e' }
  ])
  t.match(json.errors.map(({ pointer }: any) => pointer), [
    '/remarks/0',
    '/remarks/4',
    '/remarks/2/cell',
    '/remarks/3/remark',
    '/remarks/5/cell',
    '/remarks/5/remark'
  ])
  t.match(await sendBack({ 'requests.granted.total': 'x'.repeat(501), nobody: 7 }), {
    status: 422,
    json: { errors: [{ pointer: '/remarks/requests.granted.total' }, { pointer: '/remarks/nobody' }] }
  })
  for (const remarks of [{ 'requests.granted.totl': '一' }, [{ cell: 'requests.granted.totl', remark: '一' }]]) {
    t.match(await sendBack(remarks), {
      status: 422,
      json: { errors: [{ pointer: /^\/remarks\//, did_you_mean: 'requests.granted.total' }] }
    })
  }
  t.equal((await call('GET', '/v1/reports/a/2022')).json.status, 'submitted')
})

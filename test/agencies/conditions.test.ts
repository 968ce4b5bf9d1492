// Conditional reads and writes of agencies, and the ETags of lists.
import t from 'tap'
import { freshApp } from '../support/app.ts'

const { call } = await freshApp(t)
const gov = { name: '某县人民政府', level: 'county', kind: 'government' }

t.test('two clerks: the second of them learns that the agency has changed', async t => {
  const made = await call('PUT', '/v1/agencies/gov', gov)
  t.equal(made.status, 201)
  const { etag } = (await call('GET', '/v1/agencies/gov')).headers
  t.match(etag, /^"/)
  t.equal(made.headers.etag, etag)
  t.equal((await call('GET', '/v1/agencies/gov', undefined, { headers: { 'if-none-match': etag! } })).status, 304)

  const conditional = async (method: string, tag: string, name: string, header = 'if-match') =>
    await call(method, '/v1/agencies/gov', { name }, { headers: { [header]: tag } })
  const changed = await conditional('PATCH', etag!, '甲县人民政府')
  t.equal(changed.status, 200)
  t.not(changed.headers.etag, etag)
  const late = await conditional('PUT', etag!, '乙县人民政府')
  t.match(late, { status: 412, json: { code: 'agency-changed', etag: changed.headers.etag } })
  t.equal((await call('GET', '/v1/agencies/gov')).json.name, '甲县人民政府', 'nothing is overwritten')
  t.equal(
    (await conditional('PATCH', `W/${changed.headers.etag}`, '丙县人民政府')).status,
    200,
    'as a proxy weakens it'
  )
  t.equal((await conditional('PUT', '*', '丁县人民政府')).status, 200)
  t.match(await conditional('PUT', '*', '戊县人民政府', 'if-none-match'), { status: 412 })
  t.match(await conditional('PUT', 'gov', '戊县人民政府'), { status: 400 })
})

t.test('an agency is registered only if it is not there yet', async t => {
  const once = async () =>
    await call('PUT', '/v1/agencies/bureau', { ...gov, kind: 'department' }, { headers: { 'if-none-match': '*' } })
  t.equal((await once()).status, 201)
  t.match(await once(), { status: 412, json: { code: 'agency-changed' } })
  const absent = await call('PUT', '/v1/agencies/absent', gov, { headers: { 'if-match': '*' } })
  t.match(absent, { status: 412, json: { code: 'agency-changed', etag: null } })
  t.equal((await call('GET', '/v1/agencies/absent')).status, 404)
})

t.test('pages of agencies and keys have ETags, which differ between formats', async t => {
  await call('POST', '/v1/keys', { role: 'reader', label: '同步' })
  for (const path of ['/v1/agencies', '/v1/keys']) {
    const { headers: { etag } } = await call('GET', path)
    t.equal((await call('GET', path, undefined, { headers: { 'if-none-match': etag! } })).status, 304, path)
    t.not((await call('GET', `${path}?format=csv`)).headers.etag, etag)
    t.not(
      (await call('GET', `${path}?format=csv&labels=zh`)).headers.etag,
      (await call('GET', `${path}?format=csv`)).headers.etag
    )
  }
  const { headers: { etag } } = await call('GET', '/v1/agencies')
  await call('PATCH', '/v1/agencies/gov', { name: '己县人民政府' })
  t.equal((await call('GET', '/v1/agencies', undefined, { headers: { 'if-none-match': etag! } })).status, 200)
})

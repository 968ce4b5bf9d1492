// Authorization matrix: every operation by role, with and without a key, inside and outside the caller's subtree.
// The expected rules are repeated here, independent of src/auth/rules.ts.
import t from 'tap'
import { RULES } from '../../src/auth/rules.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const { app, call, db, forms } = await freshApp(t)
await app.ready()

interface Operation {
  operationId: string
  parameters?: { name: string, in: string, example?: unknown }[]
  requestBody?: { content: Record<string, unknown> }
}
const document = JSON.parse(JSON.stringify(app.swagger())) as { paths: Record<string, Record<string, Operation>> }
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation }))
)

/** Least privileged role of each operation, and whether it is rejected outside the subtree of the caller. */
const EXPECTED: Record<string, { refusedOutside: string[], everywhere: string[] }> = {
  anyone: {
    refusedOutside: [],
    everywhere: [
      'isLive',
      'isReady',
      'getMetrics',
      'listProblems',
      'explainProblem',
      'getOpenapiJson',
      'getOpenapiYaml',
      'listForms',
      'getForm',
      'listRates',
      'listAgencies',
      'getAgency',
      'checkFigures',
      'readDocument',
      'readDocumentFile',
      'describeExport',
      'exportAgencies',
      'exportReports',
      'getCatalog',
      'getTotals',
      'getContributions',
      'getRanking',
      'listReports',
      'listFilings',
      'summarizeFilings',
      'getReport',
      'getTable',
      'getRow',
      'checkReport',
      'reconcileReport',
      'listFindings',
      'summarizeFindings',
      'getCell',
      'getDocument',
      'getDocumentText',
      'listVersions',
      'getVersion',
      'compareVersions',
      'getDeadline',
      'getTemplate',
      'listPublications'
    ]
  },
  reader: { refusedOutside: [], everywhere: ['getMe', 'listEvents'] },
  filer: {
    refusedOutside: [
      'createReport',
      'putReport',
      'draftFromSum',
      'deleteReport',
      'putTable',
      'appendRows',
      'putRow',
      'changeRow',
      'deleteRow',
      'importDocument',
      'putDocumentFile',
      'submitReport'
    ],
    // An import authorizes each report separately, and a job is visible to its creator only.
    everywhere: [
      'importReports',
      'putReportsFile',
      'getImport',
      'cancelImport',
      'getImportRejects'
    ]
  },
  supervisor: {
    refusedOutside: [
      'registerAgency',
      'putAgency',
      'changeAgency',
      'returnReport',
      'publishReport',
      'amendReport',
      'withdrawReport',
      'putDeadline',
      'deleteDeadline',
      'createKey'
    ],
    // Outside the subtree these answer as if the resource did not exist.
    everywhere: ['listKeys', 'rotateKey', 'revokeKey', 'importAgencies', 'putAgenciesFile', 'publishFilings']
  },
  admin: { refusedOutside: [], everywhere: [] }
}
/** What needs an administrator of the whole registry. */
const REGISTRY = ['verifyEvents']
const RANK = Object.keys(EXPECTED)

const agency = { name: '局', level: 'county', kind: 'department' }
await call('PUT', '/v1/agencies/city', agency)
await call('PUT', '/v1/agencies/mine', { ...agency, parent: 'city' })
await call('PUT', '/v1/agencies/bureau', { ...agency, parent: 'mine' })
await call('PUT', '/v1/agencies/other', { ...agency, parent: 'city' })
const content = { tables: consistentTables(forms.get('2021'), () => 1), sections: SECTIONS }
for (const code of ['bureau', 'other']) await call('PUT', `/v1/reports/${code}/2023`, content)

const keyOf = async (role: string, agency?: string) =>
  (await call('POST', '/v1/keys', { role, agency, label: role })).json.key as string
const callers: { name: string, role: string, key: string | null, reaches: (code: string) => boolean }[] = [{
  name: 'no key',
  role: 'anyone',
  key: null,
  reaches: () => false
}]
for (const role of RANK.slice(1)) {
  callers.push({
    name: `${role} of mine`,
    role,
    key: await keyOf(role, 'mine'),
    reaches: code => code === 'bureau'
  })
}
callers.push({ name: 'admin', role: 'admin', key: await keyOf('admin'), reaches: () => true })

/** A request to an operation on an agency that is complete enough to be rejected for lack of permission only. */
function requestOf (
  { operationId, path, method, parameters = [], requestBody }: typeof operations[number],
  code: string
) {
  const given: Record<string, string> = {
    agency: code,
    year: '2023',
    code,
    id: '999999',
    table: 'requests',
    row: 'granted',
    cell: 'requests.granted.total'
  }
  const bodies: Record<string, object> = {
    registerAgency: { code: `new-${code}`, ...agency, parent: code },
    putAgency: { name: '局' },
    changeAgency: { name: '局' },
    createReport: { agency: code, year: 2023 },
    createKey: { role: 'filer', agency: code, label: 'x' },
    checkFigures: { year: 2023 },
    returnReport: { reason: '请核对' },
    amendReport: { reason: '更正' },
    withdrawReport: { reason: '撤回' },
    putDeadline: { date: '2024-01-20' },
    putTable: { rows: {} },
    appendRows: { row: 'granted', values: {} },
    putRow: { values: {} },
    changeRow: { values: {} }
  }
  const address = path.replace(
    /\{(\w+)\}/g,
    (_, name) => given[name] ?? String(parameters.find(parameter => parameter.name === name)!.example)
  )
  const query = parameters.filter(parameter =>
    parameter.in === 'query' && (given[parameter.name] !== undefined || parameter.name === 'measure')
  )
    .map(({ name }) => `${name}=${given[name] ?? 'requests.granted.total'}`).join('&')
  const isDocument = requestBody !== undefined && requestBody.content['application/json'] === undefined
  return {
    method,
    address: path.startsWith('/v1/imports')
      ? `${address}?${query}`
      : ['getTotals', 'getContributions', 'getRanking'].includes(operationId)
      ? `${address}?measure=requests.granted.total&year=2023`
      : address,
    body: isDocument ? 'x' : requestBody && (bodies[operationId] ?? {}),
    headers: isDocument ? { 'content-type': 'text/plain' } : {}
  }
}

t.test('defines exactly one access rule per operation', t => {
  const ids = operations.map(({ operationId }) => operationId).sort()
  t.same(Object.keys(RULES).sort(), ids)
  t.same(
    [
      ...REGISTRY,
      ...Object.values(EXPECTED).flatMap(({ refusedOutside, everywhere }) => [...refusedOutside, ...everywhere])
    ]
      .sort(),
    ids
  )
  t.end()
})

for (const operation of operations) {
  t.test(`authorizes ${operation.operationId} by role and subtree`, async t => {
    const isRegistry = REGISTRY.includes(operation.operationId)
    const least = isRegistry ?
      'admin' :
      RANK.find(role =>
        [...EXPECTED[role]!.refusedOutside, ...EXPECTED[role]!.everywhere].includes(operation.operationId)
      )!
    const held = isRegistry || EXPECTED[least]!.refusedOutside.includes(operation.operationId)
    for (const code of ['bureau', 'other']) {
      for (const { name, role, key, reaches } of callers) {
        const { method, address, body, headers } = requestOf(operation, code)
        const answer = await call(method, address, body, { headers, key })
        const expected = RANK.indexOf(role) < RANK.indexOf(least)
          ? (role === 'anyone' ? 'key-required' : 'role-insufficient')
          : held && !(isRegistry ? name === 'admin' : reaches(code))
          ? 'outside-subtree'
          : 'may'
        const refused = [401, 403].includes(answer.status) ? answer.json.code : 'may'
        t.equal(refused, expected, `${name}, ${code}: ${answer.status} ${answer.text.slice(0, 200)}`)
        t.ok(answer.status < 500, answer.text.slice(0, 200))
        // Restore the report for the next caller.
        if (operation.operationId === 'deleteReport' && answer.status === 204) await call('PUT', address, content)
      }
    }
  })
}

t.test('fails to start when an operation under /v1 has no access rule', async t => {
  const { app } = await freshApp(t)
  t.throws(
    () => app.get('/v1/new', { schema: { operationId: 'getNew' } as object }, async () => ({})),
    /no rule in src\/auth\/rules.ts for getNew/
  )
})

t.test('shows unpublished reports, also in lists, only to callers of their subtree', async t => {
  const { call, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/city', agency)
  for (const code of ['a', 'b']) {
    await call('PUT', `/v1/agencies/${code}`, { ...agency, parent: 'city' })
    for (const year of [2022, 2023]) {
      await call('PUT', `/v1/reports/${code}/${year}`, {
        tables: consistentTables(forms.get('2021'), () => 1),
        sections: SECTIONS
      })
    }
    for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/${code}/2022/${move}`)
  }
  const key = (await call('POST', '/v1/keys', { role: 'filer', agency: 'a', label: 'x' })).json.key
  for (
    const below of ['', '/tables/requests', '/tables/requests/rows/granted', '/checks', '/cells/requests.granted.total']
  ) {
    t.equal((await call('GET', `/v1/reports/a/2023${below}`, undefined, { key })).status, 200, below)
    const outside = await call('GET', `/v1/reports/b/2023${below}`, undefined, { key })
    t.same([outside.status, outside.json.code], [404, 'report-not-found'], below)
    t.equal((await call('GET', `/v1/reports/b/2022${below}`, undefined, { key })).status, 200, `published ${below}`)
  }
  const list = async (query: string, options = {}) =>
    (await call('GET', `/v1/reports${query}`, undefined, { key, ...options })).json.items.map((item: any) =>
      `${item.agency} ${item.year} ${item.status}`
    )
  t.same(await list(''), ['a 2022 published', 'a 2023 draft', 'b 2022 published'])
  t.same(await list('?status=draft'), ['a 2023 draft'])
  t.same(await list('?status=published'), ['a 2022 published', 'b 2022 published'])
  t.same(await list('?under=city&status=submitted'), [])
  t.same(await list('', { key: null }), ['a 2022 published', 'b 2022 published'])
  t.equal((await call('GET', '/v1/reports')).json.items.length, 4, 'the administrator sees all reports')
})

t.test('authorizes reports by the tree of their year, and agency changes by every affected year', async t => {
  const { call } = await freshApp(t)
  for (const code of ['east', 'west']) await call('PUT', `/v1/agencies/${code}`, agency)
  await call('PUT', '/v1/agencies/moved', { ...agency, parent: 'west' })
  await call('PATCH', '/v1/agencies/moved', { parent: 'east', since: 2022 })
  await call('PUT', '/v1/agencies/below', { ...agency, parent: 'moved' })
  const key = (await call('POST', '/v1/keys', { role: 'supervisor', agency: 'east', label: 'x' })).json.key
  const code = async (method: string, path: string, body: object) => {
    const { status, json } = await call(method, path, body, { key })
    return status < 400 ? status : json.code
  }
  t.same([await code('PUT', '/v1/reports/below/2021', {}), await code('PUT', '/v1/reports/below/2022', {})], [
    'outside-subtree',
    201
  ])
  t.same([
    await code('PUT', '/v1/reports/west/2022', {}),
    await code('PUT', '/v1/reports/nobody/2022', {}),
    await code('PUT', '/v1/reports/east/1990', {})
  ], ['outside-subtree', 'outside-subtree', 'year-without-form'])
  const change = async (name: string, body: object) => await code('PATCH', `/v1/agencies/${name}`, body)
  t.equal(await change('east', { name: '东' }), 'outside-subtree', 'only a parent changes the agency of the key')
  t.equal(await change('moved', { name: '新' }), 200)
  t.equal(await change('moved', { kind: 'office', since: 2021 }), 'outside-subtree', 'outside in 2021')
  t.equal(await change('moved', { kind: 'office', since: 2023 }), 200)
  t.equal(
    await change('moved', { parent: 'west', since: 2024 }),
    'outside-subtree',
    'an agency cannot move into another subtree'
  )
  t.equal(await change('moved', { parent: null, since: 2024 }), 'outside-subtree')
  t.equal(await change('moved', { until: 2020 }), 'outside-subtree', 'ends years outside the subtree')
  t.equal(await change('below', { until: 2024 }), 200)
  t.equal(await change('below', { until: null }), 200)
  t.equal(
    await change('west', { parent: 'east', since: 2025 }),
    'outside-subtree',
    'an agency cannot move out of another subtree'
  )
  t.equal(
    await code('PUT', '/v1/agencies/new', { ...agency, parent: 'moved' }),
    'outside-subtree',
    'the parent is outside the subtree before 2022'
  )
  t.equal(await code('PUT', '/v1/agencies/new', { ...agency, parent: 'moved', since: 2022 }), 201)
  t.equal(await change('new', { since: 2019, level: 'county' }), 'outside-subtree', 'adds years outside the subtree')
  t.equal(await code('POST', '/v1/agencies', { code: 'root', ...agency }), 'outside-subtree')
  t.equal(await code('POST', '/v1/agencies', { code: 'lost', ...agency, parent: 'nobody' }), 'agency-unknown')
  t.equal(await code('PUT', '/v1/agencies/new-east', { ...agency, parent: 'east' }), 201)
})

t.test('checks many agencies in one query and reports each one outside the subtree', async t => {
  const { refuseOutside, areInSubtree: coverage } = await import('../../src/auth/coverage.ts')
  const actor = { name: 'x', role: 'filer' as const, agency: 'mine', key: null, keyHash: null, expires: null }
  t.same(
    await coverage(db, actor, [{ agency: 'bureau', year: 2023 }, { agency: 'other', year: 2023 }, { agency: 'mine' }, {
      agency: 'nobody'
    }]),
    [true, false, true, false]
  )
  t.same(await coverage(db, { ...actor, agency: '' }, [{ agency: 'other' }]), [true])
  t.same(await coverage(db, actor, []), [])
  await refuseOutside(db, actor, [{ agency: 'bureau', year: 2023 }])
  await t.rejects(
    refuseOutside(
      db,
      actor,
      ['bureau', 'other', 'city'].map((agency, i) => ({ agency, year: 2023, at: { line: i + 2 } }))
    ),
    {
      code: 'outside-subtree',
      facts: { agency: 'other' },
      errors: [{ line: 3, found: 'other' }, { line: 4, found: 'city' }]
    }
  )
})

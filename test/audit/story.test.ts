// The audit log over HTTP: recorded events, read access and replay into another registry.
import t from 'tap'
import { type Answer, type CallOptions, freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

type Call = (method: string, path: string, body?: unknown, options?: CallOptions) => Promise<Answer>
interface Event {
  seq: number
  kind: string
  agency: string | null
  year: number | null
  actor: string
  request_id: string
  at: string
  hash: string
  [member: string]: any
}

const agency = { name: '某局', level: 'county', kind: 'department' }

async function eventsOf (call: Call, query = '', options?: CallOptions): Promise<Event[]> {
  const events: Event[] = []
  for (let next: string | null = `/v1/events?${query}`; next !== null;) {
    const { status, json }: Answer = await call('GET', next, undefined, options)
    if (status !== 200) throw new Error(JSON.stringify(json))
    events.push(...json.items)
    next = json.next
  }
  return events
}

async function must (answer: Promise<Answer>): Promise<any> {
  const { status, text, json } = await answer
  if (status >= 300) throw new Error(text)
  return json
}

t.test('records one event per change and none for an operation without effect', async t => {
  const { call, forms } = await freshApp(t)
  const tables = consistentTables(forms.get('2021'), () => 2)
  await must(call('PUT', '/v1/agencies/bureau', agency))
  await must(call('PUT', '/v1/agencies/bureau', agency))
  await must(call('PATCH', '/v1/agencies/bureau', { name: '另一局' }))
  const path = '/v1/reports/bureau/2023'
  await must(call('POST', '/v1/reports', { agency: 'bureau', year: 2023 }))
  await must(
    call('PUT', `${path}/tables/documents/rows/regulations`, { values: { issued: 3, repealed: null, in_force: 27 } })
  )
  await must(
    call('PUT', `${path}/tables/documents/rows/regulations`, { values: { issued: 3, repealed: null, in_force: 27 } })
  )
  await must(call('DELETE', `${path}/tables/documents/rows/regulations`))
  await must(call('PUT', path, { tables, sections: SECTIONS }))
  await must(call('POST', `${path}/submit`))
  await must(call('POST', `${path}/submit`))
  await must(call('POST', `${path}/return`, { reason: '请核对', remarks: { 'requests.granted.total': '与正文不符' } }))
  await must(call('POST', `${path}/submit`))
  await must(call('POST', `${path}/publish`, undefined, { headers: { 'x-request-id': 'the-publication' } }))
  await must(call('POST', `${path}/publish`))
  await must(call('POST', `${path}/amend`, { reason: '更正' }))
  await must(call('DELETE', path))
  await must(call('POST', `${path}/withdraw`, { reason: '重复' }))
  for (
    const refused of [
      call('POST', `${path}/withdraw`, { reason: '重复' }),
      call('POST', '/v1/reports', { agency: 'bureau', year: 2023 }),
      call('PUT', path, {}),
      call('POST', `${path}/tables/requests/rows`, { row: 'granted', values: {} })
    ]
  ) t.ok((await refused).status >= 400)
  const { key, id } = await must(call('POST', '/v1/keys', { role: 'filer', agency: 'bureau', label: '填报' }))
  await must(call('DELETE', `/v1/keys/${id}`))
  await must(call('DELETE', `/v1/keys/${id}`))

  const events = await eventsOf(call)
  t.same(events.map(event => event.kind), [
    'agency_registered',
    'agency_changed',
    'created',
    'changed',
    'changed',
    'changed',
    'submitted',
    'returned',
    'submitted',
    'published',
    'amended',
    'deleted',
    'withdrawn',
    'key_created',
    'key_revoked'
  ])
  t.same(events.map(event => event.seq), events.map((_, i) => i + 1))
  const [, renamed, , row, deleted, put, , returned, , published, amended, dropped, withdrawn] = events
  t.same(renamed!.changes, { name: ['某局', '另一局'] })
  t.same(row!.changes, {
    'documents.regulations.issued': [null, 3],
    'documents.regulations.repealed': [null, { state: 'blank', raw: '' }],
    'documents.regulations.in_force': [null, 27]
  })
  t.same(deleted!.changes['documents.regulations.in_force'], [27, null])
  t.same(put!.changes['sections.overview'], [null, SECTIONS.overview])
  t.match(returned, { reason: '请核对', remarks: { 'requests.granted.total': '与正文不符' } })
  t.match(published, {
    version: 1,
    agency: 'bureau',
    year: 2023,
    actor: 'ADMIN_API_KEY',
    request_id: 'the-publication',
    content_sha256: /^[0-9a-f]{64}$/
  })
  t.match([amended, dropped, withdrawn], [{ version: 1, reason: '更正' }, { version: 1 }, {
    version: 1,
    reason: '重复'
  }])
  t.notOk(JSON.stringify(events).includes(key), 'events do not contain the key')
  t.match(await must(call('GET', '/v1/events/verify')), { ok: true, events: 15, checkpoint: { seq: 15 } })
  const paged: Event[] = []
  for (let after = 0;;) {
    const { items } = await must(call('GET', `/v1/events?after=${after}&limit=4`))
    if (items.length === 0) break
    paged.push(...items)
    after = items.at(-1).seq
  }
  t.same(paged, events)
  t.same((await eventsOf(call, 'agency=bureau&year=2023')).length, 11)
})

t.test('limits a key to the events of its subtree in the tree of the event year', async t => {
  const { call } = await freshApp(t)
  for (const [code, parent] of [['city', null], ['mine', 'city'], ['bureau', 'mine'], ['other', 'city']] as const) {
    await must(call('PUT', `/v1/agencies/${code}`, { ...agency, parent }))
  }
  for (const code of ['bureau', 'other']) await must(call('POST', '/v1/reports', { agency: code, year: 2023 }))
  const { key } = await must(call('POST', '/v1/keys', { role: 'filer', agency: 'mine', label: 'x' }))
  t.same([...new Set((await eventsOf(call, '', { key })).map(event => event.agency))].sort(), ['bureau', 'mine'])
  t.same(
    (await eventsOf(call, 'agency=bureau', { key })).map(event => event.kind),
    ['agency_registered', 'created'],
    'includes events without a year'
  )
  t.same(await eventsOf(call, 'agency=other', { key }), [])
  t.same([...new Set((await eventsOf(call, 'under=mine')).map(event => event.agency))].sort(), ['bureau', 'mine'])
  t.match(await call('GET', '/v1/events', undefined, { key: null }), { status: 401 })
  t.match(await call('GET', '/v1/events/verify', undefined, { key }), { status: 403 })
})

t.test('reproduces the totals when the feed is replayed into an empty registry', async t => {
  const { call, forms } = await freshApp(t)
  let figure = 1
  const content = (form = '2021') => ({
    form,
    tables: consistentTables(forms.get(form), () => (figure = figure * 75 % 65537) % 9),
    sections: SECTIONS
  })
  const file = async (code: string, year: number, moves: string[], form?: string) => {
    await must(call('PUT', `/v1/reports/${code}/${year}`, content(form)))
    for (const move of moves) {
      await must(
        call(
          'POST',
          `/v1/reports/${code}/${year}/${move}`,
          ['amend', 'withdraw', 'return'].includes(move) ? { reason: '更正' } : undefined
        )
      )
    }
  }
  for (
    const [code, parent] of [['city', null], ['east', 'city'], ['west', 'city'], ['e1', 'east'], ['e2', 'east'], [
      'w1',
      'west'
    ]] as const
  ) await must(call('PUT', `/v1/agencies/${code}`, { ...agency, parent }))
  const done = ['submit', 'publish']
  for (const code of ['e1', 'e2', 'w1', 'east']) {
    for (const year of [2020, 2022, 2023]) await file(code, year, done, year === 2020 ? '2019' : undefined)
  }
  await file('west', 2022, ['submit'])
  await must(call('PATCH', '/v1/agencies/e2', { parent: 'west', since: 2023 }))
  await must(call('PUT', '/v1/agencies/west', { reporting: 'consolidated', since: 2023 }))
  for (const id of ['e1/2022', 'e2/2023', 'w1/2020']) {
    await must(call('POST', `/v1/reports/${id}/amend`, { reason: '更正' }))
    await file(
      id.split('/')[0]!,
      Number(id.split('/')[1]),
      id === 'w1/2020' ? [] : done,
      id === 'w1/2020' ? '2019' : undefined
    )
  }
  await must(call('POST', '/v1/reports/e2/2022/withdraw', { reason: '重复' }))
  await must(call('POST', '/v1/reports/e1/2023/withdraw', { reason: '重复' }))
  await must(call('POST', '/v1/reports/e1/2023/amend', { reason: '更正' }))
  await must(call('POST', '/v1/reports/e1/2023/submit'))
  await must(call('POST', '/v1/reports/e1/2023/publish'))

  const { call: copy } = await freshApp(t)
  for (const event of await eventsOf(call)) await replay(event, call, copy)
  const measures = [...forms.get('2021').measures.keys()].filter(id => id.startsWith('requests.')).slice(0, 40).map(
    id => `measure=${id}`
  ).join('&')
  for (
    const query of [
      'by=year,form',
      'by=child,year&under=city',
      'by=agency,year',
      'by=level,kind',
      'under=west&by=year',
      'under=east&by=year'
    ]
  ) {
    t.same(
      await must(copy('GET', `/v1/totals?${measures}&${query}`)),
      await must(call('GET', `/v1/totals?${measures}&${query}`)),
      query
    )
  }
})

/** Applies an event to another registry; events of drafts are ignored. */
async function replay ({ kind, agency, year, version, changes, reason }: Event, from: Call, to: Call): Promise<void> {
  const path = `/v1/reports/${agency}/${year}`
  if (kind === 'agency_registered' || kind === 'agency_changed') {
    const { periods, ...details } = Object.fromEntries(
      Object.entries(changes as Record<string, [unknown, unknown]>).map(([name, [, after]]) => [name, after])
    )
    const standing = (periods as { since: number, until: number }[] | undefined ?? []).map((
      { since, until, ...rest }
    ) => ({ ...rest, ...(since === 0 ? {} : { since }) }))
    for (const change of standing.length === 0 ? [{}] : standing) {
      await must(to('PUT', `/v1/agencies/${agency}`, { ...details, ...change }))
    }
  } else if (kind === 'published') {
    const { form, tables, sections, notes } = await must(from('GET', `${path}/versions/${version}`))
    if (version > 1) await must(to('POST', `${path}/amend`, { reason: 'replay' }))
    await must(to('PUT', path, { form, tables, sections, notes }))
    for (const move of ['submit', 'publish']) await must(to('POST', `${path}/${move}`))
  } else if (kind === 'withdrawn') await must(to('POST', `${path}/withdraw`, { reason }))
}

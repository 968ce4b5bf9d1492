// The audit log: hash chains, feed order and tamper detection.
import fc from 'fast-check'
import { type Kysely, sql } from 'kysely'
import t from 'tap'
import { withEventBatch } from '../../src/audit/batch.ts'
import { listEvents, type StoredEvent } from '../../src/audit/events/feed.ts'
import { verifyExported } from '../../src/audit/events/verify-export.ts'
import { verifyEvents, verifyPlaced } from '../../src/audit/events/verify.ts'
import { eventHash, nextRunningHash } from '../../src/audit/hash.ts'
import { type NewEvent, recordEvent } from '../../src/audit/record.ts'
import { assignSequence } from '../../src/audit/sequence.ts'
import type { Database } from '../../src/database/types.ts'
import { freshApp, freshDatabase } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const RECORDED_BY = { actor: 'key:1', request_id: 'r-1' }
const BY = {
  ...RECORDED_BY,
  caller: { name: 'key:1', role: 'admin', agency: '', key: null, keyHash: null, expires: null } as const
}
const happened = (agency: string | null, year: number | null = 2023, details = {}): NewEvent => ({
  kind: 'changed',
  agency,
  year,
  details
})
/** Records events in one transaction, ordered by agency code so that concurrent writers cannot deadlock. */
const record = (db: Kysely<Database>, ...events: NewEvent[]) =>
  db.transaction().execute(async trx => {
    for (const event of events.toSorted((a, b) => (a.agency ?? '') < (b.agency ?? '') ? -1 : 1)) {
      await recordEvent(trx, BY, event)
    }
  })
const feed = async (db: Kysely<Database>, after = 0) => {
  await assignSequence(db)
  return await listEvents(db, '', {}, after, 10_000)
}

const hashOf = ({ previous, n, at, body }: StoredEvent) => eventHash(previous, n, at, body).toString('hex')

t.test('links each event to the hash of the previous event in its chain', async t => {
  const { db } = await freshDatabase(t)
  await record(
    db,
    happened('a', 2022, { changes: { 'fees.administrative_fees.amount': [null, 1.5] } }),
    happened('b'),
    happened('a'),
    happened(null, null)
  )
  await record(db, happened('a'))
  const events = await feed(db)
  t.same(events.map(event => event.seq), [1, 2, 3, 4, 5])
  const chains = new Map<string, StoredEvent[]>()
  for (const event of events) {
    const { agency } = JSON.parse(event.body) as { agency: string | null }
    const chain = chains.get(agency ?? '') ?? []
    t.equal(event.hash, hashOf(event))
    t.equal(event.previous, chain.at(-1)?.hash ?? '')
    t.equal(event.n, chain.length + 1)
    chains.set(agency ?? '', [...chain, event])
  }
  t.same([...chains].map(([code, chain]) => [code, chain.length]).sort(), [['', 1], ['a', 3], ['b', 1]])
  t.same(JSON.parse(events.find(event => event.n === 1 && event.body.includes('"a"'))!.body), {
    kind: 'changed',
    agency: 'a',
    year: 2022,
    ...RECORDED_BY,
    changes: { 'fees.administrative_fees.amount': [null, 1.5] }
  })
  const verified = await verifyEvents(db)
  t.same({ ...verified, checkpoint: verified.checkpoint?.seq }, { ok: true, events: 5, checkpoint: 5, faults: [] })
  t.equal(
    verified.checkpoint?.hash,
    events.reduce<Buffer>((hash, event) => nextRunningHash(hash, Buffer.from(event.hash, 'hex')), Buffer.alloc(0))
      .toString(
        'hex'
      ),
    'the checkpoint hash can be computed from the feed'
  )
})

t.test('verifies an exported feed without the service', async t => {
  const { db } = await freshDatabase(t)
  for (let i = 0; i < 4; i++) {
    await record(
      db,
      happened('a', 2020 + i, { reason: '更正 "é"', changes: { 'requests.granted.total': [i, null] } }),
      happened('b'),
      happened(null, null)
    )
  }
  const events = (await feed(db)).map(({ body, seq, n, at, previous, hash }) => ({
    seq,
    n,
    at,
    ...JSON.parse(body) as { agency: string | null },
    previous,
    hash
  }))
  const faultsOf = async (exported: typeof events) =>
    (await verifyExported(JSON.parse(JSON.stringify(exported)) as typeof events)).faults.length
  t.same(await verifyExported(events), { events: 12, faults: [], checkpoint: (await verifyEvents(db)).checkpoint })
  t.same(await verifyExported(events.filter(event => event.agency === 'a')), {
    events: 4,
    faults: [],
    checkpoint: null
  }, 'verifies the events of a single agency')
  for (const i of events.keys()) {
    t.ok(await faultsOf(events.with(i, { ...events[i]!, actor: 'key:2' } as typeof events[number])) > 0, 'change')
    if (i < 9) t.ok(await faultsOf(events.toSpliced(i, 1)) > 0 || events[i]!.n === 1, 'removal')
    if (i > 0) t.ok(await faultsOf(events.with(i, events[i - 1]!).with(i - 1, events[i]!)) > 0, 'swap')
  }
})

t.test('leaves no gap for an event that is rolled back', async t => {
  const { db } = await freshDatabase(t)
  await record(db, happened('a'))
  await t.rejects(
    db.transaction().execute(async trx => {
      await recordEvent(trx, BY, happened('a'))
      throw new Error('undone')
    }),
    { message: 'undone' }
  )
  t.equal((await feed(db)).length, 1)
  t.ok((await verifyEvents(db)).ok)
})

t.test('delivers events that commit late to a client that follows the feed', async t => {
  const { db } = await freshDatabase(t)
  let commit = () => {}
  const held = new Promise<void>(resolve => {
    commit = resolve
  })
  let recorded = () => {}
  const there = new Promise<void>(resolve => {
    recorded = resolve
  })
  const late = db.transaction().execute(async trx => {
    await recordEvent(trx, BY, happened('slow'))
    recorded()
    await held
  })
  await there
  await record(db, happened('quick'))
  const first = await feed(db)
  t.same(first.map(event => [event.seq, JSON.parse(event.body).agency]), [[1, 'quick']])
  commit()
  await late
  t.same((await feed(db, 1)).map(event => [event.seq, JSON.parse(event.body).agency]), [[2, 'slow']])
  t.ok((await verifyEvents(db)).ok)
})

t.test('assigns gapless sequence numbers and keeps chains intact under concurrent writers and readers', async t => {
  const { db } = await freshDatabase(t)
  const seen: number[] = []
  let writing = true
  const isWriting = () => writing
  const follow = async () => {
    for (let last = 0;;) {
      const wasWriting = isWriting()
      for (const event of await feed(db, last)) seen.push(last = event.seq)
      if (!wasWriting) return
    }
  }
  const readers = [
    follow(),
    (async () => {
      do await assignSequence(db)
      while (isWriting())
    })()
  ]
  await Promise.all(Array.from({ length: 8 }, async (_, w) => {
    for (let i = 0; i < 15; i++) await record(db, happened(`a${(w + i) % 5}`), happened('shared'), happened(`z${w}`))
  }))
  writing = false
  await Promise.all(readers)
  t.same(seen, Array.from({ length: 8 * 15 * 3 }, (_, i) => i + 1))
  t.match(await verifyEvents(db), { ok: true, events: 360 })
})

t.test('appends the events of an import to the chains and numbers them when the import commits', async t => {
  const { db } = await freshDatabase(t)
  await record(db, happened('a'), happened('b'))
  // The import numbers this pending event before its own; `late` waits for its chain until the import ends.
  await record(db, happened('a', 2020))
  const said = { text: 'tab\tnewline\nback\\slash “无” \\N' }
  let late: Promise<unknown> | undefined
  await db.transaction().execute(async trx =>
    await withEventBatch(async staged => {
      // More events than fit in one batch.
      for (let i = 0; i < 4000; i++) {
        staged.add(BY, happened(['a', 'new', 'b', null][i % 4]!, 2000 + (i % 7), i % 3 === 0 ? said : {}))
      }
      await staged.record(trx)
      late = record(db, happened('b', 2030))
      await new Promise(resolve => setTimeout(resolve, 50))
    })
  )
  await late
  const events = await feed(db)
  t.equal(events.length, 4004)
  t.same(
    events.map(({ body }) => JSON.parse(body)).filter(event => event.agency === 'new').map(event => event.year),
    Array.from({ length: 1000 }, (_, i) => 2000 + ((4 * i + 1) % 7)),
    'the order of the import is preserved'
  )
  t.same(JSON.parse(events[3]!.body), { kind: 'changed', agency: 'a', year: 2000, ...RECORDED_BY, ...said })
  t.same([events[2], events.at(-1)].map(event => JSON.parse(event!.body).year), [2020, 2030])
  t.match(await verifyEvents(db), { ok: true, events: 4004 })
  await db.transaction().execute(async trx => await withEventBatch(async staged => await staged.record(trx)))
  t.equal((await feed(db)).length, 4004, 'an empty import records no event')
})

t.test('detects events that were changed, removed, forged or moved', async t => {
  const { db } = await freshDatabase(t)
  for (let i = 0; i < 6; i++) {
    await record(db, happened('a'), happened('b'), happened(null, null))
    await assignSequence(db)
  }
  await record(db, happened('a'))
  t.ok((await verifyEvents(db)).ok)
  const ROW = fc.constantFrom(
    ...(['a', 'b', ''] as const).flatMap(chain => [1, 2, 3, 4, 5, 6].map(n => ({ chain, n })))
  )
  const damages: Record<string, (row: { chain: string, n: number }) => ReturnType<typeof sql>> = {
    body: ({ chain, n }) =>
      sql`update event set body = replace(body, 'key:1', 'key:2') where chain = ${chain} and n = ${n}`,
    time: ({ chain, n }) => sql`update event set at = at - interval '1 second' where chain = ${chain} and n = ${n}`,
    year: ({ chain, n }) => sql`update event set year = 2019 where chain = ${chain} and n = ${n}`,
    hash: ({ chain, n }) => sql`update event set hash = sha256(hash) where chain = ${chain} and n = ${n}`,
    forged: ({ chain, n }) =>
      sql`update event set body = body || ' ', hash = event_hash(coalesce((select p.hash from event as p where p.chain = event.chain and p.n = event.n - 1), ''), n, at, body || ' ') where chain = ${chain} and n = ${n}`,
    removed: ({ chain, n }) => sql`delete from event where chain = ${chain} and n = ${n}`,
    'tail removed': ({ chain, n }) => sql`delete from event where chain = ${chain} and n >= ${n}`,
    'whole chain removed': ({ chain }) =>
      sql`with c as (delete from event_chain where chain = ${chain}) delete from event where chain = ${chain}`,
    'tail removed and chain head rewritten': ({ chain, n }) =>
      sql`with c as (update event_chain set n = ${n} - 1, hash = coalesce((select hash from event where chain = ${chain} and n = ${n} - 1), '') where chain = ${chain}) delete from event where chain = ${chain} and n >= ${n}`,
    'sequence numbers changed': ({ chain, n }) =>
      sql`update event set seq = 1 + (seq % 18) where seq in (select seq from event where chain = ${chain} and n >= ${n}) or seq <= 18`,
    'chain changed': ({ chain, n }) => sql`update event set chain = 'c', n = 1 where chain = ${chain} and n = ${n}`
  }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(damages)), ROW, async (damage, row) => {
      await db.transaction().execute(async trx => {
        await damages[damage]!(row).execute(trx)
        const { ok } = await verifyPlaced(trx)
        if (ok) throw new Error(`${damage} of ${row.chain} ${row.n} is not detected`)
        throw UNDO
      }).catch(error => {
        if (error !== UNDO) throw error
      })
    }),
    { numRuns: 150 }
  )
  t.ok((await verifyEvents(db)).ok, 'all changes were rolled back')
})

const UNDO = new Error('undo')

t.test('computes the same event hash in SQL and in TypeScript', async t => {
  const { db } = await freshDatabase(t)
  const body = '{"kind":"changed","details":"字 and "quotes""}'
  const previous = eventHash('', 1, '2026-01-01T00:00:00.000001Z', '{}')
  const { rows: [row] } = await sql<{ hash: Buffer }>`
    select event_hash(${previous}, 2, '2026-11-27T01:02:03.000456Z', ${body}) as hash`.execute(db)
  t.same(row!.hash, eventHash(previous.toString('hex'), 2, '2026-11-27T01:02:03.000456Z', body))
})

t.test('the public follows publications, amendments and withdrawals, and learns nothing else', async t => {
  const { call, forms } = await freshApp(t)
  const tables = consistentTables(forms.get('2021'), () => 2)
  const agency = { level: 'county', kind: 'department' }
  await call('PUT', '/v1/agencies/city', { ...agency, name: '市' })
  for (const code of ['a', 'b']) {
    await call('PUT', `/v1/agencies/${code}`, { ...agency, name: `局${code}`, parent: 'city' })
  }
  const move = async (code: string, ...moves: [string, object?][]) => {
    for (const [name, body] of moves) {
      t.equal((await call('POST', `/v1/reports/${code}/2022/${name}`, body)).status, 200, name)
    }
  }
  for (const code of ['a', 'b', 'city']) await call('PUT', `/v1/reports/${code}/2022`, { tables, sections: SECTIONS })
  await move('a', ['submit'], ['publish'])
  await move('b', ['submit'], ['publish'], ['amend', { reason: '更正' }])
  await call('PUT', '/v1/reports/b/2022', { tables, sections: { ...SECTIONS, other_matters: '更正' } })
  await move('b', ['submit'], ['publish'], ['withdraw', { reason: '撤回' }])
  const follow = async (query: string) =>
    (await call('GET', `/v1/publications?${query}`, undefined, { key: null })).json
  const { items } = await follow('')
  t.same(items.map((item: any) => [item.kind, item.agency, item.agency_name, item.year, item.version]), [
    ['published', 'a', '局a', 2022, 1],
    ['published', 'b', '局b', 2022, 1],
    ['amended', 'b', '局b', 2022, 2],
    ['withdrawn', 'b', '局b', 2022, 2]
  ])
  t.same((await follow(`after=${items[1].seq}`)).items, items.slice(2))
  t.same((await follow('under=city&year=2022')).items, items)
  t.same((await follow('under=b')).items, items.slice(1))
  t.same((await follow('year=2021')).items, [])
  const pages: unknown[] = []
  for (let path = '/v1/publications?limit=1'; path !== null;) {
    const page = (await call('GET', path, undefined, { key: null })).json
    pages.push(...page.items)
    path = page.next
  }
  t.same(pages, items)
  const ofKind = (await call('GET', '/v1/events?kind=withdrawn')).json.items
  t.same(ofKind.map((event: any) => [event.kind, event.seq]), [['withdrawn', items[3].seq]])
})

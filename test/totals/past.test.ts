import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { formatTimestamp, TAKE_TIMESTAMP } from '../../src/database/clock.ts'
import { saveVersion } from '../../src/reports/versions/versions.ts'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const open = { key: null }
const granted = 'requests.granted.other'

async function county (test: Parameters<typeof freshApp>[0], codes: string[]) {
  const made = await freshApp(test)
  const { call, db, forms } = made
  await call('PUT', '/v1/agencies/gov', { name: '区', level: 'county', kind: 'government', reporting: 'consolidated' })
  for (const code of codes) {
    await call('PUT', `/v1/agencies/${code}`, { name: `${code}局`, level: 'county', kind: 'department', parent: 'gov' })
  }
  const put = async (code: string, figure: number) =>
    await call('PUT', `/v1/reports/${code}/2022`, {
      tables: consistentTables(forms.get('2021'), () => figure),
      sections: SECTIONS
    })
  const move = async (code: string, name: string) =>
    await call(
      'POST',
      `/v1/reports/${code}/2022/${name}`,
      ['amend', 'withdraw'].includes(name) ? { reason: '更正' } : {}
    )
  const publish = async (code: string, figure: number) => {
    await move(code, 'amend')
    await put(code, figure)
    await move(code, 'submit')
    return await move(code, 'publish')
  }
  const now = async () =>
    (await sql<{ at: string }>`select ${formatTimestamp(sql`clock_timestamp()`)} as at`.execute(db)).rows[0]!.at
  const total = async (moment: string, query = 'under=gov&by=year&year=2022') =>
    await call('GET', `/v1/totals?measure=${granted}&${query}&as_of=${moment}`, undefined, open)
  const report = async (code: string, moment: string, options: object = open) =>
    await call('GET', `/v1/reports/${code}/2022?as_of=${moment}`, undefined, options)
  return { ...made, put, move, publish, now, total, report }
}

t.test('as_of returns the totals before and after each publication, withdrawal and republication', async t => {
  const { call, publish, move, now, total, report } = await county(t, ['a', 'b'])
  const moments: string[] = []
  const mark = async () => {
    moments.push(await now())
  }
  await mark()
  const { published_at: first } = (await publish('a', 2)).json
  await mark()
  await publish('b', 10)
  await publish('a', 5)
  await mark()
  await move('a', 'withdraw')
  await mark()
  await publish('a', 7)
  await mark()
  const seen = async () =>
    await Promise.all(moments.map(async moment => {
      const answer = await report('a', moment)
      const group = (await total(moment)).json.totals[0]
      return [
        answer.status,
        answer.json.version ?? answer.json.tombstone?.version,
        group.values[granted],
        group.coverage.included
      ]
    }))
  const expected = [[404, undefined, null, 0], [200, 1, 2, 1], [200, 2, 15, 2], [410, 2, 10, 1], [200, 3, 17, 2]]
  t.same(await seen(), expected)
  const bytes = await Promise.all(
    moments.map(
      async moment => [
        (await report('a', moment)).text.replace(/"request_id":"[^"]+"/, ''),
        (await total(moment)).text,
        (await total(moment, 'by=child,level,year')).text
      ]
    )
  )
  t.equal((await report('a', first)).json.version, 1, 'a version is public at its publication timestamp')
  const before = new Date(Date.parse(first) - 1).toISOString()
  t.equal((await report('a', before)).status, 404)

  // Later changes must not affect past answers.
  await call('PATCH', '/v1/agencies/a', { name: '新名' })
  await call('PUT', '/v1/agencies/other', {
    name: '他区',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  await call('PATCH', '/v1/agencies/b', { parent: 'other', level: 'township', since: 2020 })
  await call('PATCH', '/v1/agencies/a', { reporting: 'consolidated', since: 2022 })
  await call('PUT', '/v1/agencies/c', { name: '新局', level: 'county', kind: 'department', parent: 'gov' })
  await publish('b', 11)
  await move('a', 'withdraw')
  t.same(
    await Promise.all(
      moments.map(
        async moment => [
          (await report('a', moment, {})).text.replace(/"request_id":"[^"]+"/, ''),
          (await total(moment)).text,
          (await total(moment, 'by=child,level,year')).text
        ]
      )
    ),
    bytes,
    'past answers are byte-identical, also for a caller with a key'
  )
  const child = (await total(moments[1]!, 'by=child&under=gov')).json.totals
  t.same(
    child.map((g: any) => [g.child, g.child_name, g.coverage.expected]),
    [['a', 'a局', 1], ['b', 'b局', 1]],
    'past answers use the names and the tree of that time'
  )
  t.same([(await total(moments.at(-1)!, 'under=other')).json.code, (await total(await now(), 'under=other')).status], [
    'agency-unknown',
    200
  ])
  t.equal(
    (await total('2020-01-01T00:00:00%2B08:00', 'by=year')).text.includes('"totals":[]'),
    true,
    'totals are empty before the first publication'
  )
})

t.test('as_of accepts every RFC 3339 format and rejects future timestamps', async t => {
  const { publish, report, total } = await county(t, ['a'])
  const { published_at: at } = (await publish('a', 1)).json
  t.match(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  const local = new Date(Date.parse(at) + 8 * 3600_000).toISOString().slice(0, 19)
  for (
    const same of [
      at,
      at.toLowerCase(),
      `${at.slice(0, -1)}999Z`,
      `${local}${at.slice(19, -1)}%2B08:00`,
      `${at.slice(0, 19)}${at.slice(19, -1)}-00:00`
    ]
  ) t.equal((await report('a', same)).json.version, 1, same)
  for (
    const wrong of [
      '',
      '2022',
      '2022-02-30T00:00:00Z',
      '2022-01-01T24:00:00Z',
      '2022-01-01 00:00:00Z',
      '2022-01-01T00:00:00',
      '2022-01-01T00:00:00+08:00',
      '0000-01-01T00:00:00Z',
      '2022-13-01T00:00:00Z',
      '2022-01-01T00:00:00Z\''
    ]
  ) {
    t.same([(await report('a', wrong)).json.code, (await total(wrong)).json.code], [
      'parameter-invalid',
      'parameter-invalid'
    ], wrong)
  }
  const soon = new Date(Date.now() + 60_000).toISOString()
  t.same([(await report('a', soon)).json.code, (await total(soon)).json.code], ['moment-in-future', 'moment-in-future'])
})

t.test('an as_of query waits for an earlier publication that has not committed yet', async t => {
  const { db, forms, put, move, now, report, total } = await county(t, ['a'])
  await put('a', 3)
  await move('a', 'submit')
  let asked!: Promise<{ text: string, json: any }[]>
  await db.transaction().execute(async trx => {
    await saveVersion(trx, { agency: 'a', year: 2022 })
    const moment = await now()
    asked = Promise.all([report('a', moment), total(moment)])
    t.equal(await Promise.race([asked.then(() => 'answered'), sleep(300).then(() => 'waits')]), 'waits')
  })
  const answers = await asked
  t.match(answers.map(({ json }) => json.version ?? json.totals[0].values[granted]), [1, 3])
  // saveVersion does not update the totals, so only they differ.
  t.ok((await verifyTotals(db, forms)).differences.every(difference => difference.startsWith('total')))
})

t.test('publications get later timestamps than any answered query, even if the clock goes backwards', async t => {
  const { db, publish, total } = await county(t, ['a'])
  await publish('a', 1)
  const ahead =
    (await sql<{ at: string }>`update clock set at = clock_timestamp() + interval '1 hour' returning ${
      formatTimestamp(sql`at`)
    } as at`.execute(db)).rows[0]!.at
  const answer = await total(ahead)
  t.equal(answer.status, 200, 'a query succeeds while the system clock is an hour behind')
  const { published_at: next } = (await publish('a', 2)).json
  t.ok(next > ahead)
  t.equal((await total(ahead)).text, answer.text)
})

t.test('past answers stay byte-identical while 8 clients change data', async t => {
  const codes = Array.from({ length: 8 }, (_, i) => `d${i}`)
  const { call, db, forms, publish, move, now, total, report } = await county(t, codes)
  await call('PUT', '/v1/agencies/gov2', {
    name: '另一区',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  const state = { writing: true }
  const answers: { moment: string, code: string, texts: string[] }[] = []
  const ask = async (moment: string, code: string) =>
    await Promise.all([total(moment), total(moment, 'by=child,year&year=2022'), report(code, moment)]).then(all =>
      all.map(({ text }) => text.replace(/"request_id":"[^"]+"/, ''))
    )
  const readers = Array.from({ length: 2 }, async (_, i) => {
    while (state.writing) {
      const moment = await now()
      const code = codes[(answers.length + i) % codes.length]!
      answers.push({ moment, code, texts: await ask(moment, code) })
    }
  })
  try {
    await Promise.all(codes.map(async (code, i) => {
      for (let round = 1; round <= 5; round++) {
        const answer = await publish(code, i + round)
        if (answer.status !== 200) t.fail(answer.text)
        if (i % 4 === 0) await move(code, 'withdraw')
        if (i % 4 === 1) {
          await call('PATCH', `/v1/agencies/${code}`, { parent: round % 2 === 0 ? 'gov' : 'gov2', since: 2020 })
        }
      }
    }))
  } finally {
    state.writing = false
    await Promise.all(readers)
  }
  t.ok(
    answers.length > 20 && new Set(answers.map(({ texts }) => texts[1])).size > 10,
    `${answers.length} answers were remembered`
  )
  for (const { moment, code, texts } of answers) t.same(await ask(moment, code), texts, moment)
  t.same((await verifyTotals(db, forms)).differences, [])
})

t.test('takes unique timestamps from the row that every writer locks until commit', async t => {
  const { db } = await county(t, [])
  const taken = async () =>
    await db.transaction().execute(async trx =>
      (await sql<{ at: string }>`with moment as (${TAKE_TIMESTAMP}) select ${
        formatTimestamp(sql`at`)
      } as at from moment`
        .execute(trx)).rows[0]!.at
    )
  const moments = await Promise.all(Array.from({ length: 30 }, taken))
  t.equal(new Set(moments).size, 30)
})

// Property test: runs random sequences of requests and compares responses, reads by each caller, totals, audit log,
// as_of queries and ETags with the model in model.ts.
import fc from 'fast-check'
import { sql } from 'kysely'
import assert from 'node:assert/strict'
import t from 'tap'
import { verifyTotals } from '../../src/aggregates/verify.ts'
import { formatTimestamp } from '../../src/database/clock.ts'
import { Forms } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'
import { ADMIN_KEY, type Answer, type CallOptions, freshApp, freshDatabase } from '../support/app.ts'
import { consistentTables, SECTIONS, type WireTables } from '../support/figures.ts'
import { runsOf } from '../support/runs.ts'
import { service } from '../support/service.ts'
import { compareContributions, compareFilings, compareFindings, compareReconciliations } from './agreement.ts'
import { type Caller, Filing, type Outcome, type Said, type Standing } from './model.ts'

/** The number of sequences. */
const RUNS = runsOf('FILING_RUNS', 4, 50)
const STEPS = 60
/** Processes on one database that take turns with the requests; 0 is the service in this process. */
const PROCESSES = Number(process.env.FILING_PROCESSES ?? 0)
const SEED = process.env.FILING_SEED === undefined ? {} : { seed: Number(process.env.FILING_SEED) }

const CODES = ['city', 'east', 'west', 'e1', 'e2', 'w1', 'new']
const FILERS = ['e1', 'e2', 'w1', 'new', 'city']
const YEARS = [2020, 2022]
const MEASURES = [
  'requests.new_received.total',
  'requests.refused.organizations',
  'documents.regulations.issued',
  'documents.regulations.newly_made',
  'fees.administrative_fees.amount',
  'requests.outcome.natural_person'
]

// ---- steps ----------------------------------------------------------------------------------------------------------

const nth = fc.nat({ max: 10_000 })
/** Prefers authorized callers, so that most requests succeed. */
const who = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 3, arbitrary: nth }
)
const report = { agency: fc.constantFrom('e1', 'e1', 'e1', 'city', ...FILERS), year: fc.constantFrom(2022, ...YEARS) }
const match = fc.constantFrom('none', 'none', 'none', 'right', 'right', 'right', 'stale')
const retry = fc.constantFrom('none', 'none', 'new', 'new', 'reused')
const standing: fc.Arbitrary<Standing> = fc.record({
  parent: fc.option(fc.constantFrom(...CODES, 'nobody'), { freq: 8 }),
  level: fc.constantFrom('county', 'prefecture'),
  kind: fc.constant('department'),
  reporting: fc.constantFrom('own', 'own', 'consolidated')
})
const since = fc.constantFrom(2019, 2020, 2021, 2022)
const said = fc.record({
  seed: fc.nat({ max: 5 }),
  form: fc.constantFrom(undefined, undefined, undefined, '2019'),
  flaw: fc.constantFrom('', '', '', '', '', 'row', 'sum', 'blank')
})
const reason = fc.constantFrom('更正', '请核对', '撤回')
const is = <Name extends string, Rest extends object>(name: Name, rest: { [K in keyof Rest]: fc.Arbitrary<Rest[K]> }) =>
  fc.record(
    { do: fc.constant(name), who, ...rest } as Record<string, fc.Arbitrary<unknown>>
  ) as unknown as fc.Arbitrary<{ do: Name, who: number } & Rest>
type At = { agency: string, year: number }
const step = fc.oneof(
  // The next step in the life cycle of the report, so that reports reach late states.
  {
    weight: 24,
    arbitrary: is<
      'next',
      At & {
        match: string
        retry: string
        said: { seed: number, form: string | undefined, flaw: string }
        turn: number
        reason: string
      }
    >('next', { ...report, match, retry, said, turn: nth, reason })
  },
  {
    weight: 4,
    arbitrary: is<
      'move',
      At & {
        match: string
        retry: string
        move: 'submit' | 'return' | 'publish' | 'amend' | 'withdraw'
        reason: string
        remarks: boolean
      }
    >('move', {
      ...report,
      match,
      retry,
      move: fc.constantFrom('submit', 'return', 'publish', 'amend', 'withdraw'),
      reason,
      remarks: fc.boolean()
    })
  },
  {
    weight: 1,
    arbitrary: is<'create', At & { retry: string, said: { seed: number, form: string | undefined, flaw: string } }>(
      'create',
      { ...report, retry, said }
    )
  },
  {
    weight: 3,
    arbitrary: is<'put', At & { match: string, said: { seed: number, form: string | undefined, flaw: string } }>(
      'put',
      { ...report, match, said }
    )
  },
  {
    weight: 4,
    arbitrary: is<
      'rows',
      At & {
        match: string
        retry: string
        how: 'append' | 'replace' | 'put row' | 'delete row' | 'put table'
        table: string
        seed: number
        blank: boolean
      }
    >('rows', {
      ...report,
      match,
      retry,
      how: fc.constantFrom('append', 'replace', 'put row', 'delete row', 'put table'),
      table: fc.constantFrom('documents', 'documents', 'fees', 'requests'),
      seed: fc.nat({ max: 5 }),
      blank: fc.boolean()
    })
  },
  { weight: 2, arbitrary: is<'remove', At & { match: string }>('remove', { ...report, match }) },
  {
    weight: 2,
    arbitrary: is<'register', { code: string, standing: Standing, since: number | null, retry: string }>('register', {
      code: fc.constantFrom(...CODES),
      standing,
      since: fc.option(since),
      retry
    })
  },
  {
    weight: 1,
    arbitrary: is<'put agency', { code: string, standing: Standing, since: number }>('put agency', {
      code: fc.constantFrom(...CODES),
      standing,
      since
    })
  },
  {
    weight: 2,
    arbitrary: is<'change', { code: string, change: Partial<Standing>, since: number }>('change', {
      code: fc.constantFrom(...CODES),
      change: fc.record({
        parent: fc.option(fc.constantFrom(...CODES), { freq: 8 }),
        level: fc.constantFrom('county', 'prefecture'),
        reporting: fc.constantFrom('own', 'consolidated')
      }, { requiredKeys: [] }),
      since
    })
  },
  {
    weight: 1,
    arbitrary: is<'key', { role: 'filer' | 'supervisor', agency: string, retry: string }>('key', {
      role: fc.constantFrom('filer', 'supervisor'),
      agency: fc.constantFrom(...CODES, 'nobody'),
      retry
    })
  },
  { weight: 1, arbitrary: is<'revoke', { key: number }>('revoke', { key: nth }) },
  { weight: 3, arbitrary: is<'repeat', { request: number }>('repeat', { request: nth }) },
  { weight: 3, arbitrary: is<'look', At>('look', report) },
  { weight: 2, arbitrary: is<'remember', At & { query: number }>('remember', { ...report, query: nth }) }
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const QUERIES = [
  { by: ['year'] },
  { by: ['agency', 'year'] },
  { by: ['child', 'year'], under: 'city' },
  { by: ['form', 'level'] },
  { by: [], under: 'east' },
  { by: ['child'] },
  { by: ['year'], under: 'west', level: 'county' }
].map(query => ({ measures: MEASURES, first: 2020, last: 2022, ...query }))

const searchOf = ({ measures, by, first, last, ...rest }: typeof QUERIES[number]) =>
  new URLSearchParams(
    [...measures.map(measure => ['measure', measure]), ...(by.length > 0 ? [['by', by.join()]] : []), [
      'year',
      `${first}..${last}`
    ], ...Object.entries(rest)] as [string, string][]
  ).toString()

// ---- sequence -------------------------------------------------------------------------------------------------------

interface Kept {
  caller: Caller
  path: string
  body: object
  key: string
  answer: Answer
  refused: () => Outcome | undefined
}
type Made = Pick<Awaited<ReturnType<typeof freshApp>>, 'call' | 'db' | 'forms'>

async function makeService (t: Parameters<typeof freshApp>[0]): Promise<Made> {
  if (PROCESSES === 0) return await freshApp(t)
  const { db, url } = await freshDatabase(t)
  const processes = await Promise.all(Array.from({ length: PROCESSES }, () => service(t, url)))
  let turn = 0
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, key = ADMIN_KEY }: CallOptions = {}
  ): Promise<Answer> => {
    const answer = await fetch(processes[turn++ % PROCESSES]!.base + path, {
      method,
      headers: {
        ...key === null ? {} : { authorization: `Bearer ${key}` },
        ...body === undefined ? {} : { 'content-type': 'application/json' },
        ...headers
      },
      ...body === undefined ? {} : { body: JSON.stringify(body) }
    })
    const text = await answer.text()
    return {
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      text,
      json: /^application\/(problem\+)?json/.test(answer.headers.get('content-type') ?? '')
        ? JSON.parse(text)
        : undefined
    }
  }
  return { call, db, forms: new Forms(await readForms()) }
}

/** Removes what a sequence has stored, except the forms and the clock, which the running services have read. */
async function emptyDatabase (db: Made['db']): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables
    where schemaname = 'public' and tablename not in ('form_cell', 'clock', 'kysely_migration', 'kysely_migration_lock')
  `.execute(db)
  await sql`truncate ${sql.join(rows.map(({ name }) => sql.table(name)))}`.execute(db)
}

/** The content hash of an ETag, without the suffix that identifies the last change. */
const shownBy = (etag: string) => etag.replace(/\..*/, '"')

class Sequence {
  readonly made: Made
  readonly model: Filing
  readonly said: string[] = []
  readonly kept: Kept[] = []
  readonly past: { path: string, text: string }[] = []
  /** The last representation seen at each path, by the administrator and by the public. */
  readonly seen = new Map<string, { text: string, etag: string }>()
  /** All ETags of each report's working state. */
  readonly tags = new Map<string, string[]>()
  codes = new Map<string, number>()
  #keys = 0

  constructor (made: Made) {
    this.made = made
    const admin: Caller = { name: 'ADMIN_API_KEY', role: 'admin', agency: '', key: ADMIN_KEY }
    this.model = new Filing(made.forms, [admin])
  }

  async call (
    caller: Caller,
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {}
  ): Promise<Answer> {
    const answer = await this.made.call(method, path, body, { key: caller.key, headers })
    this.said.push(
      `${caller.name}: ${method} ${path} ${JSON.stringify(headers)} ${
        JSON.stringify(body)?.slice(0, 120) ?? ''
      } -> ${answer.status} ${answer.json?.code ?? ''}`
    )
    return answer
  }

  expect (answer: Answer, [status, code]: Outcome) {
    const found = [answer.status, ...code === undefined ? [] : [answer.json?.code]]
    assert.deepEqual(found, [status, ...code === undefined ? [] : [code]], answer.text.slice(0, 400))
    const name = `${answer.status} ${answer.status < 400 ? '' : answer.json.code}`.trim()
    this.codes.set(name, (this.codes.get(name) ?? 0) + 1)
  }

  /** Sends a POST, with an Idempotency-Key depending on `retry`. `predict` updates the model. */
  async post (
    caller: Caller,
    retry: string,
    path: string,
    body: object,
    headers: Record<string, string>,
    refused: () => Outcome | undefined,
    predict: () => Outcome
  ): Promise<Answer> {
    const other = retry === 'reused'
      ? this.kept.find(kept =>
        kept.caller === caller && (kept.path !== path || JSON.stringify(kept.body) !== JSON.stringify(body))
      )
      : undefined
    const key = other?.key ?? (retry === 'none' ? undefined : `key-${this.#keys++}`)
    const answer = await this.call(caller, 'POST', path, body, {
      ...headers,
      ...(key === undefined ? {} : { 'idempotency-key': key })
    })
    this.expect(answer, other === undefined ? predict() : refused() ?? [422, 'idempotency-key-reused'])
    if (key !== undefined && other === undefined && answer.status < 300) {
      this.kept.push({ caller, path, body, key, answer, refused })
    }
    return answer
  }

  async start () {
    const { model } = this
    const [admin] = model.callers as [Caller]
    for (
      const [code, parent] of [['city', null], ['east', 'city'], ['west', 'city'], ['e1', 'east'], ['e2', 'east'], [
        'w1',
        'west'
      ]] as const
    ) {
      const standing = {
        parent,
        level: 'county',
        kind: 'department',
        reporting: code === 'city' ? 'consolidated' : 'own'
      }
      this.expect(
        await this.call(admin, 'POST', '/v1/agencies', { code, name: `机关${code}`, ...standing }),
        model.register(admin, code, standing, null)
      )
    }
    for (
      const [role, agency] of [['supervisor', 'city'], ['supervisor', 'east'], ['filer', 'e1'], [
        'filer',
        'west'
      ]] as const
    ) await this.makeKey(admin, role, agency, 'none')
    model.callers.push({ name: 'nobody', role: null, agency: '', key: null }, {
      name: 'a wrong key',
      role: 'admin',
      agency: '',
      key: 'gk_wrong',
      revoked: true
    })
  }

  async makeKey (caller: Caller, role: 'filer' | 'supervisor', agency: string, retry: string) {
    const { model } = this
    const answer = await this.post(
      caller,
      retry,
      '/v1/keys',
      { role, agency, label: `${role} of ${agency}` },
      {},
      () => model.refusedAt(caller, 'supervisor', agency),
      () => model.createKey(caller, role, agency)
    )
    if (answer.status === 201) {
      model.callers.push({
        name: `key ${answer.json.id}, ${role} of ${agency}`,
        role,
        agency,
        key: answer.json.key,
        id: answer.json.id
      })
    }
  }

  sent ({ seed, form: asked, flaw }: { seed: number, form: string | undefined, flaw: string }, year: number): Said {
    const form = this.made.forms.choose(year, asked)
    const tables = tablesOf(this.made.forms, form.id, seed)
    if (flaw === 'row') delete tables.documents!.regulations
    if (flaw === 'sum') tables.requests!.granted!.total!++
    if (flaw === 'blank') {
      tables.documents!.regulations = Object.fromEntries(
        Object.keys(tables.documents!.regulations!).map(column => [column, null])
      )
    }
    return {
      form: form.id,
      tables,
      sections: seed % 2 === 0 ? SECTIONS : { ...SECTIONS, other_matters: `第 ${seed} 稿` }
    }
  }

  /** The If-Match header, and whether it matches the current ETag. */
  async matching (
    how: string,
    agency: string,
    year: number,
    table?: string
  ): Promise<{ headers: Record<string, string>, matches: boolean }> {
    if (how === 'none') return { headers: {}, matches: true }
    const path = `/v1/reports/${agency}/${year}`
    const present = await this.made.call('GET', path)
    const tags = this.tags.get(path) ?? []
    if (how === 'stale') {
      return {
        headers: {
          'if-match': tags.findLast(tag => shownBy(tag) !== shownBy(present.headers.etag ?? '')) ?? '"another"'
        },
        matches: false
      }
    }
    if (present.status !== 200) return { headers: { 'if-match': '*' }, matches: false }
    const ofTable = table === undefined || tags.length % 2 === 0
      ? undefined
      : await this.made.call('GET', `${path}/tables/${table}`)
    return { headers: { 'if-match': (ofTable ?? present).headers.etag! }, matches: true }
  }

  async run (step: Step) {
    const { model } = this
    const caller = model.callers[step.who % model.callers.length]!
    if (step.do === 'next') return await this.next(caller, step)
    if (step.do === 'move') return await this.move(caller, step.move, step)
    if (step.do === 'create' || step.do === 'put') {
      return await this.write(caller, step.do, { match: 'none', retry: 'none', ...step })
    }
    if (step.do === 'rows') return await this.rows(caller, step)
    if (step.do === 'remove') {
      const { headers, matches } = await this.matching(step.match, step.agency, step.year)
      const path = `/v1/reports/${step.agency}/${step.year}`
      this.expect(
        await this.call(caller, 'DELETE', path, undefined, headers),
        model.remove(caller, step.agency, step.year, matches)
      )
      if (!model.reports.has(`${step.agency} ${step.year}`)) {
        for (const at of [...this.seen.keys()].filter(at => at.includes(path))) {
          this.seen.delete(at)
        }
      }
    } else if (step.do === 'register') {
      const { code, standing, since } = step
      await this.post(
        caller,
        step.retry,
        '/v1/agencies',
        { code, name: `机关${code}`, ...standing, since },
        {},
        () => model.refusedStanding(caller, code, standing, since),
        () => model.register(caller, code, standing, since)
      )
    } else if (step.do === 'put agency') {
      const { code, standing, since } = step
      this.expect(
        await this.call(caller, 'PUT', `/v1/agencies/${code}`, { name: `机关${code}`, ...standing, since }),
        model.put(caller, code, standing, since)
      )
    } else if (step.do === 'change') {
      this.expect(
        await this.call(caller, 'PATCH', `/v1/agencies/${step.code}`, { ...step.change, since: step.since }),
        model.change(caller, step.code, step.change, step.since)
      )
    } else if (step.do === 'key') await this.makeKey(caller, step.role, step.agency, step.retry)
    else if (step.do === 'revoke') {
      const keys = model.callers.filter(({ id }) => id !== undefined)
      // Keep the first three keys, so that a filer and a supervisor remain.
      const key = keys[step.key % keys.length]!
      if (keys.indexOf(key) > 2) {
        this.expect(await this.call(caller, 'DELETE', `/v1/keys/${key.id}`), model.revokeKey(caller, key))
      }
    } else if (step.do === 'repeat') await this.repeat(step.request)
    else if (step.do === 'look') await this.look(caller, step.agency, step.year)
    else if (step.do === 'remember') await this.remember(step)
  }

  async next (caller: Caller, step: Step & { do: 'next' }) {
    const report = this.model.reports.get(`${step.agency} ${step.year}`)
    if (
      report === undefined ||
      (step.turn % 3 > 0 && ['draft', 'returned'].includes(report.status) && report.versions.length > 0 &&
        report.revision % 3 > 0)
    ) return await this.write(caller, step.turn % 2 === 0 ? 'create' : 'put', step)
    const move = {
      draft: 'submit',
      returned: 'submit',
      submitted: step.turn % 5 === 0 ? 'return' : 'publish',
      published: step.turn % 4 === 0 ? 'withdraw' : 'amend',
      withdrawn: 'amend'
    } as const
    await this.move(caller, move[report.status], { ...step, remarks: true })
  }

  async write (
    caller: Caller,
    how: 'create' | 'put',
    { agency, year, match, retry, said }: At & {
      match: string
      retry: string
      said: { seed: number, form: string | undefined, flaw: string }
    }
  ) {
    const { model } = this
    const sent = this.sent(said, year)
    if (how === 'create') {
      await this.post(
        caller,
        retry,
        '/v1/reports',
        { agency, year, ...sent },
        {},
        () => model.refusedAt(caller, 'filer', agency, year),
        () => model.create(caller, agency, year, sent)
      )
    } else {
      const { headers, matches } = await this.matching(match, agency, year)
      this.expect(
        await this.call(caller, 'PUT', `/v1/reports/${agency}/${year}`, sent, headers),
        model.putReport(caller, agency, year, sent, matches)
      )
    }
    await this.observe(agency, year)
  }

  async move (
    caller: Caller,
    move: 'submit' | 'return' | 'publish' | 'amend' | 'withdraw',
    { agency, year, match, retry, reason, remarks }: At & {
      match: string
      retry: string
      reason: string
      remarks: boolean
    }
  ) {
    const { model } = this
    const { headers, matches } = await this.matching(match, agency, year)
    const told = remarks ? { 'requests.granted.total': '与附表不一致' } : null
    const body = move === 'submit' || move === 'publish'
      ? {}
      : { reason, ...(move === 'return' && told ? { remarks: told } : {}) }
    await this.post(
      caller,
      retry,
      `/v1/reports/${agency}/${year}/${move}`,
      body,
      headers,
      () => model.refusedAt(caller, move === 'submit' ? 'filer' : 'supervisor', agency, year),
      () => model.move(caller, move, agency, year, reason, told, matches)
    )
    await this.observe(agency, year)
  }

  async rows (caller: Caller, { agency, year, match, retry, how, table, seed, blank }: Step & { do: 'rows' }) {
    const { model } = this
    const { headers, matches } = await this.matching(match, agency, year, table)
    const form = model.reports.get(`${agency} ${year}`)?.said.form ?? this.made.forms.choose(year, undefined).id
    const rows = Object.entries(tablesOf(this.made.forms, form, seed)[table]!)
    // Use blanks only in tables without totals.
    if (blank && table !== 'requests') {
      rows[0]![1] = Object.fromEntries(Object.keys(rows[0]![1]).map((column, i) => [column, i === 0 ? 7 : null]))
    }
    const chosen = how === 'put table'
      ? rows.slice(seed === 5 ? 0 : 1)
      : how === 'append' || how === 'replace'
      ? rows.slice(seed, seed + 2)
      : rows.slice(seed % rows.length).slice(0, 1)
    const sent = Object.fromEntries(chosen.length === 0 && how !== 'put table' ? rows.slice(0, 1) : chosen)
    const [row, values] = Object.entries(sent)[0] ?? []
    const path = `/v1/reports/${agency}/${year}/tables/${table}`
    const predict = () => model.rows(caller, how, agency, year, table, sent, matches)
    if (how === 'append' || how === 'replace') {
      await this.post(
        caller,
        retry,
        `${path}/rows${how === 'replace' ? '?on_conflict=replace' : ''}`,
        Object.entries(sent).map(([row, values]) => ({ row, values })),
        headers,
        () => model.refusedAt(caller, 'filer', agency, year),
        predict
      )
    } else if (how === 'put table') {
      this.expect(await this.call(caller, 'PUT', path, { rows: sent }, headers), predict())
    } else if (how === 'put row') {
      this.expect(await this.call(caller, 'PUT', `${path}/rows/${row}`, { values }, headers), predict())
    } else this.expect(await this.call(caller, 'DELETE', `${path}/rows/${row}`, undefined, headers), predict())
    await this.observe(agency, year)
  }

  /** Repeats a request with its idempotency key: the response is replayed and the model does not change. */
  async repeat (request: number) {
    const kept = this.kept[request % this.kept.length]
    if (kept === undefined) return
    const { caller, path, body, key, answer } = kept
    const again = await this.call(caller, 'POST', path, body, { 'idempotency-key': key })
    const refused = kept.refused()
    if (refused) return this.expect(again, refused)
    assert.equal(again.headers['idempotency-replayed'], 'true')
    assert.deepEqual([again.status, again.headers.etag, again.headers.location], [
      answer.status,
      answer.headers.etag,
      answer.headers.location
    ])
    if (path === '/v1/keys') assert.deepEqual(again.json, { ...answer.json, key: null })
    else assert.equal(again.text, answer.text)
  }

  /** Checks the report and its ETags as the administrator and the public read them, and the ETag of a table. */
  async observe (agency: string, year: number) {
    const { model, made: { call } } = this
    const path = `/v1/reports/${agency}/${year}`
    const [admin] = model.callers as [Caller]
    const working = await call('GET', path)
    const expected = model.working(agency, year, admin)
    assert.equal(working.status, expected === undefined ? 404 : 200)
    if (expected !== undefined) {
      const { published_at: publishedAt, ...shown } = working.json
      assert.deepEqual(shown, expected)
      assert.equal(publishedAt !== undefined, expected.status === 'published' || expected.status === 'withdrawn')
      this.tag(path, working)
      const tags = this.tags.get(path) ?? []
      if (tags.at(-1) !== working.headers.etag) this.tags.set(path, [...tags, working.headers.etag!])
      this.tag(`${path}/tables/documents`, await call('GET', `${path}/tables/documents`))
    }
    const open = await call('GET', path, undefined, { key: null })
    this.public(open, agency, year)
    if (open.status === 200) this.tag(`public ${path}`, open)
  }

  /** Asserts that the content hash of the ETag changes if and only if the representation changes. */
  tag (at: string, { text, headers: { etag } }: Answer) {
    const before = this.seen.get(at)
    const hash = shownBy(etag!)
    const shown = text.replace(/"allowed_transitions":\[[^\]]*\],?/, '')
    if (before !== undefined) {
      assert.equal(
        before.etag === hash,
        before.text === shown,
        `ETag of ${at}: ${before.etag} ${hash}\n${before.text.slice(0, 300)}\n${shown.slice(0, 300)}`
      )
    }
    this.seen.set(at, { text: shown, etag: hash })
  }

  /** Checks a public read of the current version, or of version `number`. */
  public (open: Answer, agency: string, year: number, number?: number) {
    const expected = number === undefined
      ? this.model.public(agency, year)
      : { status: 200, body: this.model.version(agency, year, number) }
    assert.equal(open.status, expected.status, open.text)
    if (open.status !== 200) return
    const { published_at: publishedAt, ...shown } = open.json
    assert.deepEqual(shown, expected.body)
    assert.match(publishedAt, /^\d{4}-/)
  }

  /** Checks all reads of a report by this caller. */
  async look (caller: Caller, agency: string, year: number) {
    const { model } = this
    const path = `/v1/reports/${agency}/${year}`
    const read = async (path: string) => await this.call(caller, 'GET', path)
    const answer = await read(path)
    if (caller.revoked) return this.expect(answer, [401, 'key-invalid'])
    if (model.covers(caller, agency, year)) {
      const expected = model.working(agency, year, caller)
      assert.equal(answer.status, expected === undefined ? 404 : 200, answer.text)
      if (expected !== undefined) {
        const { published_at: _, ...shown } = answer.json
        assert.deepEqual(shown, expected)
        assert.deepEqual(
          (await read(`${path}/tables/requests`)).json.rows,
          (expected as { tables: Record<string, unknown> }).tables.requests ?? {}
        )
      }
    } else {
      this.public(answer, agency, year)
      const table = await read(`${path}/tables/requests`)
      assert.equal(table.status, answer.status)
      if (table.status === 200) assert.deepEqual(table.json.rows, answer.json.tables.requests ?? {})
    }
    this.public(await read(`${path}?version=current`), agency, year)
    const versions = model.reports.get(`${agency} ${year}`)?.versions.length ?? 0
    for (let number = 1; number <= versions + 1; number++) {
      const version = await read(`${path}/versions/${number}`)
      assert.equal(version.status, number <= versions ? 200 : 404)
      if (version.status === 200) this.public(version, agency, year, number)
    }
    const list = await read('/v1/reports')
    assert.deepEqual(
      list.json.items.map((item: any) => `${item.agency} ${item.year} ${item.status}`).sort(),
      model.listed(caller)
    )
  }

  async remember ({ agency, year, query }: Step & { do: 'remember' }) {
    const { db, call } = this.made
    const moment =
      (await sql<{ at: string }>`select ${formatTimestamp(sql`clock_timestamp()`)} as at`.execute(db)).rows[0]!.at
    const asked = QUERIES[query % QUERIES.length]!
    const report = `/v1/reports/${agency}/${year}?as_of=${moment}`
    const totals = `/v1/totals?${searchOf(asked)}&as_of=${moment}`
    this.public(await call('GET', report, undefined, { key: null }), agency, year)
    assert.deepEqual(
      (await call('GET', totals, undefined, { key: null })).json.totals,
      this.model.totals().totals(asked)
    )
    for (const path of [report, totals]) this.past.push({ path, text: await this.pastOf(path) })
  }

  async pastOf (path: string) {
    return (await this.made.call('GET', path, undefined, { key: null })).text.replace(/"request_id":"[^"]+"/, '')
  }

  async totals () {
    const { call, db, forms } = this.made
    for (const query of QUERIES) {
      assert.deepEqual(
        (await call('GET', `/v1/totals?${searchOf(query)}`, undefined, { key: null })).json.totals,
        this.model.totals().totals(query),
        searchOf(query)
      )
    }
    assert.deepEqual((await verifyTotals(db, forms)).differences, [])
  }

  async end () {
    const { model, made: { call, db } } = this
    await this.totals()
    for (const { path, text } of this.past) assert.equal(await this.pastOf(path), text, path)
    const { rows: twice } =
      await sql`select agency, year from report_version where public_until = 'infinity' group by agency, year having count(*) > 1`
        .execute(db)
    assert.deepEqual(twice, [])
    for (const agency of new Set(FILERS)) {
      for (const year of YEARS) for (const caller of model.callers) await this.look(caller, agency, year)
    }
    for (const year of YEARS) {
      for (const caller of model.callers) if (!caller.revoked) await compareFilings(call, model, caller, year)
      await compareContributions(call, model, MEASURES[0]!, year)
      await compareReconciliations(call, model, year)
      await compareFindings(call, model, year)
    }
    const verified = await call('GET', '/v1/events/verify')
    assert.deepEqual([verified.json.ok, verified.json.events], [true, model.events.length], verified.text)
    for (const caller of model.callers) {
      const feed = await this.call(caller, 'GET', '/v1/events?limit=1000')
      if (caller.role === null || caller.revoked) {
        this.expect(feed, model.refused(caller, 'filer')!)
        continue
      }
      // Events are ordered within an agency, but not across agencies.
      const byAgency = (events: { agency: string | null, year: number | null, kind: string }[]) =>
        Object.fromEntries(
          CODES.map(code => [
            code,
            events.filter(event => event.agency === code).map(({ kind, year }) => `${kind} ${year}`)
          ])
        )
      assert.deepEqual(
        byAgency(feed.json.items),
        byAgency(model.events.filter(({ agency, year }) => model.covers(caller, agency!, year ?? undefined))),
        caller.name
      )
    }
  }
}

function tablesOf (forms: Forms, form: string, seed: number): WireTables {
  let next = seed + 1
  return consistentTables(forms.get(form), () => {
    next = (next * 1103515245 + 12345) % 2147483648
    return next % 5 === 0 ? next % 90 : 0
  })
}

t.test('responses, states, totals, events and history match the model for any sequence of requests', {
  timeout: 3_600_000
}, async t => {
  const codes = new Map<string, number>()
  let done = 0
  const made = await makeService(t)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: STEPS, maxLength: STEPS }), async steps => {
      await emptyDatabase(made.db)
      const sequence = new Sequence(made)
      try {
        await sequence.start()
        for (const [i, step] of steps.entries()) {
          await sequence.run(step)
          if (i % 20 === 19) await sequence.totals()
        }
        await sequence.end()
      } catch (error) {
        throw new Error(`${(error as Error).message}\n\nafter\n${sequence.said.slice(-12).join('\n')}`)
      }
      for (const [code, n] of sequence.codes) codes.set(code, (codes.get(code) ?? 0) + n)
      done++
    }),
    { numRuns: RUNS, endOnFailure: true, ...SEED }
  )
  // A few random sequences may happen to miss some outcomes; many must cover all important ones.
  for (
    const code of RUNS < 50 ? ['200', '201'] : [
      '200',
      '201',
      '204',
      '401 key-required',
      '403 outside-subtree',
      '404 report-not-found',
      '409 report-locked',
      '412 precondition-failed',
      '422 checks-failed'
    ]
  ) t.ok(codes.has(code), code)
  t.comment(
    `${done} sequences: ${
      [...codes].sort(([a], [b]) => a < b ? -1 : 1).map(([code, n]) => `${n} × ${code}`).join(', ')
    }`
  )
})

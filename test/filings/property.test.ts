// Filings against a naive computation, after random sequences of what changes them.
import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { runsOf } from '../support/runs.ts'

const CODES = ['a', 'b', 'c', 'd', 'e']
const YEARS = [2021, 2022, 2023]
const STATUSES = ['missing', 'draft', 'submitted', 'returned', 'published', 'withdrawn']
const TIMELINESS = ['on_time', 'late', 'overdue', 'open']

interface Standing {
  parent: string | null
  kind: string
  reporting: string
}
interface Model {
  /** By agency and year. */
  standing: Map<string, Map<number, Standing>>
  /** By `agency year`. */
  reports: Map<string, { status: string, public: boolean, first: string | null }>
  deadlines: Map<string, { date: string, subtree: boolean }>
}

const code = fc.constantFrom(...CODES)
const year = fc.constantFrom(...YEARS)
const day = fc.constantFrom('01-05', '01-20', '01-31', '02-10', '03-31')
const standing = fc.record({
  parent: fc.option(code, { freq: 4 }),
  kind: fc.constantFrom('government', 'department'),
  reporting: fc.constantFrom('own', 'consolidated')
})
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('place' as const), code, since: year, standing }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('draft' as const), code, year }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('publish' as const), code, year, on: day }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('move' as const),
      code,
      year,
      move: fc.constantFrom('submit', 'return', 'amend', 'withdraw')
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant('deadline' as const), code, year, on: day, subtree: fc.boolean() })
  }
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

const isBelow = (model: Model, agency: string, above: string, year: number): boolean => {
  for (let at: string | null = agency; at !== null; at = model.standing.get(at)?.get(year)?.parent ?? null) {
    if (at === above) return true
  }
  return false
}

/** What a caller, who acts for `subtree`, is told of each agency of the year. */
function filingsOf (model: Model, year: number, subtree: string | null) {
  return CODES.flatMap(agency => {
    const standing = model.standing.get(agency)?.get(year)
    if (standing === undefined) return []
    const report = model.reports.get(`${agency} ${year}`)
    const inside = subtree === '' || (subtree !== null && isBelow(model, agency, subtree, year))
    const dates = [`${year + 1}-${standing.kind === 'government' ? '03-31' : '01-31'}`]
    for (const above of CODES.filter(above => isBelow(model, agency, above, year))) {
      const deadline = model.deadlines.get(`${above} ${year}`)
      if (deadline !== undefined && (above === agency || deadline.subtree)) dates.push(deadline.date)
    }
    const due = dates.sort()[0]!
    const first = report?.first ?? null
    return [{
      agency,
      ...standing,
      year,
      status: report === undefined
        ? 'missing'
        : inside
        ? report.status
        : report.public
        ? 'published'
        : first === null
        ? 'missing'
        : 'withdrawn',
      due,
      timeliness: first === null ? 'overdue' : first <= due ? 'on_time' : 'late'
    }]
  })
}

t.test('agree with a naive computation for every caller', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async steps => {
      const ends: (() => Promise<void>)[] = []
      const { call, db, forms } = await freshApp({ teardown: end => ends.unshift(end) })
      const model: Model = { standing: new Map(), reports: new Map(), deadlines: new Map() }
      let figure = 0
      const write = async (path: string) =>
        await call('PUT', path, { tables: consistentTables(forms.get('2021'), () => ++figure), sections: SECTIONS })

      const apply: { [What in Step['what']]: (step: Extract<Step, { what: What }>) => Promise<void> } = {
        place: async ({ code, since, standing }) => {
          const before = model.standing.get(code)
          const { status } = await call('PUT', `/v1/agencies/${code}`, {
            name: `${code}局`,
            level: 'county',
            ...standing,
            since
          })
          if (status >= 300) return
          const after = new Map(before)
          for (const year of YEARS.filter(year => year >= since)) after.set(year, { ...standing })
          model.standing.set(code, after)
        },
        draft: async ({ code, year }) => {
          const { status } = await write(`/v1/reports/${code}/${year}`)
          if (status === 201) model.reports.set(`${code} ${year}`, { status: 'draft', public: false, first: null })
        },
        publish: async ({ code, year, on }) => {
          const path = `/v1/reports/${code}/${year}`
          const report = model.reports.get(`${code} ${year}`)
          if (report !== undefined && ['draft', 'returned'].includes(report.status)) {
            await write(path)
            await call('POST', `${path}/submit`)
            report.status = 'submitted'
          }
          const { status } = await call('POST', `${path}/publish`)
          if (status >= 300 || report!.status === 'published') return
          const first = report!.first ?? `${year + 1}-${on}`
          // 23:59 in China: the last minute of that day.
          await sql`
            update report_version set published_at = ${`${first}T15:59:00Z`}::timestamptz
            where agency = ${code} and year = ${year} and version = 1`.execute(db)
          Object.assign(report!, { status: 'published', public: true, first })
        },
        move: async ({ code, year, move }) => {
          const { status } = await call('POST', `/v1/reports/${code}/${year}/${move}`, {
            ...move === 'submit' ? {} : { reason: '更正' }
          })
          const report = model.reports.get(`${code} ${year}`)
          if (status >= 300 || report === undefined) return
          report.status = { submit: 'submitted', return: 'returned', amend: 'draft', withdraw: 'withdrawn' }[move]!
          if (move === 'withdraw') report.public = false
        },
        deadline: async ({ code, year, on, subtree }) => {
          const date = `${year + 1}-${on}`
          const { status } = await call('PUT', `/v1/reports/${code}/${year}/deadline`, {
            date,
            applies_to: subtree ? 'subtree' : 'agency'
          })
          if (status < 300) model.deadlines.set(`${code} ${year}`, { date, subtree })
        }
      }
      for (const step of steps) await apply[step.what](step as never)

      const callers: [subtree: string | null, key: string | undefined | null][] = [[null, null], ['', undefined]]
      for (const agency of CODES.filter(code => model.standing.has(code)).slice(0, 2)) {
        callers.push([agency, (await call('POST', '/v1/keys', { role: 'filer', agency, label: 'x' })).json.key])
      }
      for (const [subtree, key] of callers) {
        const read = async (path: string) => (await call('GET', path, undefined, key === undefined ? {} : { key })).json
        for (const year of YEARS) {
          const expected = filingsOf(model, year, subtree)
          const unders = [undefined, ...expected.map(({ agency }) => agency)]
          if (expected.length === 0) continue
          for (const under of unders) {
            const query = `year=${year}${under === undefined ? '' : `&under=${under}`}`
            const below = expected.filter(({ agency }) => under === undefined || isBelow(model, agency, under, year))
            const listed: any[] = []
            for (let next: string | null = `/v1/filings?${query}&limit=2`; next !== null;) {
              const page = await read(next)
              listed.push(...page.items)
              next = page.next
            }
            const shown = listed.map((
              { agency_name: _, level: __, first_published_at: ___, first_published_on: ____, ...filing }
            ) => filing)
            assertSame(shown, below, `${query} as ${subtree}`)
            for (const status of STATUSES) {
              const { items } = await read(`/v1/filings?${query}&status=${status}&limit=1000`)
              assertSame(
                items.map((item: any) => item.agency),
                below.filter(filing => filing.status === status).map(({ agency }) => agency),
                `${query} ${status} as ${subtree}`
              )
            }
            const { groups } = await read(`/v1/filings/summary?${query}&by=child`)
            const children = new Map<string, typeof below>()
            for (const filing of below) {
              let child = filing.agency
              while (child !== under) {
                const { parent } = model.standing.get(child)!.get(year)!
                if (parent === null || parent === under) break
                child = parent
              }
              children.set(child, [...children.get(child) ?? [], filing])
            }
            assertSame(
              groups.map(({ child_name: _, ...group }: any) => group),
              [...children].sort(([a], [b]) => a < b ? -1 : 1).map(([child, filings]) => ({
                child,
                expected: filings.length,
                ...Object.fromEntries(
                  STATUSES.map(status => [status, filings.filter(filing => filing.status === status).length])
                ),
                ...Object.fromEntries(
                  TIMELINESS.map(timeliness => [
                    timeliness,
                    filings.filter(filing => filing.timeliness === timeliness).length
                  ])
                )
              })),
              `summary of ${query} as ${subtree}`
            )
          }
        }
      }
      for (const end of ends) await end()
    }),
    { numRuns: runsOf('FILINGS_RUNS', 3, 60) }
  )
})

function assertSame (found: unknown, expected: unknown, what: string): void {
  const text = (value: unknown) =>
    JSON.stringify(value, (_, member) =>
      member !== null && typeof member === 'object' && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => a < b ? -1 : 1))
        : member)
  if (text(found) !== text(expected)) throw new Error(`${what}\nfound    ${text(found)}\nexpected ${text(expected)}`)
}

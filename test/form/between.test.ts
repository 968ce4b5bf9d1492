import fc from 'fast-check'
import t from 'tap'
import { addForms, addReports } from '../../src/form/between/other-forms.ts'
import { runChecks } from '../../src/form/checks.ts'
import { type Content, readContent } from '../../src/form/content.ts'
import type { Form } from '../../src/form/form.ts'
import { Forms } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'
import { consistentTables, SECTIONS, type WireTables } from '../support/figures.ts'

const forms = new Forms(await readForms())
const [f2019, f2021] = [forms.get('2019'), forms.get('2021')]

function contentOf (
  form: Form,
  next: () => number,
  change: (tables: WireTables) => void = () => {},
  notes = {}
): Content {
  const tables = consistentTables(form, next)
  change(tables)
  const { content, faults } = readContent(form, { tables, notes, sections: SECTIONS })
  t.same(faults, [])
  return content
}

const other = (form: Form, content: Content) => ({ agency: 'a', year: 2020, version: 2, form, content })

/** The findings between reports as `id outcome left right`, those that match. */
const findings = (form: Form, content: Content, previous: ReturnType<typeof other>[], pattern: RegExp) =>
  runChecks(form, content, { previous }).findings.filter(({ check }) => pattern.test(check)).map((
    { check, outcome, left, right }
  ) => `${check} ${outcome} ${left} ${right}`)

t.test('each form has its checks between reports, with ids of their own', async t => {
  t.same(
    forms.all.map(({ id, between, checkIds, checks }) => [
      id,
      between.filter(({ id }) => id.startsWith('previous_year.carried_in.')).length,
      between.filter(({ id }) => /^previous_year\.(in_force|prior_year_items)\./.test(id)).map(({ id }) => id),
      between.filter(({ id }) => id.startsWith('children.sum.')).length,
      checkIds.size === checks.length + between.length
    ]),
    [[
      '2019',
      7,
      [
        'licensing.administrative_licences',
        'licensing.other_external_services',
        'enforcement.administrative_penalties',
        'enforcement.administrative_coercion',
        'fees.administrative_fees'
      ].map(row => `previous_year.prior_year_items.${row}`),
      198,
      true
    ], [
      '2021',
      7,
      ['previous_year.in_force.regulations', 'previous_year.in_force.normative_documents'],
      200,
      true
    ]]
  )
  for (const { between } of forms.all) t.notOk(between.some(({ severity }) => severity === 'error'))
})

t.test('carry-over is compared by column, also across the change of the form', async t => {
  const previous = contentOf(f2019, () => 2, ({ requests }) => {
    requests!.carried_out!.natural_person = 3
    requests!.carried_out!.total = 3
  })
  const now = contentOf(f2021, () => 2, ({ requests }) => {
    requests!.carried_in!.natural_person = 5
    requests!.carried_in!.other = null
  })
  t.same(findings(f2021, now, [other(f2019, previous)], /year\.carried_in/), [
    'previous_year.carried_in.natural_person fail 5 3',
    'previous_year.carried_in.other not_assessable null 2',
    'previous_year.carried_in.total fail 12 3'
  ])
  const [finding] = runChecks(f2021, now, { previous: [other(f2019, previous)] }).findings.filter(({ check }) =>
    check.startsWith('previous_year.carried_in')
  )
  t.match(finding, {
    severity: 'warning',
    delta: 2,
    other: { agency: 'a', year: 2020, version: 2 },
    cells: ['requests.carried_in.natural_person'],
    message: { zh: /第 2 版.*应为 3，相差 2/, en: /version 2.*is 3, the difference 2/ }
  })
})

t.test('without last year\'s report the checks are not assessable, and without a word about it not run', async t => {
  const content = contentOf(f2021, () => 1)
  t.same(runChecks(f2021, content).findings, [])
  const { summary, findings } = runChecks(f2021, content, { previous: [] })
  const number = f2021.between.filter(({ id }) => id.startsWith('previous_year.')).length
  t.equal(summary.not_assessable, number)
  t.ok(
    findings.every(({ outcome, other, message }) =>
      outcome === 'not_assessable' && other === undefined && /没有已发布的上年报告/.test(message.zh)
    )
  )
})

t.test('stock: in force = last year\'s + issued - repealed; items = last year\'s items + change', async t => {
  const stock = (issued: number, repealed: number, inForce: number) => (tables: WireTables) => {
    tables.documents!.regulations = { issued, repealed, in_force: inForce }
  }
  const before = contentOf(f2021, () => 0, stock(0, 0, 10))
  const check = (content: Content) => findings(f2021, content, [other(f2021, before)], /in_force\.reg/)
  t.same(check(contentOf(f2021, () => 0, stock(4, 1, 13))), [])
  t.same(check(contentOf(f2021, () => 0, stock(4, 1, 12))), ['previous_year.in_force.regulations fail 12 13'])
  const old = contentOf(f2019, () => 0)
  t.same(
    findings(f2021, contentOf(f2021, () => 0), [other(f2019, old)], /year\.in_force/).map(text => text.split(' ')[1]),
    ['not_assessable', 'not_assessable'],
    'the 2019 form has no number in force'
  )
  const items = (prior: number, change: number) => (tables: WireTables) => {
    tables.fees!.administrative_fees = { prior_year_items: prior, change }
  }
  const last = contentOf(f2019, () => 0, items(8, -3))
  t.same(findings(f2019, contentOf(f2019, () => 0, items(5, 0)), [other(f2019, last)], /prior_year_items/), [])
  t.same(findings(f2019, contentOf(f2019, () => 0, items(8, 0)), [other(f2019, last)], /prior_year_items/), [
    'previous_year.prior_year_items.fees.administrative_fees fail 8 5'
  ])
})

t.test('a change is unusual from a factor of five on, where one side is 20 or more', async t => {
  const unusual = (now: number, before: number) => {
    const decisions = (figure: number) => (tables: WireTables) => {
      tables.licensing!.administrative_licences!.decisions = figure
    }
    return findings(
      f2021,
      contentOf(f2021, () => 0, decisions(now)),
      [other(f2019, contentOf(f2019, () => 0, decisions(before)))],
      /unusual.licensing/
    ).length
  }
  t.same(
    [[19, 0], [20, 0], [0, 20], [20, 5], [20, 4], [4, 20], [5, 20], [100, 21], [0, 0]].map(([now, before]) =>
      unusual(now!, before!)
    ),
    [0, 1, 1, 0, 1, 1, 0, 0, 0]
  )
  const ids = f2019.between.filter(({ id }) => id.startsWith('previous_year.unusual.')).map(({ id }) => id)
  t.ok(ids.includes('previous_year.unusual.requests.granted.total'))
  t.notOk(ids.some(id => id.endsWith('.change') || id.endsWith('granted.natural_person')))
})

t.test('a copy of last year\'s report is found; one of zeros is none', async t => {
  const copy = /identical/
  const content = contentOf(f2021, () => 3)
  t.same(findings(f2021, content, [other(f2021, content)], copy), ['previous_year.identical fail 200 200'])
  const zeros = contentOf(f2021, () => 0)
  t.same(findings(f2021, zeros, [other(f2021, zeros)], copy), [])
  const changed = contentOf(f2021, () => 3, tables => {
    tables.fees!.administrative_fees!.amount = 4
  })
  t.same(findings(f2021, changed, [other(f2021, content)], copy), [])
  const unread = contentOf(f2021, () => 3, tables => {
    tables.fees!.administrative_fees!.amount = null
  }, { 'fees.administrative_fees.amount': { state: 'unreadable', raw: '??' } })
  t.same(findings(f2021, unread, [other(f2021, content)], copy), ['previous_year.identical not_assessable null null'])
  t.same(findings(f2021, content, [other(f2019, contentOf(f2019, () => 3))], copy), [
    'previous_year.identical not_assessable null null'
  ])
})

t.test('an agency that took over others is held against the sum of all of them', async t => {
  const carries = (out: number) =>
    contentOf(f2021, () => 0, ({ requests }) => {
      requests!.carried_out!.natural_person = out
      requests!.carried_out!.total = out
    })
  const now = contentOf(f2021, () => 0, ({ requests }) => {
    requests!.carried_in!.natural_person = 5
    requests!.carried_in!.total = 5
  })
  const previous = [other(f2021, carries(3)), { ...other(f2021, carries(2)), agency: 'b' }]
  t.same(findings(f2021, now, previous, /year\.carried_in/), [])
  const wrong = runChecks(f2021, now, { previous: [other(f2021, carries(3)), other(f2021, carries(3))] }).findings
    .find(({ check }) => check === 'previous_year.carried_in.total')
  t.match(wrong, { left: 5, right: 6, others: [{ agency: 'a' }, { agency: 'a' }] })
})

t.test('a heading of one form is the cell of another; its blanks count as 0 beside a figure', async t => {
  const position = f2019.cell.get('requests.other_handling.total')!.position - 1
  const rows = f2021.tables.get('requests')!.rows.filter(({ parent }) => parent === 'other_handling').map(({ id }) =>
    id
  )
  t.equal(rows.length, 3)
  const given = (figures: (number | null)[], notes = {}) =>
    contentOf(f2021, () => 0, ({ requests }) => {
      rows.forEach((row, i) => {
        requests![row]!.total = figures[i]!
      })
    }, notes)
  const sum = (content: Content) => addReports(f2019, [other(f2021, content)])[position]
  t.equal(sum(given([1, 2, 3])), 6)
  t.equal(sum(given([1, null, 3])), 4)
  t.equal(sum(given([null, null, null])), null)
  t.equal(
    sum(given([1, null, 3], { [`requests.${rows[1]}.total`]: { state: 'unreadable', raw: '?' } })),
    null
  )
  t.equal(
    addReports(f2021, [other(
      f2019,
      contentOf(f2019, () => 1)
    )])[f2021.cell.get(`requests.${rows[0]}.total`)!.position - 1],
    null
  )
})

t.test('a summary is compared with the sum below it, unless a report below is missing', async t => {
  const cells = f2021.cells.length
  const content = contentOf(f2021, () => 2)
  const below = (figure: number | null, missing = 0) => ({
    figures: content.figures.map((own, i) => i === 0 ? figure : own),
    expected: 3,
    included: 3 - missing,
    missing
  })
  const run = (sum: ReturnType<typeof below>) =>
    runChecks(f2021, content, { below: sum }).findings.map(({ check, outcome, left, right, coverage }) => [
      check,
      outcome,
      left,
      right,
      coverage!.missing
    ])
  t.same(run(below(2)), [])
  t.same(run(below(1)), [[`children.sum.${f2021.cells[0]!.id}`, 'fail', 2, 1, 0]])
  t.same(run(below(null)), [[`children.sum.${f2021.cells[0]!.id}`, 'not_assessable', 2, null, 0]])
  t.equal(run(below(2, 1)).filter(([, outcome]) => outcome === 'not_assessable').length, cells)
})

t.test('sums of several forms are added only where each form has the cell', async t => {
  const sums = [f2019, f2021].map(form => ({
    form,
    reports: 2,
    figures: form.cells.map(() => 5),
    present: form.cells.map((_, i) => i === 0 ? 1 : 2)
  }))
  const added = addForms(f2021, sums)
  const at = (id: string) => added[f2021.cell.get(id)!.position - 1]
  t.same(at('requests.granted.total'), { sum: 10, blank: 0, isComparable: true })
  t.same(at('documents.regulations.issued'), { sum: null, blank: 0, isComparable: false })
  t.same(addForms(f2021, [sums[1]!])[0], { sum: 5, blank: 1, isComparable: true })
  t.same(addForms(f2021, [])[0], { sum: null, blank: 0, isComparable: true })
})

t.test('no finding is false: a report that continues last year\'s has no failing check between them', async t => {
  const figures = fc.array(fc.nat({ max: 5 }), { minLength: 200, maxLength: 200 })
  fc.assert(
    fc.property(figures, figures, fc.boolean(), (first, second, isNewForm) => {
      const next = (numbers: number[]) => {
        let i = 0
        return () => numbers[i++ % numbers.length]!
      }
      const before = isNewForm ? f2019 : f2021
      const last = consistentTables(before, next(first))
      const now = consistentTables(f2021, next(second))
      now.requests!.carried_in = { ...last.requests!.carried_out }
      for (const [row, values] of Object.entries(now.documents!)) {
        values.in_force = (last.documents![row]!.in_force ?? 0) + values.issued! - values.repealed!
        if (values.in_force < 0) values.issued = values.issued! - values.in_force
        values.in_force = Math.max(0, values.in_force)
      }
      const content = readContent(f2021, { tables: now, sections: SECTIONS }).content
      const previous = [other(before, readContent(before, { tables: last, sections: SECTIONS }).content)]
      return runChecks(f2021, content, { previous }).findings.every(({ check, outcome }) =>
        outcome !== 'fail' || !/^previous_year\.(carried_in|in_force|identical)/.test(check)
      )
    }),
    { numRuns: 100 }
  )
  t.pass()
})

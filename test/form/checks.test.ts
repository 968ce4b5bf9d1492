import fc from 'fast-check'
import t from 'tap'
import { runChecks } from '../../src/form/checks.ts'
import { readContent } from '../../src/form/content.ts'
import { writeContent } from '../../src/form/write-content.ts'
import { Forms } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const forms = new Forms(await readForms())
const figures = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 5000 })), {
  minLength: 200,
  maxLength: 200
})
const form = fc.constantFrom(...forms.all)
const tablesOf = (f: typeof forms.all[number], numbers: number[]) => {
  let i = 0
  return consistentTables(f, () => numbers[i++ % numbers.length]!)
}

t.test('each form has the expected number of cells and arithmetic checks', async t => {
  const arithmetic = /^(requests|review_litigation)\.(balance|outcome_total|row_total)\./
  t.same(
    forms.all.map(({ id, cells, checks }) => [
      id,
      cells.length,
      checks.filter(check => arithmetic.test(check.id)).length,
      checks.filter(check => check.rule === 'sum').length
    ]),
    [['2019', 198, 40, 40], ['2021', 200, 42, 42]]
  )
})

t.test('a report that satisfies the identities passes every check of severity error', async t => {
  fc.assert(
    fc.property(form, figures, (f, numbers) => {
      const { content, faults } = readContent(f, { tables: tablesOf(f, numbers), sections: SECTIONS })
      const { summary, findings } = runChecks(f, content)
      return faults.length === 0 && findings.length === 0 && summary.pass === f.checks.length
    }),
    { numRuns: 60 }
  )
  t.pass()
})

t.test('changing one cell fails exactly the sums that include it', async t => {
  fc.assert(
    fc.property(form, figures, fc.nat(), fc.integer({ min: 1, max: 900 }), (f, numbers, at, more) => {
      const cell = f.cells[at % f.cells.length]!
      const tables = tablesOf(f, numbers)
      tables[cell.table]![cell.row]![cell.column]! += more
      const { content } = readContent(f, { tables, sections: SECTIONS })
      const failed = runChecks(f, content).findings.filter(finding => finding.severity === 'error').map(finding =>
        finding.check
      )
      const touching = f.checks.filter(check =>
        check.rule === 'sum' && [...check.left, ...check.right].includes(cell.id)
      ).map(check => check.id)
      return JSON.stringify(failed.sort()) === JSON.stringify(touching.sort())
    }),
    { numRuns: 150 }
  )
  t.pass()
})

t.test('writing and re-reading a report preserves its figures, blanks, notes and absent rows', async t => {
  const holes = fc.array(
    fc.constantFrom('figure', 'figure', 'figure', 'blank', 'not_applicable', 'unreadable', 'absent'),
    { minLength: 200, maxLength: 200 }
  )
  fc.assert(
    fc.property(form, figures, holes, (f, numbers, hole) => {
      const tables: Record<string, Record<string, Record<string, number | null>>> = tablesOf(f, numbers)
      const notes: Record<string, { state: string, raw: string }> = {}
      f.cells.forEach((cell, i) => {
        const row = tables[cell.table]![cell.row]!
        if (hole[i] === 'absent') delete row[cell.column]
        else if (hole[i] !== 'figure') row[cell.column] = null
        if (hole[i] === 'not_applicable' || hole[i] === 'unreadable') notes[cell.id] = { state: hole[i], raw: '"/\\\n' }
        if (hole[i] === 'absent' && i % 3 === 0) {
          delete tables[cell.table]![cell.row]
          tables[cell.table]![cell.row] ??= {}
        }
      })
      const first = readContent(f, { tables, notes, sections: SECTIONS })
      const dropped = first.faults.length > 0
      if (dropped) return first.faults.every(fault => fault.pointer!.startsWith('/notes'))
      const text = JSON.stringify(writeContent(f, first.content))
      const again = readContent(f, JSON.parse(text))
      return again.faults.length === 0 && text === JSON.stringify(writeContent(f, again.content))
    }),
    { numRuns: 60 }
  )
  t.pass()
})

t.test('a figure that part one states is compared with the tables, unless the statement is ambiguous', async t => {
  const f = forms.get('2021')
  const tables = tablesOf(f, [3])
  const total = tables.requests!.new_received!.total!
  const stated = (overview: string, more: object = {}) => {
    const { content, faults } = readContent(f, { tables: { ...tables, ...more }, sections: { ...SECTIONS, overview } })
    t.same(faults, [])
    return runChecks(f, content).findings.filter(finding => finding.check.startsWith('overview.states')).map((
      { check, severity, outcome, left, right }
    ) => [check, severity, outcome, left, right])
  }
  t.same(stated(`2023年，全年新收政府信息公开申请 ${total} 件。`), [])
  t.same(stated(`2023年，全年新收政府信息公开申请${total + 1}件，上年结转9件。`), [
    ['overview.states.new_received', 'warning', 'fail', total + 1, total],
    ['overview.states.carried_in', 'warning', 'fail', 9, tables.requests!.carried_in!.total]
  ])
  t.same(
    stated(`共收到政府信息公开申请${total + 1}件。全年新收政府信息公开申请${total}件。`),
    [],
    'two different figures are ambiguous'
  )
  t.same(stated('其中新收政府信息公开申请99件来自网络；不予以公开98件；发布信息97条；办理行政复议案件96件。'), [])
  t.same(
    stated('政府信息公开行政诉讼7件', {
      review_litigation: { ...tables.review_litigation, litigation_direct: { total: null } }
    }).map(finding => finding.slice(0, 3)),
    [['overview.states.litigation', 'warning', 'not_assessable']]
  )
})

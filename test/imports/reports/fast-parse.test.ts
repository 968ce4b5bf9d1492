import fc from 'fast-check'
import t from 'tap'
import { Forms } from '../../../src/forms/forms.ts'
import { readForms } from '../../../src/forms/load-forms.ts'
import { Line } from '../../../src/imports/bulk/lines.ts'
import { reportLineReader } from '../../../src/imports/reports/parsing/parse-lines.ts'
import type { ParsedRecord } from '../../../src/imports/reports/parsing/parsed-report.ts'
import { reportOf } from '../../support/import-files.ts'

const forms = new Forms(await readForms())
const lineOf = (text: string) => {
  const bytes = Buffer.from(text)
  return new Line(1, bytes, { start: 0, encoding: 'UTF-8', of: bytes => bytes.toString() })
}
/** The part of a parse result that both parsers must agree on. */
const result = (read: ParsedRecord) =>
  'faults' in read
    ? { faults: read.faults.map(({ pointer, code, found }) => ({ pointer, code, found })) }
    : { ...read.report, form: read.report.form.id }

const figure = fc.oneof(
  { weight: 12, arbitrary: fc.nat(40) },
  { weight: 3, arbitrary: fc.constant(null) },
  fc.constantFrom<unknown>(-1, 0.5, 1.005, 0.1, 12.345678, 1e12, 999999999999, -0, 1e21, '3', true, {}, -3)
)
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('figure'), at: fc.nat(), value: figure }) },
  fc.record({
    do: fc.constant('text'),
    at: fc.nat(2),
    value: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('"', '\\', '\n', '😀', '无', '\u0000', '\ud800', '\u2028')
    )
  }),
  fc.record({
    do: fc.constant('agency'),
    at: fc.nat(),
    value: fc.constantFrom('a', '.', 'x'.repeat(64), 'x'.repeat(65), 'é', '')
  }),
  fc.record({
    do: fc.constant('year'),
    at: fc.nat(),
    value: fc.constantFrom<unknown>(2019, 2020, 2021, 2023, 1899, 2999, '2022')
  })
)
const edit = fc.record({
  at: fc.nat(),
  cut: fc.nat(3),
  put: fc.constantFrom('', '', '0', '1', '"', ',', '}', '{"a":1}', ' ', '\\u0000', '\\ud800', 'e5', '.5', '-', 'null')
})

t.test('fastParse returns the same report as the full parser', async t => {
  let shaped = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(2019, 2022),
      fc.nat(),
      fc.array(fc.array(change, { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
      fc.option(edit),
      fc.boolean(),
      async (year, seed, lines, edited, escaped) => {
        const form = forms.choose(year, undefined)
        const template = JSON.stringify(reportOf(form, 'first', year, seed))
        const quick = reportLineReader(forms, 2026, true)
        quick(lineOf(template))
        for (const changes of lines) {
          const report = JSON.parse(template)
          for (const { do: what, at, value } of changes) {
            const cell = form.cells[at % form.cells.length]!
            if (what === 'figure') report.tables[cell.table][cell.row][cell.column] = value
            else if (what === 'text') {
              report.sections[['overview', 'problems_improvements', 'other_matters'][at]!] = value
            } else report[what] = value
          }
          let text = JSON.stringify(report).replaceAll(':-0,', ':0,')
          if (escaped) text = text.replace(/[^ -~\n]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
          if (edited !== null) {
            text = text.slice(0, edited.at % text.length) + edited.put +
              text.slice(edited.at % text.length + edited.cut)
          }
          const careful = reportLineReader(forms, 2026, true)(lineOf(text))
          const found = quick(lineOf(text))
          if ('report' in found) shaped++
          t.same(result(found), result(careful)) || t.comment(text)
        }
        return t.passing()
      }
    ),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 300), endOnFailure: true }
  )
  t.ok(shaped > 50, `${shaped} good lines`)
})

t.test('derives a template from a line and parses the next line with it', t => {
  const read = reportLineReader(forms, 2026, false)
  const [first, second] = [1, 2].map(seed => JSON.stringify(reportOf(forms.get('2021'), 'agency', 2022, seed)))
  t.match(read(lineOf(first!)), { source: first })
  const found = read(lineOf(second!))
  t.match(
    found,
    { source: '', report: { agency: 'agency', sections: { other_matters: '无' } } },
    'only a line parsed by template has no source'
  )
  t.end()
})

t.test('rejects a line that is cut short anywhere, as the full parser does', t => {
  const line = JSON.stringify(reportOf(forms.get('2021'), 'agency', 2022, 1))
  const read = reportLineReader(forms, 2026, false)
  read(lineOf(line))
  for (let length = 1; length < line.length; length++) {
    if (!('faults' in read(lineOf(line.slice(0, length))))) t.fail(`${length} characters`)
  }
  t.pass()
  t.end()
})

// The content digest that the audit log stores with each event. Its canonical form must never change.
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import t from 'tap'
import type { Content } from '../../src/form/content.ts'
import { Forms } from '../../src/forms/forms.ts'
import { readForms } from '../../src/forms/load-forms.ts'
import { contentDigest } from '../../src/reports/content/digest.ts'
import { freshApp } from '../support/app.ts'
import { agencies, CSV, lines, NDJSON, reportOf } from '../support/import-files.ts'

const forms = new Forms(await readForms())
const form = forms.get('2021')
const plain = (): Content => ({
  figures: form.cells.map((_, i) => i),
  notes: { 'fees.administrative_fees.amount': { state: 'not_applicable', raw: '/' } },
  explanations: {},
  sections: { overview: '概述', other_matters: '无' }
})

t.test('the digest covers all content in canonical order', async t => {
  const { figures } = plain()
  const text =
    `["2021",[${figures.join()}],[["fees.administrative_fees.amount","not_applicable","/"]],[["other_matters","无"],["overview","概述"]]]`
  t.equal(contentDigest({ form, content: plain() }), createHash('sha256').update(text).digest('hex'))
  t.equal(
    contentDigest({ form, content: { ...plain(), sections: { other_matters: '无', overview: '概述' } } }),
    contentDigest({ form, content: plain() })
  )
})

t.test('any change of content changes the digest', async t => {
  const before = contentDigest({ form, content: plain() })
  const change = fc.oneof(
    fc.record({ at: fc.nat({ max: form.cells.length - 1 }), figure: fc.option(fc.integer({ min: 1000 })) }).map((
      { at, figure }
    ) => ({ ...plain(), figures: plain().figures.with(at, figure) })),
    fc.constantFrom('overview', 'other_matters', 'problems_improvements').chain(id =>
      fc.string({ minLength: 1 }).map(text => ({ ...plain(), sections: { ...plain().sections, [id]: `${text}。` } }))
    ),
    fc.constantFrom<Content['notes']>(
      {},
      { 'fees.administrative_fees.amount': { state: 'not_applicable', raw: '—' } },
      { 'fees.administrative_fees.amount': { state: 'blank', raw: '/' } }
    ).map(notes => ({ ...plain(), notes })),
    fc.string({ minLength: 1 }).map(text => ({ ...plain(), explanations: { 'requests.rows': text } }))
  )
  fc.assert(fc.property(change, content => contentDigest({ form, content }) !== before), { numRuns: 300 })
  t.not(contentDigest({ form: forms.get('2019'), content: plain() }), before)
})

t.test('an imported report has the same digest as one created by single requests', async t => {
  const { call } = await freshApp(t)
  await call('POST', '/v1/imports/agencies', agencies(1), CSV)
  const { agency, year, ...draft } = reportOf(form, 'd0', 2022, 5)
  await call('POST', '/v1/imports/reports?publish=true', lines([{ agency, year, ...draft }]), NDJSON)
  await call('PUT', '/v1/reports/d0/2023', draft)
  for (const move of ['submit', 'publish']) await call('POST', `/v1/reports/d0/2023/${move}`)
  const { json } = await call('GET', '/v1/events?agency=d0&limit=100')
  const digests = json.items.flatMap((event: { content_sha256?: string }) => event.content_sha256 ?? [])
  const figures = form.cells.map(({ table, row, column, scale }) =>
    Math.round(draft.tables[table]![row]![column]! * scale)
  )
  // Four events have a digest, two of each report.
  t.same(
    digests,
    Array(4).fill(contentDigest({ form, content: { figures, notes: {}, sections: draft.sections, explanations: {} } }))
  )
})

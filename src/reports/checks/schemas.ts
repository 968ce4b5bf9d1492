import { type Static, Type } from 'typebox'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import { bilingual, orNull } from '../../http/schemas.ts'
import { closed, complete, content, FormId, granted, requests, whose } from '../content/schemas.ts'

export const CheckSummary = Type.Object({
  pass: Type.Integer(),
  fail: Type.Integer(),
  not_assessable: Type.Integer({ description: 'A figure is blank, missing or unreadable: never a pass.' })
}, { $id: 'CheckSummary', description: 'Number of checks by outcome.' })
const ReportRef = Type.Object({
  agency: orNull('string', 'Code of the agency; null if the request does not name it.'),
  year: Type.Integer(),
  version: orNull('integer', 'Version number; null if it is not a published version.')
}, {
  $id: 'ReportRef',
  description: 'The report on the other side of a check between reports.',
  examples: [{ agency: 'kundulun-culture', year: 2018, version: 1 }]
})
export const CoverageBelow = Type.Object({
  expected: Type.Integer(),
  included: Type.Integer(),
  missing: Type.Integer()
}, {
  $id: 'CoverageBelow',
  description: 'How many `own` reports are due below an agency, how many are published and how many are not.',
  examples: [{ expected: 3, included: 2, missing: 1 }]
})
export const WireFinding = Type.Object({
  check: Type.String({ description: 'Id of the check, as in the form.' }),
  severity: Type.Enum(['error', 'warning', 'info'], {
    type: 'string',
    description: 'While a check of severity `error` fails, the report cannot be submitted.'
  }),
  outcome: Type.Enum(['fail', 'not_assessable'], {
    type: 'string',
    description: 'not_assessable: a figure is blank, missing or unreadable.'
  }),
  left: orNull('number', 'Sum of the left side; null if it has no figure.'),
  right: orNull('number', 'The right side, usually the printed total.'),
  delta: Type.Unsafe<number | null>({ type: ['number', 'null'], description: 'left minus right' }),
  cells: Type.Array(Type.String(), { description: 'The cells concerned.' }),
  explanation: Type.Optional(Type.String({ description: 'The filer\'s explanation.' })),
  other: Type.Optional(ref(ReportRef)),
  others: Type.Optional(
    Type.Array(ref(ReportRef), { description: 'All reports on the other side, if there are several.' })
  ),
  coverage: Type.Optional(ref(CoverageBelow)),
  message: bilingual('What was found, in Chinese and English.')
}, { $id: 'Finding', description: 'A check that did not pass.' })
export const Checked = Type.Object({ summary: ref(CheckSummary), findings: Type.Array(ref(WireFinding)) }, {
  $id: 'CheckResult',
  description: '`summary` counts all checks, `findings` lists those that did not pass.',
  examples: [{
    summary: { pass: 82, fail: 1, not_assessable: 0 },
    findings: [{
      check: 'requests.row_total.granted',
      severity: 'error',
      outcome: 'fail',
      left: 1,
      right: 0,
      delta: 1,
      cells: Object.keys(granted).map(column => `requests.granted.${column}`),
      message: {
        zh: '（一）予以公开：总计等于各栏之和：左边为 1，右边为 0，相差 1',
        en: 'Granted: Total equals the sum of its columns: the left side is 1, the right side 0, the difference 1'
      }
    }]
  }]
})
const asGiven = Type.Optional(Type.Unknown({ description: 'As returned by GET; not used.' }))
export const PreviousReport = Type.Object({
  agency: Type.Optional(AgencyCode),
  year: Type.Optional(Year),
  form: Type.Optional(FormId),
  version: Type.Optional(orNull('integer', 'Version number.')),
  ...Type.Partial(Type.Object(content)).properties,
  status: asGiven,
  revision: asGiven,
  published_at: asGiven,
  amendment_reason: asGiven,
  reason: asGiven,
  remarks: asGiven,
  allowed_transitions: asGiven
}, {
  $id: 'PreviousReport',
  ...closed,
  description: 'Last year\'s report of the agency, as returned by GET if you like.',
  examples: [{ tables: complete.tables }]
})
export type PreviousReport = Static<typeof PreviousReport>

export const ReportToCheck = Type.Object({
  year: Year,
  agency: Type.Optional(AgencyCode),
  form: Type.Optional(FormId),
  ...Type.Partial(Type.Object(content)).properties,
  previous: Type.Optional(ref(PreviousReport))
}, {
  $id: 'ReportToCheck',
  ...closed,
  description: 'A report as for PUT, with its year.',
  // A mistake in one cell, so that the example has a finding.
  examples: [{
    ...whose,
    ...complete,
    tables: { ...complete.tables, requests: { ...requests, granted: { ...granted, natural_person: 1 } } }
  }]
})
export type ReportToCheck = Static<typeof ReportToCheck>

export const checkSchemas = [
  CheckSummary,
  ReportRef,
  CoverageBelow,
  WireFinding,
  Checked,
  PreviousReport,
  ReportToCheck
]

import { type Static, Type } from 'typebox'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import { bilingual, orNull } from '../../http/schemas.ts'
import { CoverageBelow } from '../checks/schemas.ts'
import { Report } from '../schemas.ts'

export const MAX_MISSING = 1000

const ReconciledCell = Type.Object({
  cell: Type.String({ description: '`table.row.column`' }),
  label: bilingual('As printed, and in English.'),
  unit: Type.String({ description: 'Unit of its figures.' }),
  stated: orNull('number', 'The figure of the summary report; null is blank.'),
  sum: orNull(
    'number',
    'The sum of the reports below; null if there is no figure, or if the form of one of them lacks the cell.'
  ),
  delta: orNull('number', 'stated minus sum; null if either is null.'),
  blank: Type.Integer({ description: 'Number of blank or absent cells among those added.' })
}, {
  $id: 'ReconciledCell',
  description: 'A cell of a summary report and of the reports below.',
  examples: [{
    cell: 'requests.new_received.natural_person',
    label: { zh: '一、本年新收政府信息公开申请数量·自然人', en: 'Requests newly received this year, Natural persons' },
    unit: '件',
    stated: 30,
    sum: 27,
    delta: 3,
    blank: 0
  }]
})
export type ReconciledCell = Static<typeof ReconciledCell>

const MissingAgency = Type.Object({ agency: AgencyCode, agency_name: Type.String({ description: 'Its name.' }) }, {
  $id: 'MissingAgency',
  description: 'An agency whose report is not published.',
  examples: [{ agency: 'qingshan-health', agency_name: '青山区卫生健康委员会' }]
})

export const Reconciliation = Type.Object({
  agency: AgencyCode,
  year: Year,
  version: orNull('integer', 'The version compared with the reports below; with a key, the version beneath the draft.'),
  coverage: ref(CoverageBelow),
  missing: Type.Array(ref(MissingAgency), {
    description: `Agencies whose reports are not published, by code: the first ${MAX_MISSING}; \`coverage\` counts all.`
  }),
  cells: Type.Array(ref(ReconciledCell), {
    description: 'The cells that differ, in printed order; with `all`, every cell.'
  })
}, {
  $id: 'Reconciliation',
  description: 'A summary report compared cell by cell with the sum of the published `own` reports below.',
  examples: [{
    agency: '150204',
    year: 2023,
    version: 1,
    coverage: { expected: 3, included: 3, missing: 0 },
    missing: [],
    cells: []
  }]
})
export type Reconciliation = Static<typeof Reconciliation>

export const DraftFromSum = Type.Object({
  report: ref(Report),
  coverage: ref(CoverageBelow),
  missing: Reconciliation.properties.missing
}, {
  $id: 'DraftFromSum',
  description: 'The draft of a summary report, and what its sum covers.',
  examples: [{
    report: (Report as unknown as { examples: [object] }).examples[0],
    coverage: { expected: 3, included: 3, missing: 0 },
    missing: []
  }]
})

export const reconciliationSchemas = [ReconciledCell, MissingAgency, Reconciliation, DraftFromSum]

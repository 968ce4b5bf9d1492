import { readFileSync } from 'node:fs'
import { Type, type Static } from 'typebox'
import type { Notes, Rows, Values } from '../form/content.ts'
import { NOTE_STATES } from '../form/figures.ts'
import { NextPage } from '../http/paging.ts'
import { AgencyCode, Year } from '../http/parameters.ts'
import { ref } from '../http/responses.ts'
import { READ_BY_CODE } from '../http/validation.ts'
import { MOVES, STATUSES, type Move, type Status } from './workflow/transitions.ts'

// The form says what a report may hold, so the form's own reader checks these and tells all that is wrong at once.
const readByForm = { [READ_BY_CODE]: 'form' }

export const WireStatus = Type.Unsafe<Status>(
  Type.Enum([...STATUSES], {
    type: 'string',
    description:
      'Where it is on its way: a draft is submitted, then returned or published; what was published can be amended, as a draft again, or withdrawn.'
  })
)

/** A whole report in the 2019 form, which passes its checks. */
const complete = JSON.parse(readFileSync(new URL('../../examples/kundulun-2019.json', import.meta.url), 'utf8')) as {
  sections: Record<string, string>
  tables: Record<string, Rows>
}
const { documents, requests } = complete.tables as { documents: Rows, requests: Rows }
const whose = { agency: 'kundulun-culture', year: 2019 }
const granted = requests.granted!
const blankAmount = {
  tables: { documents, procurement: { centralized_procurement: { projects: 0, amount: null } } },
  notes: { 'procurement.centralized_procurement.amount': { state: 'blank', raw: '' } }
}

export const FigureValues = Type.Unsafe<Values>({
  ...Type.Record(Type.String(), Type.Unsafe({ type: ['number', 'null'] })),
  $id: 'Values',
  ...readByForm,
  description:
    'Figures of one row by column id. `null` is blank, which is not 0; a column left out is blank. Money: 元 with at most 2 decimals, 万元 with at most 6.',
  examples: [granted]
})
export const TableRows = Type.Unsafe<Rows>({
  ...Type.Record(Type.String(), ref(FigureValues)),
  $id: 'Rows',
  ...readByForm,
  description: 'Rows of one table by row id. A row left out was never given.',
  examples: [documents]
})
export const Tables = Type.Unsafe<Record<string, Rows>>({
  ...Type.Record(Type.String(), ref(TableRows)),
  $id: 'Tables',
  ...readByForm,
  description: 'Tables by table id.',
  examples: [blankAmount.tables]
})
export const WireNote = Type.Object({
  state: Type.Enum([...NOTE_STATES], {
    type: 'string',
    description: 'blank; not_applicable: `/` or `-`; unreadable; unit_unknown: an amount of money without a unit.'
  }),
  raw: Type.String({ description: 'The text found there.' })
}, { $id: 'Note', description: 'Why a cell has no figure.', examples: [{ state: 'not_applicable', raw: '/' }] })
export const WireNotes = Type.Unsafe<Notes>({
  ...Type.Record(Type.String(), ref(WireNote)),
  $id: 'Notes',
  ...readByForm,
  description:
    'Why a cell has no figure, by cell id (`table.row.column`). Each cell without one has a note; a note may be sent with the rows, else the cell is `blank`.',
  examples: [blankAmount.notes]
})
export const Sections = Type.Unsafe<Record<string, string>>({
  ...Type.Record(Type.String(), Type.String()),
  $id: 'Sections',
  ...readByForm,
  description: 'Texts by section id: overview, problems_improvements, other_matters.',
  examples: [complete.sections]
})

const content = { sections: ref(Sections), tables: ref(Tables), notes: ref(WireNotes) }
const state = {
  status: WireStatus,
  version: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'Number of the latest version; null before the first.'
  }),
  revision: Type.Integer({ description: 'Counts the changes of the report.' }),
  published_at: Type.Optional(Type.String({ description: 'When this content was published; none for a draft.' })),
  amendment_reason: Type.Optional(Type.String({ description: 'Why the version before is or was amended.' })),
  reason: Type.Optional(Type.String({ description: 'Why it was returned or withdrawn.' })),
  remarks: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'What is to be put right, by cell id, while it is returned.'
    })
  ),
  allowed_transitions: Type.Array(Type.Unsafe<Move>(Type.Enum(Object.keys(MOVES), { type: 'string' })), {
    description: 'The moves that whoever asks may make now.'
  })
}

export const Report = Type.Object({
  agency: AgencyCode,
  year: Year,
  form: Type.String({ description: 'Id of its form.' }),
  ...state,
  ...content
}, {
  $id: 'Report',
  description: 'The filing of one agency for one year.',
  examples: [{
    ...whose,
    form: '2019',
    status: 'draft',
    version: null,
    revision: 1,
    allowed_transitions: ['submit'],
    sections: complete.sections,
    ...blankAmount
  }]
})
export type Report = Static<typeof Report>

const FormId = Type.String({ maxLength: 32, description: 'Id of the form; else the newest in force in that year.' })
const closed = { additionalProperties: false }

export const NewReport = Type.Object({
  agency: AgencyCode,
  year: Year,
  form: Type.Optional(FormId),
  ...Type.Partial(Type.Object(content)).properties
}, {
  $id: 'NewReport',
  ...closed,
  description: 'Whose report for which year. Texts and tables may come later.',
  examples: [{ ...whose, ...complete }]
})
export type NewReport = Static<typeof NewReport>

export const ReportDraft = Type.Object(
  Type.Partial(Type.Object({
    agency: AgencyCode,
    year: Year,
    form: FormId,
    ...content,
    ...state
  })).properties,
  {
    $id: 'ReportDraft',
    ...closed,
    description:
      'The whole content: what is left out is gone. Members that GET gave may stay as they were; all but form, sections, tables and notes are read-only.',
    examples: [complete]
  }
)
export type ReportDraft = Static<typeof ReportDraft>

export const ReportSummary = Type.Object({
  agency: AgencyCode,
  agency_name: Type.String({ description: 'Its official name.' }),
  year: Year,
  form: Type.String({ description: 'Id of its form.' }),
  status: WireStatus,
  version: state.version,
  revision: state.revision,
  updated_at: Type.String({ description: 'ISO 8601, UTC.' })
}, {
  $id: 'ReportSummary',
  description: 'A report without its content.',
  examples: [{
    ...whose,
    agency_name: '昆都仑区文体旅游广电局',
    form: '2019',
    status: 'published',
    version: 1,
    revision: 3,
    updated_at: '2020-01-20T01:30:00.000Z'
  }]
})
export type ReportSummary = Static<typeof ReportSummary>
export const ReportList = Type.Object({ items: Type.Array(ref(ReportSummary)), next: NextPage }, {
  $id: 'ReportList',
  description: 'A page of reports in the order of agency and year.'
})

export const TableContent = Type.Object({ rows: ref(TableRows), notes: ref(WireNotes) }, {
  $id: 'TableContent',
  description: 'A table as it is stored: the rows that are there, in printed order.',
  examples: [{ rows: documents, notes: {} }]
})
export const TableDraft = Type.Object({ rows: ref(TableRows), notes: Type.Optional(ref(WireNotes)) }, {
  $id: 'TableDraft',
  ...closed,
  description: 'All rows of the table: one that is left out is gone.',
  examples: [{ rows: documents }]
})
export const RowContent = Type.Object({ values: ref(FigureValues), notes: ref(WireNotes) }, {
  $id: 'RowContent',
  description: 'A row as it is stored.',
  examples: [{ values: granted, notes: {} }]
})
export const RowDraft = Type.Object({ values: ref(FigureValues), notes: Type.Optional(ref(WireNotes)) }, {
  $id: 'RowDraft',
  ...closed,
  description: 'A whole row: a column that is left out is blank.',
  examples: [{ values: granted }]
})

const exampleRows = ['granted', 'partially_granted'].map(row => ({ row, values: requests[row]! }))
const AppendedRow = Type.Object({
  row: Type.String({ description: 'Id of the row.' }),
  values: ref(FigureValues),
  notes: Type.Optional(ref(WireNotes))
}, { $id: 'AppendedRow', description: 'A row to append.', examples: [exampleRows[0]] })
export const AppendedRows = Type.Unsafe<unknown>({
  oneOf: [ref(AppendedRow), Type.Array(ref(AppendedRow))],
  $id: 'AppendedRows',
  ...readByForm,
  description: 'One row, or an array of rows.',
  examples: [exampleRows]
})
export const CsvRows = Type.Unsafe<unknown>({
  type: 'string',
  ...readByForm,
  description:
    'A header `row,<columns>` and a line for each row. An empty field is blank, `/` or `-` is not applicable.',
  examples: [
    [['row', ...Object.keys(granted)], ...exampleRows.map(({ row, values }) => [row, ...Object.values(values)])].join(
      '\n'
    ) + '\n'
  ]
})

export const CheckSummary = Type.Object({
  pass: Type.Integer(),
  fail: Type.Integer(),
  not_assessable: Type.Integer({ description: 'A figure is blank, missing or unreadable: never a pass.' })
}, { $id: 'CheckSummary', description: 'How many checks came out how.' })
const numberOrNull = Type.Unsafe<number | null>({ type: ['number', 'null'] })
export const WireFinding = Type.Object({
  check: Type.String({ description: 'Id of the check, as in the form.' }),
  severity: Type.Enum(['error', 'warning', 'info'], {
    type: 'string',
    description: 'While an `error` fails, the report cannot be submitted.'
  }),
  outcome: Type.Enum(['fail', 'not_assessable'], {
    type: 'string',
    description: 'not_assessable: a figure is blank, missing or unreadable.'
  }),
  left: { ...numberOrNull, description: 'Sum of the left side; null without any figure there.' },
  right: { ...numberOrNull, description: 'The right side, as a rule the printed total.' },
  delta: Type.Unsafe<number | null>({ type: ['number', 'null'], description: 'left minus right' }),
  cells: Type.Array(Type.String(), { description: 'The cells concerned.' }),
  message: Type.Object({ zh: Type.String(), en: Type.String() }, {
    description: 'What was found, in Chinese and English.'
  })
}, { $id: 'Finding', description: 'A check that did not pass.' })
export const Checked = Type.Object({ summary: ref(CheckSummary), findings: Type.Array(ref(WireFinding)) }, {
  $id: 'CheckResult',
  description: '`summary` counts every check that was run, `findings` lists those that did not pass.',
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

export const ReportToCheck = Type.Object({
  year: Year,
  agency: Type.Optional(AgencyCode),
  form: Type.Optional(FormId),
  ...Type.Partial(Type.Object(content)).properties
}, {
  $id: 'ReportToCheck',
  ...closed,
  description: 'A report as for PUT, with its year.',
  // A slip in one cell, so that there is something to find.
  examples: [{
    ...whose,
    ...complete,
    tables: { ...complete.tables, requests: { ...requests, granted: { ...granted, natural_person: 1 } } }
  }]
})

// ---- workflow -----------------------------------------------------------------------------------------------------

export const Nothing = Type.Object({}, {
  $id: 'Nothing',
  ...closed,
  description: 'An empty object, or no body at all.',
  examples: [{}]
})
const why = (description: string) => Type.String({ minLength: 1, maxLength: 2000, pattern: '\\S', description })
export const ReturnReason = Type.Object({
  reason: why('Why it is returned'),
  remarks: Type.Optional(
    Type.Record(
      Type.String(),
      Type.String({ minLength: 1, maxLength: 500, description: 'What is to be put right there' }),
      { description: 'By cell id.' }
    )
  )
}, {
  $id: 'ReturnReason',
  ...closed,
  description: 'What its agency is to put right.',
  examples: [{ reason: '请核对第三部分', remarks: { 'requests.granted.total': '与附表不一致' } }]
})
export type ReturnReason = Static<typeof ReturnReason>
export const AmendmentReason = Type.Object({ reason: why('Why it is amended') }, {
  $id: 'AmendmentReason',
  ...closed,
  description: 'Stays with the version that comes of it, for all to read.',
  examples: [{ reason: '数据更正' }]
})
export const WithdrawalReason = Type.Object({ reason: why('Why it is withdrawn') }, {
  $id: 'WithdrawalReason',
  ...closed,
  description: 'For all to read.',
  examples: [{ reason: '机构撤销' }]
})

export const reportSchemas = [
  FigureValues,
  TableRows,
  Tables,
  WireNote,
  WireNotes,
  Sections,
  Report,
  NewReport,
  ReportDraft,
  ReportSummary,
  ReportList,
  TableContent,
  TableDraft,
  RowContent,
  RowDraft,
  AppendedRow,
  AppendedRows,
  CheckSummary,
  WireFinding,
  Checked,
  ReportToCheck,
  Nothing,
  ReturnReason,
  AmendmentReason,
  WithdrawalReason
]

import { Type, type Static } from 'typebox'
import { AgencyCode, Year } from '../agencies/schemas.ts'
import type { Notes, Rows, Values } from '../form/content.ts'
import { NOTE_STATES } from '../form/figures.ts'
import { ref } from '../platform/openapi.ts'
import { READ_BY_CODE } from '../platform/validation.ts'

// The form says what a report may hold, so the form's own reader checks these and tells all that is wrong at once.
const readByForm = { [READ_BY_CODE]: 'form' }

export const STATUSES = ['draft', 'submitted', 'returned', 'published'] as const
export type Status = typeof STATUSES[number]
export const WireStatus = Type.Unsafe<Status>(Type.Enum([...STATUSES], { type: 'string' }))

const example = { natural_person: 0, commercial_enterprise: 0, research_institution: 0, social_welfare_organization: 0, legal_service_institution: 0, other: 0, total: 0 }

export const FigureValues = Type.Unsafe<Values>({
  ...Type.Record(Type.String(), Type.Unsafe({ type: ['number', 'null'] })),
  $id: 'Values',
  ...readByForm,
  description: 'Figures of one row by column id. `null` is blank, which is not 0; a column left out is blank. Money: 元 with at most 2 decimals, 万元 with at most 6.',
  examples: [example]
})
export const TableRows = Type.Unsafe<Rows>({
  ...Type.Record(Type.String(), ref(FigureValues)), $id: 'Rows', ...readByForm, description: 'Rows of one table by row id. A row left out was never given.', examples: [{ granted: example }]
})
export const Tables = Type.Unsafe<Record<string, Rows>>({
  ...Type.Record(Type.String(), ref(TableRows)), $id: 'Tables', ...readByForm, description: 'Tables by table id.', examples: [{ requests: { granted: example } }]
})
export const WireNotes = Type.Unsafe<Notes>({
  ...Type.Record(Type.String(), Type.Object({ state: Type.Enum([...NOTE_STATES], { type: 'string' }), raw: Type.String() })),
  $id: 'Notes',
  ...readByForm,
  description: 'Why a cell has no figure, by cell id: blank, not_applicable (`/`, `-`), unreadable, unit_unknown; `raw` is the text found there.',
  examples: [{}]
})
export const Sections = Type.Unsafe<Record<string, string>>({
  ...Type.Record(Type.String(), Type.String()), $id: 'Sections', ...readByForm, description: 'Texts by section id: overview, problems_improvements, other_matters.'
})

const content = { sections: ref(Sections), tables: ref(Tables), notes: ref(WireNotes) }
const state = {
  status: WireStatus,
  version: Type.Unsafe<number | null>({ type: ['integer', 'null'], description: 'The current published version.' }),
  revision: Type.Integer({ description: 'Counts the changes of the report.' }),
  reason: Type.Optional(Type.String({ description: 'Why it was returned.' }))
}

export const Report = Type.Object({
  agency: AgencyCode,
  year: Year,
  form: Type.String({ description: 'Id of its form.' }),
  ...state,
  ...content
}, { $id: 'Report', description: 'The filing of one agency for one year.' })
export type Report = Static<typeof Report>

const FormId = Type.String({ maxLength: 32, description: 'Id of the form; else the newest in force in that year.' })
const closed = { additionalProperties: false }
const sections = { overview: '本年度政府信息公开工作总体情况良好。', problems_improvements: '公开意识有待加强；下一步加强培训和检查。', other_matters: '无' }

export const NewReport = Type.Object({
  agency: AgencyCode,
  year: Year,
  form: Type.Optional(FormId),
  ...Type.Partial(Type.Object(content)).properties
}, { $id: 'NewReport', ...closed, examples: [{ agency: 'kundulun-culture', year: 2019, sections }] })
export type NewReport = Static<typeof NewReport>

export const ReportDraft = Type.Object(Type.Partial(Type.Object({
  agency: AgencyCode, year: Year, form: FormId, ...content, ...state
})).properties, {
  $id: 'ReportDraft',
  ...closed,
  description: 'The whole content: what is left out is gone. Members that GET gave may stay as they were; agency, year, status, version, revision and reason are read-only.',
  examples: [{ sections, tables: { requests: { granted: example } } }]
})
export type ReportDraft = Static<typeof ReportDraft>

export const ReportSummary = Type.Object({
  agency: AgencyCode,
  agency_name: Type.String(),
  year: Year,
  form: Type.String(),
  status: WireStatus,
  version: state.version,
  revision: state.revision,
  updated_at: Type.String({ description: 'ISO 8601, UTC.' })
}, { $id: 'ReportSummary' })
export type ReportSummary = Static<typeof ReportSummary>
export const ReportList = Type.Object({ items: Type.Array(ref(ReportSummary)), next: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Address of the next page.' }) }, { $id: 'ReportList' })

export const TableContent = Type.Object({ rows: ref(TableRows), notes: ref(WireNotes) }, { $id: 'TableContent' })
export const TableDraft = Type.Object({ rows: ref(TableRows), notes: Type.Optional(ref(WireNotes)) }, { $id: 'TableDraft', ...closed, examples: [{ rows: { granted: example } }] })
export const RowContent = Type.Object({ values: ref(FigureValues), notes: ref(WireNotes) }, { $id: 'RowContent' })
export const RowDraft = Type.Object({ values: ref(FigureValues), notes: Type.Optional(ref(WireNotes)) }, { $id: 'RowDraft', ...closed, examples: [{ values: example }] })

const AppendedRow = Type.Object({ row: Type.String(), values: ref(FigureValues), notes: Type.Optional(ref(WireNotes)) })
export const AppendedRows = Type.Unsafe<unknown>({
  oneOf: [AppendedRow, Type.Array(AppendedRow)], $id: 'AppendedRows', ...readByForm, description: 'One row, or an array of rows.', examples: [[{ row: 'granted', values: example }]]
})
export const CsvRows = Type.Unsafe<unknown>({
  type: 'string', ...readByForm, description: 'A header `row,<columns>` and a line for each row. An empty field is blank, `/` or `-` is not applicable.', examples: [`row,${Object.keys(example).join()}\ngranted,${Object.values(example).join()}\n`]
})

export const CHECK_SUMMARY = Type.Object({ pass: Type.Integer(), fail: Type.Integer(), not_assessable: Type.Integer() })
const numberOrNull = Type.Unsafe<number | null>({ type: ['number', 'null'] })
export const WireFinding = Type.Object({
  check: Type.String({ description: 'Id of the check, as in the form.' }),
  severity: Type.Enum(['error', 'warning', 'info'], { type: 'string' }),
  outcome: Type.Enum(['fail', 'not_assessable'], { type: 'string' }),
  left: numberOrNull,
  right: numberOrNull,
  delta: Type.Unsafe<number | null>({ type: ['number', 'null'], description: 'left minus right' }),
  cells: Type.Array(Type.String()),
  message: Type.Object({ zh: Type.String(), en: Type.String() })
}, { $id: 'Finding', description: 'A check that did not pass.' })
export const Checked = Type.Object({ summary: CHECK_SUMMARY, findings: Type.Array(ref(WireFinding)) }, { $id: 'CheckResult', description: '`summary` counts every check that was run.' })

export const ReportToCheck = Type.Object({
  year: Year,
  agency: Type.Optional(AgencyCode),
  form: Type.Optional(FormId),
  ...Type.Partial(Type.Object(content)).properties
}, { $id: 'ReportToCheck', ...closed, examples: [{ year: 2023, sections, tables: { requests: { granted: example } } }] })

export const reportSchemas = [
  FigureValues, TableRows, Tables, WireNotes, Sections, Report, NewReport, ReportDraft, ReportSummary, ReportList, TableContent, TableDraft,
  RowContent, RowDraft, AppendedRows, WireFinding, Checked, ReportToCheck
]

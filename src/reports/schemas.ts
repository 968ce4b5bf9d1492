import { type Static, Type } from 'typebox'
import { AgencyCode, Year } from '../http/parameters.ts'
import { checkSchemas } from './checks/schemas.ts'
import {
  blankAmount,
  closed,
  complete,
  content,
  Explanations,
  FigureValues,
  FormId,
  Sections,
  TableRows,
  Tables,
  whose,
  WireNote,
  WireNotes
} from './content/schemas.ts'
import {
  AppendedRow,
  AppendedRows,
  RowChange,
  RowContent,
  RowDraft,
  TableContent,
  TableDraft
} from './tables/schemas.ts'
import { AmendmentReason, Nothing, ReturnReason, WithdrawalReason } from './workflow/schemas.ts'
import { type Status, STATUSES, type Transition, TRANSITIONS } from './workflow/transitions.ts'

export const WireStatus = Type.Unsafe<Status>(
  Type.Enum([...STATUSES], {
    type: 'string',
    description:
      'Status of the report: a draft is submitted, then returned or published; a published report can be amended, which makes it a draft again, or withdrawn.'
  })
)

export const state = {
  status: WireStatus,
  version: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'Number of the latest version; null before the first.'
  }),
  revision: Type.Integer({ description: 'Number of changes of the report.' }),
  published_at: Type.Optional(Type.String({ description: 'When this content was published; absent for a draft.' })),
  amendment_reason: Type.Optional(Type.String({ description: 'Why the previous version was, or is being, amended.' })),
  reason: Type.Optional(Type.String({ description: 'Why it was returned or withdrawn.' })),
  remarks: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      description: 'What is to be corrected, by cell id, while the report is returned.'
    })
  ),
  allowed_transitions: Type.Array(Type.Unsafe<Transition>(Type.Enum(Object.keys(TRANSITIONS), { type: 'string' })), {
    description: 'The workflow steps that the caller may take now.'
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
  description: 'The annual report of one agency for one year.',
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

export const NewReport = Type.Object({
  agency: AgencyCode,
  year: Year,
  form: Type.Optional(FormId),
  ...Type.Partial(Type.Object(content)).properties
}, {
  $id: 'NewReport',
  ...closed,
  description: 'Agency and year. Texts and tables may be added later.',
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
      'The whole content: what is left out is removed. Other members from GET may stay; all except form, sections, tables, notes and explanations are read-only.',
    examples: [complete]
  }
)
export type ReportDraft = Static<typeof ReportDraft>

export const reportSchemas = [
  FigureValues,
  TableRows,
  Tables,
  WireNote,
  WireNotes,
  Sections,
  Explanations,
  Report,
  NewReport,
  ReportDraft,
  TableContent,
  TableDraft,
  RowContent,
  RowDraft,
  RowChange,
  AppendedRow,
  AppendedRows,
  ...checkSchemas,
  Nothing,
  ReturnReason,
  AmendmentReason,
  WithdrawalReason
]

import { type Static, Type } from 'typebox'
import { NextPage } from '../http/paging.ts'
import { AgencyCode } from '../http/parameters.ts'
import { ref } from '../http/responses.ts'
import type { Text } from '../problems/fault.ts'
import { CREDIT_CODE_PATTERN } from './credit-code.ts'

export const LEVELS = ['national', 'province', 'prefecture', 'county', 'township']
export const KINDS = [
  'government',
  'office',
  'department',
  'agency_of_government',
  'dispatched_office',
  'vertical',
  'authorized_organization',
  'other'
]
export const REPORTING = ['own', 'consolidated']

export const Level = Type.Enum(LEVELS, { type: 'string', description: 'Level of government.' })
export const Kind = Type.Enum(KINDS, { type: 'string', description: 'Kind of organ.' })
const orNull = <T extends object>(schema: T, description: string, example: unknown) =>
  ({ ...schema, type: [(schema as { type: string }).type, 'null'], description, examples: [example] }) as unknown as T
const nullable = <S extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(
  schema: S,
  description: string,
  example: Static<S> | null = null
) => Type.Unsafe<Static<S> | null>(orNull(schema, description, example))

const fields = {
  name: Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: '^\\S([^\\x00-\\x1f\\x7f]*\\S)?$',
    description: 'Official name; a new name must not begin with = + - @ or contain invisible control characters',
    examples: ['昆都仑区文体旅游广电局']
  }),
  credit_code: nullable(
    Type.String({ pattern: CREDIT_CODE_PATTERN }),
    'Unified social credit code (统一社会信用代码): 18 characters including the check character; unique'
  ),
  division_code: nullable(
    Type.String({ pattern: '^\\d{6}(\\d{3}){0,2}$' }),
    'Division code (GB/T 2260), 6, 9 or 12 digits',
    '150203'
  ),
  level: Level,
  kind: Kind,
  reporting: Type.Enum(REPORTING, {
    type: 'string',
    description:
      '`own`: its report states its own figures, which are added to totals. `consolidated`: its report is the summary of the agencies below it, which is never added.'
  }),
  parent: nullable(AgencyCode, 'Code of the parent agency; null for a root'),
  successor: nullable(AgencyCode, 'Code of the agency that succeeded an abolished one, which has `until`')
}
/** Printed names of the members of an agency, as headers of tables. */
export const AGENCY_COLUMNS: Record<string, Text> = {
  code: { zh: '机关代码', en: 'Agency code' },
  name: { zh: '机关名称', en: 'Agency name' },
  level: { zh: '层级', en: 'Level' },
  kind: { zh: '机关类型', en: 'Kind' },
  reporting: { zh: '填报方式', en: 'Reporting' },
  credit_code: { zh: '统一社会信用代码', en: 'Credit code' },
  division_code: { zh: '行政区划代码', en: 'Division code' },
  parent: { zh: '上级机关代码', en: 'Parent code' },
  successor: { zh: '承接机关代码', en: 'Successor code' },
  since: { zh: '起始年度', en: 'Since' },
  until: { zh: '终止年度', en: 'Until' }
}

const years = {
  since: nullable(
    Type.Integer({ minimum: 1900, maximum: 9998 }),
    'First year in which name, parent, level, kind and reporting hold; null: no first year'
  ),
  until: nullable(
    Type.Integer({ minimum: 1900, maximum: 9998 }),
    'Last year of an abolished agency; null while it exists'
  )
}

const Period = Type.Object({
  ...years,
  parent: fields.parent,
  level: Level,
  kind: Kind,
  reporting: fields.reporting,
  name: Type.Optional(Type.String({ description: 'Its name in these years.' }))
}, {
  $id: 'AgencyPeriod',
  additionalProperties: false,
  description: 'A range of years, with the agency\'s place in the tree and its name in these years.'
})
const Named = Type.Object({ ...years, name: Type.String({ description: 'The name in these years.' }) }, {
  $id: 'AgencyName',
  additionalProperties: false,
  description: 'A name and the range of years for which it holds.'
})
const Predecessor = Type.Object({
  agency: AgencyCode,
  agency_name: Type.String({ description: 'Its last name.' }),
  until: years.until
}, {
  $id: 'Predecessor',
  additionalProperties: false,
  description: 'An abolished agency that this one succeeded.'
})
const readOnly = {
  names: Type.Optional(Type.Array(ref(Named), { description: 'Its names, oldest first. Read-only.' })),
  predecessors: Type.Optional(
    Type.Array(ref(Predecessor), { description: 'The agencies that name this one as `successor`. Read-only.' })
  )
}
const closed = { additionalProperties: false }
const example = { name: '昆都仑区文体旅游广电局', level: 'county', kind: 'department', division_code: '150203' }
const standing = { since: null, until: null, parent: null, level: 'county', kind: 'department', reporting: 'own' }

export const Agency = Type.Object({
  code: AgencyCode,
  ...fields,
  ...years,
  periods: Type.Optional(
    Type.Array(ref(Period), {
      description:
        'All ranges of years, oldest first; the other members are those of the latest range (in lists, of the requested year). Read-only.'
    })
  ),
  ...readOnly
}, {
  $id: 'Agency',
  description: 'An agency that files reports.',
  examples: [{
    code: 'kundulun-culture',
    name: example.name,
    credit_code: null,
    division_code: '150203',
    successor: null,
    ...standing,
    periods: [{ ...standing, name: example.name }],
    names: [{ since: null, until: null, name: example.name }],
    predecessors: []
  }]
})
export type Agency = Static<typeof Agency>

const { level, kind, name, ...others } = fields

export const NewAgency = Type.Object({
  code: AgencyCode,
  name,
  level,
  kind,
  ...Type.Partial(Type.Object({ ...others, ...years })).properties
}, {
  $id: 'NewAgency',
  ...closed,
  description: 'Code, name, level and kind are required. Without `since`, the agency exists in all years.',
  examples: [{ code: 'kundulun-culture', ...example }]
})
export type NewAgency = Static<typeof NewAgency>

export const AgencyChange = Type.Object(
  Type.Partial(Type.Object({
    code: AgencyCode,
    ...fields,
    ...years,
    periods: Type.Array(ref(Period), { description: 'As it was read; read-only.' }),
    ...readOnly
  })).properties,
  {
    $id: 'AgencyChange',
    ...closed,
    description:
      'A new agency requires name, level and kind. For a registered agency, a field that is left out stays and null clears it; a change of parent, level, kind or reporting requires `since`. A name with `since` holds from that year on; without it, the name of all years is corrected.',
    examples: [example]
  }
)
export type AgencyChange = Static<typeof AgencyChange>

/** The columns of a list as a table, which a bulk import reads. */
export const LIST_COLUMNS = ['code', ...Object.keys(fields), ...Object.keys(years)] as (keyof Agency)[]

export const AgencyList = Type.Object({ items: Type.Array(Type.Unsafe<Agency>(Type.Ref('Agency'))), next: NextPage }, {
  $id: 'AgencyList',
  description: 'A page of agencies in the order of their codes.'
})

export const agencySchemas = [Period, Named, Predecessor, Agency, NewAgency, AgencyChange, AgencyList]

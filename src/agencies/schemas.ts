import { Type, type Static } from 'typebox'
import { CREDIT_CODE_PATTERN } from './credit-code.ts'

export const LEVELS = ['national', 'province', 'prefecture', 'county', 'township']
export const KINDS = ['government', 'office', 'department', 'agency_of_government', 'dispatched_office', 'vertical', 'authorized_organization', 'other']
export const REPORTING = ['own', 'consolidated']

export const AgencyCode = Type.String({ pattern: '^(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}$', description: 'Code of an agency: 1 to 64 letters, digits, dots, underscores, hyphens', examples: ['kundulun-culture'] })
export const Level = Type.Enum(LEVELS, { type: 'string' })
export const Kind = Type.Enum(KINDS, { type: 'string' })
export const Year = Type.Integer({ minimum: 1900, maximum: 9998, description: 'Reporting year.', examples: [2019] })

const orNull = <T extends object>(schema: T, description: string) => ({ ...schema, type: [(schema as { type: string }).type, 'null'], description }) as unknown as T
const nullable = <S extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: S, description: string) =>
  Type.Unsafe<Static<S> | null>(orNull(schema, description))

const fields = {
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '^\\S([^\\x00-\\x1f\\x7f]*\\S)?$', description: 'Official name' }),
  credit_code: nullable(Type.String({ pattern: CREDIT_CODE_PATTERN }), '统一社会信用代码, 18 characters, with its check character; unique'),
  division_code: nullable(Type.String({ pattern: '^\\d{6}(\\d{3}){0,2}$' }), 'Division code (GB/T 2260), 6, 9 or 12 digits'),
  level: Level,
  kind: Kind,
  reporting: Type.Enum(REPORTING, { type: 'string', description: '`own`: its report states its own figures and is added to totals. `consolidated`: its report is the summary of those under it and is never added.' }),
  parent: nullable(AgencyCode, 'Code of the agency above it; null for a root')
}
const years = {
  since: nullable(Type.Integer({ minimum: 1900, maximum: 9998 }), 'First year for which parent, level, kind and reporting hold; null: from ever'),
  until: nullable(Type.Integer({ minimum: 1900, maximum: 9998 }), 'Last year of an abolished agency; null while it goes on')
}

const WirePeriod = Type.Object({ ...years, parent: fields.parent, level: Level, kind: Kind, reporting: fields.reporting }, { additionalProperties: false })

export const Agency = Type.Object({
  code: AgencyCode,
  ...fields,
  ...years,
  periods: Type.Optional(Type.Array(WirePeriod, { description: 'All ranges of years, oldest first; the members above are those of the latest (in lists, of the year asked for). Read-only.' }))
}, { $id: 'Agency', description: 'Who files.' })
export type Agency = Static<typeof Agency>

const example = { name: '昆都仑区文体旅游广电局', level: 'county', kind: 'department', division_code: '150203' }
const { level, kind, name, ...others } = fields
const closed = { additionalProperties: false }

export const NewAgency = Type.Object({
  code: AgencyCode,
  name,
  level,
  kind,
  ...Type.Partial(Type.Object({ ...others, ...years })).properties
}, { $id: 'NewAgency', ...closed, examples: [{ code: 'kundulun-culture', ...example }] })
export type NewAgency = Static<typeof NewAgency>

export const AgencyChange = Type.Object(Type.Partial(Type.Object({
  code: AgencyCode,
  ...fields,
  ...years,
  periods: Type.Array(WirePeriod, { description: 'As it was read: read-only.' })
})).properties, { $id: 'AgencyChange', ...closed, description: 'A new agency needs name, level and kind. Of a known one a field left out stays and null clears it; a change of parent, level, kind or reporting needs `since`.', examples: [example] })
export type AgencyChange = Static<typeof AgencyChange>

export const AgencyList = Type.Object({ items: Type.Array(Type.Unsafe<Agency>(Type.Ref('Agency'))), next: Type.Union([Type.String(), Type.Null()]) }, { $id: 'AgencyList' })

export const agencySchemas = [Agency, NewAgency, AgencyChange, AgencyList]

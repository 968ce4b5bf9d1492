import { type Static, Type } from 'typebox'
import { Kind, Level, REPORTING } from '../agencies/schemas.ts'
import { NextPage } from '../http/paging.ts'
import { AgencyCode, Year } from '../http/parameters.ts'
import { ref } from '../http/responses.ts'
import { orNull } from '../http/schemas.ts'
import { FirstPublishedAt, FirstPublishedOn } from '../reports/deadlines/schemas.ts'
import { STATUSES } from '../reports/workflow/transitions.ts'

export const FILING_STATUSES = ['missing', ...STATUSES] as const
export const TIMELINESS = ['on_time', 'late', 'overdue', 'open'] as const
export const SUMMARY_KEYS = ['child', 'level', 'kind'] as const

export type FilingStatus = typeof FILING_STATUSES[number]
export type Timeliness = typeof TIMELINESS[number]
export type SummaryKey = typeof SUMMARY_KEYS[number]

export const Status = Type.Enum([...FILING_STATUSES], {
  type: 'string',
  description:
    'Status of the report as the caller may see it; `missing`: there is no report. To the public, a report that was never published is missing.'
})
export const TimelinessOf = Type.Enum([...TIMELINESS], {
  type: 'string',
  description:
    '`on_time` and `late`: first published by the due date, or after it. `overdue` and `open`: never published, and the due date has passed or not.'
})
export const Reporting = Type.Enum(REPORTING, {
  type: 'string',
  description: 'Whether the report states the agency\'s own figures or is the summary of the agencies below it.'
})

export const Filing = Type.Object({
  agency: AgencyCode,
  agency_name: Type.String({ description: 'Its name.' }),
  parent: orNull('string', 'The parent agency in that year; null for a root.'),
  level: Level,
  kind: Kind,
  reporting: Reporting,
  year: Year,
  status: Status,
  due: Type.String({ description: 'The last day on which the report is on time, in China.' }),
  first_published_at: FirstPublishedAt,
  timeliness: TimelinessOf,
  first_published_on: FirstPublishedOn
}, {
  $id: 'Filing',
  description: 'What an agency owes for a year, whether or not there is a report.',
  examples: [{
    agency: 'kundulun-culture',
    agency_name: '昆都仑区文体旅游广电局',
    parent: null,
    level: 'county',
    kind: 'department',
    reporting: 'own',
    year: 2019,
    status: 'published',
    due: '2020-01-31',
    first_published_at: '2020-01-18T01:30:00.123456Z',
    timeliness: 'on_time',
    first_published_on: '2020-01-18'
  }]
})
export type Filing = Static<typeof Filing>
export const FILING_COLUMNS = Object.keys(Filing.properties) as (keyof Filing)[]

export const FilingList = Type.Object({ items: Type.Array(ref(Filing)), next: NextPage }, {
  $id: 'FilingList',
  description: 'A page of filings in the order of their agencies.'
})

const count = (description: string) => Type.Integer({ minimum: 0, description })
const COUNTS = {
  expected: count('Number of agencies that owe a report.'),
  ...Object.fromEntries(FILING_STATUSES.map(status => [status, count(`Of these, how many are ${status}.`)])),
  ...Object.fromEntries(TIMELINESS.map(timeliness => [timeliness, count(`Of these, how many are ${timeliness}.`)]))
} as Record<'expected' | FilingStatus | Timeliness, ReturnType<typeof count>>
export const COUNT_COLUMNS = Object.keys(COUNTS) as (keyof typeof COUNTS)[]

const FilingCounts = Type.Object({
  child: Type.Optional(Type.String({ description: 'An agency directly below `under`, or `under` itself.' })),
  child_name: Type.Optional(Type.String({ description: 'Its name.' })),
  level: Type.Optional(Level),
  kind: Type.Optional(Kind),
  ...COUNTS
}, { $id: 'FilingCounts', description: 'Number of filings in a group by status and by timeliness.' })
export type FilingCounts = Static<typeof FilingCounts>

export const FilingSummary = Type.Object({
  year: Year,
  by: Type.Array(Type.Enum([...SUMMARY_KEYS], { type: 'string' }), { description: 'Keys of the groups.' }),
  groups: Type.Array(ref(FilingCounts), { description: 'In the order of their keys.' })
}, {
  $id: 'FilingSummary',
  description: 'Counts of filings. The statuses add up to `expected`, and so do the values of timeliness.'
})
export type FilingSummary = Static<typeof FilingSummary>

export const PublishFilings = Type.Object({
  year: Year,
  under: Type.Optional({
    ...AgencyCode,
    description: 'This agency and all below it, in the tree of that year; by default all that the key covers.'
  })
}, {
  $id: 'PublishFilings',
  additionalProperties: false,
  description: 'The agencies and the year whose submitted reports are to be published.',
  examples: [{ year: 2023 }]
})
export type PublishFilings = Static<typeof PublishFilings>

export const PublishedFilings = Type.Object({
  published: Type.Array(Type.Object({
    agency: AgencyCode,
    version: Type.Integer({ description: 'The version that is now current.' })
  })),
  refused: Type.Array(Type.Object({
    agency: AgencyCode,
    code: Type.String({ description: 'The problem code.' }),
    detail: Type.String({ description: 'Why it could not be published.' })
  })),
  left: count('Number of submitted reports beyond the limit of this request: send it again.')
}, {
  $id: 'PublishedFilings',
  description: 'The result for each submitted report, in the order of the agencies.',
  examples: [{ published: [{ agency: 'kundulun-culture', version: 1 }], refused: [], left: 0 }]
})
export type PublishedFilings = Static<typeof PublishedFilings>

export const filingSchemas = [Filing, FilingList, FilingCounts, FilingSummary, PublishFilings, PublishedFilings]

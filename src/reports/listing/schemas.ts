import { type Static, Type } from 'typebox'
import { NextPage } from '../../http/paging.ts'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import { orNull } from '../../http/schemas.ts'
import { whose } from '../content/schemas.ts'
import { FirstPublishedAt } from '../deadlines/schemas.ts'
import { state, WireStatus } from '../schemas.ts'

export const ReportSummary = Type.Object({
  agency: AgencyCode,
  agency_name: Type.String({ description: 'Its official name.' }),
  year: Year,
  form: Type.String({ description: 'Id of its form.' }),
  status: WireStatus,
  version: state.version,
  revision: state.revision,
  updated_at: Type.String({ description: 'ISO 8601, UTC.' }),
  published_at: orNull('string', 'When its latest version was published; null before the first.'),
  first_published_at: FirstPublishedAt
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
    updated_at: '2020-01-20T01:30:00.000Z',
    published_at: '2020-01-20T01:30:00.000000Z',
    first_published_at: '2020-01-20T01:30:00.000000Z'
  }]
})
export type ReportSummary = Static<typeof ReportSummary>
export const ReportList = Type.Object({ items: Type.Array(ref(ReportSummary)), next: NextPage }, {
  $id: 'ReportList',
  description: 'A page of reports in the requested order.'
})

export const reportListSchemas = [ReportSummary, ReportList]

import { type Static, Type } from 'typebox'
import { NextPage } from '../../http/paging.ts'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import { orNull } from '../../http/schemas.ts'
import { WireFinding } from '../checks/schemas.ts'
import { STATUSES } from '../workflow/transitions.ts'

const finding = {
  check: 'previous_year.carried_in.total',
  severity: 'warning',
  outcome: 'fail',
  left: 5,
  right: 3,
  delta: 2,
  cells: ['requests.carried_in.total'],
  explanation: '上年漏报结转 2 件',
  other: { agency: 'kundulun-culture', year: 2022, version: 1 },
  message: {
    zh: '总计：上年结转等于上年报告的结转下年度继续办理：本年报告为 5，按上年报告（第 1 版）应为 3，相差 2',
    en:
      'Total: carried over from last year equals what last year\'s report carries over: this report has 5, by last year\'s report (version 1) it is 3, the difference 2'
  }
}

export const ReportFinding = Type.Object({
  agency: AgencyCode,
  agency_name: Type.String({ description: 'Its name.' }),
  year: Year,
  version: orNull('integer', 'The version that was checked; for a working state, the version beneath the draft.'),
  status: Type.Enum([...STATUSES], { type: 'string', description: 'published, or the status of a working state.' }),
  ...WireFinding.properties
}, {
  $id: 'ReportFinding',
  description: 'A check that did not pass, and the report.',
  examples: [{
    agency: 'kundulun-culture',
    agency_name: '昆都仑区文体旅游广电局',
    year: 2023,
    version: 1,
    status: 'published',
    ...finding
  }]
})
export type ReportFinding = Static<typeof ReportFinding>

export const FindingList = Type.Object({ items: Type.Array(ref(ReportFinding)), next: NextPage }, {
  $id: 'FindingList',
  description:
    'A page of findings in the order of agency and check. It may have fewer items than `limit`: the list ends when `next` is null.'
})

export const FindingGroup = Type.Object({
  check: Type.Optional(Type.String({ description: 'By check: its id.' })),
  severity: Type.Optional(Type.String({ description: 'By check: error, warning or info.' })),
  child: Type.Optional(
    Type.String({ description: 'By child: its code; the agency `under` forms a group of its own.' })
  ),
  child_name: Type.Optional(Type.String()),
  agency: Type.Optional(Type.String({ description: 'By agency: its code.' })),
  agency_name: Type.Optional(Type.String()),
  reports: Type.Integer({ description: 'Number of reports with such a finding.' }),
  fail: Type.Integer({ description: 'Number of failed checks.' }),
  not_assessable: Type.Integer({ description: 'Number of checks that were not assessable.' }),
  explained: Type.Integer({ description: 'How many of both the filer has explained.' })
}, {
  $id: 'FindingGroup',
  description: 'Counts of findings.',
  examples: [{
    check: 'previous_year.carried_in.total',
    severity: 'warning',
    reports: 1,
    fail: 1,
    not_assessable: 0,
    explained: 1
  }]
})
export type FindingGroup = Static<typeof FindingGroup>

export const FindingSummary = Type.Object({
  year: Year,
  by: Type.Enum(['check', 'child', 'agency'], { type: 'string' }),
  checked: Type.Integer({ description: 'Number of reports checked.' }),
  groups: Type.Array(ref(FindingGroup), { description: 'Those with the most failed checks first.' })
}, {
  $id: 'FindingSummary',
  description: 'Number of findings.',
  examples: [{ year: 2023, by: 'check', checked: 3, groups: [] }]
})
export type FindingSummary = Static<typeof FindingSummary>

export const findingSchemas = [ReportFinding, FindingList, FindingGroup, FindingSummary]

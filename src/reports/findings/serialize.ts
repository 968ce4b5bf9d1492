// Findings as tables.
import { type Column, columnsOf, type List } from '../../http/formats/list.ts'
import type { FindingGroup, FindingSummary, ReportFinding } from './schemas.ts'

const column = (id: string, value: Column<ReportFinding>['value']): Column<ReportFinding> => ({ id, value })

export const FINDINGS: List<ReportFinding> = {
  columns: [
    ...columnsOf<ReportFinding>(['agency', 'agency_name', 'year', 'version', 'status', 'check', 'severity', 'outcome']),
    ...columnsOf<ReportFinding>(['left', 'right', 'delta']),
    column('cells', ({ cells }) => cells.join(' ')),
    column('other_agency', ({ other }) => other?.agency),
    column('other_year', ({ other }) => other?.year),
    column('other_version', ({ other }) => other?.version),
    ...columnsOf<ReportFinding>(['explanation']),
    column('message_zh', ({ message }) => message.zh),
    column('message_en', ({ message }) => message.en)
  ],
  name: { ascii: 'findings', title: '校验问题' }
}

const KEYS = {
  check: ['check', 'severity'],
  child: ['child', 'child_name'],
  agency: ['agency', 'agency_name']
} as const

export const summaryList = (by: FindingSummary['by']): List<FindingGroup> => ({
  columns: columnsOf<FindingGroup>([...KEYS[by], 'reports', 'fail', 'not_assessable', 'explained']),
  name: { ascii: 'findings-summary', title: '校验问题统计' }
})

import type { Text } from '../problems/fault.ts'

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

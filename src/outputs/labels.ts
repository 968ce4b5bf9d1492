// Printed names of columns and of the values in them, for people who open a list in a spreadsheet.
import type { Text } from '../problems/fault.ts'

const text = (zh: string, en: string): Text => ({ zh, en })

const COLUMNS: Record<string, Text> = {
  absolute: text('较上年增减', 'Change on last year'),
  actor: text('操作者', 'By'),
  agency: text('机关代码', 'Agency code'),
  agency_name: text('机关名称', 'Agency'),
  at: text('时间', 'Time'),
  blank: text('空白数', 'Blank'),
  cell: text('单元格', 'Cell'),
  cells: text('单元格', 'Cells'),
  check: text('校验', 'Check'),
  child: text('下级机关代码', 'Subordinate code'),
  child_name: text('下级机关名称', 'Subordinate agency'),
  code: text('机关代码', 'Agency code'),
  consolidated: text('汇总', 'Consolidated'),
  county: text('县级政府代码', 'County government code'),
  county_name: text('县级政府名称', 'County government'),
  created_at: text('创建时间', 'Created'),
  credit_code: text('统一社会信用代码', 'Unified social credit code'),
  delta: text('差额', 'Difference'),
  division_code: text('行政区划代码', 'Division code'),
  draft: text('草稿', 'Draft'),
  due: text('截止日期', 'Due'),
  expected: text('应报数', 'Expected'),
  expires_at: text('失效时间', 'Expires'),
  explained: text('已说明', 'Explained'),
  explanation: text('说明', 'Explanation'),
  fail: text('不通过', 'Failed'),
  first_published_at: text('首次公开时间', 'First published'),
  first_published_on: text('首次公开日期', 'First published on'),
  form: text('格式', 'Form'),
  hash: text('哈希', 'Hash'),
  id: text('编号', 'Number'),
  included: text('已计入数', 'Included'),
  kind: text('类别', 'Kind'),
  label_en: text('英文名称', 'English label'),
  label_zh: text('中文名称', 'Chinese label'),
  late: text('逾期公开', 'Late'),
  left: text('左侧', 'Left'),
  level: text('层级', 'Level'),
  made_by: text('创建者', 'Made by'),
  message_en: text('英文提示', 'Message in English'),
  message_zh: text('提示', 'Message in Chinese'),
  missing: text('缺报数', 'Missing'),
  name: text('名称', 'Name'),
  not_assessable: text('无法判断', 'Not assessable'),
  on_time: text('按时公开', 'On time'),
  open: text('未到期', 'Open'),
  other_agency: text('对照机关', 'Other agency'),
  other_version: text('对照版本', 'Other version'),
  other_year: text('对照年度', 'Other year'),
  outcome: text('结果', 'Outcome'),
  overdue: text('逾期未公开', 'Overdue'),
  parent: text('上级机关代码', 'Parent'),
  prefecture: text('地级政府代码', 'Prefecture government code'),
  prefecture_name: text('地级政府名称', 'Prefecture government'),
  province: text('省级政府代码', 'Province government code'),
  province_name: text('省级政府名称', 'Province government'),
  public_until: text('公开至', 'Public until'),
  published: text('已公开', 'Published'),
  published_at: text('公开时间', 'Published'),
  published_on: text('登记的首次公开日期', 'Stated day of first publication'),
  rank: text('名次', 'Rank'),
  reason: text('理由', 'Reason'),
  relative: text('较上年增减率', 'Relative change'),
  reporting: text('报告方式', 'Reporting'),
  reports: text('报告数', 'Reports'),
  returned: text('已退回', 'Returned'),
  revision: text('修订号', 'Revision'),
  right: text('右侧', 'Right'),
  role: text('角色', 'Role'),
  seq: text('序号', 'Sequence number'),
  severity: text('级别', 'Severity'),
  share: text('占比', 'Share'),
  since: text('起始年度', 'Since'),
  state: text('计入情况', 'State'),
  stated: text('报告数值', 'Stated'),
  status: text('状态', 'Status'),
  submitted: text('已提交', 'Submitted'),
  successor: text('承继机关', 'Successor'),
  sum: text('下级合计', 'Sum below'),
  timeliness: text('时限情况', 'Timeliness'),
  unit: text('单位', 'Unit'),
  until: text('终止年度', 'Until'),
  updated_at: text('更新时间', 'Updated'),
  value: text('数值', 'Value'),
  version: text('版本', 'Version'),
  withdrawn: text('已撤回', 'Withdrawn'),
  year: text('年度', 'Year')
}

/** Printed names of the values of enumerated columns. */
const VALUES: Record<string, Record<string, Text>> = {
  kind: {
    government: text('人民政府', 'government'),
    office: text('政府办公机构', 'office'),
    department: text('工作部门', 'department'),
    agency_of_government: text('直属机构', 'agency of government'),
    dispatched_office: text('派出机关', 'dispatched office'),
    vertical: text('垂直管理机构', 'vertical'),
    authorized_organization: text('授权组织', 'authorized organization'),
    other: text('其他', 'other')
  },
  level: {
    national: text('国家级', 'national'),
    province: text('省级', 'province'),
    prefecture: text('地级', 'prefecture'),
    county: text('县级', 'county'),
    township: text('乡级', 'township')
  },
  outcome: { fail: COLUMNS.fail!, not_assessable: COLUMNS.not_assessable! },
  reporting: { own: text('本机关', 'own'), consolidated: text('汇总', 'consolidated') },
  role: {
    reader: text('查阅', 'reader'),
    filer: text('填报', 'filer'),
    supervisor: text('主管', 'supervisor'),
    admin: text('管理员', 'administrator')
  },
  severity: { error: text('错误', 'error'), warning: text('警告', 'warning'), info: text('提示', 'info') },
  state: {
    added: text('已计入', 'added'),
    blank: text('空白', 'blank'),
    missing: text('缺报', 'missing'),
    withdrawn: text('已撤回', 'withdrawn'),
    consolidated: text('汇总报告', 'consolidated'),
    not_comparable: text('不可比', 'not comparable')
  },
  status: {
    missing: text('缺报', 'missing'),
    draft: COLUMNS.draft!,
    submitted: COLUMNS.submitted!,
    returned: COLUMNS.returned!,
    published: COLUMNS.published!,
    withdrawn: COLUMNS.withdrawn!
  },
  timeliness: {
    on_time: COLUMNS.on_time!,
    late: COLUMNS.late!,
    overdue: COLUMNS.overdue!,
    open: COLUMNS.open!
  }
}

/** Returns the printed name of a column; its id if it has none. */
export const columnLabel = (column: string, language: 'zh' | 'en'): string => COLUMNS[column]?.[language] ?? column

/** Returns the printed name of a value that is named in its column. */
export const valueLabel = <Value>(column: string, value: Value, language: 'zh' | 'en'): Value | string =>
  typeof value === 'string' ? VALUES[column]?.[value]?.[language] ?? value : value

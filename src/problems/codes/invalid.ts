// The request is well-formed, but a name or a value is invalid or a rule is violated.
import { entry } from './entry.ts'

export const INVALID = {
  'body-invalid': entry(422, [
    'Invalid body',
    'The body does not hold; errors lists all that is wrong. Nothing was stored.'
  ], ['内容无效', '请求内容不符合要求，errors 中列出全部错误。没有保存任何内容。']),
  'workbook-unreadable': entry(415, [
    'Unreadable workbook',
    'The file is no text and cannot be read as a workbook (.xlsx): {reason}'
  ], ['工作簿无法读取', '文件不是文本，也不能作为工作簿（.xlsx）读取：{reason}']),
  'document-unreadable': entry(422, ['Unreadable document', 'The document cannot be read: {reason}'], [
    '文件无法读取',
    '文件无法读取：{reason}'
  ]),
  'document-not-recognised': entry(422, [
    'Document not recognised',
    'No annual report can be taken from the document: {reason}. reading.problems tells more.'
  ], ['未识别出年度报告', '不能从文件中取得年度报告：{reason}。详见 reading.problems。']),
  'document-partly-read': entry(422, [
    'Document read in part',
    'Nothing was stored: {reason}. reading.problems lists what could not be read; accept_partial=true stores the rest as a draft, unless the year differs.'
  ], [
    '文件只读出一部分',
    '未保存：{reason}。reading.problems 列出未能读出的内容；accept_partial=true 可将其余部分存为草稿，年度不符时除外。'
  ]),
  'document-of-another-agency': entry(422, [
    'Document of another agency',
    'Nothing was stored: the document names {name}, which is the agency {other}, and the request is for {agency}. accept_other_agency=true stores it all the same.'
  ], [
    '文件属于其他机关',
    '未保存：文件写的是“{name}”，即机关 {other}，而请求的机关为 {agency}。确认无误的，加 accept_other_agency=true 保存。'
  ]),
  'import-rejected': entry(422, [
    'Import rejected',
    'Nothing was stored: {rejected} of {read} are at fault. errors lists what is wrong, by line; on_error=continue stores the others.'
  ], [
    '导入被拒绝',
    '没有保存任何内容：共 {read} 条，其中 {rejected} 条有误。errors 按行列出错误；on_error=continue 可保存其余各条。'
  ]),
  'number-imprecise': entry(422, [
    'Number too precise',
    'A number has more digits than can be kept exactly, and figures are never rounded: {numbers}.'
  ], ['数字超出精度', '有数字的位数超过可精确保存的范围，而数字绝不四舍五入：{numbers}。']),
  'agency-unknown': entry(422, ['Unknown agency', 'No agency {agency} is registered.'], [
    '机关未登记',
    '机关 {agency} 未登记。'
  ]),
  'agency-not-in-year': entry(422, [
    'Agency not there in that year',
    'The agency {agency} is registered for {years}, not for {year}.'
  ], ['机关在该年度不存在', '机关 {agency} 的登记年度为 {years}，不含 {year} 年度。']),
  'no-agencies-in-year': entry(422, ['No agencies in that year', 'No agency is registered for {year}.'], [
    '该年度没有机关',
    '{year} 年度没有登记的机关。'
  ]),
  'since-required': entry(422, [
    'since required',
    'A change of parent, level, kind or reporting needs since: the first year it holds. Earlier years stay as they are. Changed: {changed}.'
  ], [
    '需要 since',
    '变更 parent、level、kind 或 reporting 须给出 since（生效的第一个年度），此前年度不变。变更项：{changed}。'
  ]),
  'agency-cycle': entry(422, [
    'Cycle of agencies',
    '{agency} would stand above itself: {parent} is below it in {years}.'
  ], ['机关层级成环', '{agency} 将位于自身之上：{parent} 在 {years} 是它的下级。']),
  'parent-not-in-year': entry(422, [
    'Parent not there in those years',
    'The parent {parent} is registered for {parent_years}; {agency} needs it for {years}.'
  ], ['上级在这些年度不存在', '上级 {parent} 的登记年度为 {parent_years}，而 {agency} 需要它存在于 {years}。']),
  'agency-has-children': entry(422, [
    'Agencies stand below it',
    '{agency} is the parent of {children} in years in which it would no longer be there; move them first.'
  ], ['尚有下级机关', '{agency} 在其不再存在的年度仍是 {children} 的上级，请先调整这些机关。']),
  'agency-has-reports': entry(422, [
    'Reports of those years exist',
    '{agency} has reports for {years}, in which it would no longer be there.'
  ], ['这些年度已有报告', '{agency} 已有 {years} 年度的报告，而它在这些年度将不再存在。']),
  'idempotency-key-reused': entry(422, [
    'Idempotency-Key used for another request',
    'The Idempotency-Key {key} was sent with another request in the last 24 hours; use a new one.'
  ], ['Idempotency-Key 已用于其他请求', 'Idempotency-Key {key} 在 24 小时内已用于另一请求，请换用新的。']),
  'form-unknown': entry(422, ['Unknown form', 'There is no form {form}.'], ['格式未知', '没有 {form} 版格式。']),
  'form-not-in-force': entry(422, ['Form not in force', 'The form {form} is not in force yet in {year}.'], [
    '格式尚未施行',
    '{form} 版格式在 {year} 年度尚未施行。'
  ]),
  'year-without-form': entry(422, [
    'No form for that year',
    'No form is in force for the reporting year {year}; forms start in {first}.'
  ], ['该年度没有格式', '{year} 年度没有施行中的格式，格式自 {first} 年度起。']),
  'year-in-future': entry(422, [
    'Year in the future',
    'The reporting year {year} has not begun; the latest possible is {latest}.'
  ], ['年度尚未开始', '{year} 年度尚未开始，最晚为 {latest} 年度。']),
  'measure-unknown': entry(422, ['Unknown measure', 'A measure is in no form; errors lists each one.'], [
    '指标未知',
    '有指标不在任何格式中，errors 中逐一列出。'
  ]),
  'measures-too-many': entry(422, [
    'Too many measures',
    'The measures asked for are {found}; this answer takes at most {most}.'
  ], ['指标过多', '所求指标有 {found} 项，此处最多 {most} 项。']),
  'units-mixed': entry(422, [
    'Units mixed',
    'A picture has one unit; the measures have {units}. Ask for a picture of each.'
  ], ['单位不一', '一幅图只能用一种单位，所求指标的单位有 {units}。请分别求图。']),
  'picture-too-large': entry(422, [
    'Picture too large',
    'The picture would have {found} {what}; at most {most} can be told apart. Narrow it, or ask for a table.'
  ], ['图形过大', '图中将有 {found} 个{what}，最多 {most} 个才能辨认。请缩小范围，或改求表格。']),
  'agency-not-ranked': entry(422, [
    'Agency not ranked',
    'The agency {agency} is not among those that are ranked, with or without a figure.'
  ], ['机关不在排名之列', '机关 {agency} 不在参与排名的机关之列（无论有无数据）。']),
  'rate-not-additive': entry(422, [
    'Rate not additive',
    'The rate {rate} is a quotient of two totals: no report adds to it. Ask for one of its measures: {measures}.'
  ], ['比率不可相加', '比率 {rate} 是两个合计之商，报告不构成其加数。请查询其指标：{measures}。']),
  'rate-not-in-form': entry(422, [
    'Rate not in the form',
    'A rate needs measures that the form {form} lacks; errors lists each one.'
  ], ['该格式没有此比率', '有比率所需的指标不在 {form} 版格式中，errors 中逐一列出。']),
  'change-needs-year': entry(422, [
    'Change needs year',
    'A change against last year is that of a group of one year: by must have year, and last if it has agency.'
  ], ['与上年比较须按年度分组', '与上年比较的是单个年度的组：by 须含 year；含 agency 时 year 须为最后一项。']),
  'too-many-groups': entry(422, [
    'Too many groups',
    'The answer would have more than {most} groups; narrow it with under, year, level or kind.'
  ], ['分组过多', '结果将超过 {most} 组，请用 under、year、level 或 kind 缩小范围。']),
  'moment-in-future': entry(422, ['Moment in the future', 'What will be public at {moment} is not known yet.'], [
    '时刻在未来',
    '{moment} 时公开的内容尚不可知。'
  ]),
  'amendment-unchanged': entry(422, [
    'Amendment without a change',
    'The amendment of the report of {agency} for {year} says the same as version {version}. Change it, or drop it with DELETE.'
  ], ['更正没有改动', '{agency} 的 {year} 年度报告的更正稿与第 {version} 版相同。请修改，或用 DELETE 放弃更正。']),
  'checks-failed': entry(422, ['Checks failed', 'Checks of severity error fail: {count}; findings lists them.'], [
    '校验未通过',
    '有 {count} 项错误级校验未通过，findings 中逐一列出。'
  ]),
  'nothing-below': entry(422, [
    'Nothing to sum',
    'No report of {year} below {agency} is published: there is nothing to sum.'
  ], ['没有可汇总的报告', '{agency} 下级尚无已发布的 {year} 年度报告，没有可汇总的数据。']),
  'report-not-consolidated': entry(422, [
    'Not a summary report',
    'The report of {agency} for {year} states its own figures: only a summary (reporting: consolidated) is held against the reports below or drafted from them.'
  ], [
    '不是汇总报告',
    '{agency} 的 {year} 年度报告为本机关数据：只有汇总报告（reporting 为 consolidated）才与下级报告核对，或由下级报告汇总生成。'
  ]),
  'check-unknown': entry(422, ['Unknown check', 'A check is in no form; errors lists each one.'], [
    '校验未知',
    '有校验不在任何格式中，errors 中逐一列出。'
  ]),
  'total-overflow': entry(422, [
    'Total too large',
    'A total would pass the largest number that is kept exactly: {where}.'
  ], ['合计超出范围', '合计将超过可精确保存的最大数：{where}。'])
}

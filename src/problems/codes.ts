// All problem codes in one table. Codes are never renamed or reused. `{name}` is replaced by a fact of the case.

/** `Detail` is the English sentence as a literal type: the names of its facts are checked where a problem is raised. */
interface Entry<Detail extends string> {
  status: number
  title: { en: string, zh: string }
  detail: { en: Detail, zh: string }
}

const entry = <const Detail extends string>(
  status: number,
  [title, detail]: readonly [title: string, detail: Detail],
  [titleZh, detailZh]: readonly [title: string, detail: string]
): Entry<Detail> => ({ status, title: { en: title, zh: titleZh }, detail: { en: detail, zh: detailZh } })

export const PROBLEMS = {
  // The request cannot be parsed.
  'http-malformed': entry(400, ['Malformed HTTP', 'The request is not well-formed HTTP.'], [
    'HTTP 请求格式错误',
    '请求不是合法的 HTTP 报文。'
  ]),
  'parameter-invalid': entry(400, [
    'Invalid parameter',
    'A path or query parameter is unknown or malformed; errors lists each one.'
  ], ['参数无效', '路径参数或查询参数未知或格式错误，errors 中逐一列出。']),
  'json-malformed': entry(400, ['Malformed JSON', 'The body cannot be parsed as JSON: {reason}.'], [
    'JSON 格式错误',
    '请求体不能按 JSON 解析：{reason}。'
  ]),
  'csv-malformed': entry(400, ['Malformed CSV', 'The body cannot be parsed as CSV: {reason}.'], [
    'CSV 格式错误',
    '请求体不能按 CSV 解析：{reason}。'
  ]),
  'csv-without-lines': entry(400, [
    'CSV without lines',
    'The CSV has a header and no further line. If its line breaks were lost, send it with curl --data-binary instead of -d.'
  ], ['CSV 没有数据行', 'CSV 只有表头而没有数据行。如果换行符丢失，请用 curl --data-binary 代替 -d 发送。']),
  'text-undecodable': entry(400, ['Undecodable text', 'The body is not valid {charset}.'], [
    '文字编码错误',
    '请求体不是有效的 {charset} 编码。'
  ]),
  'ndjson-is-array': entry(400, [
    'Array instead of lines',
    'The body is one JSON array, and NDJSON is one JSON object a line, without brackets and commas around them: with jq, jq -c ".[]" FILE makes it. Nothing was stored.'
  ], [
    '应为逐行的 JSON 对象',
    '请求体是一个 JSON 数组，而 NDJSON 应每行一个 JSON 对象，前后没有方括号和逗号；可用 jq -c ".[]" 文件 转换。没有保存任何内容。'
  ]),
  'gzip-malformed': entry(400, ['Malformed gzip', 'The body begins as gzip and cannot be unpacked: {reason}.'], [
    'gzip 格式错误',
    '请求体以 gzip 开头但不能解压：{reason}。'
  ]),
  'multipart-malformed': entry(400, [
    'Malformed form',
    'The form does not hold exactly one file: {reason}. With curl: -F file=@FILE.'
  ], ['表单格式错误', '表单应恰好包含一个文件：{reason}。curl 的写法：-F file=@文件。']),
  'line-too-long': entry(400, ['Line too long', 'Line {line} is longer than {limit} bytes. Nothing was stored.'], [
    '行过长',
    '第 {line} 行超过 {limit} 字节。没有保存任何内容。'
  ]),
  'import-empty': entry(400, ['Nothing to import', 'The body has no line.'], [
    '没有可导入的内容',
    '请求体中没有任何行。'
  ]),
  'idempotency-key-invalid': entry(400, [
    'Invalid Idempotency-Key',
    'The Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.'
  ], ['Idempotency-Key 无效', 'Idempotency-Key 须为 1 至 200 个可打印的 ASCII 字符，不含空格。']),
  'request-timeout': entry(408, ['Request timeout', 'The request did not arrive whole in time.'], [
    '请求超时',
    '请求未能在规定时间内完整到达。'
  ]),
  'body-too-large': entry(413, ['Body too large', 'The body is larger than the limit of {limit} bytes.'], [
    '请求体过大',
    '请求体超过 {limit} 字节的上限。'
  ]),
  'too-many-agencies': entry(413, [
    'Too many agencies',
    'A file may have {most} agencies at most: divide it. Nothing was stored.'
  ], ['机关过多', '一个文件最多包含 {most} 个机关，请拆分。没有保存任何内容。']),
  'not-acceptable': entry(406, [
    'Not acceptable',
    'Accept names none of the types that this operation gives: {available}.'
  ], ['无法提供所需格式', 'Accept 中没有该操作可提供的格式：{available}。']),
  'expectation-unsupported': entry(417, [
    'Expectation unsupported',
    'The only Expect that the service meets is 100-continue.'
  ], ['不支持的 Expect', '服务只支持 Expect: 100-continue。']),
  'media-type-unsupported': entry(415, [
    'Unsupported media type',
    'The Content-Type {found} is not accepted here; use {accepted}. With curl: -H \'Content-Type: {first}\' --data-binary @FILE.'
  ], [
    '不支持的内容类型',
    '此处不接受 Content-Type {found}，请使用 {accepted}。curl 的写法：-H \'Content-Type: {first}\' --data-binary @文件。'
  ]),
  'headers-too-large': entry(431, ['Headers too large', 'The request headers are larger than the limit.'], [
    '请求头过大',
    '请求头超过上限。'
  ]),

  // Authentication, authorization and rate limits.
  'key-required': entry(401, ['Key required', 'This operation needs an API key: Authorization: Bearer KEY.'], [
    '需要密钥',
    '此操作需要 API 密钥：Authorization: Bearer 密钥。'
  ]),
  'key-invalid': entry(401, ['Invalid key', 'The API key is not known here, or it is revoked or expired.'], [
    '密钥无效',
    '此 API 密钥不存在、已撤销或已过期。'
  ]),
  'token-invalid': entry(401, ['Invalid token', 'The token is not accepted: {reason}.'], [
    '令牌无效',
    '令牌不被接受：{reason}。'
  ]),
  'metrics-token-invalid': entry(401, [
    'Invalid metrics token',
    'The metrics need the token that METRICS_TOKEN sets: Authorization: Bearer TOKEN.'
  ], ['指标令牌无效', '读取指标需要 METRICS_TOKEN 所设的令牌：Authorization: Bearer 令牌。']),
  'role-insufficient': entry(
    403,
    ['Role insufficient', 'This needs the role {minimumRole} or above; the caller is {role}.'],
    ['角色权限不足', '此操作需要 {minimumRole} 或更高的角色，当前角色为 {role}。']
  ),
  'outside-subtree': entry(403, [
    'Outside the subtree',
    'The caller acts for {covers} and all below it; {agency} is not there in {when}.'
  ], ['超出机关范围', '当前密钥的范围为 {covers} 及其下级；{agency} 在 {when} 不在此范围内。']),

  'rate-limited': entry(429, ['Too many requests', 'More than {max} requests in a minute; go on in {seconds} s.'], [
    '请求过多',
    '一分钟内请求超过 {max} 次，请在 {seconds} 秒后继续。'
  ]),

  // The path names something that does not exist.
  'route-not-found': entry(404, ['No such address', 'There is nothing at {method} {path}.'], [
    '地址不存在',
    '{method} {path} 不存在。'
  ]),
  'method-not-allowed': entry(405, ['Method not allowed', '{method} is not possible at {path}; possible: {allowed}.'], [
    '方法不允许',
    '{path} 不支持 {method}，可用：{allowed}。'
  ]),
  'form-not-found': entry(404, ['No such form', 'There is no form {form}.'], ['格式不存在', '没有 {form} 版格式。']),
  'agency-not-found': entry(404, ['No such agency', 'No agency {agency} is registered.'], [
    '机关不存在',
    '机关 {agency} 未登记。'
  ]),
  'report-not-found': entry(404, ['No such report', 'There is no report of {agency} for {year}.'], [
    '报告不存在',
    '没有 {agency} 的 {year} 年度报告。'
  ]),
  'version-not-found': entry(404, ['No such version', 'The report of {agency} for {year} has no version {version}.'], [
    '版本不存在',
    '{agency} 的 {year} 年度报告没有第 {version} 版。'
  ]),
  'table-not-found': entry(404, ['No such table', 'The form {form} has no table {table}.'], [
    '表不存在',
    '{form} 版格式没有表 {table}。'
  ]),
  'row-not-found': entry(404, ['No such row', 'There is no row {row} in the table {table} of this report.'], [
    '行不存在',
    '本报告的表 {table} 中没有行 {row}。'
  ]),
  'cell-not-found': entry(404, ['No such cell', 'The form {form} has no cell {cell}.'], [
    '单元格不存在',
    '{form} 版格式没有单元格 {cell}。'
  ]),
  'document-not-found': entry(404, ['No document', 'The report of {agency} for {year} was not read from a document.'], [
    '没有原文',
    '{agency} 的 {year} 年度报告不是从文件读入的。'
  ]),
  'key-not-found': entry(404, ['No such key', 'There is no key {id}, or it is not within reach of the caller.'], [
    '密钥不存在',
    '没有密钥 {id}，或它不在当前密钥的管理范围内。'
  ]),
  'import-not-found': entry(404, [
    'No such import',
    'There is no import {id} of this caller. Imports are kept for {days} days.'
  ], ['导入不存在', '没有编号为 {id} 且属于当前调用者的导入。导入记录保留 {days} 天。']),
  'rejects-not-found': entry(404, [
    'No rejects',
    'The import {id} has no file of rejects: it is at work, nothing was rejected, or more than is kept.'
  ], ['没有退回文件', '导入 {id} 没有退回文件：尚在进行、没有被退回的内容，或超出保留的大小。']),
  'problem-not-found': entry(404, ['No such problem', 'There is no problem with the code {code}.'], [
    '问题代码不存在',
    '没有代码为 {code} 的问题。'
  ]),

  // The path names something that was withdrawn.
  'report-withdrawn': entry(410, [
    'Report withdrawn',
    'The report of {agency} for {year} was withdrawn at {withdrawn_at}: {reason}'
  ], ['报告已撤回', '{agency} 的 {year} 年度报告已于 {withdrawn_at} 撤回：{reason}']),

  // The stored state does not allow the request.
  'agency-exists': entry(409, ['Agency exists', 'The agency {agency} is registered already.'], [
    '机关已存在',
    '机关 {agency} 已登记。'
  ]),
  'credit-code-taken': entry(409, [
    'Credit code taken',
    'The unified social credit code {credit_code} belongs to another agency.'
  ], ['统一社会信用代码已被占用', '统一社会信用代码 {credit_code} 已属于另一机关。']),
  'report-exists': entry(409, ['Report exists', 'There is a report of {agency} for {year} already.'], [
    '报告已存在',
    '{agency} 的 {year} 年度报告已存在。'
  ]),
  'row-exists': entry(409, [
    'Row exists',
    'Rows that are sent are in the report already; add ?on_conflict=replace to replace them. errors lists them.'
  ], ['行已存在', '所发送的行在报告中已存在；如需替换请加 ?on_conflict=replace。errors 中逐一列出。']),
  'import-ended': entry(409, ['Import ended', 'The import {id} is {state} and cannot be cancelled.'], [
    '导入已结束',
    '导入 {id} 的状态为 {state}，不能取消。'
  ]),
  'report-locked': entry(409, [
    'Report locked',
    'The report of {agency} for {year} is {status} since {since}: only a draft or returned report can be written. Amend a published one.'
  ], [
    '报告已锁定',
    '{agency} 的 {year} 年度报告自 {since} 起状态为 {status}：只有草稿（draft）或已退回（returned）的报告可以修改；已发布的请先更正（amend）。'
  ]),
  'report-published-before': entry(409, [
    'Report published before',
    'The report of {agency} for {year} has been published and cannot be deleted. It can be withdrawn.'
  ], ['报告曾经发布', '{agency} 的 {year} 年度报告曾经发布，不能删除，但可以撤回（withdraw）。']),
  'idempotency-key-in-use': entry(409, [
    'Idempotency-Key in use',
    'The request with the Idempotency-Key {key} is still at work. Send it again in a moment.'
  ], ['Idempotency-Key 正在使用', '使用 Idempotency-Key {key} 的请求仍在处理，请稍后重发。']),
  'key-of-another': entry(403, [
    'Key of another',
    'Key {id} has the role {role}: only the key itself, or a role above, may rotate it. Revoke it and make a new one.'
  ], ['他人的密钥', '密钥 {id} 的角色为 {role}，只有该密钥本身或更高的角色才能轮换。请撤销后另行创建。']),
  'key-revoked': entry(409, ['Key revoked', 'The key {id} is revoked, for good; make a new one.'], [
    '密钥已撤销',
    '密钥 {id} 已被永久撤销，请新建密钥。'
  ]),
  'move-not-allowed': entry(409, [
    'Move not allowed',
    'A report that is {status}, as this one since {since}, cannot be moved by {move}; possible from: {from}.'
  ], ['不允许的流转', '本报告自 {since} 起状态为 {status}，不能执行 {move}；可执行的状态：{from}。']),

  'precondition-failed': entry(412, [
    'Precondition failed',
    'The report of {agency} for {year}{what} is not as {header} demands: someone changed it since it was read, or it is there or not there. revision tells what was expected and found, cells which changed meanwhile where that is known. Read it again.'
  ], [
    '前提条件不符',
    '{agency} 的 {year} 年度报告{what}不符合 {header} 的要求：读取之后有人作了修改，或者它已存在或不存在。revision 为预期与实际的修订号，cells 列出已知的其间改动的单元格。请重新读取。'
  ]),

  // The request is well-formed, but a name or a value is invalid or a rule is violated.
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
  ], ['合计超出范围', '合计将超过可精确保存的最大数：{where}。']),

  // Failures and overload of the service.
  internal: entry(500, [
    'Internal error',
    'Something went wrong in the service; it is in its log under the request_id.'
  ], ['内部错误', '服务内部出错，日志中可按 request_id 查找。']),
  overloaded: entry(503, ['Overloaded', 'The service has more to do than it can; nothing was done. Try again.'], [
    '服务过载',
    '服务超出负荷，未执行任何操作，请重试。'
  ]),
  'database-busy': entry(503, ['Database busy', 'The database is busy; nothing was stored. Try again.'], [
    '数据库繁忙',
    '数据库繁忙，没有保存任何内容，请重试。'
  ]),
  'database-unavailable': entry(503, [
    'Database unavailable',
    'The database does not answer; nothing was stored. Try again.'
  ], ['数据库不可用', '数据库没有响应，没有保存任何内容，请重试。']),
  'moment-not-settled': entry(503, [
    'Moment not settled',
    'An import is publishing reports, and it is not certain yet what belongs to {moment}. Try again, or ask for an earlier moment.'
  ], ['时刻尚未确定', '正在导入并发布报告，尚不能确定截至 {moment} 的内容，请稍后重试，或改用更早的时刻。']),
  'database-read-only': entry(503, [
    'Database read-only',
    'The database can be read but not written at the moment; nothing was stored. Try again.'
  ], ['数据库只读', '数据库目前只能读取、不能写入，没有保存任何内容，请重试。']),
  'storage-full': entry(503, [
    'Storage full',
    'There is no space left on the disk of the service or of its database; nothing was stored. Tell its operator.'
  ], ['存储空间已满', '服务或其数据库的磁盘空间已满，没有保存任何内容，请告知运维人员。']),
  maintenance: entry(503, [
    'Maintenance',
    'The service is read-only for maintenance; nothing was stored. Reads go on. Try again later.'
  ], ['系统维护', '系统维护期间只能读取，没有保存任何内容，请稍后重试。']),
  'identity-provider-unavailable': entry(503, [
    'Identity provider unavailable',
    'The keys of the identity provider cannot be fetched, so the token could not be checked. Try again.'
  ], ['身份提供方不可用', '无法取得身份提供方的密钥，令牌未能校验，请重试。']),
  'not-ready': entry(503, ['Not ready', 'The service is not ready: {reason}.'], [
    '尚未就绪',
    '服务尚未就绪：{reason}。'
  ])
} satisfies Record<string, Entry<string>>

export type ProblemCode = keyof typeof PROBLEMS

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never

/** The names of the facts in the sentence of a code. */
export type FactName<Code extends ProblemCode> = Placeholders<(typeof PROBLEMS)[Code]['detail']['en']>

// The content of a report, a document or a file is well-formed, but a name or value is invalid or a rule is violated.
import { entry } from './entry.ts'

export const INVALID = {
  'body-invalid': entry(422, [
    'Invalid body',
    'The body is not valid; errors lists everything that is wrong. Nothing was stored.',
    'Correct each place in `errors`: `pointer`, or `line` and `column`, says where, `expected` what belongs there, `did_you_mean` the nearest name. Then send the whole body again.'
  ], [
    '内容无效',
    '请求内容不符合要求，errors 中列出全部错误。没有保存任何内容。',
    '按 `errors` 逐一修改：`pointer`（或 `line` 和 `column`）指明位置，`expected` 为应有的内容，`did_you_mean` 为最接近的名称。修改后重发全部内容。'
  ], {
    request: 'PUT /v1/reports/kundulun-culture/2019\n\n{"tables": {"requests": {"grantd": {"total": 1}}}}',
    errors: [{
      pointer: '/tables/requests/grantd',
      found: 'grantd',
      expected: { en: 'a row of the table requests', zh: '表 requests 的行' },
      candidates: ['granted']
    }]
  }),
  'number-imprecise': entry(422, [
    'Number too precise',
    'A number has more digits than can be kept exactly, and figures are never rounded: {numbers}.',
    'Send the amount as the form prints it: 万元 with at most 6 decimals, 元 with at most 2. Spreadsheets add such digits when they compute; round the value there.'
  ], [
    '数字超出精度',
    '有数字的位数超过可精确保存的范围，而数字绝不四舍五入：{numbers}。',
    '按格式要求填写金额：万元最多 6 位小数，元最多 2 位小数。多余的位数常由表格软件计算产生，请先在表格中取舍。'
  ], {
    request:
      'PUT /v1/reports/kundulun-culture/2019\n\n{"tables": {"fees": {"administrative_fees": {"amount": 0.1000000000000000055}}}}',
    facts: { numbers: '0.1000000000000000055' }
  }),
  'agency-unknown': entry(422, [
    'Unknown agency',
    'No agency {agency} is registered.',
    'Search for its code: `GET /v1/agencies?q=NAME`. A new agency must be registered first, with `PUT /v1/agencies/{code}`.'
  ], [
    '机关未登记',
    '机关 {agency} 未登记。',
    '用 `GET /v1/agencies?q=名称` 检索代码。新机关须先用 `PUT /v1/agencies/{code}` 登记。'
  ], { request: 'GET /v1/totals?measure=requests&under=kundulun', facts: { agency: 'kundulun' } }),
  'form-unknown': entry(422, [
    'Unknown form',
    'There is no form {form}.',
    '`GET /v1/forms` lists the forms. Usually `form` can be left out: the newest in force in that year is then used.'
  ], [
    '格式未知',
    '没有 {form} 版格式。',
    '`GET /v1/forms` 列出各格式。通常可以不给出 `form`，此时用该年度施行的最新格式。'
  ], { request: 'POST /v1/checks\n\n{"year": 2021, "form": "2018"}', facts: { form: '2018' } }),
  'form-not-in-force': entry(422, [
    'Form not in force',
    'The form {form} is not in force yet in {year}.',
    'Leave `form` out, or use a form whose years include that year: `GET /v1/forms`.'
  ], [
    '格式尚未施行',
    '{form} 版格式在 {year} 年度尚未施行。',
    '不给出 `form`，或改用适用该年度的格式，见 `GET /v1/forms`。'
  ], { request: 'POST /v1/checks\n\n{"year": 2020, "form": "2021"}', facts: { form: '2021', year: 2020 } }),
  'year-without-form': entry(422, [
    'No form for that year',
    'No form is in force for the reporting year {year}; forms start in {first}.',
    'Check the year. Reports of earlier years cannot be filed here.'
  ], [
    '该年度没有格式',
    '{year} 年度没有施行中的格式，格式自 {first} 年度起。',
    '核对年度。更早年度的报告不能在此填报。'
  ], { request: 'PUT /v1/reports/kundulun-culture/2018', facts: { year: 2018, first: 2019 } }),
  'year-in-future': entry(422, [
    'Year in the future',
    'The reporting year {year} has not begun; the latest possible is {latest}.',
    'Check the year: a report published in January is that of the year before.'
  ], [
    '年度尚未开始',
    '{year} 年度尚未开始，最晚为 {latest} 年度。',
    '核对年度：一月公布的是上一年度的报告。'
  ], { request: 'PUT /v1/reports/kundulun-culture/2062', facts: { year: 2062, latest: 2026 } }),
  'checks-failed': entry(422, [
    'Checks failed',
    'Checks of severity error fail: {count}; findings lists them.',
    'Each finding names its cells, both sides and their difference. Correct the figures and submit again; `GET .../checks` shows the state at any time.'
  ], [
    '校验未通过',
    '有 {count} 项错误级校验未通过，findings 中逐一列出。',
    '每项校验问题列明所涉单元格、两侧的值和差额。改正数字后重新提交；`GET .../checks` 随时可以查看校验结果。'
  ], { request: 'POST /v1/reports/kundulun-culture/2019/submit', facts: { count: 1 } }),
  'amendment-unchanged': entry(422, [
    'Amendment without a change',
    'The amendment of the report of {agency} for {year} says the same as version {version}. Change it, or drop it with DELETE.',
    'Make the correction in the draft, then submit it. If none is needed, `DELETE /v1/reports/{agency}/{year}` drops the amendment; the published version stays.'
  ], [
    '更正没有改动',
    '{agency} 的 {year} 年度报告的更正稿与第 {version} 版相同。请修改，或用 DELETE 放弃更正。',
    '在草稿中改正后再提交。不需要更正的，用 `DELETE /v1/reports/{agency}/{year}` 放弃，已发布的版本不变。'
  ], {
    request: 'POST /v1/reports/kundulun-culture/2019/submit',
    facts: { agency: 'kundulun-culture', year: 2019, version: 1 }
  }),
  'nothing-below': entry(422, [
    'Nothing to sum',
    'No report of {year} below {agency} is published: there is nothing to sum.',
    'Wait until agencies below have published: `GET /v1/filings?year=YEAR&under=CODE` shows where they stand. Check that their `reporting` is `own` and their parent is right in that year.'
  ], [
    '没有可汇总的报告',
    '{agency} 下级尚无已发布的 {year} 年度报告，没有可汇总的数据。',
    '待下级机关发布后再汇总：`GET /v1/filings?year=年度&under=代码` 可查报送情况。检查下级的 `reporting` 是否为 `own`、该年度的上级是否正确。'
  ], { request: 'POST /v1/reports/150203/2023/from-sum', facts: { year: 2023, agency: '150203' } }),
  'report-not-consolidated': entry(422, [
    'Not a summary report',
    'The report of {agency} for {year} states its own figures: only a summary (reporting: consolidated) is held against the reports below or drafted from them.',
    'If the agency files a summary, set `{"reporting": "consolidated", "since": YEAR}` with `PATCH /v1/agencies/{code}`. Else compare with `GET /v1/totals`.'
  ], [
    '不是汇总报告',
    '{agency} 的 {year} 年度报告为本机关数据：只有汇总报告（reporting 为 consolidated）才与下级报告核对，或由下级报告汇总生成。',
    '该机关报送汇总报告的，用 `PATCH /v1/agencies/{code}` 设置 `{"reporting": "consolidated", "since": 年度}`；否则可用 `GET /v1/totals` 查询下级合计。'
  ], {
    request: 'GET /v1/reports/kundulun-culture/2023/reconciliation',
    facts: { agency: 'kundulun-culture', year: 2023 }
  }),
  'total-overflow': entry(422, [
    'Total too large',
    'A total would pass the largest number that is kept exactly: {where}.',
    'A figure is almost certainly wrong, for example two numbers written as one. Find it with `GET /v1/totals/contributions`: the largest values come first.'
  ], [
    '合计超出范围',
    '合计将超过可精确保存的最大数：{where}。',
    '几乎可以肯定有数字填错，例如两个数字连写。用 `GET /v1/totals/contributions` 查找，大者在前。'
  ], { facts: { where: 'requests.granted.total, 2023' } })
}

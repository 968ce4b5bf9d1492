// A question about many reports names what does not exist, or cannot be answered.
import { entry } from './entry.ts'

export const INVALID_QUERIES = {
  'measure-unknown': entry(422, [
    'Unknown measure',
    'A measure is in no form; errors lists each one.',
    'Correct the ids in `errors`, where `did_you_mean` suggests one. `GET /v1/forms/{form}` and `GET /v1/rates` list all.'
  ], [
    '指标未知',
    '有指标不在任何格式中，errors 中逐一列出。',
    '按 `errors` 更正标识，`did_you_mean` 给出建议。全部标识见 `GET /v1/forms/{form}` 和 `GET /v1/rates`。'
  ], {
    request: 'GET /v1/totals?measure=requests.grantd.total',
    errors: [{
      parameter: 'measure',
      found: 'requests.grantd.total',
      expected: { en: 'a measure of a form: table.row.column', zh: '格式中的指标：table.row.column' },
      candidates: ['requests.granted.total']
    }]
  }),
  'measures-too-many': entry(422, [
    'Too many measures',
    '{found} measures were requested; this answer takes at most {most}.',
    'Name fewer measures, and send one request for each part. A row or table stands for all its cells.'
  ], [
    '指标过多',
    '所求指标有 {found} 项，此处最多 {most} 项。',
    '减少指标，分几次查询。行或表的标识代表其全部单元格。'
  ], { request: 'GET /v1/rankings?measure=requests&year=2023', facts: { found: 140, most: 1 } }),
  'units-mixed': entry(422, [
    'Units mixed',
    'A picture has one unit; the measures have {units}. Ask for a picture of each.',
    'Ask for measures of one unit in each request, or for a table: `format=xlsx`.'
  ], [
    '单位不一',
    '一幅图只能用一种单位，所求指标的单位有 {units}。请分别求图。',
    '每次只查询单位相同的指标，或改用表格：`format=xlsx`。'
  ], {
    request: 'GET /v1/totals?measure=requests.granted.total,fees.administrative_fees.amount&format=svg',
    facts: { units: '件, 万元' }
  }),
  'picture-too-large': entry(422, [
    'Picture too large',
    'The picture would have {found} {what}; at most {most} can be told apart. Narrow it, or ask for a table.',
    'Narrow it with `under`, `year`, `level` or fewer measures, or ask for a table: `format=xlsx`.'
  ], [
    '图形过大',
    '图中将有 {found} 个{what}，最多 {most} 个才能辨认。请缩小范围，或改求表格。',
    '用 `under`、`year`、`level` 或减少指标来缩小范围，或改用表格：`format=xlsx`。'
  ], {
    request: 'GET /v1/totals?measure=requests&by=year&format=svg',
    facts: { found: 140, what: { en: 'series', zh: '数列' }, most: 30 }
  }),
  'agency-not-ranked': entry(422, [
    'Agency not ranked',
    'The agency {agency} is not among those that are ranked, with or without a figure.',
    'Check `under`, `of`, `level` and `kind`: the agency must be one of those compared. With `of=child`, only the agencies directly below `under` are.'
  ], [
    '机关不在排名之列',
    '机关 {agency} 不在参与排名的机关之列（无论有无数据）。',
    '检查 `under`、`of`、`level` 和 `kind`：该机关须在比较范围之内。`of=child` 时，仅 `under` 的直接下级参与排名。'
  ], {
    request: 'GET /v1/rankings?measure=requests.granted.total&year=2023&under=150203&of=child&agency=150203',
    facts: { agency: '150203' }
  }),
  'rate-not-additive': entry(422, [
    'Rate not additive',
    'The rate {rate} is a quotient of two totals: no report adds to it. Ask for one of its measures: {measures}.',
    'Ask for the contributions to each of the measures named. `GET /v1/rates` shows what a rate divides by what.'
  ], [
    '比率不可相加',
    '比率 {rate} 是两个合计之商，报告不构成其加数。请查询其指标：{measures}。',
    '分别查询所列各指标的构成。`GET /v1/rates` 列出比率的分子和分母。'
  ], {
    request: 'GET /v1/totals/contributions?measure=rates.granted_share&year=2023',
    facts: { rate: 'rates.granted_share', measures: 'requests.granted.total, requests.outcome_total.total' }
  }),
  'rate-not-in-form': entry(422, [
    'Rate not in the form',
    'A rate needs measures that the form {form} lacks; errors lists each one.',
    'Leave `form` out, or use one of the `forms` that `GET /v1/rates` lists for the rate.'
  ], [
    '该格式没有此比率',
    '有比率所需的指标不在 {form} 版格式中，errors 中逐一列出。',
    '不给出 `form`，或改用 `GET /v1/rates` 中该比率的 `forms` 之一。'
  ], {
    request: 'GET /v1/totals?measure=rates.normative_documents_repealed_share&form=2019',
    facts: { form: '2019' }
  }),
  'change-needs-year': entry(422, [
    'Change needs year',
    'A change against last year is that of a group of one year: by must have year, and last if it has agency.',
    'Add `year` to `by`, at the end: `by=year`, `by=child,year`, `by=agency,year`.'
  ], [
    '与上年比较须按年度分组',
    '与上年比较的是单个年度的组：by 须含 year；含 agency 时 year 须为最后一项。',
    '在 `by` 末尾加上 `year`：`by=year`、`by=child,year`、`by=agency,year`。'
  ], { request: 'GET /v1/totals?measure=requests.granted.total&by=child&change=previous_year' }),
  'too-many-groups': entry(422, [
    'Too many groups',
    'The answer would have more than {most} groups; narrow it with under, year, level or kind.',
    'Narrow it, or ask for one year after another. For all reports with their figures use `GET /v1/exports/reports`.'
  ], [
    '分组过多',
    '结果将超过 {most} 组，请用 under、year、level 或 kind 缩小范围。',
    '缩小范围，或逐年查询。需要全部报告的数字时，用 `GET /v1/exports/reports`。'
  ], {
    request: 'GET /v1/totals?measure=requests.granted.total&by=child,year&year=1900..2099',
    facts: { most: 200000 }
  }),
  'moment-in-future': entry(422, [
    'Moment in the future',
    'What will be public at {moment} is not known yet.',
    'Leave `as_of` out to ask for the present, or give a moment that has passed. Check the time zone: `Z` is UTC, Chinese time is `+08:00`.'
  ], [
    '时刻在未来',
    '{moment} 时公开的内容尚不可知。',
    '查询当前内容不必给出 `as_of`，否则请给出已经过去的时刻。注意时区：`Z` 为世界协调时，北京时间为 `+08:00`。'
  ], {
    request: 'GET /v1/reports/kundulun-culture/2023?as_of=2999-01-01T00:00:00Z',
    facts: { moment: '2999-01-01T00:00:00Z' }
  }),
  'check-unknown': entry(422, [
    'Unknown check',
    'A check is in no form; errors lists each one.',
    'Correct the ids in `errors`. `GET /v1/forms/{form}` lists the checks; a table or `previous_year` stands for all checks whose ids begin so.'
  ], [
    '校验未知',
    '有校验不在任何格式中，errors 中逐一列出。',
    '按 `errors` 更正标识。校验见 `GET /v1/forms/{form}`；表的标识或 `previous_year` 代表以此开头的全部校验。'
  ], {
    request: 'GET /v1/findings?year=2021&check=requests.balanced',
    errors: [{
      parameter: 'check',
      found: 'requests.balanced',
      expected: { en: 'a check of a form', zh: '格式中的校验' },
      candidates: ['requests.balance']
    }]
  })
}

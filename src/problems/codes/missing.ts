// The path names something that does not exist or was withdrawn.
import { entry } from './entry.ts'

const REPORT = { agency: 'kundulun-culture', year: 2019 }

export const MISSING = {
  'route-not-found': entry(404, [
    'No such address',
    'There is nothing at {method} {path}.',
    'Compare the address with the list of operations at `/docs`. Paths of the API begin with `/v1/`.'
  ], [
    '地址不存在',
    '{method} {path} 不存在。',
    '与 `/docs` 中的操作列表核对地址。接口路径以 `/v1/` 开头。'
  ], { request: 'GET /v1/report', facts: { method: 'GET', path: '/v1/report' } }),
  'method-not-allowed': entry(405, [
    'Method not allowed',
    '{method} is not possible at {path}; possible: {allowed}.',
    'Use one of the methods named; the header `Allow` lists them, too.'
  ], [
    '方法不允许',
    '{path} 不支持 {method}，可用：{allowed}。',
    '改用所列的方法；响应头 `Allow` 中也有。'
  ], { request: 'DELETE /v1/totals', facts: { method: 'DELETE', path: '/v1/totals', allowed: 'GET, HEAD' } }),
  'form-not-found': entry(
    404,
    [
      'No such form',
      'There is no form {form}.',
      '`GET /v1/forms` lists the forms with their years.'
    ],
    ['格式不存在', '没有 {form} 版格式。', '`GET /v1/forms` 列出各格式及其适用年度。'],
    {
      request: 'GET /v1/forms/2018',
      facts: { form: '2018' }
    }
  ),
  'agency-not-found': entry(404, [
    'No such agency',
    'No agency {agency} is registered.',
    'Search for the agency by its name: `GET /v1/agencies?q=NAME`. A new agency is registered with `PUT /v1/agencies/{code}`.'
  ], [
    '机关不存在',
    '机关 {agency} 未登记。',
    '用 `GET /v1/agencies?q=名称` 按名称检索。新机关用 `PUT /v1/agencies/{code}` 登记。'
  ], { request: 'GET /v1/agencies/kundulun-cultur', facts: { agency: 'kundulun-cultur' } }),
  'report-not-found': entry(404, [
    'No such report',
    'There is no report of {agency} for {year}.',
    'Check agency and year: `GET /v1/reports?agency=CODE` lists the reports that you may see. A draft is visible only with a key that covers its agency.'
  ], [
    '报告不存在',
    '没有 {agency} 的 {year} 年度报告。',
    '核对机关和年度：`GET /v1/reports?agency=代码` 列出可以看到的报告。草稿须用范围包含该机关的密钥才能看到。'
  ], { request: 'GET /v1/reports/kundulun-culture/2019', facts: REPORT }),
  'version-not-found': entry(404, [
    'No such version',
    'The report of {agency} for {year} has no version {version}.',
    '`GET /v1/reports/{agency}/{year}/versions` lists the versions, from 1.'
  ], [
    '版本不存在',
    '{agency} 的 {year} 年度报告没有第 {version} 版。',
    '`GET /v1/reports/{agency}/{year}/versions` 列出各版本，自 1 起。'
  ], { request: 'GET /v1/reports/kundulun-culture/2019/versions/2', facts: { ...REPORT, version: 2 } }),
  'table-not-found': entry(
    404,
    [
      'No such table',
      'The form {form} has no table {table}.',
      '`GET /v1/forms/{form}` lists the tables with their ids.'
    ],
    ['表不存在', '{form} 版格式没有表 {table}。', '`GET /v1/forms/{form}` 列出各表的标识。'],
    {
      request: 'GET /v1/reports/kundulun-culture/2019/tables/request',
      facts: { form: '2019', table: 'request' }
    }
  ),
  'row-not-found': entry(404, [
    'No such row',
    'There is no row {row} in the table {table} of this report.',
    'Check the id of the row in `GET /v1/forms/{form}`. Headings hold no figures. A row that was never given is created with `PUT`.'
  ], [
    '行不存在',
    '本报告的表 {table} 中没有行 {row}。',
    '在 `GET /v1/forms/{form}` 中核对行的标识。标题行没有数字。从未填写的行用 `PUT` 新增。'
  ], {
    request: 'GET /v1/reports/kundulun-culture/2019/tables/requests/rows/grantd',
    facts: { row: 'grantd', table: 'requests' }
  }),
  'cell-not-found': entry(404, [
    'No such cell',
    'The form {form} has no cell {cell}.',
    'A cell is `table.row.column`; `GET /v1/forms/{form}` lists all ids.'
  ], [
    '单元格不存在',
    '{form} 版格式没有单元格 {cell}。',
    '单元格写作 `table.row.column`，标识见 `GET /v1/forms/{form}`。'
  ], {
    request: 'GET /v1/reports/kundulun-culture/2019/cells/requests.grantd.total',
    facts: { form: '2019', cell: 'requests.grantd.total' }
  }),
  'document-not-found': entry(404, [
    'No document',
    'The report of {agency} for {year} was not read from a document.',
    'Nothing to do: its figures were sent as JSON or CSV. `GET /v1/events` shows with a key who sent them.'
  ], [
    '没有原文',
    '{agency} 的 {year} 年度报告不是从文件读入的。',
    '无须处理：其数字以 JSON 或 CSV 报送。用密钥可在 `GET /v1/events` 中查看由谁报送。'
  ], { request: 'GET /v1/reports/kundulun-culture/2019/document', facts: REPORT }),
  'key-not-found': entry(404, [
    'No such key',
    'There is no key {id}, or it is not within reach of the caller.',
    '`GET /v1/keys` lists the keys that you may manage, with their numbers.'
  ], [
    '密钥不存在',
    '没有密钥 {id}，或它不在当前密钥的管理范围内。',
    '`GET /v1/keys` 列出可以管理的密钥及其编号。'
  ], { request: 'DELETE /v1/keys/99', facts: { id: 99 } }),
  'import-not-found': entry(404, [
    'No such import',
    'There is no import {id} of this caller. Imports are kept for {days} days.',
    'Use the address in `Location` of the answer that started the import, and the key that sent it. After that time, the reports themselves show what was stored.'
  ], [
    '导入不存在',
    '没有编号为 {id} 且属于当前调用者的导入。导入记录保留 {days} 天。',
    '使用开始导入时答复中 `Location` 的地址和发送时的密钥。超过保留期的，请直接查看报告。'
  ], { request: 'GET /v1/imports/99', facts: { id: 99, days: 7 } }),
  'rejects-not-found': entry(404, [
    'No rejects',
    'The import {id} has no file of rejects: it is still running, nothing was rejected, or the rejects were too large to keep.',
    'Read `GET /v1/imports/{id}` first: `rejects` has the path once there is a file. If too much was rejected, correct the kinds of faults in `problem` or `result` and send the whole file again.'
  ], [
    '没有退回文件',
    '导入 {id} 没有退回文件：尚在进行、没有被退回的内容，或超出保留的大小。',
    '先查询 `GET /v1/imports/{id}`：有文件时 `rejects` 给出路径。退回内容过多的，按 `problem` 或 `result` 所列错误修改后重发整个文件。'
  ], { request: 'GET /v1/imports/7/rejects', facts: { id: 7 } }),
  'problem-not-found': entry(
    404,
    [
      'No such problem',
      'There is no problem with the code {code}.',
      '`/problems` lists all codes.'
    ],
    ['问题代码不存在', '没有代码为 {code} 的问题。', '`/problems` 列出全部代码。'],
    {
      request: 'GET /problems/check-failed',
      facts: { code: 'check-failed' }
    }
  ),

  // The path names something that was withdrawn.
  'report-withdrawn': entry(410, [
    'Report withdrawn',
    'The report of {agency} for {year} was withdrawn at {withdrawn_at}: {reason}',
    'Its versions remain readable: `GET /v1/reports/{agency}/{year}/versions`. The agency can publish it again after an amendment.'
  ], [
    '报告已撤回',
    '{agency} 的 {year} 年度报告已于 {withdrawn_at} 撤回：{reason}',
    '各版本仍可查阅：`GET /v1/reports/{agency}/{year}/versions`。填报单位更正后可以重新发布。'
  ], {
    request: 'GET /v1/reports/kundulun-culture/2019',
    facts: {
      ...REPORT,
      withdrawn_at: '2020-02-03T01:30:00Z',
      reason: { en: 'published for the wrong agency', zh: '误以其他机关名义发布' }
    }
  })
}

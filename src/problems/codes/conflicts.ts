// The stored state does not allow the request.
import { entry } from './entry.ts'

export const CONFLICTS = {
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

  'agency-changed': entry(412, [
    'Agency changed',
    'The agency {agency} is not as {header} demands: someone changed or registered it since it was read, or it is not registered. Read it again.'
  ], [
    '机关信息已变动',
    '机关 {agency} 不符合 {header} 的要求：读取之后有人作了修改或登记，或者尚未登记。请重新读取。'
  ]),
  'precondition-failed': entry(412, [
    'Precondition failed',
    'The report of {agency} for {year}{what} is not as {header} demands: someone changed it since it was read, or it is there or not there. revision tells what was expected and found, cells which changed meanwhile where that is known. Read it again.'
  ], [
    '前提条件不符',
    '{agency} 的 {year} 年度报告{what}不符合 {header} 的要求：读取之后有人作了修改，或者它已存在或不存在。revision 为预期与实际的修订号，cells 列出已知的其间改动的单元格。请重新读取。'
  ])
}

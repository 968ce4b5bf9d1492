// The stored state does not allow the request.
import { entry } from './entry.ts'

export const CONFLICTS = {
  'agency-exists': entry(409, [
    'Agency exists',
    'The agency {agency} is registered already.',
    'To change the agency, send `PUT` or `PATCH /v1/agencies/{code}`; for another agency, choose another code.'
  ], [
    '机关已存在',
    '机关 {agency} 已登记。',
    '需要变更该机关的，用 `PUT` 或 `PATCH /v1/agencies/{code}`；登记其他机关的，另选代码。'
  ], { request: 'POST /v1/agencies', facts: { agency: 'kundulun-culture' } }),
  'credit-code-taken': entry(409, [
    'Credit code taken',
    'The unified social credit code {credit_code} belongs to another agency.',
    'Check the code on the certificate. If the other agency has it by mistake, clear it there first with `{"credit_code": null}`.'
  ], [
    '统一社会信用代码已被占用',
    '统一社会信用代码 {credit_code} 已属于另一机关。',
    '按证书核对代码。另一机关登记有误的，先用 `{"credit_code": null}` 清除其代码。'
  ], { request: 'PATCH /v1/agencies/kundulun-culture', facts: { credit_code: '113325000026455663' } }),
  'report-exists': entry(409, [
    'Report exists',
    'There is a report of {agency} for {year} already.',
    'To replace the draft, send `PUT /v1/reports/{agency}/{year}`; to correct a published report, amend it first.'
  ], [
    '报告已存在',
    '{agency} 的 {year} 年度报告已存在。',
    '替换草稿用 `PUT /v1/reports/{agency}/{year}`；已发布的报告需要修改的，先更正（amend）。'
  ], { request: 'POST /v1/reports', facts: { agency: 'kundulun-culture', year: 2019 } }),
  'row-exists': entry(409, [
    'Row exists',
    'Rows that are sent are in the report already; add ?on_conflict=replace to replace them. errors lists them.',
    'Add `?on_conflict=replace` to replace these rows, or leave them out. For one row, `PUT` replaces it and `PATCH` changes single figures.'
  ], [
    '行已存在',
    '所发送的行在报告中已存在；如需替换请加 ?on_conflict=replace。errors 中逐一列出。',
    '需要替换的，加 `?on_conflict=replace`；否则去掉这些行。单独一行用 `PUT` 替换，用 `PATCH` 修改个别数字。'
  ], {
    request: 'POST /v1/reports/kundulun-culture/2019/tables/requests/rows',
    errors: [{
      line: 2,
      column: 'row',
      found: 'granted',
      expected: { en: 'a row that is not in the report yet', zh: '报告中尚不存在的行' }
    }]
  }),
  'import-ended': entry(409, [
    'Import ended',
    'The import {id} is {state} and cannot be cancelled.',
    'Nothing to do if it failed. What a finished import stored stays: correct the drafts, or delete them.'
  ], [
    '导入已结束',
    '导入 {id} 的状态为 {state}，不能取消。',
    '导入失败的，无须处理。已完成的导入所保存的内容予以保留，可以修改或删除相应草稿。'
  ], { request: 'POST /v1/imports/7/cancel', facts: { id: 7, state: 'succeeded' } }),
  'report-locked': entry(409, [
    'Report locked',
    'The report of {agency} for {year} has been {status} since {since}: only a draft or returned report can be written. Amend a published one.',
    'Submitted: ask the supervisor to return it (`POST .../return`). Published or withdrawn: amend it (`POST .../amend`), change it, and publish it again.'
  ], [
    '报告已锁定',
    '{agency} 的 {year} 年度报告自 {since} 起状态为 {status}：只有草稿（draft）或已退回（returned）的报告可以修改；已发布的请先更正（amend）。',
    '已提交的，请主管单位退回（`POST .../return`）。已发布或已撤回的，先更正（`POST .../amend`），修改后重新发布。'
  ], {
    request: 'PUT /v1/reports/kundulun-culture/2019',
    facts: { agency: 'kundulun-culture', year: 2019, status: 'published', since: '2020-01-20T02:00:00Z' }
  }),
  'report-published-before': entry(409, [
    'Report published before',
    'The report of {agency} for {year} has been published and cannot be deleted. It can be withdrawn.',
    'Withdraw it with a reason: `POST .../withdraw`. Its versions remain readable, and the totals no longer include it.'
  ], [
    '报告曾经发布',
    '{agency} 的 {year} 年度报告曾经发布，不能删除，但可以撤回（withdraw）。',
    '用 `POST .../withdraw` 撤回并写明原因。各版本仍可查阅，该报告不再计入合计。'
  ], { request: 'DELETE /v1/reports/kundulun-culture/2019', facts: { agency: 'kundulun-culture', year: 2019 } }),
  'idempotency-key-in-use': entry(409, [
    'Idempotency-Key in use',
    'The request with the Idempotency-Key {key} is still being processed. Send it again in a moment.',
    'Wait a few seconds and send the same request with the same key: it then gets the answer of the first.'
  ], [
    'Idempotency-Key 正在使用',
    '使用 Idempotency-Key {key} 的请求仍在处理，请稍后重发。',
    '等候几秒后，以相同的 Idempotency-Key 重发同一请求，即得到首次请求的答复。'
  ], { facts: { key: 'submit-2019-1' } }),
  'key-of-another': entry(403, [
    'Key of another',
    'Key {id} has the role {role}: only the key itself, or a role above, may rotate it. Revoke it and make a new one.',
    'Let the holder rotate the key with the key itself, or revoke it (`DELETE /v1/keys/{id}`) and create a new one.'
  ], [
    '他人的密钥',
    '密钥 {id} 的角色为 {role}，只有该密钥本身或更高的角色才能更换。请撤销后另行创建。',
    '由持有人用该密钥自行更换；或撤销（`DELETE /v1/keys/{id}`）后新建。'
  ], { request: 'POST /v1/keys/12/rotate', facts: { id: 12, role: 'supervisor' } }),
  'key-revoked': entry(409, [
    'Key revoked',
    'The key {id} is revoked, for good; make a new one.',
    'Create a new key with `POST /v1/keys`. A revoked key cannot be restored.'
  ], [
    '密钥已撤销',
    '密钥 {id} 已被永久撤销，请新建密钥。',
    '用 `POST /v1/keys` 新建密钥。已撤销的密钥不能恢复。'
  ], { request: 'POST /v1/keys/12/rotate', facts: { id: 12 } }),
  'move-not-allowed': entry(409, [
    'Move not allowed',
    'The report has been {status} since {since}; {move} is possible only from: {from}.',
    'Take the missing step first: a draft is submitted, a submitted report is published or returned, a published one is amended or withdrawn. `allowed_transitions` of the report lists what you may do now.'
  ], [
    '不允许的流转',
    '本报告自 {since} 起状态为 {status}，不能执行 {move}；可执行的状态：{from}。',
    '先办理前一环节：草稿须提交，已提交的可以发布或退回，已发布的可以更正或撤回。报告的 `allowed_transitions` 列出现在可以执行的操作。'
  ], {
    request: 'POST /v1/reports/kundulun-culture/2019/publish',
    facts: { status: 'draft', since: '2020-01-16T02:00:00Z', move: 'publish', from: 'submitted' }
  }),

  'agency-changed': entry(412, [
    'Agency changed',
    'The agency {agency} does not meet {header}: it was changed or registered since it was read, or it is not registered.',
    'Read the agency again, apply your change to it, and send that with its new `ETag`.'
  ], [
    '机关信息已变动',
    '机关 {agency} 不符合 {header} 的要求：读取之后已被修改或登记，或者尚未登记。',
    '重新读取该机关，在此基础上修改，再以新的 `ETag` 提交。'
  ], { request: 'PATCH /v1/agencies/kundulun-culture', facts: { agency: 'kundulun-culture', header: 'If-Match' } }),
  'precondition-failed': entry(412, [
    'Precondition failed',
    'The report of {agency} for {year}{what} does not meet {header}: it was changed after it was read, or it exists or does not exist. revision has the expected and the actual revision, cells the cells that changed meanwhile, if known. Read it again.',
    'Read the report, or the table or row, again, apply your change to what it says now, and send it with the new `ETag` in `If-Match`.'
  ], [
    '前提条件不符',
    '{agency} 的 {year} 年度报告{what}不符合 {header} 的要求：读取之后有人作了修改，或者它已存在或不存在。revision 为预期与实际的修订号，cells 列出已知的其间改动的单元格。请重新读取。',
    '重新读取报告（或表、行），在现有内容上修改，并以新的 `ETag` 作为 `If-Match` 再次发送。'
  ], {
    request: 'PUT /v1/reports/kundulun-culture/2019\nIf-Match: "fSg1pEnYjDYZIjKoBQKw6A.3"',
    facts: { agency: 'kundulun-culture', year: 2019, what: '', header: 'If-Match' }
  })
}

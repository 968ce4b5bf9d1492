// A document or a file to import cannot be read or stored; an Idempotency-Key was used for another request.
import { entry } from './entry.ts'

const IMPORT = 'POST /v1/imports/documents?agency=kundulun-culture&year=2019'

export const INVALID_FILES = {
  'workbook-unreadable': entry(415, [
    'Unreadable workbook',
    'The file is not text and cannot be read as a workbook (.xlsx): {reason}',
    'Open it in Excel or WPS and save it again as `.xlsx`, or as CSV (UTF-8). Remove passwords and merged cells.'
  ], [
    '工作簿无法读取',
    '文件不是文本，也不能作为工作簿（.xlsx）读取：{reason}',
    '用 Excel 或 WPS 打开，另存为 `.xlsx` 或 CSV（UTF-8）。取消密码和合并单元格。'
  ], {
    request: 'POST /v1/imports/reports',
    facts: { reason: { en: 'the archive is damaged.', zh: '压缩包已损坏。' } }
  }),
  'document-unreadable': entry(422, [
    'Unreadable document',
    'The document cannot be read: {reason}',
    'Do what the sentence says. Old `.doc`, `.xls` and `.wps` files: save as `.docx` or `.xlsx`. Scans have no text: use the document from which they were printed, or enter the figures.'
  ], [
    '文件无法读取',
    '文件无法读取：{reason}',
    '按所述原因处理。旧格式 `.doc`、`.xls` 和 `.wps`：另存为 `.docx` 或 `.xlsx`。扫描件没有文字：改用其电子原件，或直接填报数字。'
  ], {
    request: IMPORT,
    facts: { reason: { en: 'it is a scan: its pages are pictures.', zh: '文件为扫描件，页面均为图片。' } }
  }),
  'document-not-recognised': entry(422, [
    'Document not recognised',
    'No annual report can be taken from the document: {reason}. reading.problems tells more.',
    'Check that it is the annual report and has the statutory tables as tables, not as pictures. For a web page, send the page itself. Else fill in the form: `GET /v1/reports/{agency}/{year}/template`.'
  ], [
    '未识别出年度报告',
    '不能从文件中取得年度报告：{reason}。详见 reading.problems。',
    '检查文件是否为年度报告，法定表格是否为表格而不是图片。网页请提交网页本身。否则请填写填报表：`GET /v1/reports/{agency}/{year}/template`。'
  ], {
    request: `${IMPORT}\n\n今天天气很好。`,
    facts: { reason: { en: 'it has none of the statutory tables', zh: '其中没有法定表格' } }
  }),
  'document-partly-read': entry(422, [
    'Document read in part',
    'Nothing was stored: {reason}. reading.problems lists what could not be read; accept_partial=true stores the rest as a draft, unless the year differs.',
    'Look each place in `reading.problems` up in the document. Store what was read with `accept_partial=true`, then enter the missing figures with `PATCH .../rows/{row}`. If the year differs, send the year of the document.'
  ], [
    '文件只读出一部分',
    '未保存：{reason}。reading.problems 列出未能读出的内容；accept_partial=true 可将其余部分存为草稿，年度不符时除外。',
    '按 `reading.problems` 在文件中查对。用 `accept_partial=true` 保存已读出的部分，再用 `PATCH .../rows/{row}` 补填缺少的数字。年度不符的，改用文件所写的年度。'
  ], {
    request: IMPORT,
    facts: { reason: { en: '3 cells could not be read', zh: '有 3 个单元格未能读出' } }
  }),
  'document-of-another-agency': entry(422, [
    'Document of another agency',
    'Nothing was stored: the document names {name}, which is the agency {other}, and the request is for {agency}. accept_other_agency=true stores it all the same.',
    'Send the document for the agency that it names. If it is the right document although another name stands in it, add `accept_other_agency=true`.'
  ], [
    '文件属于其他机关',
    '未保存：文件写的是“{name}”，即机关 {other}，而请求的机关为 {agency}。确认无误的，加 accept_other_agency=true 保存。',
    '改为向文件所写的机关提交。确系该机关的文件而名称不同的，加 `accept_other_agency=true`。'
  ], {
    request: IMPORT,
    facts: { name: '昆区住房和城乡建设局', other: 'kundulun-housing', agency: 'kundulun-culture' }
  }),
  'import-rejected': entry(422, [
    'Import rejected',
    'Nothing was stored: {rejected} of {read} are not valid. errors lists what is wrong, by line; on_error=continue stores the others.',
    'Correct the lines in `errors` and send the file again; what is stored already counts as `unchanged`. Or add `on_error=continue` and ask with `Accept: text/csv` for the rejected lines, with the reasons.'
  ], [
    '导入被拒绝',
    '没有保存任何内容：共 {read} 条，其中 {rejected} 条有误。errors 按行列出错误；on_error=continue 可保存其余各条。',
    '按 `errors` 修改相应各行后重发文件，已保存的计为 `unchanged`。也可加 `on_error=continue`，并以 `Accept: text/csv` 取得被退回的行及原因。'
  ], { request: 'POST /v1/imports/reports', facts: { rejected: 2, read: 310 } }),
  'idempotency-key-reused': entry(422, [
    'Idempotency-Key used for another request',
    'The Idempotency-Key {key} was sent with another request in the last 24 hours; use a new one.',
    'Use a new key for each operation, and the same key only to repeat the same request.'
  ], [
    'Idempotency-Key 已用于其他请求',
    'Idempotency-Key {key} 在 24 小时内已用于另一请求，请换用新的。',
    '每次操作使用新的 Idempotency-Key；只有重发同一请求时才使用相同的。'
  ], { request: 'POST /v1/reports\nIdempotency-Key: submit-2019-1', facts: { key: 'submit-2019-1' } })
}

// The request cannot be parsed, or is too large.
import { entry } from './entry.ts'

export const MALFORMED = {
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
  ])
}

// The request cannot be parsed, or is too large.
import { entry } from './entry.ts'

export const MALFORMED = {
  'http-malformed': entry(400, [
    'Malformed HTTP',
    'The request is not well-formed HTTP.',
    'Check the client or the proxy in front of the service: request line, `Host`, `Content-Length`. A client that speaks TLS needs the address of the proxy that ends TLS.'
  ], [
    'HTTP 请求格式错误',
    '请求不是合法的 HTTP 报文。',
    '检查客户端或前置代理：请求行、`Host`、`Content-Length`。使用 TLS 的客户端应连接终结 TLS 的代理。'
  ]),
  'parameter-invalid': entry(400, [
    'Invalid parameter',
    'A path or query parameter is unknown or malformed; errors lists each one.',
    'Correct each parameter in `errors`: it says what was found and what is expected, and `did_you_mean` suggests a name. `/docs` lists the parameters of each operation.'
  ], [
    '参数无效',
    '路径参数或查询参数未知或格式错误，errors 中逐一列出。',
    '按 `errors` 逐一修改：其中有实际值和应有值，`did_you_mean` 给出建议的名称。各操作的参数见 `/docs`。'
  ], {
    request: 'GET /v1/totals?measure=requests.new_received.total&year=MMXIX',
    errors: [{ parameter: 'year', found: 'MMXIX', expected: { en: 'a year such as 2019', zh: '年度，如 2019' } }]
  }),
  'json-malformed': entry(400, [
    'Malformed JSON',
    'The body cannot be parsed as JSON: {reason}.',
    'Correct the place that the sentence names: often a comma after the last member, a missing quote, or Chinese punctuation. `jq . FILE` checks a file.'
  ], [
    'JSON 格式错误',
    '请求体不能按 JSON 解析：{reason}。',
    '修改所指位置：常见的有末尾多余的逗号、缺少引号、误用中文标点。可用 `jq . 文件` 检查。'
  ], {
    request: 'PUT /v1/reports/kundulun-culture/2019\n\n{"form": "2019",}',
    facts: { reason: 'Unexpected "}" at position 16' }
  }),
  'csv-malformed': entry(400, [
    'Malformed CSV',
    'The body cannot be parsed as CSV: {reason}.',
    'Correct the line that the sentence names: a quote `"` that is not closed, or one inside a field that is not doubled.'
  ], [
    'CSV 格式错误',
    '请求体不能按 CSV 解析：{reason}。',
    '修改所指的行：引号 `"` 没有成对，或字段中的引号没有写成两个。'
  ], {
    request: 'POST /v1/reports/kundulun-culture/2019/tables/requests/rows\n\nrow,total\n"granted,1',
    facts: { reason: { en: 'the quote in line 2 is not closed', zh: '第 2 行的引号没有成对' } }
  }),
  'csv-without-lines': entry(400, [
    'CSV without lines',
    'The CSV has a header and no further line. If its line breaks were lost, send it with curl --data-binary instead of -d.',
    'With curl, send a file by `--data-binary @FILE` or `-T FILE`: `-d` removes the line breaks.'
  ], [
    'CSV 没有数据行',
    'CSV 只有表头而没有数据行。如果换行符丢失，请用 curl --data-binary 代替 -d 发送。',
    '用 curl 发送文件时，使用 `--data-binary @文件` 或 `-T 文件`：`-d` 会去掉换行符。'
  ], { request: 'POST /v1/reports/kundulun-culture/2019/tables/requests/rows\n\nrow,totalgranted,1' }),
  'text-undecodable': entry(400, [
    'Undecodable text',
    'The body is not valid {charset}.',
    'Save the file as UTF-8, or name its encoding: `Content-Type: text/csv; charset=gb18030`.'
  ], [
    '文字编码错误',
    '请求体不是有效的 {charset} 编码。',
    '将文件另存为 UTF-8，或注明编码：`Content-Type: text/csv; charset=gb18030`。'
  ], { facts: { charset: 'utf-8' } }),
  'ndjson-is-array': entry(400, [
    'Array instead of lines',
    'The body is one JSON array, and NDJSON is one JSON object a line, without brackets and commas around them: with jq, jq -c ".[]" FILE makes it. Nothing was stored.',
    'Convert the file and send the result: `jq -c ".[]" FILE`.'
  ], [
    '应为逐行的 JSON 对象',
    '请求体是一个 JSON 数组，而 NDJSON 应每行一个 JSON 对象，前后没有方括号和逗号；可用 jq -c ".[]" 文件 转换。没有保存任何内容。',
    '转换文件后重新发送：`jq -c ".[]" 文件`。'
  ], { request: 'POST /v1/imports/agencies\n\n[{"code": "kundulun-culture"}, {"code": "kundulun-housing"}]' }),
  'gzip-malformed': entry(400, [
    'Malformed gzip',
    'The body begins as gzip and cannot be unpacked: {reason}.',
    'The file is damaged or incomplete: compress it again (`gzip FILE`), check it with `gzip -t`, and send it again.'
  ], [
    'gzip 格式错误',
    '请求体以 gzip 开头但不能解压：{reason}。',
    '文件损坏或不完整：重新压缩（`gzip 文件`），用 `gzip -t` 检查后再次发送。'
  ], { facts: { reason: 'unexpected end of file' } }),
  'multipart-malformed': entry(400, [
    'Malformed form',
    'The form does not hold exactly one file: {reason}. With curl: -F file=@FILE.',
    'Send one file in the field `file`; options belong into the query of the address: `curl -F file=@FILE "$BASE/v1/imports/reports?dry_run=true"`.'
  ], [
    '表单格式错误',
    '表单应恰好包含一个文件：{reason}。curl 的写法：-F file=@文件。',
    '表单只含一个文件，字段名为 `file`；其他选项写在地址中：`curl -F file=@文件 "$BASE/v1/imports/reports?dry_run=true"`。'
  ], { facts: { reason: { en: 'it has no file', zh: '没有文件' } } }),
  'line-too-long': entry(400, [
    'Line too long',
    'Line {line} is longer than {limit} bytes. Nothing was stored.',
    'Check whether line breaks are missing. A report that is really so long needs a higher `BODY_LIMIT`.'
  ], [
    '行过长',
    '第 {line} 行超过 {limit} 字节。没有保存任何内容。',
    '检查是否缺少换行符。报告确实有这么长的，请运维人员调大 `BODY_LIMIT`。'
  ], { facts: { line: 1, limit: 2097152 } }),
  'import-empty': entry(400, [
    'Nothing to import',
    'The body has no line.',
    'Check the path of the file and that it is not empty. curl needs `@` before the name: `--data-binary @FILE`.'
  ], [
    '没有可导入的内容',
    '请求体中没有任何行。',
    '检查文件路径以及文件是否为空。curl 须在文件名前加 `@`：`--data-binary @文件`。'
  ], { request: 'POST /v1/imports/reports' }),
  'idempotency-key-invalid': entry(400, [
    'Invalid Idempotency-Key',
    'The Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.',
    'Use a UUID, for example the output of `uuidgen`.'
  ], [
    'Idempotency-Key 无效',
    'Idempotency-Key 须为 1 至 200 个可打印的 ASCII 字符，不含空格。',
    '可以使用 UUID，例如 `uuidgen` 的输出。'
  ], { request: 'POST /v1/reports/kundulun-culture/2019/submit\nIdempotency-Key: submit 2019' }),
  'request-timeout': entry(408, [
    'Request timeout',
    'The request did not arrive whole in time.',
    'Send it again. For large files on slow lines, compress them with gzip; the operator can raise `REQUEST_TIMEOUT`.'
  ], [
    '请求超时',
    '请求未能在规定时间内完整到达。',
    '重新发送。网络较慢而文件较大的，先用 gzip 压缩；运维人员可以调大 `REQUEST_TIMEOUT`。'
  ]),
  'body-too-large': entry(413, [
    'Body too large',
    'The body is larger than the limit of {limit} bytes.',
    'Divide the file, or compress it with gzip where the operation accepts it. The operator can raise `BODY_LIMIT` or `IMPORT_LIMIT`.'
  ], [
    '请求体过大',
    '请求体超过 {limit} 字节的上限。',
    '拆分文件，或在可用 gzip 的操作中压缩后发送。运维人员可以调大 `BODY_LIMIT` 或 `IMPORT_LIMIT`。'
  ], { facts: { limit: 2097152 } }),
  'too-many-agencies': entry(413, [
    'Too many agencies',
    'A file may have {most} agencies at most: divide it. Nothing was stored.',
    'Divide the file, parents first, and import one part after another.'
  ], [
    '机关过多',
    '一个文件最多包含 {most} 个机关，请拆分。没有保存任何内容。',
    '拆分文件，上级机关在前，依次导入。'
  ], { request: 'POST /v1/imports/agencies', facts: { most: 300000 } }),
  'not-acceptable': entry(406, [
    'Not acceptable',
    'Accept names none of the types that this operation gives: {available}.',
    'Ask for one of the types named, or leave `Accept` out. Where the operation has it, `?format=` is simpler.'
  ], [
    '无法提供所需格式',
    'Accept 中没有该操作可提供的格式：{available}。',
    '改用所列格式之一，或不发送 `Accept`。有 `?format=` 参数的操作，用该参数更方便。'
  ], { request: 'GET /v1/forms\nAccept: application/xml', facts: { available: 'application/json' } }),
  'expectation-unsupported': entry(417, [
    'Expectation unsupported',
    'The only Expect that the service meets is 100-continue.',
    'Leave the header `Expect` out; with curl, `-H "Expect:"`.'
  ], [
    '不支持的 Expect',
    '服务只支持 Expect: 100-continue。',
    '不发送请求头 `Expect`；用 curl 时加 `-H "Expect:"`。'
  ], { request: 'POST /v1/reports\nExpect: 200-ok' }),
  'media-type-unsupported': entry(415, [
    'Unsupported media type',
    'The Content-Type {found} is not accepted here; use {accepted}. With curl: -H \'Content-Type: {first}\' --data-binary @FILE.',
    'Set `Content-Type` to the type of what you send. curl sends `application/x-www-form-urlencoded` with `-d` unless `-H` names another.'
  ], [
    '不支持的内容类型',
    '此处不接受 Content-Type {found}，请使用 {accepted}。curl 的写法：-H \'Content-Type: {first}\' --data-binary @文件。',
    '将 `Content-Type` 设为所发送内容的类型。curl 用 `-d` 而未以 `-H` 注明时，发送的是 `application/x-www-form-urlencoded`。'
  ], {
    request:
      'PUT /v1/reports/kundulun-culture/2019\nContent-Type: application/x-www-form-urlencoded\n\n{"form": "2019"}',
    facts: {
      found: 'application/x-www-form-urlencoded',
      accepted: 'application/json',
      first: 'application/json'
    }
  }),
  'headers-too-large': entry(431, [
    'Headers too large',
    'The request headers are larger than the limit.',
    'Send less in the headers: usually cookies or a long address are the reason. Long lists of measures can be shortened to a table or `*`.'
  ], [
    '请求头过大',
    '请求头超过上限。',
    '减少请求头的内容：通常是 Cookie 或地址过长。指标较多时，可以改用表的标识或 `*`。'
  ])
}

// Failures and overload of the service.
import { entry } from './entry.ts'

export const FAILURES = {
  internal: entry(500, [
    'Internal error',
    'Something went wrong in the service; it is in its log under the request_id.',
    'Report the `request_id` to the operator. Read the report before you repeat a write: it may have been stored.'
  ], [
    '内部错误',
    '服务内部出错，日志中可按 request_id 查找。',
    '将 `request_id` 告知运维人员。重复写入之前先读取报告，内容可能已经保存。'
  ]),
  overloaded: entry(503, [
    'Overloaded',
    'The service is overloaded; nothing was done. Try again.',
    'Wait as long as `Retry-After` says and send the request again. Scripts should pause longer after each refusal.'
  ], [
    '服务过载',
    '服务超出负荷，未执行任何操作，请重试。',
    '按 `Retry-After` 所示时间等候后重发。脚本在每次被拒后应逐步延长等候时间。'
  ]),
  'database-busy': entry(503, [
    'Database busy',
    'The database is busy; nothing was stored. Try again.',
    'Send the request again after `Retry-After`. If it happens often, a long import or a change of the tree is probably running.'
  ], [
    '数据库繁忙',
    '数据库繁忙，没有保存任何内容，请重试。',
    '按 `Retry-After` 所示时间等候后重发。经常出现的，多半是正在进行大批量导入或隶属关系变更。'
  ]),
  'database-unavailable': entry(503, [
    'Database unavailable',
    'The database does not answer; nothing was stored. Try again.',
    'Send the request again after `Retry-After`. If it lasts, tell the operator; `/readyz` shows when the service is ready again.'
  ], [
    '数据库不可用',
    '数据库没有响应，没有保存任何内容，请重试。',
    '按 `Retry-After` 所示时间等候后重发。持续出现的，告知运维人员；服务恢复后 `/readyz` 显示就绪。'
  ]),
  'moment-not-settled': entry(503, [
    'Moment not settled',
    'An import is publishing reports, and it is not certain yet what belongs to {moment}. Try again, or ask for an earlier moment.',
    'Send the request again after `Retry-After`, or set `as_of` to a moment before the import began.'
  ], [
    '时刻尚未确定',
    '正在导入并发布报告，尚不能确定截至 {moment} 的内容，请稍后重试，或改用更早的时刻。',
    '按 `Retry-After` 所示时间等候后重发，或将 `as_of` 改为导入开始之前的时刻。'
  ], {
    request: 'GET /v1/exports/reports?as_of=2026-03-31T16:00:00Z',
    facts: { moment: '2026-03-31T16:00:00Z' }
  }),
  'database-read-only': entry(503, [
    'Database read-only',
    'The database can be read but not written at the moment; nothing was stored. Try again.',
    'Send the request again later. The operator checks whether a failover or maintenance of the database is in progress.'
  ], [
    '数据库只读',
    '数据库目前只能读取、不能写入，没有保存任何内容，请重试。',
    '稍后重发。请运维人员检查数据库是否正在切换或维护。'
  ]),
  'storage-full': entry(503, [
    'Storage full',
    'There is no space left on the disk of the service or of its database; nothing was stored. Tell its operator.',
    'Tell the operator, who makes space on the disks of `DATA_DIR`, of the database and of `TMPDIR`. Then send the request again.'
  ], [
    '存储空间已满',
    '服务或其数据库的磁盘空间已满，没有保存任何内容，请告知运维人员。',
    '告知运维人员，清理 `DATA_DIR`、数据库和 `TMPDIR` 所在磁盘，然后重发。'
  ]),
  maintenance: entry(503, [
    'Maintenance',
    'The service is read-only for maintenance; nothing was stored. Reads go on. Try again later.',
    'Send the request again after the maintenance. The operator ends it by removing `READ_ONLY`.'
  ], [
    '系统维护',
    '系统维护期间只能读取，没有保存任何内容，请稍后重试。',
    '维护结束后重发。运维人员取消 `READ_ONLY` 设置即结束维护。'
  ]),
  'identity-provider-unavailable': entry(503, [
    'Identity provider unavailable',
    'The keys of the identity provider cannot be fetched, so the token could not be checked. Try again.',
    'Send the request again after `Retry-After`, or use an API key. If it lasts, the operator checks the connection to `OIDC_ISSUER`, or sets `JWKS_FILE`.'
  ], [
    '身份提供方不可用',
    '无法取得身份提供方的密钥，令牌未能校验，请重试。',
    '按 `Retry-After` 所示时间等候后重发，或改用 API 密钥。持续出现的，请运维人员检查与 `OIDC_ISSUER` 的连接，或设置 `JWKS_FILE`。'
  ]),
  'not-ready': entry(503, [
    'Not ready',
    'The service is not ready: {reason}.',
    'Wait until the start has finished. If it lasts, the operator reads the log: the database or its migrations need attention.'
  ], [
    '尚未就绪',
    '服务尚未就绪：{reason}。',
    '等待启动完成。持续出现的，请运维人员查看日志，检查数据库及其迁移。'
  ], { request: 'GET /readyz', facts: { reason: { en: 'the database does not answer', zh: '数据库没有响应' } } })
}

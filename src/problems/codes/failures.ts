// Failures and overload of the service.
import { entry } from './entry.ts'

export const FAILURES = {
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
}

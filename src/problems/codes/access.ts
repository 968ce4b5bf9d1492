// Authentication, authorization and rate limits.
import { entry } from './entry.ts'

export const ACCESS = {
  'key-required': entry(401, ['Key required', 'This operation needs an API key: Authorization: Bearer KEY.'], [
    '需要密钥',
    '此操作需要 API 密钥：Authorization: Bearer 密钥。'
  ]),
  'key-invalid': entry(401, ['Invalid key', 'The API key is not known here, or it is revoked or expired.'], [
    '密钥无效',
    '此 API 密钥不存在、已撤销或已过期。'
  ]),
  'token-invalid': entry(401, ['Invalid token', 'The token is not accepted: {reason}.'], [
    '令牌无效',
    '令牌不被接受：{reason}。'
  ]),
  'metrics-token-invalid': entry(401, [
    'Invalid metrics token',
    'The metrics need the token that METRICS_TOKEN sets: Authorization: Bearer TOKEN.'
  ], ['指标令牌无效', '读取指标需要 METRICS_TOKEN 所设的令牌：Authorization: Bearer 令牌。']),
  'role-insufficient': entry(
    403,
    ['Role insufficient', 'This needs the role {minimumRole} or above; the caller is {role}.'],
    ['角色权限不足', '此操作需要 {minimumRole} 或更高的角色，当前角色为 {role}。']
  ),
  'outside-subtree': entry(403, [
    'Outside the subtree',
    'The caller acts for {covers} and all below it; {agency} is not there in {when}.'
  ], ['超出机关范围', '当前密钥的范围为 {covers} 及其下级；{agency} 在 {when} 不在此范围内。']),

  'rate-limited': entry(429, ['Too many requests', 'More than {max} requests in a minute; go on in {seconds} s.'], [
    '请求过多',
    '一分钟内请求超过 {max} 次，请在 {seconds} 秒后继续。'
  ])
}

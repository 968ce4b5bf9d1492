// Authentication, authorization and rate limits.
import { entry } from './entry.ts'

export const ACCESS = {
  'key-required': entry(401, [
    'Key required',
    'This operation needs an API key: Authorization: Bearer KEY.',
    'Send your key in the header `Authorization: Bearer KEY`; in Swagger UI, press Authorize. Whoever registers your agency issues keys.'
  ], [
    '需要密钥',
    '此操作需要 API 密钥：Authorization: Bearer 密钥。',
    '在请求头中给出密钥：`Authorization: Bearer 密钥`；在 Swagger UI 中点击 Authorize 填入。密钥由上级主管单位或系统管理员发放。'
  ], { request: 'POST /v1/reports/kundulun-culture/2019/submit' }),
  'key-invalid': entry(401, [
    'Invalid key',
    'The API key is not known here, or it is revoked or expired.',
    'Check that the whole key was sent, after `Bearer` and a space, and to the right service. For a revoked or expired key, ask for a new one.'
  ], [
    '密钥无效',
    '此 API 密钥不存在、已撤销或已过期。',
    '检查 `Bearer` 和空格之后是否为完整的密钥，服务地址是否正确。密钥已撤销或过期的，请申领新密钥。'
  ], { request: 'GET /v1/me\nAuthorization: Bearer gk_wrong' }),
  'token-invalid': entry(401, [
    'Invalid token',
    'The token is not accepted: {reason}.',
    'Sign in again for a fresh token. If it is still refused, the administrator compares `OIDC_ISSUER` and `OIDC_AUDIENCE` with `iss` and `aud` of the token.'
  ], [
    '令牌无效',
    '令牌不被接受：{reason}。',
    '重新登录以取得新的令牌。仍被拒绝的，请管理员核对 `OIDC_ISSUER`、`OIDC_AUDIENCE` 与令牌的 `iss`、`aud` 是否一致。'
  ], { facts: { reason: { en: 'it has expired', zh: '已过期' } } }),
  'metrics-token-invalid': entry(401, [
    'Invalid metrics token',
    'The metrics need the token that METRICS_TOKEN sets: Authorization: Bearer TOKEN.',
    'Give the monitoring system the value of `METRICS_TOKEN` as its bearer token. API keys are not accepted here.'
  ], [
    '指标令牌无效',
    '读取指标需要 METRICS_TOKEN 所设的令牌：Authorization: Bearer 令牌。',
    '在监控系统中将 `METRICS_TOKEN` 的值设为 Bearer 令牌。此处不接受 API 密钥。'
  ], { request: 'GET /metrics' }),
  'role-insufficient': entry(403, [
    'Role insufficient',
    'This needs the role {minimumRole} or above; the caller is {role}.',
    'Use a key with a higher role, or ask the holder of one to take this step. `GET /v1/me` shows your role.'
  ], [
    '角色权限不足',
    '此操作需要 {minimumRole} 或更高的角色，当前角色为 {role}。',
    '改用更高角色的密钥，或请有权限的人员办理。`GET /v1/me` 可查看当前角色。'
  ], {
    request: 'POST /v1/reports/kundulun-culture/2019/publish',
    facts: { minimumRole: 'supervisor', role: 'filer' }
  }),
  'outside-subtree': entry(403, [
    'Outside the subtree',
    'The caller acts for {covers} and all below it; {agency} is not there in {when}.',
    'Check the agency code. If it is right, use a key of that agency or of one above it; places in the tree depend on the year.'
  ], [
    '超出机关范围',
    '当前密钥的范围为 {covers} 及其下级；{agency} 在 {when} 不在此范围内。',
    '检查机关代码。代码无误的，改用该机关或其上级的密钥；隶属关系以相应年度为准。'
  ], {
    request: 'PUT /v1/reports/qingshan-culture/2023',
    facts: { covers: '150203', agency: 'qingshan-culture', when: 2023 }
  }),

  'rate-limited': entry(429, [
    'Too many requests',
    'More than {max} requests in a minute; go on in {seconds} s.',
    'Wait as long as the header `Retry-After` says, then continue. For many reports use one bulk import, for all data an export.'
  ], [
    '请求过多',
    '一分钟内请求超过 {max} 次，请在 {seconds} 秒后继续。',
    '按响应头 `Retry-After` 所示时间等候后继续。报告较多时请用批量导入，需要全部数据时请用导出。'
  ], { facts: { max: 60000, seconds: 12 } })
}

// Tokens of an identity provider, which is a small server here with keys made in the test.
import {
  CompactSign,
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT
} from 'jose'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { freshApp } from '../support/app.ts'

const AUDIENCE = 'gongkai'
const rsa = await generateKeyPair('RS256', { extractable: true })
const ec = await generateKeyPair('ES256', { extractable: true })
const later = await generateKeyPair('ES256', { extractable: true })
const jwk = async (key: CryptoKey, kid: string): Promise<JWK> => ({ ...await exportJWK(key), kid, use: 'sig' })
const published = [await jwk(rsa.publicKey, 'rsa-1'), await jwk(ec.publicKey, 'ec-1')]

/** An identity provider on a port of its own. */
async function provider (t: { teardown(work: () => void): void }) {
  const state = { keys: published, fetched: 0, down: false, issuer: '' }
  const server = createServer((request, response) => {
    if (state.down) return response.writeHead(500).end()
    if (request.url === '/.well-known/openid-configuration') {
      return response.end(JSON.stringify({ issuer: state.issuer, jwks_uri: `${state.issuer}/keys` }))
    }
    state.fetched++
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: state.keys }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  state.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return state
}

const claims = { gongkai_role: 'supervisor', gongkai_agency: 'city' }

function sign (
  payload: JWTPayload,
  {
    key = rsa.privateKey,
    alg = 'RS256',
    kid = 'rsa-1',
    expires = '1h',
    issuer = '',
    audience = AUDIENCE,
    subject = 'zhang'
  }: {
    key?: CryptoKey | Uint8Array
    alg?: string
    kid?: string
    expires?: string | number
    issuer?: string
    audience?: string
    subject?: string
  } = {}
) {
  return new SignJWT(payload).setProtectedHeader({ alg, kid }).setIssuedAt().setExpirationTime(expires).setIssuer(
    issuer
  ).setAudience(audience).setSubject(subject).sign(key)
}

t.test('a token authorizes like a key of the same role and agency', async t => {
  const idp = await provider(t)
  const { call } = await freshApp(t, { tokens: { issuer: idp.issuer, audience: AUDIENCE } })
  t.equal(idp.fetched, 0, 'the provider is asked when the first token comes')
  for (const [code, parent] of [['city', null], ['a', 'city'], ['b', null]] as const) {
    await call('PUT', `/v1/agencies/${code}`, { name: '局', level: 'county', kind: 'department', parent })
  }
  const token = await sign(claims, { issuer: idp.issuer })
  const me = await call('GET', '/v1/me', undefined, { key: token })
  t.match(me.json, { name: 'token of zhang', role: 'supervisor', agency: 'city', key_id: null, expires_at: /T/ })
  t.equal((await call('PUT', '/v1/reports/a/2022', {}, { key: token })).status, 201)
  t.equal((await call('PUT', '/v1/reports/b/2022', {}, { key: token })).json.code, 'outside-subtree')
  t.equal(
    (await call('POST', '/v1/keys', { role: 'filer', agency: 'a', label: 'x' }, { key: token })).json.made_by,
    'token of zhang'
  )
  const byEc = await sign({ gongkai_role: 'admin' }, {
    key: ec.privateKey,
    alg: 'ES256',
    kid: 'ec-1',
    issuer: idp.issuer
  })
  t.match((await call('GET', '/v1/me', undefined, { key: byEc })).json, { role: 'admin', agency: null })
  t.equal(idp.fetched, 1, 'its keys are kept')
  t.equal((await call('GET', '/v1/me')).status, 200, 'keys work beside it')
})

t.test('rejects an invalid token and names the fault', async t => {
  const idp = await provider(t)
  const { call } = await freshApp(t, { tokens: { issuer: idp.issuer, audience: AUDIENCE } })
  const right = await sign(claims, { issuer: idp.issuer })
  const [head, body, signature] = right.split('.') as [string, string, string]
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const whole = { ...claims, iss: idp.issuer, aud: AUDIENCE, sub: 'zhang', exp: now + 3600 }
  const secret = new TextEncoder().encode(await exportSPKI(rsa.publicKey))
  const cases: [string, string, RegExp][] = [
    ['expired', await sign(claims, { issuer: idp.issuer, expires: now - 60 }), /expired/],
    ['wrong audience', await sign(claims, { issuer: idp.issuer, audience: 'other' }), /claim aud /],
    ['wrong issuer', await sign(claims, { issuer: 'http://other' }), /claim iss /],
    [
      'no expiry',
      await new CompactSign(Buffer.from(JSON.stringify({ ...whole, exp: undefined }))).setProtectedHeader({
        alg: 'RS256',
        kid: 'rsa-1'
      }).sign(rsa.privateKey),
      /claim exp /
    ],
    [
      'no subject',
      await new CompactSign(Buffer.from(JSON.stringify({ ...whole, sub: undefined }))).setProtectedHeader({
        alg: 'RS256',
        kid: 'rsa-1'
      }).sign(rsa.privateKey),
      /claim sub /
    ],
    ['a subject that cannot be written down', await sign(claims, { issuer: idp.issuer, subject: 'x\0' }), /claim sub /],
    [
      'an agency that cannot be',
      await sign({ gongkai_role: 'filer', gongkai_agency: 'a\0' }, { issuer: idp.issuer }),
      /gongkai_agency/
    ],
    ['not yet valid', await sign({ ...claims, nbf: now + 600 }, { issuer: idp.issuer }), /claim nbf /],
    ['alg none', new UnsecuredJWT(whole).encode(), /algorithm/],
    ['alg none, with the signature', `${encoded({ alg: 'none', kid: 'rsa-1' })}.${body}.${signature}`, /algorithm/],
    [
      'HS256 with the public key as secret',
      await sign(claims, { issuer: idp.issuer, key: secret, alg: 'HS256' }),
      /algorithm/
    ],
    ['unknown kid', await sign(claims, { issuer: idp.issuer, kid: 'rsa-9' }), /no key/],
    ['the kid of another key', await sign(claims, { issuer: idp.issuer, kid: 'ec-1' }), /no key/],
    [
      'a key in its own header',
      await new SignJWT(whole).setProtectedHeader({ alg: 'ES256', jwk: await jwk(later.publicKey, 'x'), kid: 'ec-1' })
        .sign(later.privateKey),
      /signature/
    ],
    ['changed', `${head}.${encoded({ ...whole, gongkai_role: 'admin' })}.${signature}`, /signature/],
    ['no role', await sign({ gongkai_agency: 'city' }, { issuer: idp.issuer }), /gongkai_role/],
    [
      'another role',
      await sign({ gongkai_role: 'root', gongkai_agency: 'city' }, { issuer: idp.issuer }),
      /gongkai_role/
    ],
    [
      'a list of roles',
      await sign({ gongkai_role: ['admin'], gongkai_agency: 'city' }, { issuer: idp.issuer }),
      /gongkai_role/
    ],
    ['a supervisor of nothing', await sign({ gongkai_role: 'supervisor' }, { issuer: idp.issuer }), /gongkai_agency/],
    [
      'a supervisor of the empty code',
      await sign({ gongkai_role: 'supervisor', gongkai_agency: '' }, { issuer: idp.issuer }),
      /gongkai_agency/
    ],
    [
      'a list of agencies',
      await sign({ gongkai_role: 'supervisor', gongkai_agency: ['city'] }, { issuer: idp.issuer }),
      /gongkai_agency/
    ],
    ['no JSON', `${Buffer.from('x').toString('base64url')}.e30.AAAA`, /malformed/]
  ]
  t.equal((await call('GET', '/v1/me', undefined, { key: right })).status, 200)
  for (const [what, token, reason] of cases) {
    const { status, json } = await call('GET', '/v1/me', undefined, { key: token })
    t.match([status, json.code, json.detail], [401, 'token-invalid', reason], `${what}: ${json.detail}`)
  }
})

t.test('fetches rotated signing keys, and reports an unreachable provider', async t => {
  const idp = await provider(t)
  const { call } = await freshApp(t, { tokens: { issuer: idp.issuer, audience: AUDIENCE } })
  const me = async (token: string) => (await call('GET', '/v1/me', undefined, { key: token }))
  const old = await sign(claims, { issuer: idp.issuer })
  const young = await sign(claims, { issuer: idp.issuer, key: later.privateKey, alg: 'ES256', kid: 'ec-2' })
  idp.down = true
  t.match([(await me(old)).status, (await me(old)).json.code], [503, 'identity-provider-unavailable'])
  idp.down = false
  await new Promise(resolve => setTimeout(resolve, 1100))
  t.equal((await me(old)).status, 200)
  idp.keys = [await jwk(later.publicKey, 'ec-2')]
  await new Promise(resolve => setTimeout(resolve, 1100))
  t.equal((await me(young)).status, 200)
  t.equal((await me(old)).json.code, 'token-invalid', 'what was taken away holds no more')
  const before = idp.fetched
  await Promise.all(
    Array.from(
      { length: 50 },
      async (_, i) => await me(await sign(claims, { issuer: idp.issuer, kid: `made-up-${i}` }))
    )
  )
  t.ok(idp.fetched - before <= 2, 'made-up tokens do not make us a nuisance to the provider')
})

t.test('reads signing keys from a file without network access, and rejects tokens when none are configured', async t => {
  const { call } = await freshApp(t, { tokens: { keys: { keys: published }, audience: AUDIENCE } })
  t.equal(
    (await call('GET', '/v1/me', undefined, { key: await sign(claims, { issuer: 'http://anyone' }) })).status,
    200
  )
  t.equal((await call('GET', '/v1/me', undefined, { key: await sign(claims, { audience: 'other' }) })).status, 401)
  const named = await freshApp(t, {
    tokens: { keys: { keys: published }, audience: AUDIENCE, issuer: 'https://idp.example' }
  })
  t.equal(
    (await named.call('GET', '/v1/me', undefined, { key: await sign(claims, { issuer: 'http://anyone' }) })).status,
    401
  )
  const none = await freshApp(t)
  t.equal((await none.call('GET', '/v1/me', undefined, { key: await sign(claims) })).json.code, 'key-invalid')
})

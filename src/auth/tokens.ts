// Authenticates tokens (JWT) of an identity provider. The claims `gongkai_role` and `gongkai_agency` hold role and
// agency.
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey
} from 'jose'
import type { Text } from '../problems/fault.ts'
import { problem } from '../problems/problem.ts'
import { type Actor, type Role, ROLES, WHOLE_REGISTRY } from './actor.ts'
import type { Authenticator } from './authenticate.ts'

export interface TokenOptions {
  audience: string
  /** The only `iss` accepted. Without `keys`, the issuer's discovery document leads to them. */
  issuer?: string | undefined
  keys?: JSONWebKeySet | undefined
}

/**
 * Asymmetric algorithms only: with a shared secret, whoever can verify a token could issue one, and a public key could
 * be used as the secret.
 */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
export const CLOCK_TOLERANCE_S = 30
const PROVIDER_TIMEOUT_MS = 5000
/**
 * An unknown key id makes the service fetch the provider's keys again, but forged tokens must not make it flood the
 * provider.
 */
const PAUSE_MS = 1000
const KEYS_KEPT_MS = 10 * 60_000

export function authenticateToken ({ issuer, audience, keys }: TokenOptions): Authenticator {
  const getKey = keys === undefined ? discovered(issuer!) : createLocalJWKSet(keys)
  return async bearer => {
    if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(bearer)) return undefined
    try {
      const { payload } = await jwtVerify(bearer, getKey, {
        audience,
        ...(issuer === undefined ? {} : { issuer }),
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_S
      })
      return actorOf(payload)
    } catch (error) {
      throw refusalOf(error as Error)
    }
  }
}

/** Returns the keys of the issuer's discovery document, which is fetched with the first token. */
function discovered (issuer: string): JWTVerifyGetKey {
  let keySet: Promise<JWTVerifyGetKey> | undefined
  return async (header, token) => {
    if (keySet === undefined) {
      keySet = discover(issuer)
      keySet.catch(() =>
        setTimeout(() => {
          keySet = undefined
        }, PAUSE_MS).unref()
      )
    }
    return await (await keySet)(header, token)
  }
}

async function discover (issuer: string): Promise<JWTVerifyGetKey> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const answer = await fetch(address, { signal: AbortSignal.timeout(PROVIDER_TIMEOUT_MS) })
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`)
  const { issuer: named, jwks_uri: keys } = await answer.json() as { issuer?: string, jwks_uri?: string }
  if (named !== issuer || keys === undefined) {
    throw new Error(`${address} is not of the issuer ${issuer}, or names no jwks_uri`)
  }
  return createRemoteJWKSet(new URL(keys), {
    timeoutDuration: PROVIDER_TIMEOUT_MS,
    cooldownDuration: PAUSE_MS,
    cacheMaxAge: KEYS_KEPT_MS
  })
}

function actorOf ({ sub, exp, gongkai_role: role, gongkai_agency: agency }: JWTPayload): Actor {
  if (!SUBJECT.test(sub!)) throw claimRefused('sub')
  if (!ROLES.includes(role as Role)) throw claimRefused('gongkai_role')
  // No agency means the whole registry, which only administrators may act for: a forgotten claim must not grant it.
  if (agency === undefined ? role !== 'admin' : typeof agency !== 'string' || !AGENCY.test(agency)) {
    throw claimRefused('gongkai_agency')
  }
  return {
    name: `token of ${sub}`,
    role: role as Role,
    agency: agency as string | undefined ?? WHOLE_REGISTRY,
    key: null,
    keyHash: null,
    expires: new Date(exp! * 1000)
  }
}

/** The subject appears in the audit log. */
const SUBJECT = /^\P{C}{1,200}$/u
const AGENCY = /^[\w.-]{1,64}$/

const claimRefused = (claim: string) => new errors.JWTClaimValidationFailed('refused', {}, claim)

export const EXPIRED: Text = { en: 'it has expired', zh: '已过期' }

/** Errors of the token itself; any other error means that the provider's keys are unavailable. */
const REASONS: Record<string, (error: Error) => Text> = {
  ERR_JWT_EXPIRED: () => EXPIRED,
  ERR_JWT_CLAIM_VALIDATION_FAILED: error => {
    const { claim } = error as errors.JWTClaimValidationFailed
    return { en: `its claim ${claim} is missing or not accepted here`, zh: `声明 ${claim} 缺失或不被接受` }
  },
  ERR_JOSE_ALG_NOT_ALLOWED: () => ({ en: 'its algorithm is not accepted here', zh: '签名算法不被接受' }),
  ERR_JWKS_NO_MATCHING_KEY: () => ({
    en: 'no key of the identity provider fits it',
    zh: '身份提供方没有与之对应的密钥'
  }),
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: () => ({
    en: 'it does not name which of several keys signed it',
    zh: '未注明由哪一个密钥签名'
  }),
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: () => ({ en: 'its signature does not hold', zh: '签名不成立' })
}
const MALFORMED = { en: 'it is malformed', zh: '格式错误' }

function refusalOf (error: Error & { code?: string }) {
  const reason = REASONS[error.code ?? '']
  if (reason !== undefined) return problem('token-invalid', { reason: reason(error) })
  if (/^ERR_(JWS|JWT|JOSE_NOT_SUPPORTED)/.test(error.code ?? '')) return problem('token-invalid', { reason: MALFORMED })
  return problem('identity-provider-unavailable')
}

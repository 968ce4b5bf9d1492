import { distance } from 'fastest-levenshtein'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

const PROXY = '(loopback|linklocal|uniquelocal|[0-9a-fA-F.:]+(/\\d{1,3})?)'
const ORIGIN = 'https?://[^\\s/,*]+'

/** Every setting is an environment variable. An empty one counts as not set. */
export const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65535 }),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://.+' })),
  DATA_DIR: Type.String({ default: './data', minLength: 1 }),
  ADMIN_API_KEY: Type.Optional(Type.String({ minLength: 32, maxLength: 256, pattern: '^[\\x21-\\x7e]*$' })),
  METRICS_TOKEN: Type.Optional(Type.String({ minLength: 16, maxLength: 256, pattern: '^[\\x21-\\x7e]*$' })),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { default: 'info' }),
  POOL_MAX: Type.Integer({ default: 10, minimum: 2, maximum: 200 }),
  BODY_LIMIT: Type.Integer({ default: 2 * 1024 * 1024, minimum: 1024, maximum: 1024 * 1024 * 1024 }),
  IMPORT_LIMIT: Type.Integer({ default: 16 * 1024 ** 3, minimum: 1024, maximum: 2 ** 50 }),
  HEADERS_TIMEOUT: Type.Integer({ default: 15, minimum: 1, maximum: 3600 }),
  REQUEST_TIMEOUT: Type.Integer({ default: 300, minimum: 1, maximum: 86_400 }),
  KEEP_ALIVE_TIMEOUT: Type.Integer({ default: 72, minimum: 1, maximum: 3600 }),
  RATE_LIMIT: Type.Integer({ default: 60_000, minimum: 0, maximum: 1_000_000_000 }),
  OVERLOAD_MS: Type.Integer({ default: 1000, minimum: 0, maximum: 60_000 }),
  READ_ONLY: Type.Boolean({ default: false }),
  TRUST_PROXY: Type.Optional(Type.String({ pattern: `^${PROXY}(, *${PROXY})*$` })),
  PUBLIC_URL: Type.Optional(Type.String({ pattern: '^https?://[^\\s/?#"<>]+(/[^\\s?#"<>]*)?$' })),
  DEFAULT_LANGUAGE: Type.Enum(['en', 'zh'], { default: 'en' }),
  CORS_ORIGINS: Type.Optional(Type.String({ pattern: `^(\\*|${ORIGIN}(, *${ORIGIN})*)$` })),
  OIDC_ISSUER: Type.Optional(Type.String({ pattern: '^https?://[^\\s/]+(/\\S*)?$' })),
  JWKS_FILE: Type.Optional(Type.String()),
  OIDC_AUDIENCE: Type.Optional(Type.String())
})
export type Config = Static<typeof Config>

const RULES: Record<keyof Config, string> = {
  HOST: 'an address to listen on, such as 127.0.0.1 or 0.0.0.0',
  PORT: 'a port from 0 to 65535',
  DATABASE_URL: 'postgres://user:password@host:port/database',
  DATA_DIR: 'a folder for the embedded database',
  ADMIN_API_KEY: '32 to 256 printable ASCII characters without spaces',
  METRICS_TOKEN: '16 to 256 printable ASCII characters without spaces',
  LOG_LEVEL: 'fatal, error, warn, info, debug, trace or silent',
  POOL_MAX: 'a number of connections from 2 to 200',
  BODY_LIMIT: 'a number of bytes from 1024 to 1073741824',
  IMPORT_LIMIT: 'a number of bytes from 1024 to 1125899906842624',
  HEADERS_TIMEOUT: 'a number of seconds from 1 to 3600',
  REQUEST_TIMEOUT: 'a number of seconds from 1 to 86400',
  KEEP_ALIVE_TIMEOUT: 'a number of seconds from 1 to 3600',
  RATE_LIMIT: 'a number of requests a minute from 0 (no limit) to 1000000000',
  OVERLOAD_MS: 'a number of milliseconds from 0 (never) to 60000',
  READ_ONLY: 'true or false',
  TRUST_PROXY: 'addresses or ranges of proxies, such as 10.0.0.0/8, or loopback, comma-separated',
  PUBLIC_URL: 'the address of the service for its clients, such as https://example.org/gongkai',
  DEFAULT_LANGUAGE: 'en or zh',
  CORS_ORIGINS: 'origins such as https://example.org, comma-separated, or *',
  OIDC_ISSUER: 'the https address of an identity provider',
  JWKS_FILE: 'a file with the public keys of an identity provider, a JSON Web Key Set',
  OIDC_AUDIENCE: 'the audience that tokens must have, when and only when OIDC_ISSUER or JWKS_FILE is set'
}

/** Their values are not shown when they are wrong. */
const SECRET: (keyof Config)[] = ['ADMIN_API_KEY', 'METRICS_TOKEN', 'DATABASE_URL']

/** Throws one Error that lists every wrong variable. */
export function loadConfig (env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.keys(RULES).flatMap(name => env[name] ? [[name, env[name]]] : []))
  const config = Value.Convert(Config, Value.Default(Config, given)) as Config
  const wrong = new Set([...Value.Errors(Config, config)].map(error => error.instancePath.slice(1) as keyof Config))
  if ((config.OIDC_AUDIENCE === undefined) !== (config.OIDC_ISSUER === undefined && config.JWKS_FILE === undefined)) {
    wrong.add('OIDC_AUDIENCE')
  }
  if (wrong.size === 0) return config
  throw new Error(
    'Wrong configuration:\n' +
      [...wrong].map(name =>
        `  ${name}: expected ${RULES[name]}${SECRET.includes(name) ? '' : `, found ${JSON.stringify(env[name])}`}`
      ).join('\n')
  )
}

/**
 * A sentence for each variable that is no setting, but almost one that is not set. Short names have many neighbours
 * that are something else (PATH beside PORT): there one letter may differ, elsewhere two.
 */
export function findMisspelt (env: NodeJS.ProcessEnv): string[] {
  const unset = Object.keys(RULES).filter(setting => !env[setting])
  return Object.keys(env).filter(name => env[name] && !(name in RULES)).flatMap(name => {
    const near = unset
      .map(setting => ({ setting, letters: distance(name.toUpperCase(), setting) }))
      .filter(({ setting, letters }) => letters <= (setting.length < 8 ? 1 : 2))
      .sort((a, b) => a.letters - b.letters)[0]
    return near === undefined ? [] : [`${name} is not a setting: is ${near.setting} meant?`]
  })
}

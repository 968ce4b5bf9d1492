import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

/** Every setting is an environment variable. An empty one counts as not set. */
export const Config = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65535 }),
  DATABASE_URL: Type.Optional(Type.String({ pattern: '^postgres(ql)?://.+' })),
  DATA_DIR: Type.String({ default: './data', minLength: 1 }),
  ADMIN_API_KEY: Type.Optional(Type.String({ minLength: 32, maxLength: 256, pattern: '^[\\x21-\\x7e]*$' })),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { default: 'info' }),
  POOL_MAX: Type.Integer({ default: 10, minimum: 1, maximum: 200 }),
  BODY_LIMIT: Type.Integer({ default: 2 * 1024 * 1024, minimum: 1024, maximum: 1024 * 1024 * 1024 }),
  IMPORT_LIMIT: Type.Integer({ default: 16 * 1024 ** 3, minimum: 1024, maximum: 2 ** 50 })
})
export type Config = Static<typeof Config>

const RULES: Record<keyof Config, string> = {
  HOST: 'an address to listen on, such as 127.0.0.1 or 0.0.0.0',
  PORT: 'a port from 0 to 65535',
  DATABASE_URL: 'postgres://user:password@host:port/database',
  DATA_DIR: 'a folder for the embedded database',
  ADMIN_API_KEY: '32 to 256 printable ASCII characters without spaces',
  LOG_LEVEL: 'fatal, error, warn, info, debug, trace or silent',
  POOL_MAX: 'a number of connections from 1 to 200',
  BODY_LIMIT: 'a number of bytes from 1024 to 1073741824',
  IMPORT_LIMIT: 'a number of bytes from 1024 to 1125899906842624'
}
/** Their values are not shown when they are wrong. */
const SECRET: (keyof Config)[] = ['ADMIN_API_KEY', 'DATABASE_URL']

/** Throws one Error that lists every wrong variable. */
export function loadConfig (env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.keys(RULES).flatMap(name => env[name] ? [[name, env[name]]] : []))
  const config = Value.Convert(Config, Value.Default(Config, given))
  if (Value.Check(Config, config)) return config
  const wrong = new Set([...Value.Errors(Config, config)].map(error => error.instancePath.slice(1) as keyof Config))
  throw new Error('Wrong configuration:\n' + [...wrong].map(name =>
    `  ${name}: expected ${RULES[name]}${SECRET.includes(name) ? '' : `, found ${JSON.stringify(env[name])}`}`).join('\n'))
}

// Validates requests: bodies strictly, paths and queries coerced from text, all faults at once. Serializes responses.
import AjvCompiler, { type BuildCompilerFromPool } from '@fastify/ajv-compiler'
import SerializerSelector from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance, FastifySchemaValidationError, FastifyServerOptions } from 'fastify'
import type { Fault } from '../problems/fault.ts'
import { problem, Problem } from '../problems/problem.ts'
import { chineseOf } from './openapi/translations.ts'
import { PARAMETER_TEXTS } from './parameters.ts'
import { PATTERN_TEXTS } from './schemas.ts'

type Compilers = NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>

/** Schemas with this keyword only document the API; the named parser validates the value with better errors. */
export const READ_BY_CODE = 'x-read-by'

/**
 * Returns the compilers of validators and serializers. Fastify's own validator coerces: a null in a body would become
 * 0. Here only texts of the path and query are coerced, and unknown members are never removed.
 */
export function compilers (): Compilers {
  const factory = AjvCompiler() as (schemas: Record<string, unknown>, options: object) => (route: object) => unknown
  const options = {
    allErrors: true,
    verbose: true,
    removeAdditional: false as const,
    useDefaults: true,
    keywords: [READ_BY_CODE]
  }
  const buildValidator = (schemas: Record<string, unknown>, _: unknown) => {
    const open = Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, opened(schema)]))
    const strict = factory(open, { customOptions: { ...options, coerceTypes: false } })
    const fromText = factory(schemas, { customOptions: { ...options, coerceTypes: 'array' } })
    return (route: { httpPart?: string, schema: unknown }) =>
      route.httpPart === 'body'
        ? strict({ ...route, schema: opened(route.schema) })
        : requireDecimals(integersOf(schemas, route.schema), fromText(route) as Validate)
  }
  return { buildValidator: buildValidator as unknown as BuildCompilerFromPool, buildSerializer }
}

interface Validate {
  (data: Record<string, unknown>): boolean
  errors?: Finding[] | null
}

/** A number of at most fifteen digits is always exact. */
const DECIMAL = /^-?\d{1,15}$/

/** Accepts integers as plain decimal digits only: Ajv's coercion takes `1e0`, `0x7e3`, `2019.0` and ` 2019`, too. */
function requireDecimals (names: string[], validate: Validate): Validate {
  if (names.length === 0) return validate
  const validateAll: Validate = data => {
    const wrong = names.filter(name => typeof data[name] === 'string' && !DECIMAL.test(data[name])).map((
      name
    ): Finding => ({ keyword: 'type', instancePath: `/${name}`, params: { type: 'integer' }, data: data[name] }))
    const isValid = validate(data) && wrong.length === 0
    const others = validate.errors?.filter(error => !wrong.some(it => it.instancePath === error.instancePath)) ?? []
    validateAll.errors = isValid ? null : [...wrong, ...others]
    return isValid
  }
  return validateAll
}

/** Returns the names of the integer parameters. */
function integersOf (schemas: Record<string, unknown>, schema: unknown): string[] {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string, $ref?: string }> }
  return Object.entries(properties).filter(([, { type, $ref }]) =>
    (type ?? (schemas[$ref?.split('#')[0] ?? ''] as { type?: string } | undefined)?.type) === 'integer'
  ).map(([name]) => name)
}

/**
 * Compiles a serializer at the first response that needs it: compiling those of all operations takes 0.2 s, half of the
 * start. Problems need none.
 */
const buildSerializer: NonNullable<Compilers['buildSerializer']> = (schemas, options) => {
  const compile = SerializerSelector()(schemas as never, options as never)
  return route => {
    if ('contentType' in route && route.contentType === 'application/problem+json') return JSON.stringify
    let serialize: ReturnType<typeof compile> | undefined
    return value => (serialize ??= compile(route))(value)
  }
}

/** Rejects unknown query parameters also for operations that declare none. */
export function rejectUndeclaredQueries (app: FastifyInstance): void {
  app.addHook('onRoute', ({ url, schema }) => {
    if (url.startsWith('/v1/') && schema !== undefined) {
      schema.querystring ??= { type: 'object', properties: {}, additionalProperties: false }
    }
  })
}

function opened (schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(opened)
  if (typeof schema !== 'object' || schema === null) return schema
  if (READ_BY_CODE in schema) return '$id' in schema ? { $id: schema.$id } : {}
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, opened(value)]))
}

/** Converts the errors of Ajv (with `verbose`) to a problem. */
export function problemOfValidation (errors: FastifySchemaValidationError[], part: string | undefined): Problem {
  const faults = (errors as Finding[]).filter(error => !(error.keyword === 'anyOf' || error.keyword === 'oneOf')).map(
    error => fault(error, part === 'body')
  )
  return problem(part === 'body' ? 'body-invalid' : 'parameter-invalid', {}, { errors: faults })
}

const TYPES_ZH: Record<string, string> = {
  string: '文本',
  integer: '整数',
  number: '数',
  boolean: '布尔值（true 或 false）',
  object: '对象',
  array: '数组',
  null: '空（null）'
}

const LIMITS_ZH: Record<string, (limit: unknown) => string> = {
  minimum: limit => `不小于 ${limit}`,
  maximum: limit => `不大于 ${limit}`,
  minLength: limit => `至少 ${limit} 个字符`,
  maxLength: limit => `至多 ${limit} 个字符`,
  minItems: limit => `至少 ${limit} 项`,
  maxItems: limit => `至多 ${limit} 项`,
  minProperties: limit => `至少 ${limit} 个成员`,
  uniqueItems: () => '各项互不相同'
}

interface Finding {
  keyword: string
  instancePath: string
  params: Record<string, unknown>
  message?: string
  data?: unknown
  parentSchema?: { properties?: Record<string, unknown>, pattern?: string, description?: string }
}

function fault ({ keyword, instancePath, params, message, data, parentSchema }: Finding, body: boolean): Fault {
  const at = (member?: unknown) => {
    if (body) {
      return {
        pointer: member === undefined
          ? instancePath
          : `${instancePath}/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`
      }
    }
    return { parameter: member === undefined ? instancePath.split('/')[1] ?? '' : String(member) }
  }
  switch (keyword) {
    case 'required':
      return { ...at(params.missingProperty), expected: { en: 'it is required', zh: '必须给出' } }
    case 'additionalProperties': {
      const known = Object.keys(parentSchema?.properties ?? {})
      const expected = known.length === 0
        ? { en: 'nothing here', zh: '此处不应有内容' }
        : { en: `one of ${known.join(', ')}`, zh: `以下之一：${known.join('、')}` }
      return { ...at(params.additionalProperty), found: String(params.additionalProperty), expected, candidates: known }
    }
    case 'enum': {
      const allowed = (params.allowedValues as unknown[]).map(String)
      return {
        ...at(),
        found: data,
        expected: { en: `one of ${allowed.join(', ')}`, zh: `以下之一：${allowed.join('、')}` },
        candidates: allowed
      }
    }
    case 'type': {
      const types = [params.type].flat() as string[]
      return {
        ...at(),
        found: data,
        expected: { en: types.join(' or '), zh: types.map(type => TYPES_ZH[type] ?? type).join('或') }
      }
    }
    case 'pattern': {
      const rule = `${parentSchema?.pattern}`
      const { description = '' } = parentSchema ?? {}
      return {
        ...at(),
        found: data,
        expected: PATTERN_TEXTS[rule] ?? PARAMETER_TEXTS[rule] ??
          {
            en: `${description} (pattern ${rule})`.trim(),
            zh: `${chineseOf(description).replace(/。$/, '')}（格式 ${rule}）`
          }
      }
    }
    default:
      return {
        ...at(),
        found: data,
        expected: {
          en: message ?? keyword,
          zh: LIMITS_ZH[keyword]?.(params.limit) ?? `符合规则 ${keyword} ${JSON.stringify(params)}`
        }
      }
  }
}

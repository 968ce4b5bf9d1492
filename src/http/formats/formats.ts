// Content negotiation. An operation declares its formats once; its parameter `format`, its responses in the OpenAPI
// document, the 406 and the choice for a request follow from that.
import accepts from 'accepts'
import type { FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { problem } from '../../problems/problem.ts'

const OFFICE = 'application/vnd.openxmlformats-officedocument'

/** Every format of the service. Those with a `file` extension are saved by a browser, the others are shown. */
export const FORMATS = {
  json: { type: 'application/json; charset=utf-8' },
  csv: { type: 'text/csv; charset=utf-8', file: 'csv' },
  html: { type: 'text/html; charset=utf-8' },
  markdown: { type: 'text/markdown; charset=utf-8' },
  docx: { type: `${OFFICE}.wordprocessingml.document`, file: 'docx' },
  xlsx: { type: `${OFFICE}.spreadsheetml.sheet`, file: 'xlsx' },
  svg: { type: 'image/svg+xml; charset=utf-8' },
  ndjson: { type: 'application/x-ndjson; charset=utf-8', file: 'ndjson' },
  /** Another CSV of the same resource: only `format` asks for it. */
  cells: { type: 'text/csv; charset=utf-8', file: 'csv' },
  parquet: { type: 'application/vnd.apache.parquet', file: 'parquet' },
  jsonstat: { type: 'application/vnd.jsonstat+json; charset=utf-8' }
} as const satisfies Record<string, { type: string, file?: string }>

export type FormatName = keyof typeof FORMATS
export type Labels = 'zh' | 'en'

/** The body of a format in the OpenAPI document: text, unless there is a schema. */
interface Declaration {
  description: string
  schema?: TSchema
  example?: unknown
}

/** The formats of an operation. The first one answers a request that has no preference. */
export interface Formats<Name extends FormatName = FormatName> {
  names: Name[]
  /** Properties for the schema of the query. */
  query: {
    format: ReturnType<typeof formatParameter<Name>>
  }
  /** The members `description` and `content`, to which headers can be added, of a successful response. */
  answer(description: string, headers?: Record<string, TSchema>): object
}

/** What a request gets. */
export interface Chosen<Name extends FormatName = FormatName> {
  name: Name
  /** The header Content-Type. */
  type: string
  /** Begins the text of a CSV: a byte order mark, by which Excel recognizes UTF-8, if `format` asks for the CSV. */
  prefix: string
}

const essence = (name: FormatName): string => FORMATS[name].type.split(';')[0]!

export function declareFormats<const Name extends FormatName> (declared: Record<Name, Declaration>): Formats<Name> {
  const names = Object.keys(declared) as Name[]
  // Of formats with one media type, the first is described.
  const content: Record<string, { schema: TSchema }> = {}
  for (const name of names) {
    const { description, schema, example } = declared[name]
    content[essence(name)] ??= {
      schema: schema ?? Type.String({ description, ...(example === undefined ? {} : { examples: [example] }) })
    }
  }
  return {
    names,
    query: { format: formatParameter(names) },
    answer: (description, headers) => ({ description, content, ...(headers === undefined ? {} : { headers }) })
  }
}

const formatParameter = <Name extends FormatName>(names: Name[]) =>
  Type.Optional(
    Type.Unsafe<Name>({
      type: 'string',
      enum: names,
      description:
        'Does what `Accept` does, for browsers and shells, and takes precedence over it. A CSV then begins with a byte order mark, for Excel.'
    })
  )

/** Names in place of ids, in formats that are tables. Goes beside `format` in the schema of a query. */
export const LABELS = {
  labels: Type.Optional(
    Type.Unsafe<Labels>({
      type: 'string',
      enum: ['zh', 'en'],
      description: 'Printed names instead of ids, in Chinese (`zh`) or English (`en`). Not for JSON.'
    })
  )
}

/**
 * Chooses by `format`, else by `Accept`. Throws `not-acceptable` if `Accept` names none of them, and
 * `parameter-invalid` for `labels` where the format has none.
 */
export function chooseFormat<Name extends FormatName> (
  request: FastifyRequest,
  { names }: Formats<Name>,
  withLabels: readonly FormatName[] = ['csv', 'xlsx']
): Chosen<Name> {
  const { format, labels } = request.query as { format?: Name, labels?: Labels }
  const accepted = accepts(request.raw).type(names.map(essence))
  if (format === undefined && accepted === false) {
    throw problem('not-acceptable', { available: [...new Set(names.map(essence))].join(', ') })
  }
  const name = format ?? names.find(name => essence(name) === accepted) ?? names[0]!
  if (labels !== undefined && !withLabels.includes(name)) {
    throw labelsWithout(
      labels,
      names.filter(it => withLabels.includes(it))
    )
  }
  return {
    name,
    type: FORMATS[name].type,
    prefix: format !== undefined && essence(name) === 'text/csv' ? '\ufeff' : ''
  }
}

const labelsWithout = (found: Labels, names: FormatName[]) =>
  problem('parameter-invalid', {}, {
    errors: [{
      parameter: 'labels',
      found,
      expected: {
        en: `labels only with the format ${names.join(' or ')}`,
        zh: `labels 只能与 format 为 ${names.join('、')} 时同用`
      }
    }]
  })

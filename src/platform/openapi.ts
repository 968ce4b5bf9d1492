// The OpenAPI document, made from the routes, and Swagger UI.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { Type, type Static, type TSchema } from 'typebox'
import { PROBLEMS, type ProblemCode } from './problem-codes.ts'

/** A named schema: `$ref` in the document, its type in the code. */
export const ref = <S extends TSchema & { $id?: string }>(schema: S) => Type.Unsafe<Static<S>>(Type.Ref(schema.$id!))

export const WireFault = Type.Object({
  pointer: Type.Optional(Type.String({ description: 'JSON Pointer into the body.' })),
  parameter: Type.Optional(Type.String({ description: 'The path or query parameter.' })),
  line: Type.Optional(Type.Integer({ description: 'Line of a CSV body; the header is line 1.' })),
  column: Type.Optional(Type.String({ description: 'Column of a CSV body.' })),
  found: Type.Optional(Type.Unknown({ description: 'What was found there.' })),
  expected: Type.String({ description: 'What was expected, in the language of the answer.' }),
  did_you_mean: Type.Optional(Type.String({ description: 'The nearest name that would have been right.' }))
}, { $id: 'Fault', description: 'One thing that is wrong: where, what was found, what was expected.' })

export const ProblemBody = Type.Object({
  type: Type.String({ description: 'Address of a page that explains the code.' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  instance: Type.String({ description: 'Path of the request.' }),
  code: Type.Enum(Object.keys(PROBLEMS), { type: 'string', description: 'Stable code; each has a page at /problems/{code}.' }),
  request_id: Type.String(),
  errors: Type.Optional(Type.Array(ref(WireFault), { description: 'All that is wrong, at most 100.' })),
  more_errors: Type.Optional(Type.Integer({ description: 'How many faults there are beyond those listed.' }))
}, { $id: 'Problem', description: 'RFC 9457 problem details, in English or Chinese by Accept-Language. Some codes have further members, e.g. `findings`.' })

/** Any operation can meet these. */
const EVERYWHERE: ProblemCode[] = ['parameter-invalid', 'key-invalid', 'internal', 'database-busy', 'database-unavailable']
/** Any operation that takes a body can meet these. */
export const BODY: ProblemCode[] = ['json-malformed', 'text-undecodable', 'body-too-large', 'media-type-unsupported', 'body-invalid', 'number-imprecise']

/** The answers of an operation when something is wrong, by status, each naming its codes. */
export function problems (...codes: ProblemCode[]): Record<never, never> {
  const byStatus: Record<number, { description: string, content: object }> = {}
  for (const code of new Set([...codes, ...EVERYWHERE])) {
    const { status, title } = PROBLEMS[code]
    const line = `\`${code}\`: ${title.en}`
    const answer = byStatus[status] ??= { description: '', content: { 'application/problem+json': { schema: ref(ProblemBody) } } }
    answer.description += answer.description === '' ? line : `; ${line}`
  }
  return byStatus
}

export async function serveOpenapi (app: FastifyInstance, version: string): Promise<void> {
  app.addSchema(WireFault)
  app.addSchema(ProblemBody)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gongkai 公开',
        version,
        description: 'Registry of China\'s annual reports on government information disclosure (政府信息公开工作年度报告): file a report, check it, publish it, read totals across agencies and years.\n\n' +
          'A figure is an integer, an amount of money or `null`: a blank is never a zero. Writes need an API key (button **Authorize**); what is published is open. ' +
          'Every fault is answered as RFC 9457 problem details in English or Chinese (`Accept-Language`).',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
      },
      tags: [
        { name: 'forms', description: 'The statutory forms as data.' },
        { name: 'agencies', description: 'Who files, and under whom, by year.' },
        { name: 'reports', description: 'The filings: drafts, rows, checks.' },
        { name: 'workflow', description: 'Submit, return, publish.' },
        { name: 'totals', description: 'Sums across agencies and years.' },
        { name: 'service', description: 'Health, metrics, documentation.' }
      ],
      components: { securitySchemes: { api_key: { type: 'http', scheme: 'bearer', description: 'An API key.' } } }
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => typeof json.$id === 'string' ? json.$id : `def-${i}` }
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { persistAuthorization: true, tryItOutEnabled: true, displayRequestDuration: true, docExpansion: 'list', defaultModelsExpandDepth: 0 },
    theme: { title: 'Gongkai 公开' }
  })
  const schema = (summary: string, type: string) => ({
    operationId: type === 'application/json' ? 'getOpenapiJson' : 'getOpenapiYaml',
    summary,
    description: 'Generated from the code of this service.',
    tags: ['service'],
    response: { 200: { description: 'OpenAPI 3.1', content: { [type]: { schema: {} } } }, ...problems() }
  })
  app.get('/openapi.json', { schema: schema('The OpenAPI document', 'application/json') }, (_, reply) =>
    reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(app.swagger()))
  app.get('/openapi.yaml', { schema: schema('The OpenAPI document as YAML', 'application/yaml') }, (_, reply) =>
    reply.type('application/yaml; charset=utf-8').send(app.swagger({ yaml: true })))
}

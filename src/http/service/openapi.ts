import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import { type ProblemCode, PROBLEMS } from '../../problems/codes.ts'
import { ProblemBody, problemsBesideParameters, WireFault } from '../responses.ts'
import { cleanUp } from './clean-up-openapi.ts'

const FAULTS: Partial<Record<ProblemCode, Static<typeof WireFault>[]>> = {
  'parameter-invalid': [{ parameter: 'year', found: 'MMXIX', expected: 'integer' }],
  'body-invalid': [{
    pointer: '/tables/requests/grantd',
    found: 'grantd',
    expected: 'a row of the table requests',
    did_you_mean: 'granted'
  }],
  'row-exists': [{ line: 2, column: 'row', found: 'granted', expected: 'a row that is not in the report yet' }],
  'measure-unknown': [{
    parameter: 'measure',
    found: 'requests.grantd.total',
    expected: 'a measure of a form: table.row.column',
    did_you_mean: 'requests.granted.total'
  }]
}

/** An example problem of each code. The names of facts in `detail` are in braces. */
const EXAMPLES = Object.fromEntries(
  Object.entries(PROBLEMS).map(([code, { status, title, detail }]) => [code, {
    summary: title.en,
    value: {
      type: `/problems/${code}`,
      title: title.en,
      status,
      detail: detail.en,
      instance: '/v1/reports/kundulun-culture/2019',
      code,
      request_id: '0b5f2f0e-6d0c-4f6e-9d0a-3c1f6b8f2a11',
      ...(FAULTS[code as ProblemCode] === undefined ? {} : { errors: FAULTS[code as ProblemCode] })
    }
  }])
)

/**
 * Hides the example body that Swagger UI shows under each documented error: the codes in its description are shorter.
 */
const SHORT_ERRORS = `.responses-table:not(.live-responses-table) tr:is([data-code^="4"], [data-code^="5"])
  :is(.model-example, .response-controls, .examples-select) { display: none }`

/** Adds the public URL to the links in descriptions. */
const withPublicUrl = (document: object, publicUrl: string): object =>
  publicUrl === '' ? document : JSON.parse(JSON.stringify(document).replaceAll('](/', `](${publicUrl}/`))

export async function serveOpenapi (app: FastifyInstance, version: string): Promise<void> {
  app.addSchema(WireFault)
  app.addSchema(ProblemBody)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gongkai 公开',
        version,
        description:
          'Registry of China\'s annual reports on government information disclosure (政府信息公开工作年度报告): file a report, check it, publish it, read totals across agencies and years.\n\n' +
          'A figure is an integer, an amount of money or `null`: a blank is never a zero. Writes need an API key (button **Authorize**) whose role and agency allow them; what is published is open. ' +
          'Every fault is answered as RFC 9457 problem details in English or Chinese (`Accept-Language`); [all codes](/problems).\n\n' +
          'The examples make one report, that of the Kundulun bureau of culture for 2019. Sent as they are filled in they file it: register the agency, create the report, check it, submit it, publish it, read the totals.',
        contact: { name: 'Gongkai' },
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
      },
      servers: [{ url: app.publicUrl || '/', description: 'This service.' }],
      tags: [
        { name: 'totals', description: 'Sums across agencies and years.' },
        { name: 'exports', description: 'All that is published, and its catalogue.' },
        { name: 'reports', description: 'The filings: drafts, rows, checks.' },
        { name: 'filings', description: 'Who has filed for a year, who has not, and who was late.' },
        { name: 'workflow', description: 'Submit, return, publish, amend, withdraw.' },
        { name: 'versions', description: 'What was published, and how it changed.' },
        { name: 'imports', description: 'Documents as they are found, and files of many reports or agencies.' },
        { name: 'agencies', description: 'Who files, and under whom, by year.' },
        { name: 'forms', description: 'The statutory forms as data.' },
        { name: 'keys', description: 'API keys: a role, for an agency and all below it.' },
        {
          name: 'events',
          description:
            'What happened, by whom, each with the hash of the one before it: the audit trail and the feed of changes.'
        },
        { name: 'service', description: 'Health, metrics, documentation.' }
      ],
      components: {
        securitySchemes: {
          api_key: {
            type: 'http',
            scheme: 'bearer',
            description:
              'An API key. The first start prints an administrator\'s key, or `ADMIN_API_KEY` sets one; `POST /v1/keys` makes others.'
          },
          jwt: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description:
              'A token of the identity provider, where one is set (`OIDC_ISSUER`): role and agency stand in its claims `gongkai_role` and `gongkai_agency`.'
          },
          metrics_token: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token of `GET /metrics`, where one is set (`METRICS_TOKEN`). It opens nothing else.'
          }
        },
        examples: EXAMPLES
      }
    },
    convertConstToEnum: false,
    transformObject: document =>
      withPublicUrl(cleanUp('openapiObject' in document ? document.openapiObject : {}) as object, app.publicUrl),
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => typeof json.$id === 'string' ? json.$id : `def-${i}`
    }
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    ...app.publicUrl === '' ? {} : { indexPrefix: app.publicUrl },
    uiConfig: {
      layout: 'BaseLayout',
      persistAuthorization: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0
    },
    theme: { title: 'Gongkai 公开', css: [{ filename: 'gongkai.css', content: SHORT_ERRORS }] }
  })
  const schema = (operationId: string, summary: string, type: string, content: TSchema) => ({
    operationId,
    summary,
    description: 'Generated from the code of this service.',
    tags: ['service'],
    response: {
      200: { description: 'OpenAPI 3.1.', content: { [type]: { schema: content } } },
      ...problemsBesideParameters()
    }
  })
  app.get('/openapi.json', {
    schema: schema('getOpenapiJson', 'The OpenAPI document', 'application/json', Type.Unsafe({ type: 'object' }))
  }, (_, reply) => reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(app.swagger()))
  app.get('/openapi.yaml', {
    schema: schema('getOpenapiYaml', 'The OpenAPI document as YAML', 'application/yaml', Type.String())
  }, (_, reply) => reply.type('application/yaml; charset=utf-8').send(app.swagger({ yaml: true })))
}

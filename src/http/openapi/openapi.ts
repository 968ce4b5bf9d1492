import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import type { Language } from '../../problems/fault.ts'
import { type CachedResponse, cachedResponse, PUBLIC_CACHE, sendCached } from '../cached-response.ts'
import { ETAG, NOT_MODIFIED } from '../etag.ts'
import { languageHeaders, languageOf, LanguageQuery } from '../language.ts'
import { ProblemBody, problems, WireFault } from '../responses.ts'
import { sendAs } from '../send-as.ts'
import { cleanUp } from './clean-up.ts'
import { problemExamples } from './examples.ts'
import { SCRIPT, STYLE, swaggerPage } from './swagger-ui.ts'
import { translateDocument } from './translate.ts'

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
          'Registry of China\'s annual reports on government information disclosure (政府信息公开工作年度报告): file reports, check them, publish them, and read totals across agencies and years.\n\n' +
          'A figure is an integer, an amount of money or `null`: a blank is never a zero. Writes need an API key (button **Authorize**) whose role and agency allow them; published data is open. ' +
          'Every error is answered as RFC 9457 problem details in English or Chinese (`Accept-Language`); see [all problem codes](/problems).\n\n' +
          'Together, the examples file one report, that of the Kundulun bureau of culture for 2019. Send them as they are: register the agency, create the report, check it, submit it, publish it, read the totals.',
        contact: { name: 'Gongkai' },
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
      },
      servers: [{ url: app.publicUrl || '/', description: 'This service.' }],
      tags: [
        { name: 'totals', description: 'Sums across agencies and years.' },
        { name: 'exports', description: 'Everything that is published, and its catalogue.' },
        { name: 'reports', description: 'The annual reports: drafts, tables, rows, checks.' },
        { name: 'filings', description: 'Which agencies have filed for a year, which have not, and which were late.' },
        { name: 'workflow', description: 'Submit, return, publish, amend, withdraw.' },
        { name: 'versions', description: 'Published versions and the differences between them.' },
        { name: 'imports', description: 'Reads published documents, and imports files of many reports or agencies.' },
        { name: 'agencies', description: 'The agencies that file, and their place in the tree in each year.' },
        { name: 'forms', description: 'The statutory forms as data.' },
        { name: 'keys', description: 'API keys: a role, for an agency and all below it.' },
        {
          name: 'events',
          description:
            'The audit log and change feed: what happened and by whom; each event has the hash of the event before it.'
        },
        { name: 'service', description: 'Health, metrics, documentation.' }
      ],
      components: {
        securitySchemes: {
          api_key: {
            type: 'http',
            scheme: 'bearer',
            description:
              'An API key. The first start prints an administrator key, or `ADMIN_API_KEY` sets one; `POST /v1/keys` creates others.'
          },
          jwt: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description:
              'A token of the identity provider, if one is set (`OIDC_ISSUER`): its claims `gongkai_role` and `gongkai_agency` give the role and agency.'
          },
          metrics_token: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token for `GET /metrics`, if one is set (`METRICS_TOKEN`). It is valid for nothing else.'
          }
        },
        examples: problemExamples('en')
      }
    },
    convertConstToEnum: false,
    transformObject: document => cleanUp('openapiObject' in document ? document.openapiObject : {}) as object,
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => typeof json.$id === 'string' ? json.$id : `def-${i}`
    }
  })
  /** Returns the document in a language, with the public URL in its links. */
  const documentIn = (language: Language): object => {
    const document = app.swagger()
    return withPublicUrl(language === 'zh' ? translateDocument(document) : document, app.publicUrl)
  }
  await serveSwaggerUi(app, documentIn)
  serveDocument(app, documentIn)
}

/** Serves Swagger UI with its own page, and the document beside it as `/docs/json` and `/docs/yaml`. */
async function serveSwaggerUi (app: FastifyInstance, documentIn: (language: Language) => object): Promise<void> {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: {
      css: [{ filename: 'gongkai.css', content: STYLE }],
      js: [{ filename: 'gongkai.js', content: SCRIPT }]
    },
    transformSpecification: (_, request, reply) => {
      reply.header('vary', 'Accept-Language')
      return documentIn(languageOf(request))
    },
    transformSpecificationClone: false,
    uiHooks: {
      preHandler: async (request, reply) => {
        const [path = '', query] = request.url.split('?')
        if (!/^\/docs\/?$/.test(path)) return
        const lang = new URLSearchParams(query).get('lang')
        const language = lang === 'zh' || lang === 'en' ? lang : languageOf(request)
        reply.headers(languageHeaders(language))
        return sendAs(reply, 'text/html; charset=utf-8', swaggerPage(language, path))
      }
    }
  })
}

const TYPES = { json: 'application/json; charset=utf-8', yaml: 'application/yaml; charset=utf-8' }
type Format = keyof typeof TYPES

async function write (format: Format, document: object): Promise<string> {
  if (format === 'json') return JSON.stringify(document)
  const { stringify } = await import('yaml')
  return stringify(document, { strict: false })
}

/** Serves the document as JSON and YAML. Each representation is written once. */
function serveDocument (app: FastifyInstance, documentIn: (language: Language) => object): void {
  const written = new Map<string, Promise<CachedResponse>>()
  const sendDocument = async (request: FastifyRequest, reply: FastifyReply, format: Format, lang?: Language) => {
    const language = lang ?? languageOf(request)
    const name = `${format} ${language}`
    const made = written.get(name) ??
      write(format, documentIn(language)).then(text => cachedResponse(TYPES[format], text))
    written.set(name, made)
    reply.header('content-language', language)
    return await sendCached(request, reply, await made, PUBLIC_CACHE, 'Accept-Language')
  }
  const schema = (operationId: string, summary: string, type: string, content: TSchema) => ({
    operationId,
    summary,
    description: 'Generated from the code of this service, in English or Chinese.',
    tags: ['service'],
    querystring: LanguageQuery,
    response: {
      200: { description: 'The OpenAPI 3.1 document.', headers: ETAG, content: { [type]: { schema: content } } },
      ...NOT_MODIFIED,
      ...problems()
    }
  })
  app.get<{ Querystring: Static<typeof LanguageQuery> }>('/openapi.json', {
    schema: schema('getOpenapiJson', 'Get the OpenAPI document', 'application/json', Type.Unsafe({ type: 'object' }))
  }, async (request, reply) => await sendDocument(request, reply, 'json', request.query.lang))
  app.get<{ Querystring: Static<typeof LanguageQuery> }>('/openapi.yaml', {
    schema: schema('getOpenapiYaml', 'Get the OpenAPI document as YAML', 'application/yaml', Type.String())
  }, async (request, reply) => await sendDocument(request, reply, 'yaml', request.query.lang))
}

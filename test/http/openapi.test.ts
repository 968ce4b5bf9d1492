// The OpenAPI document is valid, matches the routes, and its examples work when they are sent unchanged.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { type Answer, freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'
import { STORY } from '../support/operations.ts'

type Tap = typeof t
interface Schema {
  $ref?: string
  format?: string
  examples?: unknown[]
  properties?: Record<string, Schema>
}

interface Media {
  schema: Schema
  example?: unknown
  examples?: Record<string, { $ref: string }>
}

interface Parameter {
  name: string
  in: 'path' | 'query'
  required: boolean
  description: string
  example?: unknown
}

interface Operation {
  operationId: string
  summary: string
  description: string
  tags: string[]
  security?: object[]
  parameters?: Parameter[]
  requestBody?: { required: boolean, content: Record<string, Media> }
  responses: Record<string, Response>
}

interface Response {
  $ref?: string
  description: string
  content?: Record<string, Media>
}

interface Document {
  tags: { name: string }[]
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, Schema>
    examples: Record<string, { value: { code: string, status: number } }>
    responses: Record<string, Response>
  }
}

const { app, call, db, forms } = await freshApp(t)
await app.ready()
const document = JSON.parse(JSON.stringify(app.swagger())) as Document
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    path,
    method,
    ...operation,
    responses: Object.fromEntries(
      Object.entries(operation.responses).map(([status, response]) => [
        status,
        response.$ref === undefined ? response : document.components.responses[response.$ref.split('/').at(-1)!]!
      ])
    ) as Record<string, Response>
  }))
)
const ajv = new Ajv2020({ strict: false, allErrors: true })
ajv.addSchema(document, 'document')

/** Validates a value against the schema at a path of the document; returns undefined if it is valid. */
function faults (value: unknown, ...place: string[]): string | undefined {
  const pointer = place.map(name => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  const validate = ajv.getSchema(`document#/${pointer}`)!
  return validate(value) ? undefined : `${place.join(' ')}: ${ajv.errorsText(validate.errors)}`
}

/** Resolves a reference to a named schema. */
const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)!]!

const exampleOf = ({ schema, example }: Media): unknown => example ?? resolved(schema).examples?.[0]

/** Whether Swagger UI shows a file picker for the body. */
const isFile = ({ schema }: Media) => schema.format === 'binary' || schema.properties?.file !== undefined

const committed = async (name: string) => await readFile(new URL(`../../openapi/${name}`, import.meta.url), 'utf8')

/** The URL of an operation with its example parameters. */
function addressOf ({ path, parameters = [] }: typeof operations[number]): string {
  const query = new URLSearchParams()
  let address = path
  for (const { name, in: place, example } of parameters) {
    if (example === undefined) continue
    if (place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(String(example)))
    else for (const value of [example].flat()) query.append(name, String(value))
  }
  return query.size > 0 ? `${address}?${query}` : address
}

/** Calls an operation with its documented examples and validates the response against the document. */
async function tryOut (
  t: Pick<Tap, 'ok' | 'equal'>,
  send: typeof call,
  operationId: string,
  type?: string
): Promise<Answer> {
  const operation = operations.find(operation => operation.operationId === operationId)!
  const media = Object.entries(operation.requestBody?.content ?? {}).find(([name]) =>
    type === undefined || name === type
  )
  const answers = Object.entries(operation.responses)
  const accept = answers.flatMap(([, { content }]) => Object.keys(content ?? {})).find(name => name === type) ?? '*/*'
  const headers = { accept, ...(media === undefined ? {} : { 'content-type': media[0] }) }
  // A file upload uses the example of the first media type.
  const body = media && exampleOf(isFile(media[1]) ? Object.values(operation.requestBody!.content)[0]! : media[1])
  const key = operation.security?.length === 0 ? { key: null } : {}
  const answer = await send(
    operation.method.toUpperCase(),
    addressOf(operation),
    typeof body === 'object' ? JSON.stringify(body) : body,
    { headers, ...key }
  )
  t.ok(
    answer.status >= 200 && answer.status < 300,
    `${operationId} ${type ?? ''} answers ${answer.status} ${answer.status < 300 ? '' : answer.text.slice(0, 2000)}`
      .trim()
  )
  const declared = operation.responses[answer.status]
  t.ok(declared, `${operationId}: ${answer.status} is documented`)
  if (declared?.content === undefined) {
    t.equal(answer.text, '', operationId)
    return answer
  }
  const given = answer.headers['content-type']!.split(';')[0]!
  t.ok(declared.content[given], `${operationId}: ${given} is documented`)
  const value = /^application\/(.+\+)?json$/.test(given) ? JSON.parse(answer.text) : answer.text
  t.equal(
    faults(
      value,
      'paths',
      operation.path,
      operation.method,
      'responses',
      String(answer.status),
      'content',
      given,
      'schema'
    ),
    undefined,
    operationId
  )
  return answer
}

t.test('matches the committed files in openapi/', async t => {
  t.ok(await committed('openapi.json') === JSON.stringify(app.swagger(), null, 2) + '\n', 'run npm run openapi')
  t.ok(await committed('openapi.yaml') === app.swagger({ yaml: true }), 'run npm run openapi')
})

t.test('is a valid OpenAPI 3.1 document', async t => {
  const validator = new Validator()
  t.match(await validator.validate(JSON.parse(JSON.stringify(document))), { valid: true })
  t.equal(validator.version, '3.1')
  const text = JSON.stringify(document)
  t.notMatch(text, /"nullable"|"additionalItems"|"items":\[/)
  t.notMatch(app.swagger({ yaml: true }), /^[^'"]*: [&*]\w+$/m, 'the YAML has no anchors or aliases')
})

t.test('passes the recommended rules of Redocly', async t => {
  const findings = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config: await createConfig({ extends: ['recommended'] })
  })
  t.same(findings.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]), [])
})

t.test('resolves every reference and uses every component, with valid examples', async t => {
  const refs = [...new Set(JSON.stringify(document).match(/(?<="\$ref":")[^"]+/g))]
  for (const ref of refs) {
    const [, , group, name] = ref.split('/')
    t.ok((document.components as unknown as Record<string, Record<string, unknown>>)[group!]?.[name!], ref)
  }
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    t.ok(refs.includes(`#/components/schemas/${name}`), `${name} is used`)
    t.match(schema, { description: /\w/ }, name)
    for (const example of schema.examples ?? []) t.equal(faults(example, 'components', 'schemas', name), undefined)
  }
  for (const [code, { value }] of Object.entries(document.components.examples)) {
    t.ok(refs.includes(`#/components/examples/${code}`), `${code} is used`)
    t.equal(value.code, code)
    t.equal(faults(value, 'components', 'schemas', 'Problem'), undefined)
  }
})

t.test('documents the parameters, request body and problems of every operation', async t => {
  t.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
  for (const { operationId, summary, description, tags, parameters = [], requestBody, responses } of operations) {
    t.match({ operationId, summary, description }, {
      operationId: /^[a-z]\w+$/,
      summary: /^[^.]+$/,
      description: /\.$/
    })
    t.ok(tags.length === 1 && document.tags.some(tag => tag.name === tags[0]), `${operationId} has one known tag`)
    for (const parameter of parameters) {
      t.match(parameter, { description: /\w/ }, `${operationId}: ${parameter.name}`)
      t.ok(
        parameter.example !== undefined || !parameter.required,
        `${operationId}: ${parameter.name} is optional or has an example`
      )
    }
    for (const [type, media] of Object.entries(requestBody?.content ?? {})) {
      t.ok(isFile(media) || exampleOf(media), `${operationId}: ${type}`)
    }
    t.ok(Object.keys(responses).some(status => status.startsWith('4')), operationId)
    for (const [status, { description, content }] of Object.entries(responses)) {
      t.notMatch(description, /^$|Default Response/, `${operationId} ${status}`)
      if (Number(status) < 400) continue
      const codes = Object.keys(content!['application/problem+json']!.examples!)
      t.same(codes, description.match(/(?<=^- \[`)[\w-]+/gm), `${operationId} ${status}`)
      for (const code of codes) t.equal(document.components.examples[code]!.value.status, Number(status), code)
    }
  }
})

t.test('answers the examples of every operation as documented', async t => {
  t.same(
    [...new Set(STORY.map(([operationId]) => operationId))].sort(),
    operations.map(({ operationId }) => operationId).sort(),
    'STORY contains every operation'
  )
  // Create two import jobs: a finished one with a rejected line and a running one.
  const { json: { id } } = await call(
    'POST',
    '/v1/imports/reports?on_error=continue',
    'agency,year,cell,value\nnobody,2022,requests.granted.total,1\n',
    { headers: { 'content-type': 'text/csv', prefer: 'respond-async' } }
  )
  while ((await call('GET', `/v1/imports/${id}`)).json.rejects === null) {
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  await db.insertInto('import').values({ kind: 'reports', actor: 'somebody', dry_run: false, size: 1 }).execute()
  // Create the summary that the example of its reconciliation names, and a report below it.
  await call('PUT', '/v1/agencies/150204', {
    name: '青山区人民政府',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  await call('PUT', '/v1/reports/150204/2023', {})
  await call('PUT', '/v1/agencies/below', { name: '某局', level: 'county', kind: 'department', parent: '150204' })
  const below = {
    agency: 'below',
    year: 2023,
    tables: consistentTables(forms.get('2021'), () => 1),
    sections: SECTIONS
  }
  await call('POST', '/v1/imports/reports?publish=true', JSON.stringify(below), {
    headers: { 'content-type': 'application/x-ndjson' }
  })
  for (const [operationId, type] of STORY) await tryOut(t, call, operationId, type)
})

t.test('publishes a report with the examples alone', async t => {
  const { call } = await freshApp(t)
  for (
    const operationId of [
      'putAgency',
      'createReport',
      'putTable',
      'appendRows',
      'putRow',
      'checkReport',
      'submitReport',
      'publishReport'
    ]
  ) await tryOut(t, call, operationId)
  const { json } = await tryOut(t, call, 'getTotals')
  t.match(json.totals[0], {
    year: 2019,
    coverage: { expected: 1, included: 1, missing: 0 },
    values: { 'requests.new_received.total': 0 }
  })
})

t.test('answers only documented problems and requires a key only where documented', async t => {
  const { call } = await freshApp(t)
  const json = { headers: { 'content-type': 'application/json' } }
  for (const operation of operations) {
    const { operationId, method, responses, security = [], requestBody } = operation
    const address = addressOf(operation)
    const send = async (
      ...[path, body, options]: [path: string, body?: string, options?: Parameters<typeof call>[3]]
    ) => {
      const { status, json } = await call(method.toUpperCase(), path, body, options)
      if (status >= 400) {
        t.ok(
          responses[status]?.content!['application/problem+json']!.examples![json.code],
          `${operationId} documents ${status} ${json.code}`
        )
      }
      return json?.code
    }
    t.equal(await send(address, undefined, { key: 'x' }), 'key-invalid', operationId)
    const needsKey = security.length > 0 && security.every(alternative => Object.keys(alternative).length > 0)
    t.equal(await send(address, undefined, { key: null }) === 'key-required', needsKey, operationId)
    t.equal(
      responses[401]!.content!['application/problem+json']!.examples!['key-required'] !== undefined,
      needsKey,
      operationId
    )
    await send(address)
    const media = requestBody?.content['application/json']
    const unknown = await send(
      `${address}${address.includes('?') ? '&' : '?'}no_such=1`,
      media && JSON.stringify(exampleOf(media)),
      media && json
    )
    if (address.startsWith('/v1/')) t.equal(unknown, 'parameter-invalid', operationId)
    if (requestBody === undefined) continue
    t.equal(
      await send(address, '<a/>', { headers: { 'content-type': 'application/xml' } }),
      'media-type-unsupported',
      operationId
    )
    t.equal(
      await send(address, '{"a": ', json),
      media === undefined ? 'media-type-unsupported' : 'json-malformed',
      operationId
    )
    t.equal(
      await send(address, '{"a": 0.1000000000000000000055}', json),
      media === undefined ? 'media-type-unsupported' : 'number-imprecise',
      operationId
    )
    await send(address, '{"no_such": 1}', json)
  }
})

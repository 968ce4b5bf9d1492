// The document is true: it is what the code gives, it is valid, and what it shows works when it is sent as it stands.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { type Answer, freshApp } from '../support/app.ts'
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

const { app, call, db } = await freshApp(t)
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

/** What is wrong with a value by the schema at that place in the document; undefined when nothing is. */
function faults (value: unknown, ...place: string[]): string | undefined {
  const pointer = place.map(name => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  const validate = ajv.getSchema(`document#/${pointer}`)!
  return validate(value) ? undefined : `${place.join(' ')}: ${ajv.errorsText(validate.errors)}`
}

/** The schema with its name resolved. */
const resolved = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)!]!

const exampleOf = ({ schema, example }: Media): unknown => example ?? resolved(schema).examples?.[0]

/** Swagger UI shows a file picker for it. */
const isFile = ({ schema }: Media) => schema.format === 'binary' || schema.properties?.file !== undefined

const committed = async (name: string) => await readFile(new URL(`../../openapi/${name}`, import.meta.url), 'utf8')

/** The address of an operation with the examples of its parameters. */
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

/** Calls an operation with the examples that the document gives, and holds the answer against it. */
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
  // A file is sent with the content of the first type that has an example.
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
  t.ok(declared, `${operationId}: ${answer.status} is in the document`)
  if (declared?.content === undefined) {
    t.equal(answer.text, '', operationId)
    return answer
  }
  const given = answer.headers['content-type']!.split(';')[0]!
  t.ok(declared.content[given], `${operationId}: ${given} is in the document`)
  const value = given === 'application/json' ? JSON.parse(answer.text) : answer.text
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

t.test('the files in openapi/ match the routes', async t => {
  t.ok(await committed('openapi.json') === JSON.stringify(app.swagger(), null, 2) + '\n', 'npm run openapi')
  t.ok(await committed('openapi.yaml') === app.swagger({ yaml: true }), 'npm run openapi')
})

t.test('the document is valid OpenAPI 3.1', async t => {
  const validator = new Validator()
  t.match(await validator.validate(JSON.parse(JSON.stringify(document))), { valid: true })
  t.equal(validator.version, '3.1')
  const text = JSON.stringify(document)
  t.notMatch(text, /"nullable"|"additionalItems"|"items":\[/)
  t.notMatch(app.swagger({ yaml: true }), /^[^'"]*: [&*]\w+$/m, 'no alias in YAML')
})

t.test('the document passes the recommended rules of a linter', async t => {
  const findings = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config: await createConfig({ extends: ['recommended'] })
  })
  t.same(findings.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]), [])
})

t.test('every reference resolves, and every component is used, described and has a valid example', async t => {
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

t.test('every operation has a name, a summary, a description, a tag, documented parameters, an example of its body and its problems', async t => {
  t.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
  for (const { operationId, summary, description, tags, parameters = [], requestBody, responses } of operations) {
    t.match({ operationId, summary, description }, {
      operationId: /^[a-z]\w+$/,
      summary: /^[^.]+$/,
      description: /\.$/
    })
    t.ok(tags.length === 1 && document.tags.some(tag => tag.name === tags[0]), `${operationId}: one tag`)
    for (const parameter of parameters) {
      t.match(parameter, { description: /\w/ }, `${operationId}: ${parameter.name}`)
      t.ok(
        parameter.example !== undefined || !parameter.required,
        `${operationId}: ${parameter.name} has an example or may be left out`
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

t.test('every operation answers its examples as documented', async t => {
  t.same(
    [...new Set(STORY.map(([operationId]) => operationId))].sort(),
    operations.map(({ operationId }) => operationId).sort(),
    'the story has every operation'
  )
  // Two imports to ask for: one that rejected a line, and one that goes on.
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
  for (const [operationId, type] of STORY) await tryOut(t, call, operationId, type)
})

t.test('the examples file a report by the shortest path', async t => {
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

t.test('operations answer only documented problems and require a key where documented', async t => {
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
          `${operationId} may answer ${status} ${json.code}`
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

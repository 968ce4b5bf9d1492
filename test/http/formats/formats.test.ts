// One declaration of formats decides the parameter, the types in the document, and what a request gets.
import Fastify from 'fastify'
import t from 'tap'
import { Type } from 'typebox'
import { handleErrors } from '../../../src/http/errors.ts'
import { chooseFormat, declareFormats, LABELS } from '../../../src/http/formats/formats.ts'
import { sendFormat } from '../../../src/http/formats/send-format.ts'
import { refuseUnacceptable } from '../../../src/http/guards/acceptable.ts'
import { compilers } from '../../../src/http/validation.ts'

const FORMATS = declareFormats({
  json: { description: 'A value.', schema: Type.Object({ a: Type.Integer() }) },
  csv: { description: 'A line.', example: 'a\n1\n' },
  xlsx: { description: 'A workbook.' }
})

const app = Fastify({ schemaController: { compilersFactory: compilers() } })
handleErrors(app)
refuseUnacceptable(app)
let documented: unknown
app.get('/', {
  onRequest: (request, _, done) => {
    documented = (request.routeOptions.schema?.response as Record<string, unknown>)[200]
    done()
  },
  schema: {
    querystring: Type.Object({ ...FORMATS.query, ...LABELS }, { additionalProperties: false }),
    response: { 200: FORMATS.answer('It.', { ETag: Type.String() }) }
  }
}, async (request, reply) => {
  const chosen = chooseFormat(request, FORMATS)
  const body = { json: { a: 1 }, csv: 'a\n1\n', xlsx: Buffer.from('PK') }[chosen.name]
  return sendFormat(reply, chosen, body, { ascii: 'it-2019', title: '某局（一）2019/a' })
})
t.teardown(async () => await app.close())

const get = async (url: string, accept?: string) =>
  await app.inject({ url, headers: accept === undefined ? {} : { accept } })

t.test('the format wins over Accept, and the first one answers who has no preference', async t => {
  for (
    const [url, accept, type] of [
      ['/', undefined, 'application/json; charset=utf-8'],
      ['/', '*/*', 'application/json; charset=utf-8'],
      ['/', 'text/csv', 'text/csv; charset=utf-8'],
      ['/', 'text/csv;q=0.5, application/json;q=0.1', 'text/csv; charset=utf-8'],
      ['/?format=csv', 'application/json', 'text/csv; charset=utf-8'],
      ['/?format=json', 'image/png', 'application/json; charset=utf-8'],
      ['/?format=xlsx', undefined, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet']
    ] as const
  ) {
    const answer = await get(url, accept)
    t.same([answer.statusCode, answer.headers['content-type']], [200, type], `${url} ${accept}`)
  }
})

t.test('an unknown format lists those that exist, and so does an Accept that names none', async t => {
  const unknown = await get('/?format=pdf')
  t.equal(unknown.statusCode, 400)
  t.match(unknown.json().errors, [{ parameter: 'format', found: 'pdf', expected: 'one of json, csv, xlsx' }])
  t.equal((await get('/?format=csv&format=json')).statusCode, 400)
  const none = await get('/', 'image/png')
  t.equal(none.statusCode, 406)
  t.match(none.json().detail, /application\/json, text\/csv, application\/vnd/)
})

t.test('a CSV begins with a byte order mark only when it is asked for by format', async t => {
  t.equal((await get('/?format=csv')).body, '\ufeffa\n1\n')
  t.equal((await get('/', 'text/csv')).body, 'a\n1\n')
})

t.test('files that a browser saves have a name', async t => {
  t.equal(
    (await get('/?format=xlsx')).headers['content-disposition'],
    `attachment; filename="it-2019.xlsx"; filename*=UTF-8''${encodeURIComponent('某局（一）2019-a.xlsx')}`
  )
  t.equal((await get('/?format=json')).headers['content-disposition'], undefined)
})

t.test('labels are refused where the format has none', async t => {
  t.equal((await get('/?format=csv&labels=zh')).statusCode, 200)
  t.match((await get('/?labels=zh')).json().errors, [{ parameter: 'labels', expected: /csv or xlsx/ }])
})

t.test('the responses that the document shows are those of the declaration', async t => {
  await get('/')
  t.match(documented, {
    description: 'It.',
    headers: { ETag: { type: 'string' } },
    content: {
      'application/json': { schema: { type: 'object' } },
      'text/csv': { schema: { type: 'string', examples: ['a\n1\n'] } },
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': { schema: { type: 'string' } }
    }
  })
})

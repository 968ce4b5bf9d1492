// Makes the hostile requests: valid ones from the examples, and changes of them.
import { gzipSync } from 'node:zlib'
import { BULK_FILES } from './bulk-files.mjs'
import { DOCUMENTS, DOCX } from './documents.mjs'
import { changeAddress, changeBytes, changeJson } from './hostile-changes.mjs'
import { pickHeader } from './hostile-values.mjs'
import { buildRequest, writeForm } from './operations.mjs'
import { KUNDULUN } from './registry.mjs'

/** A file that is read through may take longer than other requests. */
const FILE_MS = 60_000

const pickBody = (random, operation) => operation.bodies.length === 0 ? undefined : random.pick(operation.bodies)

function makeValid (random, { operations }) {
  const operation = random.pick(operations)
  const given = random.chance(0.5)
    ? { agency: random.pick(['a', 'b', 'c', KUNDULUN]), year: random.pick([2019, 2022]), id: 1 + random.below(4) }
    : {}
  return { operation, what: operation.id, ...buildRequest(operation, { given, body: pickBody(random, operation) }) }
}

const without = ({ operation, ...request }) => request

function makeParameters (random, context) {
  const { operation, ...request } = makeValid(random, context)
  let { path } = request
  for (let i = 1 + random.below(2); i > 0; i--) path = changeAddress(random, path, operation.parameters)
  return { ...request, path }
}

function makeBody (random, { operations }) {
  const operation = random.pick(operations.filter(({ bodies }) => bodies.length > 0))
  const body = pickBody(random, operation)
  const request = { what: operation.id, ...buildRequest(operation, { body }) }
  if (body.isForm) return { ...request, ...makeForm(random, body) }
  const isJson = typeof body.example === 'object'
  const sent = isJson ? changeJson(random, body.example) : changeBytes(random, Buffer.from(body.example))
  return { ...request, body: sent }
}

/** Multipart forms that are broken in one place or another. */
function makeForm (random, { example, likeType }) {
  const part = { name: 'file', fileName: 'file', type: likeType, bytes: Buffer.from(example) }
  const { type, bytes } = writeForm(
    random.pick([[part], [part, part], [], [{ ...part, name: 'x' }], [{ ...part, fileName: '' }]])
  )
  const sent = random.pick([
    () => bytes,
    () => bytes.subarray(0, random.below(bytes.length)),
    () => changeBytes(random, bytes),
    () => Buffer.from(`--torture\r\nContent-Disposition: form-data; name="${'a'.repeat(100_000)}"\r\n\r\nx`),
    () => Buffer.from(bytes.toString().replaceAll('\r\n', '\n')),
    () => Buffer.concat([bytes, bytes])
  ])()
  return { headers: { 'content-type': random.chance(0.9) ? type : 'multipart/form-data; boundary=other' }, body: sent }
}

function makeHeaders (random, context) {
  const request = without(makeValid(random, context))
  const headers = { ...request.headers }
  for (let i = 1 + random.below(3); i > 0; i--) {
    const [name, value] = pickHeader(random)
    headers[name] = value
  }
  const isPacked = headers['content-encoding'] === 'gzip' && request.body !== undefined && random.chance(0.5)
  return { ...request, headers, body: isPacked ? gzipSync(request.body) : request.body }
}

const made = new Map()

/** Returns the bytes of a hostile file, which are made when they are first needed. */
function makeFile (files, name) {
  if (!made.has(name)) made.set(name, files[name][1]())
  return { type: files[name][0], bytes: made.get(name) }
}

/** The operations that take files of a type. */
const takersOf = (operations, type) => operations.filter(({ bodies }) => bodies.some(body => body.type === type))

function makeDocument (random, { operations }) {
  const name = random.pick(Object.keys(DOCUMENTS))
  const { type, bytes } = makeFile(DOCUMENTS, name)
  const operation = random.pick(takersOf(operations, DOCX))
  const flag = random.pick(['dry_run', 'accept_partial', 'none'])
  return {
    ...buildRequest(operation, { given: { agency: KUNDULUN, year: 2019, [flag]: true } }),
    what: name,
    limit: FILE_MS,
    authorized: true,
    headers: { 'content-type': random.chance(0.8) ? type : 'application/octet-stream' },
    body: bytes.length < 20_000 && random.chance(0.3) ? changeBytes(random, bytes) : bytes
  }
}

function makeBulk (random, { operations }) {
  const name = random.pick(Object.keys(BULK_FILES))
  const { type, bytes } = makeFile(BULK_FILES, name)
  const form = random.chance(0.2) ? writeForm([{ name: 'file', fileName: 'x', type, bytes }]) : { type, bytes }
  const operation = random.pick(takersOf(operations, 'application/x-ndjson'))
  const given = random.pick([{}, { on_error: 'continue' }, { dry_run: true }])
  return {
    ...buildRequest(operation, { given }),
    what: name,
    limit: FILE_MS,
    authorized: true,
    headers: {
      'content-type': form.type,
      ...random.chance(0.2) ? { prefer: 'respond-async' } : {},
      ...random.chance(0.2) ? { accept: 'text/csv' } : {}
    },
    body: form.bytes
  }
}

export const MAKERS = {
  valid: (random, context) => without(makeValid(random, context)),
  parameters: makeParameters,
  body: makeBody,
  headers: makeHeaders,
  document: makeDocument,
  bulk: makeBulk
}

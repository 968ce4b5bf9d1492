// The operations of GET /openapi.json, and requests to them from its examples.

export async function readOperations (port) {
  const document = await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).json()
  const resolve = schema => {
    const name = schema?.$ref?.split('/').at(-1)
    return name === undefined ? schema : document.components.schemas[name]
  }
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).filter(([, operation]) => operation.responses !== undefined).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: [...item.parameters ?? [], ...operation.parameters ?? []].map(parameter =>
        readParameter(parameter, resolve)
      ),
      bodies: readBodies(operation.requestBody?.content ?? {}, resolve),
      answers: Object.values(operation.responses).flatMap(({ content }) => Object.keys(content ?? {}))
    }))
  )
}

function readParameter ({ name, in: place, required = false, example, schema }, resolve) {
  const { type, enum: values, examples } = resolve(schema) ?? {}
  return { name, place, required, example: example ?? examples?.[0], type: [type].flat()[0], values }
}

/** The bodies by type, each with its example; files have that of the first type that has one. */
function readBodies (content, resolve) {
  const bodies = Object.entries(content).map(([type, { schema, example }]) => ({
    type,
    example: example ?? resolve(schema)?.examples?.[0],
    isForm: type === 'multipart/form-data'
  }))
  const text = bodies.find(({ example }) => typeof example === 'string')
  return bodies.map(body => ({
    ...body,
    example: body.example ?? text?.example,
    likeType: body.example === undefined ? text?.type : body.type
  }))
}

/**
 * Returns the request of an operation from its examples. `given` are values by name of a parameter, which are used
 * instead. Throws if a required parameter has no value.
 */
export function buildRequest (operation, { given = {}, body = operation.bodies[0], headers = {} } = {}) {
  let { path } = operation
  const query = []
  for (const { name, place, required, example } of operation.parameters) {
    const value = given[name] ?? (required || place === 'query' ? example : undefined)
    if (value === undefined) {
      if (required) throw new Error(`${operation.id}: the parameter ${name} has no example`)
      continue
    }
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(String(value)))
    if (place === 'query') query.push(...[value].flat().map(one => `${name}=${encodeURIComponent(String(one))}`))
  }
  if (path.includes('{')) throw new Error(`${operation.id}: no value for ${path}`)
  if (query.length > 0) path += `?${query.join('&')}`
  return { method: operation.method, path, ...writeBody(operation, body, headers) }
}

function writeBody (operation, body, headers) {
  if (body === undefined) return { headers, body: undefined }
  if (body.example === undefined) throw new Error(`${operation.id}: the body of type ${body.type} has no example`)
  if (body.isForm) {
    const form = writeForm([{ name: 'file', fileName: 'file', type: body.likeType, bytes: Buffer.from(body.example) }])
    return { headers: { 'content-type': form.type, ...headers }, body: form.bytes }
  }
  const text = typeof body.example === 'string' ? body.example : JSON.stringify(body.example)
  return { headers: { 'content-type': body.type, ...headers }, body: text }
}

const BOUNDARY = 'torture'

/** Writes a multipart form of files. */
export function writeForm (parts) {
  const chunks = parts.flatMap(({ name, fileName, type, bytes }) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n` +
    `Content-Type: ${type}\r\n\r\n`,
    bytes,
    '\r\n'
  ])
  return {
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    bytes: Buffer.concat([...chunks, `--${BOUNDARY}--\r\n`].map(chunk => Buffer.from(chunk)))
  }
}

// Cleans up the generated OpenAPI document.

type Content = Record<string, { schema: { $ref?: string }, examples?: Record<string, object> }>

interface Response {
  description: string
  content?: Content
}

interface Operation {
  operationId: string
  requestBody?: { required: boolean, content: Content }
  responses: Record<string, Response | { $ref: string }>
}

interface Document {
  components: {
    schemas: Record<string, { properties?: object }>
    examples: Record<string, object>
    responses?: Record<string, Response>
  }
  paths: Record<string, Record<string, Operation>>
}

/** Makes a body without members optional, shares responses, and leaves out examples that no response uses. */
export function cleanUp (document: object): Document {
  const text = JSON.stringify(document)
  // Parsing makes all parts distinct objects: YAML would write a shared one as an alias.
  const { paths, components, ...rest } = JSON.parse(text) as Document
  const operations = Object.values(paths).flatMap(path => Object.values(path))
  const isEmpty = ({ $ref }: { $ref?: string }) =>
    Object.keys(components.schemas[$ref?.split('/').at(-1) ?? '']?.properties ?? { some: 1 }).length === 0
  for (const { requestBody } of operations) {
    if (requestBody !== undefined && Object.values(requestBody.content).some(({ schema }) => isEmpty(schema))) {
      requestBody.required = false
    }
  }
  const examples = Object.fromEntries(
    Object.entries(components.examples).filter(([code]) => text.includes(`"#/components/examples/${code}"`))
  )
  return { ...rest, paths, components: { ...components, examples, responses: shareResponses(operations) } }
}

/** Replaces error responses shared by several operations by references, which are named by their codes. */
function shareResponses (operations: Operation[]): Record<string, Response> {
  const uses = new Map<string, { operation: Operation, status: string, response: Response }[]>()
  for (const operation of operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (!('content' in response) || response.content?.['application/problem+json'] === undefined) continue
      const key = `${status} ${JSON.stringify(response)}`
      const same = uses.get(key)
      if (same === undefined) uses.set(key, [{ operation, status, response }])
      else same.push({ operation, status, response })
    }
  }
  const shared: Record<string, Response> = {}
  for (const same of uses.values()) {
    const [{ operation, status, response } = same[0]!] = same
    if (same.length === 1) continue
    const codes = Object.keys(response.content!['application/problem+json']!.examples ?? {})
    const name = codes.length <= 4 ? codes.join('.') : `${operation.operationId}.${status}`
    shared[name] = response
    for (const use of same) use.operation.responses[status] = { $ref: `#/components/responses/${name}` }
  }
  return shared
}

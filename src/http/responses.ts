// Schemas of the responses of an operation, with its problems.
import { type Static, type TSchema, Type } from 'typebox'
import { type ProblemCode, PROBLEMS } from '../problems/codes.ts'

/** Returns a reference to a named schema: `$ref` in the document, its type in the code. */
export const ref = <S extends TSchema & { $id?: string }>(schema: S) => Type.Unsafe<Static<S>>(Type.Ref(schema.$id!))

/** Returns the successful response of an operation; `headers` are its own, by name. */
export const answer = <S extends TSchema & { $id?: string }>(
  schema: S,
  description: string,
  headers?: Record<string, TSchema>
) => ({ ...ref(schema), description, ...(headers === undefined ? {} : { headers }) })
export const LOCATION = { Location: Type.String({ description: 'Path of what was created.' }) }

export const WireFault = Type.Object({
  pointer: Type.Optional(Type.String({ description: 'JSON Pointer into the body.' })),
  parameter: Type.Optional(Type.String({ description: 'The path or query parameter.' })),
  line: Type.Optional(Type.Integer({ description: 'Line number in a CSV or NDJSON body; a header is line 1.' })),
  column: Type.Optional(Type.String({ description: 'Column of a CSV body.' })),
  code: Type.Optional(
    Type.String({ description: 'In an import: the problem code that this line would get as a separate request.' })
  ),
  check: Type.Optional(Type.String({ description: 'Id of the failed check.' })),
  found: Type.Optional(Type.Unknown({ description: 'What was found there.' })),
  expected: Type.String({ description: 'What was expected, in the language of the answer.' }),
  did_you_mean: Type.Optional(Type.String({ description: 'The closest valid name.' }))
}, { $id: 'Fault', description: 'One fault: where it is, what was found, what was expected.' })

export const ProblemBody = Type.Object({
  type: Type.String({ description: 'Address of the page that explains the code.' }),
  title: Type.String({ description: 'What is wrong, in a few words; always the same for a code.' }),
  status: Type.Integer({ description: 'HTTP status code.' }),
  detail: Type.String({ description: 'What is wrong in this case, as a sentence.' }),
  instance: Type.String({ description: 'Path of the request.' }),
  code: Type.Enum(Object.keys(PROBLEMS), {
    type: 'string',
    description: 'Stable code; /problems/{code} explains it.'
  }),
  request_id: Type.String({ description: 'The same as in the header X-Request-Id and in the log.' }),
  errors: Type.Optional(Type.Array(ref(WireFault), { description: 'All faults, at most 100.' })),
  more_errors: Type.Optional(Type.Integer({ description: 'Number of faults that are not listed.' }))
}, {
  $id: 'Problem',
  description:
    'RFC 9457 problem details, in English or Chinese by Accept-Language. Some codes have further members, e.g. `findings`.'
})

/** Any operation can return these, because a key that is sent is always looked up. */
const EVERYWHERE: ProblemCode[] = [
  'key-invalid',
  'token-invalid',
  'rate-limited',
  'internal',
  'overloaded',
  'database-busy',
  'database-unavailable',
  'identity-provider-unavailable'
]

/** Any operation that takes a body can return these. */
export const BODY: ProblemCode[] = [
  'json-malformed',
  'text-undecodable',
  'gzip-malformed',
  'body-too-large',
  'media-type-unsupported',
  'body-invalid',
  'number-imprecise'
]

/** Returns the problem responses of an operation by status, each with its codes and an example of each code. */
export const problems = (...codes: ProblemCode[]) => problemsBesideParameters(...codes, 'parameter-invalid')

/** Returns the same for an operation that validates no parameter. */
export const problemsBesideParameters = (...codes: ProblemCode[]): Record<never, never> =>
  addProblems({}, [...codes, ...EVERYWHERE])

/** Adds the responses that an operation does not declare itself. */
export function addProblems<Answers extends object> (answers: Answers, codes: ProblemCode[]): Answers {
  const byStatus = answers as Record<
    number,
    {
      description: string
      content: { 'application/problem+json': { schema: TSchema, examples: Record<string, object> } }
    }
  >
  for (const code of codes) {
    const { status, title } = PROBLEMS[code]
    const answer = byStatus[status] ??= {
      description: '',
      content: { 'application/problem+json': { schema: ref(ProblemBody), examples: {} } }
    }
    const { examples } = answer.content['application/problem+json']
    if (examples[code] !== undefined) continue
    answer.description += `${answer.description === '' ? '' : '\n'}- [\`${code}\`](/problems/${code}): ${title.en}`
    examples[code] = { $ref: `#/components/examples/${code}` }
  }
  return answers
}

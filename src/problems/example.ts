// A documented case of each problem code, as the service answers it.
import { type ProblemCode, PROBLEMS } from './codes.ts'
import type { Example } from './codes/entry.ts'
import type { Language } from './fault.ts'
import { formatProblem } from './format.ts'
import { Problem } from './problem.ts'

const REQUEST_ID = '0b5f2f0e-6d0c-4f6e-9d0a-3c1f6b8f2a11'

/** Returns the body of the response in the example of a code. */
export function formatExample (code: ProblemCode, language: Language, publicUrl = ''): Record<string, unknown> {
  const { request = 'GET /v1/reports/kundulun-culture/2019', facts = {}, errors = [] }: Example = PROBLEMS[code].example
  const path = /^[A-Z]+ ([^?\s]+)/.exec(request)![1]!
  return formatProblem(new Problem(code, facts, errors, {}), language, path, REQUEST_ID, publicUrl)
}

// An example response of each problem code.
import { type ProblemCode, PROBLEMS } from '../../problems/codes.ts'
import { formatExample } from '../../problems/example.ts'
import type { Language } from '../../problems/fault.ts'

export const problemExamples = (language: Language): Record<string, object> =>
  Object.fromEntries(
    (Object.keys(PROBLEMS) as ProblemCode[]).map(code => [
      code,
      { summary: PROBLEMS[code].title[language], value: formatExample(code, language) }
    ])
  )

// All problem codes. Codes are never renamed or reused. `{name}` is replaced by a fact of the case.
import { ACCESS } from './codes/access.ts'
import { CONFLICTS } from './codes/conflicts.ts'
import type { Entry } from './codes/entry.ts'
import { FAILURES } from './codes/failures.ts'
import { INVALID } from './codes/invalid.ts'
import { MALFORMED } from './codes/malformed.ts'
import { MISSING } from './codes/missing.ts'

export const PROBLEMS = {
  ...MALFORMED,
  ...ACCESS,
  ...MISSING,
  ...CONFLICTS,
  ...INVALID,
  ...FAILURES
} satisfies Record<string, Entry<string>>

export type ProblemCode = keyof typeof PROBLEMS

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never

/** The names of the facts in the sentence of a code. */
export type FactName<Code extends ProblemCode> = Placeholders<(typeof PROBLEMS)[Code]['detail']['en']>

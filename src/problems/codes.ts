// All problem codes. Codes are never renamed or reused. `{name}` is replaced by a fact of the case.
import { ACCESS } from './codes/access.ts'
import { CONFLICTS } from './codes/conflicts.ts'
import type { Entry, Placeholders } from './codes/entry.ts'
import { FAILURES } from './codes/failures.ts'
import { INVALID_AGENCIES } from './codes/invalid-agencies.ts'
import { INVALID_FILES } from './codes/invalid-files.ts'
import { INVALID_QUERIES } from './codes/invalid-queries.ts'
import { INVALID } from './codes/invalid.ts'
import { MALFORMED } from './codes/malformed.ts'
import { MISSING } from './codes/missing.ts'

export const PROBLEMS = {
  ...MALFORMED,
  ...ACCESS,
  ...MISSING,
  ...CONFLICTS,
  ...INVALID,
  ...INVALID_FILES,
  ...INVALID_AGENCIES,
  ...INVALID_QUERIES,
  ...FAILURES
} satisfies Record<string, Entry<string>>

export type ProblemCode = keyof typeof PROBLEMS

/** The names of the facts in the sentence of a code. */
export type FactName<Code extends ProblemCode> = Placeholders<(typeof PROBLEMS)[Code]['detail']['en']>

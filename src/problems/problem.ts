// A problem (RFC 9457): thrown anywhere with a code and its facts, and formatted for the response in the caller's
// language.
import { type FactName, type ProblemCode, PROBLEMS } from './codes.ts'
import type { Fact } from './codes/entry.ts'
import type { Fault } from './fault.ts'

export type { Fact }

export class Problem extends Error {
  readonly code: ProblemCode
  readonly facts: Record<string, Fact>
  readonly errors: Fault[]
  /** Further members of the response, e.g. `findings`. */
  readonly more: Record<string, unknown>

  constructor (code: ProblemCode, facts: Record<string, Fact>, errors: Fault[], more: Record<string, unknown>) {
    super(`${code} ${JSON.stringify(facts)}`)
    this.code = code
    this.facts = facts
    this.errors = errors
    this.more = more
  }

  get status (): number {
    return PROBLEMS[this.code].status
  }
}

type Facts<Code extends ProblemCode> = Record<FactName<Code>, Fact>
/** Codes whose sentence names no facts. */
type CodeWithoutFacts = { [Code in ProblemCode]: [FactName<Code>] extends [never] ? Code : never }[ProblemCode]
type More = { errors?: Fault[], [member: string]: unknown }

/**
 * Creates a problem. `facts` fill the placeholders of the code's sentence; `errors` and further members go into the
 * response.
 */
export function problem<Code extends ProblemCode> (
  code: Code,
  ...[facts, { errors = [], ...more } = {}]: [FactName<Code>] extends [never]
    ? [facts?: Record<never, never>, more?: More]
    : [facts: Facts<Code>, more?: More]
): Problem {
  return new Problem(code, facts ?? {}, errors, more)
}

/** Throws one problem with all the faults, if there are any. */
export function throwIfFaults (code: CodeWithoutFacts, errors: Fault[]): void {
  if (errors.length > 0) throw problem(code, {}, { errors })
}

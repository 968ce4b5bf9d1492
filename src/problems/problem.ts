// A problem (RFC 9457): raised anywhere with a code and the facts, worded at the edge in the caller's language.
import { type ProblemCode, PROBLEMS } from './codes.ts'

export type Language = 'en' | 'zh'
export interface Text {
  en: string
  zh: string
}

/** One thing that is wrong, before it is worded. See `WireFault` for the members. */
export interface Fault {
  pointer?: string
  parameter?: string
  line?: number
  column?: string
  found?: unknown
  expected: Text
  among?: readonly string[]
}

export type Fact = string | number | Text

export class Problem extends Error {
  readonly code: ProblemCode
  readonly facts: Record<string, Fact>
  readonly errors: Fault[]
  /** Further members of the answer, e.g. `findings`. */
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

export const problem = (
  code: ProblemCode,
  facts: Record<string, Fact> = {},
  { errors = [], ...more }: { errors?: Fault[], [member: string]: unknown } = {}
) => new Problem(code, facts, errors, more)

/** Throws when there is a fault: all of them in one problem. */
export function refuse (code: ProblemCode, errors: Fault[], facts: Record<string, Fact> = {}): void {
  if (errors.length > 0) throw problem(code, facts, { errors })
}

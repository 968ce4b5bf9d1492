// A problem (RFC 9457): raised anywhere with a code and the facts, worded at the edge in the caller's language.
import { distance } from 'fastest-levenshtein'
import { PROBLEMS, type ProblemCode } from './codes.ts'

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

type Fact = string | number | Text

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

const MOST_ERRORS = 100

/** The body of the answer. */
export function wordProblem (
  raised: Problem,
  language: Language,
  instance: string,
  requestId: string
): Record<string, unknown> {
  const { title, status } = PROBLEMS[raised.code]
  return {
    type: `/problems/${raised.code}`,
    title: title[language],
    status,
    detail: sentenceOf(raised)[language],
    instance,
    code: raised.code,
    request_id: requestId,
    ...(raised.errors.length > 0
      ? { errors: raised.errors.slice(0, MOST_ERRORS).map(fault => wordFault(fault, language)) }
      : {}),
    ...(raised.errors.length > MOST_ERRORS ? { more_errors: raised.errors.length - MOST_ERRORS } : {}),
    ...raised.more
  }
}

/** What is wrong in this case, in both languages. */
export const sentenceOf = (raised: Problem): Text => {
  const { detail } = PROBLEMS[raised.code]
  const word = (language: Language) =>
    detail[language].replace(/\{(\w+)\}/g, (_, name) => wordFact(raised.facts[name] ?? '?', language))
  return { en: word('en'), zh: word('zh') }
}

const wordFact = (fact: Fact, language: Language) => typeof fact === 'object' ? fact[language] : String(fact)

/** A fault as it is answered. */
export function wordFault ({ expected, among, found, ...place }: Fault, language: Language) {
  const suggestion = typeof found === 'string' && among !== undefined ? didYouMean(found, among) : undefined
  return {
    ...place,
    ...(found === undefined ? {} : { found: shortened(found) }),
    expected: expected[language],
    ...(suggestion === undefined ? {} : { did_you_mean: suggestion })
  }
}

/** The nearest of the names, when it is near enough to be a slip of the keys. */
export function didYouMean (found: string, among: readonly string[]): string | undefined {
  if (among.includes(found)) return undefined
  const lower = found.slice(0, 100).toLowerCase()
  const near = among.map(name => ({ name, far: distance(lower, name.toLowerCase()) })).sort((a, b) => a.far - b.far)[0]
  return near !== undefined && near.far <= Math.max(2, Math.floor(near.name.length / 3)) ? near.name : undefined
}

/**
 * What was found is shown so that it can be recognised, never so that it fills the answer. Of what is short already it
 * is the same.
 */
export function shortened (found: unknown): unknown {
  if (typeof found === 'number' || typeof found === 'boolean' || found === null) return found
  const text = typeof found === 'string' ? found : JSON.stringify(found)
  return text.length > 120 ? `${text.slice(0, 120)}…` : typeof found === 'string' ? text : found
}

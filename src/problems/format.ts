import { PROBLEMS } from './codes.ts'
import { type Fact, type Fault, type Language, Problem, type Text } from './problem.ts'
import { didYouMean } from './suggest.ts'

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

/**
 * What was found is shown so that it can be recognised, never so that it fills the answer. Of what is short already it
 * is the same.
 */
export function shortened (found: unknown): unknown {
  if (typeof found === 'number' || typeof found === 'boolean' || found === null) return found
  const text = typeof found === 'string' ? found : JSON.stringify(found)
  return text.length > 120 ? `${text.slice(0, 120)}…` : typeof found === 'string' ? text : found
}

const wordFact = (fact: Fact, language: Language) => typeof fact === 'object' ? fact[language] : String(fact)

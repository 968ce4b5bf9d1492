import { PROBLEMS } from './codes.ts'
import type { Fault, Language, Text } from './fault.ts'
import { type Fact, Problem } from './problem.ts'
import { suggestName } from './suggest.ts'

const MAX_ERRORS = 100

/** Formats the body of the response. `publicUrl` stands before its addresses. */
export function formatProblem (
  raised: Problem,
  language: Language,
  instance: string,
  requestId: string,
  publicUrl = ''
): Record<string, unknown> {
  const { title, status } = PROBLEMS[raised.code]
  return {
    type: `${publicUrl}/problems/${raised.code}`,
    title: title[language],
    status,
    detail: formatDetail(raised)[language],
    instance: publicUrl + instance,
    code: raised.code,
    request_id: requestId,
    ...(raised.errors.length > 0
      ? { errors: raised.errors.slice(0, MAX_ERRORS).map(fault => formatFault(fault, language)) }
      : {}),
    ...(raised.errors.length > MAX_ERRORS ? { more_errors: raised.errors.length - MAX_ERRORS } : {}),
    ...raised.more
  }
}

/** Returns the sentence of the problem with its facts, in both languages. */
export const formatDetail = (raised: Problem): Text => {
  const { detail } = PROBLEMS[raised.code]
  const word = (language: Language) =>
    detail[language].replace(/\{(\w+)\}/g, (_, name) => formatFact(raised.facts[name] ?? '?', language))
  return { en: word('en'), zh: word('zh') }
}

/** Formats a fault for the response. */
export function formatFault ({ expected, candidates, found, ...place }: Fault, language: Language) {
  const suggestion = typeof found === 'string' && candidates !== undefined ? suggestName(found, candidates) : undefined
  return {
    ...place,
    ...(found === undefined ? {} : { found: shorten(found) }),
    expected: expected[language],
    ...(suggestion === undefined ? {} : { did_you_mean: suggestion })
  }
}

/**
 * Shortens what was found, so that it can be recognized but cannot fill the response. Returns short values unchanged.
 */
export function shorten (found: unknown): unknown {
  if (typeof found === 'number' || typeof found === 'boolean' || found === null) return found
  const text = typeof found === 'string' ? found : JSON.stringify(found)
  return text.length > 120 ? `${text.slice(0, 120)}…` : typeof found === 'string' ? text : found
}

const formatFact = (fact: Fact, language: Language) => typeof fact === 'object' ? fact[language] : String(fact)

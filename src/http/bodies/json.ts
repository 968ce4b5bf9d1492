// Parses JSON exactly, or refuses it.
import { isSafeNumber, parse as parseLossless } from 'lossless-json'
import { problem } from '../../problems/problem.ts'

/** No form has so many names: finding the right name for each wrong one would take seconds. */
export const MAX_MEMBERS = 2000
/** No body nests deeper than a few levels. What reads a value recursively relies on this limit of its depth. */
const MAX_DEPTH = 64

/**
 * Parses one JSON value. Throws `json-malformed`, and `number-imprecise` for a number that a double cannot represent.
 * JSON.parse alone would round such a number, and keep the last of two members with the same name: both would be a
 * wrong figure. PostgreSQL can store neither U+0000 nor a lone surrogate, which JSON can contain as escapes. `parse`
 * may be stricter than JSON.parse.
 */
export function parseExactJson (text: string, parse: (text: string) => unknown = JSON.parse): unknown {
  let value: unknown
  let members: number
  try {
    value = parse(text)
    members = countMembers(value)
  } catch (error) {
    // The messages of the complete check say more.
    requireExactJson(text)
    throw malformed(reasonOf(error))
  }
  // The complete check takes several times as long as parsing.
  if (MAY_BE_INEXACT.test(text) || countNames(text) !== members) requireExactJson(text)
  return value
}

/** An escape that may not be storable, and a number of more than 15 digits or with an exponent. */
const MAY_BE_INEXACT = /\\u(?:0000|d[89a-f])|[\d.]{16}|\d[eE]/i

/** Returns the number of names of members in the text, or more if its strings contain what looks like one. */
const countNames = (text: string): number => text.match(/"\s*:/g)?.length ?? 0

/** Returns the number of members of all objects in a value; a name that occurs twice in an object counts once. */
function countMembers (value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth === MAX_DEPTH) throw new RangeError('nested too deeply')
  const members = Object.values(value)
  if (members.length > MAX_MEMBERS) throw new Error(`more than ${MAX_MEMBERS} members in one object or array`)
  let count = Array.isArray(value) ? 0 : members.length
  for (const member of members) count += countMembers(member, depth + 1)
  return count
}

function requireExactJson (text: string): void {
  const imprecise: string[] = []
  const storable = (_: string, value: unknown) => {
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
      throw new Error('a text has U+0000 or half a surrogate pair')
    }
    return value
  }
  try {
    parseLossless(text, /\\u(0000|d[89a-f])/i.test(text) ? storable : undefined, number => {
      if (!isSafeNumber(number)) imprecise.push(number)
      return number
    })
  } catch (error) {
    throw malformed(reasonOf(error))
  }
  if (imprecise.length > 0) {
    throw problem('number-imprecise', { numbers: imprecise.slice(0, 5).map(number => number.slice(0, 60)).join(', ') })
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof RangeError ? 'nested too deeply' : (error as Error).message.replace(/\s+/g, ' ').slice(0, 200)

const malformed = (reason: string) => problem('json-malformed', { reason })

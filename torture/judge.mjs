// Judges answers: what may be answered at all, whatever was asked.

/** The codes of a 503 that tell of the state of the service; any other answer of 500 or above is a failure. */
const MEANT = [
  'overloaded',
  'database-busy',
  'database-unavailable',
  'database-read-only',
  'storage-full',
  'moment-not-settled',
  'identity-provider-unavailable',
  'not-ready'
]

/** What no answer may show. Nothing that is sent has it, so that an answer that quotes the request does not either. */
const LEAK = new RegExp(
  [
    '/node_modules',
    'node:internal',
    '\\bat [^\\n]{0,200}\\.m?[jt]s:\\d',
    '\\b(select|insert into|delete from|update) [^\\n]{1,300}\\b(from|values|where|set)\\b [a-z_]+ ?(where|\\(|=)',
    'SQLSTATE',
    'syntax error at or near',
    'violates [a-z-]+ constraint',
    'postgres(ql)?://',
    '\\.s\\.PGSQL',
    '/(src|dist)/\\w+/[\\w-]+\\.[jt]s'
  ].join('|'),
  'i'
)
const LEAK_CHARACTERS = 200_000

/**
 * Returns why the answer is a failure, as a short kind, or undefined. `codes` are the known problem codes; a 503 is
 * always excused if `excused` has its code.
 */
export function findFault ({ status, headers, text }, codes) {
  if (text === undefined) return 'an answer that is cut short or is no HTTP'
  const leak = LEAK.exec(text.length > LEAK_CHARACTERS ? text.slice(0, LEAK_CHARACTERS) : text)
  if (leak !== null) return `the answer shows ${leak[0].slice(0, 40)}`
  if (status < 400) return undefined
  const type = headers['content-type'] ?? 'no Content-Type'
  if (!type.startsWith('application/problem+json')) return `${status} of type ${type.split(';')[0]}`
  // The answer to HEAD has no body.
  if (text === '' && headers['content-length'] !== '0') return undefined
  const code = readCode(text)
  if (!codes.has(code)) return `${status} with ${code === undefined ? 'no code' : 'the unknown code ' + code}`
  if (status >= 500 && !(status === 503 && MEANT.includes(code))) return `${status} ${code}`
  return undefined
}

export function readCode (text) {
  try {
    return JSON.parse(text).code
  } catch {
    return undefined
  }
}

/** Returns the codes that the service explains. */
export async function readCodes (port) {
  const page = await (await fetch(`http://127.0.0.1:${port}/problems`)).text()
  return new Set([...page.matchAll(/<code>([\w-]+)<\/code>/g)].map(([, code]) => code))
}

// Compares the quick check of JSON with the complete one, on texts in which a figure could be lost.
import * as fc from 'fast-check'
import { parse as parseLossless } from 'lossless-json'
import assert from 'node:assert/strict'
import t from 'tap'
import { parseExactJson } from '../../src/http/bodies/json.ts'
import { Problem } from '../../src/problems/problem.ts'
import { runsOf } from '../support/runs.ts'

const codeOf = (text: string): string => {
  try {
    parseExactJson(text)
    return 'exact'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.code
  }
}

t.test('names that occur twice, long numbers and escapes that cannot be stored are refused', async t => {
  for (
    const [text, code] of Object.entries({
      '{"a":1,"a":2}': 'json-malformed',
      '{"a":1,\n"a" \t:2}': 'json-malformed',
      '{"a":1,"\\u0061":2}': 'json-malformed',
      '{"b":{"a":1},"c":[{"a":1,"a":2}]}': 'json-malformed',
      '{"a\\"":1,"b":2,"b":3}': 'json-malformed',
      '{"a":"x\\":","b":1,"b":2}': 'json-malformed',
      '12345678901234567890': 'number-imprecise',
      '[0.12345678901234567]': 'number-imprecise',
      '[1e400]': 'number-imprecise',
      '["\\u0000"]': 'json-malformed',
      '["\\ud800"]': 'json-malformed',
      '["\\uDC00"]': 'json-malformed',
      [`${'['.repeat(65)}${']'.repeat(65)}`]: 'json-malformed',
      [`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`]: 'json-malformed',
      ['['.repeat(200_000)]: 'json-malformed',
      '{"a":': 'json-malformed',
      '': 'json-malformed'
    })
  ) t.equal(codeOf(text), code, text)
})

t.test('exact JSON is parsed', async t => {
  for (
    const text of [
      '{"a":1,"b":{"a":1},"c":[{"a":1}]}',
      '{"a":"x\\":","b":" \\" : "}',
      '[123456789012345, -0.5, 1e3, 1.50, "1234567890123456789", "\\ud83d\\ude00", "\\u4e00"]',
      `${'['.repeat(64)}${']'.repeat(64)}`,
      '"\\":"',
      'null',
      ' [ ] '
    ]
  ) t.strictSame(parseExactJson(text), JSON.parse(text), text)
})

t.test('on random texts the result is that of the complete check', async () => {
  fc.assert(
    fc.property(jsonTexts(), text => {
      let expected = 'exact'
      try {
        // Throws on a repeated name, as the check does.
        parseLossless(text, undefined, number => number)
      } catch {
        expected = 'json-malformed'
      }
      assert.equal(codeOf(text), expected)
      if (expected === 'exact') assert.deepEqual(parseExactJson(text), JSON.parse(text))
    }),
    { numRuns: runsOf('JSON_RUNS', 2000, 100_000) }
  )
})

/** JSON with few different names, some of them as escapes, and strings that look like members. */
function jsonTexts () {
  const names = fc.constantFrom('"a"', '"\\u0061"', '"b"', '"c"', '"d"', '"e\\":"', '"f"')
  const strings = fc.constantFrom('"a\\":"', '"\\\\"', '"\\" :1,\\"b"', '""', '"："')
  const { value } = fc.letrec<{ value: string }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer().map(String),
      fc.constant('null'),
      strings,
      fc.array(fc.tuple(names, fc.constantFrom('', ' ', '\n'), tie('value')), { maxLength: 4 })
        .map(members => `{${members.map(([name, space, value]) => `${name}${space}:${value}`).join()}}`),
      fc.array(tie('value'), { maxLength: 4 }).map(items => `[${items.join(' , ')}]`)
    )
  }))
  return value
}

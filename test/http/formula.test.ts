// Texts in CSV that a spreadsheet would run as a formula.
import fc from 'fast-check'
import t from 'tap'
import { escapeField, escapeFormula, unescapeFormula } from '../../src/http/bodies/formula.ts'

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('\'', '=', '+', '-', '@', '\t', '\r', '5', '.', 'x', ' ') })
)

t.test('escapes a text that begins like a formula, and reads every text as it was', async t => {
  for (const text of ['=1+1', '+x', '-x', '@x', '\tx', '\rx', '-5']) t.equal(escapeFormula(text), `'${text}`)
  for (const text of ['', 'x=1', '局', '\'x', '\'', '\'\'']) t.equal(escapeFormula(text), text)
  t.equal(escapeFormula('\'=x'), '\'\'=x', 'a text that really begins so gets one more')
  fc.assert(fc.property(texts, text => {
    const written = escapeFormula(text)
    return unescapeFormula(written) === text && !/^[=+\-@\t\r]/.test(written)
  }))
})

t.test('escapes a field as it was sent without changing what is read, and leaves figures as they are', async t => {
  for (const field of ['-5', '+3', '-1.25', '-1,000', '+5%', ' -5', '-', '—', '/', '0', '']) {
    t.equal(escapeField(field), field)
  }
  for (
    const [field, written] of [['=1', '\'=1'], ['\'=1', '\'=1'], ['\'\'=1', '\'\'=1'], ['-1+1', '\'-1+1'], [
      '-x',
      '\'-x'
    ]]
  ) {
    t.equal(escapeField(field!), written)
  }
  fc.assert(fc.property(texts, field => {
    const written = escapeField(field)
    return unescapeFormula(written) === unescapeFormula(field) && escapeField(written) === written &&
      (!/^[=+\-@\t\r]/.test(written) || !/[a-z=@(|!]/i.test(written))
  }))
})

// Splitting a byte stream into lines must not depend on chunk boundaries.
import fc from 'fast-check'
import t from 'tap'
import { readLines } from '../../../src/imports/bulk/lines.ts'

/** 机关 in GB18030, for which Node has no encoder. */
const ORGAN = Buffer.from('bbfab9d8', 'hex')
const MARK = '\ufeff'

const line = fc.array(fc.constantFrom('a', '"', ',', '0', ' ', '机关', '（一）'), { maxLength: 12 }).map(parts =>
  parts.join('')
)
const file = fc.record({
  lines: fc.array(line, { maxLength: 8 }),
  end: fc.constantFrom('\n', '\r\n', '\r'),
  isEnded: fc.boolean(),
  charset: fc.constantFrom<'utf-8' | 'gb18030' | 'marked' | 'utf-16'>('utf-8', 'gb18030', 'marked', 'utf-16')
})
  .map(({ lines, end, isEnded, charset }) => {
    // Use only characters whose bytes identify the encoding: no GB18030 text here is also valid UTF-8.
    const texts = lines.map(text => charset === 'gb18030' ? text.replaceAll('（一）', '机关') : text)
    const text = texts.join(end) + (isEnded ? end : '')
    const parts = text.split('机关').flatMap((part, i) => i === 0 ? [Buffer.from(part)] : [ORGAN, Buffer.from(part)])
    return {
      texts,
      bytes: charset === 'utf-16'
        ? Buffer.from(MARK + text, 'utf16le')
        : charset === 'gb18030'
        ? Buffer.concat(parts)
        : Buffer.from((charset === 'marked' ? MARK : '') + text)
    }
  })

async function linesOf (bytes: Buffer, cuts: number[]) {
  const ends = [...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  async function* pieces () {
    // Reuse one buffer for all chunks, as a file reader does.
    const memory = Buffer.alloc(bytes.length)
    let from = 0
    for (const to of ends) {
      memory.fill(0x21)
      bytes.copy(memory, 0, from, to)
      if (to > from) yield memory.subarray(0, to - from)
      from = to
    }
  }
  const found: [number, string | null][] = []
  for await (const block of readLines(pieces(), 1000, undefined)) {
    for (const { number, text } of block) found.push([number, text])
  }
  return found
}

t.test('splits a file into the same lines however its bytes arrive', async t => {
  await fc.assert(
    fc.asyncProperty(file, fc.array(fc.nat(), { maxLength: 12 }), async ({ texts, bytes }, cuts) => {
      t.same(
        await linesOf(bytes, cuts),
        texts.map((text, i) => [i + 1, text]).filter(([, text]) => text !== ''),
        `${bytes.toString('latin1')} cut at ${cuts}`
      )
      return t.passing()
    }),
    { numRuns: 1500, endOnFailure: true }
  )
})

t.test('rejects a line over the limit before its end arrives', async t => {
  const bytes = Buffer.from(`short\n${'x'.repeat(1001)}\nshort\n`)
  for (const cuts of [[], [500], [500, 900, 1004]]) {
    await t.rejects(linesOf(bytes, cuts), { code: 'line-too-long', facts: { line: 2, limit: 1000 } }, `cut at ${cuts}`)
  }
})

// Reads arbitrary input: the reader must be fast, must not throw, and its sources and counts must be consistent.
import t, { type Test } from 'tap'
import { UnreadableFile } from '../../../src/documents/formats/unreadable-file.ts'
import { runsOf } from '../../support/runs.ts'
import { sampleOf } from './corpus.ts'
import { faultsOf, read } from './judge.ts'
import { type Random, randomFrom } from './random.ts'
import type { Rendered } from './styles/style.ts'
import { STYLES } from './styles/styles.ts'

const runs = runsOf('READING_RUNS', 15, 200)
const MAX_MS = 2000

const plain = (text: string): Rendered => ({ bytes: Buffer.from(text), contentType: 'text/plain; charset=utf-8' })
const html = (text: string): Rendered => ({ bytes: Buffer.from(text), contentType: 'text/html; charset=utf-8' })

async function checkReading (t: Test, name: string, rendered: Rendered) {
  // CPU time, as other processes may be running.
  const started = process.cpuUsage()
  const faults = await read(rendered).then(({ document, answer }) => faultsOf(document, answer), refused)
  const { user, system } = process.cpuUsage(started)
  const took = (user + system) / 1000
  t.ok(took < MAX_MS, `${name} took ${Math.round(took)} ms`)
  t.same(faults, [], name)
}

/** Files over a limit are rejected before they are read. */
const refused = (error: unknown): string[] =>
  error instanceof UnreadableFile ? [] : [error instanceof Error ? error.stack! : String(error)]

const text = (style: string, seed: number) =>
  sampleOf(STYLES.find(known => known.name === style)!, seed).bytes.toString()

/** Pieces of generated documents in random order. */
function soup (random: Random): string {
  const pieces = ['pipes padded', 'cell per line', 'aligned', 'markdown', 'tabs of Excel', 'single spaces'].flatMap(
    style => text(style, random.int(1000)).split(random.pick([/(?<=\n)/, /(?<=[|\n\t ])/, /(?<=.{3})/s]))
  )
  return Array.from({ length: random.pick([50, 500, 4000]) }, () => random.pick(pieces)).join(
    random.pick(['', '', '\n', ' | ', ' '])
  )
}

/** Random characters, with rare ones overrepresented. */
function characters (random: Random): string {
  const ranges = [
    [0, 0x7F],
    [0x80, 0x2FF],
    [0x2000, 0x206F],
    [0x2500, 0x25FF],
    [0x3000, 0x303F],
    [0x4E00, 0x9FFF],
    [0xD800, 0xDFFF],
    [0xFE00, 0xFFFF],
    [0x1F300, 0x1F9FF],
    [0x20000, 0x2A6DF]
  ] as const
  return Array.from({ length: random.pick([10, 1000, 20_000]) }, () => {
    const [low, high] = random.pick(ranges)
    return String.fromCodePoint(low + random.int(high - low + 1))
  }).join('')
}

const LABEL = '一、本年新收政府信息公开申请数量'
const EXTREMES: [string, Rendered][] = [
  ['nothing', plain('')],
  ['a line feed', plain('\n')],
  ['a byte order mark', plain('\uFEFF')],
  ['a long line', plain(LABEL.repeat(20_000))],
  ['a long line of digits', plain('1'.repeat(300_000))],
  ['a long line of figures', plain(`${LABEL} ${'1 '.repeat(100_000)}`)],
  ['bars', plain('|'.repeat(300_000))],
  ['bars and spaces', plain(`${LABEL} ${'| '.repeat(100_000)}`)],
  ['lines of bars', plain('|||||||\n'.repeat(30_000))],
  ['tabs', plain(`${LABEL}${'\t'.repeat(200_000)}`)],
  ['spaces', plain(`${LABEL}${' '.repeat(300_000)}7`)],
  ['blank lines', plain('\n'.repeat(300_000))],
  ['carriage returns', plain('规章 | 0 | 0 | 0 |\r'.repeat(2000))],
  ['brackets', plain('（'.repeat(100_000))],
  ['brackets that close', plain(`${'('.repeat(50_000)}a${')'.repeat(50_000)}`)],
  ['readings', plain('動(dòng)'.repeat(30_000))],
  ['question marks', plain('0? '.repeat(60_000))],
  ['separators', plain(`规章 | ${'1,'.repeat(50_000)} | 0 | 0 |`)],
  ['one label again and again', plain(`${LABEL} | 1 | 0 | 0 | 0 | 0 | 0 | 1 |\n`.repeat(5000))],
  [
    'headings again and again',
    plain('三、收到和处理政府信息公开申请情况\n四、政府信息公开行政复议、行政诉讼情况\n'.repeat(5000))
  ],
  ['one label a line', plain('其他\n'.repeat(30_000))],
  ['many reports', plain(`${text('pipes padded', 1)}\n`.repeat(20))],
  ['deep elements', html('<div>'.repeat(5000) + LABEL)],
  ['deep tables', html('<table><tr><td>'.repeat(1000) + '规章')],
  [
    'a wide cell',
    html(
      `<table><tr><td colspan="1000" rowspan="65534">规章</td>${'<td colspan="1000">1</td>'.repeat(200)}</tr></table>`
    )
  ],
  ['a long row', html(`<table><tr>${'<td>1</td>'.repeat(20_000)}</tr></table>`)],
  ['many rows', html(`<table>${'<tr><td>规章</td><td>1</td></tr>'.repeat(10_000)}</table>`)],
  ['unclosed tags', html('<table><tr><td>规章<td>1<tr><td><td><p><span'.repeat(500))],
  ['entities', html('&nbsp;&#48;&#x30;&amp;&bogus;'.repeat(10_000))]
]

t.test('text made of pieces of reports is read fast and consistently', async t => {
  for (let seed = 1; seed <= runs; seed++) await checkReading(t, `soup ${seed}`, plain(soup(randomFrom(seed))))
})

t.test('a page made of pieces of pages is read fast and consistently', async t => {
  for (let seed = 1; seed <= runs; seed++) {
    const random = randomFrom(seed)
    const pieces = text('html of a site', seed).split(/(?<=>)/)
    await checkReading(
      t,
      `page soup ${seed}`,
      html(Array.from({ length: random.pick([50, 500, 3000]) }, () => random.pick(pieces)).join(''))
    )
  }
})

t.test('random characters are read fast and consistently', async t => {
  for (let seed = 1; seed <= runs; seed++) {
    await checkReading(t, `characters ${seed}`, plain(characters(randomFrom(seed))))
  }
})

t.test('extreme input is read fast and consistently', async t => {
  for (const [name, rendered] of EXTREMES) await checkReading(t, name, rendered)
})

// Damaged PDFs of reports: never a figure that is not printed.
import { crc32 } from 'node:zlib'
import t from 'tap'
import { UnreadableFile } from '../../../../src/documents/formats/unreadable-file.ts'
import { runsOf } from '../../../support/runs.ts'
import { judge, read, summarize } from '../../reading/judge.ts'
import { PLAIN, randomLook } from '../../reading/look.ts'
import { type Page, pageOf } from '../../reading/page.ts'
import { type Random, randomFrom } from '../../reading/random.ts'
import { randomReport } from '../../reading/report.ts'
import { contentsOf } from './print-page.ts'
import { pdf } from './write-pdf.ts'

const runs = runsOf('PDF_DAMAGES', 4, 100)

/** Reads the bytes and returns the figures that are wrong; a file that cannot be read has none. */
async function findWrong (bytes: Buffer, page: Page, name: string): Promise<string[]> {
  try {
    const { document, answer } = await read({ bytes, contentType: 'application/pdf' })
    return judge(document, answer, page.expected).wrong.map((finding, i) => summarize(name, i, finding))
  } catch (error) {
    if (error instanceof UnreadableFile) return []
    throw error
  }
}

const linesOf = (content: string) => content.split('\n')
const isText = (line: string) => line.startsWith('BT /H') && /\(\d+\) Tj/.test(line)
const isRule = (line: string) => / re S$| l S$| re f$/.test(line)

function pickLine (contents: string[], random: Random, matches: (line: string) => boolean): [number, number] {
  const page = random.int(contents.length)
  const found = linesOf(contents[page]!).flatMap((line, i) => matches(line) ? [i] : [])
  return found.length === 0 ? [page, -1] : [page, random.pick(found)]
}

const DAMAGES: Record<string, (contents: string[], random: Random) => string[]> = {
  'runs in another order': (contents, random) =>
    contents.map(content => {
      const lines = linesOf(content)
      const texts = lines.filter(line => line.startsWith('BT'))
      return [...lines.filter(line => !line.startsWith('BT')), ...texts.sort(() => random.next() - 0.5)].join('\n')
    }),
  'a rule is missing': (contents, random) => {
    const [page, at] = pickLine(contents, random, isRule)
    return contents.map((content, i) => i === page ? linesOf(content).filter((_, j) => j !== at).join('\n') : content)
  },
  'a third of the rules is missing': (contents, random) =>
    contents.map(content => linesOf(content).filter(line => !isRule(line) || random.chance(0.67)).join('\n')),
  'the last digit is on the next line': (contents, random) => {
    const [page, at] = pickLine(contents, random, line => isText(line) && /\(\d{2,}\)/.test(line))
    return contents.map((content, i) =>
      i !== page ?
        content :
        linesOf(content).map((line, j) =>
          j !== at ?
            line :
            line.replace(
              /([\d.]+) ([\d.]+) Td \((\d+)(\d)\)/,
              (_, x, y, head, tail) => `${x} ${y} Td (${head}) Tj 0 -9 Td (${tail})`
            )
        ).join('\n')
    )
  },
  'a page is missing': (contents, random) => {
    const page = random.int(contents.length)
    return contents.length === 1 ? contents : contents.filter((_, i) => i !== page)
  },
  'pages are exchanged': contents => [...contents].reverse()
}

for (const [name, damage] of Object.entries(DAMAGES)) {
  t.test(`${name}: no figure is wrong`, async t => {
    const wrong: string[] = []
    for (let seed = 1; seed <= runs; seed++) {
      const random = randomFrom(crc32(name) + seed)
      const page = pageOf(randomReport(random), randomLook(random, { digits: 'half', thousands: '' }), random)
      wrong.push(...await findWrong(pdf(damage(contentsOf(page, random), random)), page, `${name} ${seed}`))
    }
    t.same(wrong, [])
  })
}

t.test('changed bytes: no figure is wrong, and the reader does not fail', async t => {
  const wrong: string[] = []
  for (let seed = 1; seed <= runsOf('PDF_MUTATIONS', 30, 1000); seed++) {
    const random = randomFrom(crc32('mutations') + seed)
    const page = pageOf(randomReport(random), PLAIN, random)
    const bytes = pdf(contentsOf(page, random))
    for (let i = 1 + random.int(4); i > 0; i--) {
      const at = random.int(bytes.length)
      if (random.chance(0.7)) bytes[at] = random.int(256)
      else bytes.copy(bytes, at, random.int(bytes.length), bytes.length - 64)
    }
    wrong.push(...await findWrong(bytes, page, `mutation ${seed}`))
  }
  t.same(wrong, [])
})

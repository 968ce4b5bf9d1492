// Figures that have only their order, each on a line of its own or one space apart: numbers are wrapped and blanks
// leave no trace, so that a row with both has the right number of figures. No figure that is read may be wrong.
import t from 'tap'
import { runsOf } from '../../support/runs.ts'
import { randomFrom, type Random } from './random.ts'
import { APPLICANTS, readText } from './read-text.ts'

const runs = runsOf('READING_RUNS', 300, 5000)

const LABELS = {
  new_received: '一、本年新收政府信息公开申请数量',
  carried_in: '二、上年结转政府信息公开申请数量',
  granted: '（一）予以公开'
}
const APPLICANT_IDS = [
  'natural_person',
  'commercial_enterprise',
  'research_institution',
  'social_welfare_organization',
  'legal_service_institution',
  'other',
  'total'
]
const OUTCOMES = ['upheld', 'corrected', 'other', 'pending', 'total']
const GROUPS = ['administrative_review', 'litigation_direct', 'litigation_after_review']
const COLUMNS = ['结果维持', '结果纠正', '其他结果', '尚未审结', '总计']

/** Returns a function that prints figures as words: some are wrapped, some zeros are left out. */
function printer (random: Random): (figures: number[]) => string[] {
  const width = 1 + random.int(3)
  const wrapped = random.pick([0, 0.1, 0.5, 1])
  const lost = random.pick([0, 0.1, 0.3, 1])
  return figures =>
    figures.flatMap(figure => {
      if (figure === 0 && random.chance(lost)) return []
      const digits = String(figure)
      if (!random.chance(wrapped)) return [digits]
      return Array.from(
        { length: Math.ceil(digits.length / width) },
        (_, i) => digits.slice(i * width, (i + 1) * width)
      )
    })
}

/** Random figures and, last, their sum. */
function figuresOf (random: Random, columns: number): number[] {
  const addends = Array.from(
    { length: columns - 1 },
    () => random.chance(0.55) ? 0 : random.int(random.pick([10, 100, 1000]))
  )
  return [...addends, addends.reduce((sum, figure) => sum + figure, 0)]
}

async function findWrong (name: string, lines: string[], printed: Map<string, number>) {
  const { figures } = await readText(lines)
  const wrong = [...figures].filter(([cell, figure]) => printed.get(cell) !== figure)
  return {
    read: figures.size,
    wrong: wrong.map(([cell, figure]) => `${name}: ${cell} is ${printed.get(cell)}, read ${figure}`)
  }
}

t.test('no figure of part three is wrong', async t => {
  let read = 0
  for (let seed = 1; seed <= runs; seed++) {
    const random = randomFrom(seed)
    const print = printer(random)
    const printed = new Map<string, number>()
    const separator = random.pick(['\n', ' '])
    const rows = Object.entries(LABELS).slice(0, 1 + random.int(3)).map(([id, label]) => {
      const figures = figuresOf(random, APPLICANT_IDS.length)
      figures.forEach((figure, i) => printed.set(`requests.${id}.${APPLICANT_IDS[i]}`, figure))
      return [label, ...print(figures)].join(separator)
    })
    const head = ['项目', ...APPLICANTS.split(/\s+/)].join(separator)
    const found = await findWrong(`seed ${seed}`, ['三、收到和处理政府信息公开申请情况', head, ...rows], printed)
    t.same(found.wrong, [])
    read += found.read
  }
  t.ok(read > 0)
})

t.test('no figure of part four is wrong', async t => {
  let read = 0
  for (let seed = 1; seed <= runs; seed++) {
    const random = randomFrom(seed)
    const print = printer(random)
    const printed = new Map<string, number>()
    const words = GROUPS.flatMap(id => {
      const figures = figuresOf(random, OUTCOMES.length)
      figures.forEach((figure, i) => printed.set(`review_litigation.${id}.${OUTCOMES[i]}`, figure))
      return print(figures)
    })
    const separator = random.pick(['\n', ' '])
    const lines = [
      '四、政府信息公开行政复议、行政诉讼情况',
      ['行政复议', '行政诉讼'],
      ['未经复议直接起诉', '复议后起诉'],
      [...COLUMNS, ...COLUMNS, ...COLUMNS],
      words
    ].map(line => [line].flat().join(separator))
    const found = await findWrong(`seed ${seed}`, lines, printed)
    t.same(found.wrong, [])
    read += found.read
  }
  t.ok(read > 0)
})

t.test('a row of the right number of figures is left out if others show that the document loses blanks', async t => {
  const table = (...rows: string[]) =>
    [
      '二、主动公开政府信息情况',
      '第二十条第（一）项',
      '信息内容 本年制发件数 本年废止件数 现行有效件数',
      ...rows
    ].join(' ').split(' ')
  const uneven = await readText(table('规章 12 3 40', '行政规范性文件 4 6'))
  t.same([...uneven.figures], [])
  t.ok(uneven.codes.some(code => code.startsWith('figures-not-aligned')), uneven.codes.join())
  const even = await readText(table('规章 12 3 40', '行政规范性文件 4 5 6'))
  t.same([...even.figures.values()], [12, 3, 40, 4, 5, 6])
})

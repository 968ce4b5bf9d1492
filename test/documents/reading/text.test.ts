// Reads small texts with one peculiarity each: what is read, and with which problems.
import t, { type Test } from 'tap'
import { isRefusal } from './judge.ts'
import { APPLICANTS, readText, rules } from './read-text.ts'

t.test('a number that is wrapped in its cell is not read, across empty lines', async t => {
  const { figures, codes } = await readText([
    '三、收到和处理政府信息公开申请情况',
    `（本列数据的勾稽关系为：第一项加第二项之和，      ${APPLICANTS}`,
    '等于第三项加第四项之和）',
    '一、本年新收政府信息公开申请数量          5       0       0       0       0     0    5',
    '二、上年结转政府信息公开申请数量          202      0       0       0       0     0    202',
    '',
    '                                0                                               0',
    '（一）予以公开                          5       0       0       0       0     0    5'
  ])
  t.notOk([...figures.keys()].some(cell => cell.startsWith('requests.carried_in')))
  t.equal(figures.get('requests.granted.total'), 5)
  t.ok(codes.includes('wrapped-number 6'), codes.join())
})

const PART_FOUR = (names: string[]) => [
  '四、政府信息公开行政复议、行政诉讼情况',
  '            行政复议                                          行政诉讼',
  '                                    未经复议直接起诉                        复议后起诉',
  ` ${names.map(name => name.slice(0, 2)).join('    ')}    总 计`,
  ` ${names.map(name => name.slice(2)).join('    ')}          ${
    Array<string>(2).fill(`${names.map(name => name.slice(0, 2)).join('    ')}    总计`).join('    ')
  }`,
  `                               ${
    Array<string>(2).fill(names.map(name => name.slice(2)).join('    ')).join('          ')
  }`,
  ''
]
const NAMES = ['结果维持', '结果纠正', '其他结果', '尚未审结']
const FIGURES = '  50     2     5     0     57    0     5     2     0     7     1     2     1     0     4'

t.test('part four laid across is read only under headings in the order of the form', async t => {
  const { figures } = await readText([...PART_FOUR(NAMES), FIGURES, '五、存在的主要问题及改进情况'])
  t.equal(figures.size, 15)
  for (const [i, j] of [[0, 1], [1, 2], [2, 3], [0, 3]] as const) {
    const names = NAMES.with(i, NAMES[j]!).with(j, NAMES[i]!)
    const other = await readText([...PART_FOUR(names), FIGURES, '五、存在的主要问题及改进情况'])
    t.same([...other.figures], [], names.join())
  }
  for (const [from, to] of [['行政复议', '行政诉讼'], ['未经复议直接起诉', '复议后起诉']] as const) {
    const lines = PART_FOUR(NAMES).map((line, i) =>
      i === 0 ? line : line.replace(from, '#').replace(to, from).replace('#', to)
    )
    const other = await readText([...lines, FIGURES, '五、存在的主要问题及改进情况'])
    t.same([...other.figures], [], from)
  }
})

t.test('digits below the only line of part four make it unreadable', async t => {
  const { figures, codes } = await readText([
    ...PART_FOUR(NAMES),
    FIGURES,
    '',
    '  1                        1',
    '五、存在的主要问题及改进情况'
  ])
  t.same([...figures], [])
  t.ok(codes.includes('wrapped-number 9'), codes.join())
})

t.test('an amount that is broken at the decimal point is not read', async t => {
  for (const rest of ['.6', '万元', '6']) {
    const { figures, codes } = await readText([
      '二、主动公开政府信息情况',
      '第二十条第（八）项',
      '信息内容                    本年收费金额（单位：万元）',
      '行政事业性收费                96171',
      `                         ${rest}`
    ])
    t.same([...figures], [], rest)
    t.ok(codes.some(code => code.startsWith('wrapped-number')), rest)
  }
})

t.test('a row with fields is not read if digits without a label follow', async t => {
  for (const rest of ['|  |  |  | 3 |', '| （含修订） |  |  | 3 |']) {
    const { figures, codes } = await readText(rules('| 规章 | 0 | 0 | 10 |', '|  |  |  |  |', rest))
    t.same([...figures], [], rest)
    t.ok(codes.includes('wrapped-number 5'), codes.join())
  }
})

async function checkCell (t: Test, raw: string, expected: number | undefined, steps: string[]) {
  const { answer, figures } = await readText(rules(`| 规章 | ${raw} | 0 | 0 |`))
  t.equal(figures.get('documents.regulations.issued'), expected, raw)
  if (!isRefusal(answer)) t.same(answer.sources['documents.regulations.issued']?.steps, steps, raw)
}

t.test('footnote marks are no part of a figure', async t => {
  for (const mark of ['①', '¹', '*', '＊', '[1]', '【1】', '〔注1〕', '（注）', '※']) {
    await checkCell(t, `984${mark}`, 984, ['footnote_mark'])
  }
  await checkCell(t, '984（件）', 984, ['plain_characters', 'unit_in_cell'])
  for (const raw of ['984(1)', '984 1', '①', '9①84', '984（1）']) {
    const { figures } = await readText(rules(`| 规章 | ${raw} | 0 | 0 |`))
    t.notOk(figures.has('documents.regulations.issued'), raw)
  }
})

t.test('names with small differences and a column of serial numbers are read', async t => {
  const { figures, codes } = await readText([
    '二、主动公开政府信息情况',
    '第二十条第（一）项',
    '| 序号 | 信息内容 | 本年制发数 | 本年废止数 | 现行有效件 |',
    '| 1 | 规章 | 1 | 2 | 3 |',
    '| 2 | 行政规范性文件 | 4 | 5 | 6 |'
  ])
  t.same([...figures.values()], [1, 2, 3, 4, 5, 6])
  t.same(codes, [])
})

t.test('a row that the form does not have spoils only itself', async t => {
  const row = (label: string, n: number) => `| ${label} | ${n} | 0 | 0 | 0 | 0 | 0 | ${n} |`
  const { figures, codes } = await readText([
    '三、收到和处理政府信息公开申请情况',
    `| 项目 | ${APPLICANTS.split(/\s+/).join(' | ')} |`,
    row('5.要求行政机关确认或重新出具已获取信息', 1),
    row('6.其他', 2),
    row('3.其他', 3),
    row('（七）合计', 6)
  ])
  t.same([...figures].filter(([cell]) => cell.endsWith('.total')).map(([, figure]) => figure), [1, 3, 6])
  t.same(codes, ['unknown-row 5'])
})

t.test('page numbers between the rows are left out', async t => {
  for (const number of ['- 5 -', '—5—', '第 5 页 共 9 页', '5 / 9', '第5页']) {
    const { figures, codes } = await readText([
      '二、主动公开政府信息情况',
      '第二十条第（一）项',
      '信息内容                    本年制发件数    本年废止件数    现行有效件数',
      '规章                          1          2          3',
      `                          ${number}`,
      '行政规范性文件                     4          5          6'
    ])
    t.same([...figures.values()], [1, 2, 3, 4, 5, 6], number)
    t.same(codes, [], number)
  }
})

t.test('a label whose figures were not found has a problem with its line', async t => {
  const { codes } = await readText([
    '二、主动公开政府信息情况',
    '第二十条第（一）项',
    '信息内容                    本年制发件数    本年废止件数    现行有效件数',
    '规章',
    '行政规范性文件                     4          5          6'
  ])
  t.ok(codes.includes('figures-not-found 5'), codes.join())
})
